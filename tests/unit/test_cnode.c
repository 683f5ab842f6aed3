// SPDX-License-Identifier: BSD-2-Clause
//
// CNode methods: objects §4, §12.2. Deletion and revocation are in test_deletion.c, the derivation list in
// test_derivation.c.
#include "tests/unit/harness/harness.h"

static bool is_equal(struct cap a, struct cap b)
{
    return a.words[0] == b.words[0] && a.words[1] == b.words[1];
}

// ------------------------------------------------------------------------------- the common prologue

// objects §12 #7, §4.1: the label comes before the length. abi App. A, Call CNode with foreign label
TEST(an_unknown_label_is_an_illegal_operation_even_without_words)
{
    assert_refused(sys_call(CNODE, MESSAGE(TCBSuspend)), seL4_IllegalOperation);
    assert_refused(sys_call(CNODE, MESSAGE(CNodeRevoke - 1)), seL4_IllegalOperation);
    assert_refused(sys_call(CNODE, MESSAGE(CNodeRotate + 1)), seL4_IllegalOperation);
    assert_refused(sys_call(CNODE, MESSAGE(0)), seL4_IllegalOperation);
    assert_refused(sys_call(CNODE, MESSAGE(LOW_BITS(52))), seL4_IllegalOperation);
}

// abi App. A, CNode_Delete length 1
TEST(every_method_needs_two_words)
{
    assert_refused(sys_call(CNODE, MESSAGE(CNodeRevoke, 5)), seL4_TruncatedMessage);
    assert_refused(sys_call(CNODE, MESSAGE(CNodeDelete, 5)), seL4_TruncatedMessage);
    assert_refused(sys_call(CNODE, MESSAGE(CNodeCancelBadgedSends, 5)), seL4_TruncatedMessage);
    assert_refused(sys_call(CNODE, MESSAGE_WITH_CAPS(CNodeCopy, CAPS(CNODE), 5)), seL4_TruncatedMessage);
    assert_refused(sys_call(CNODE, MESSAGE_WITH_CAPS(CNodeRotate, CAPS(CNODE, CNODE), 5)), seL4_TruncatedMessage);
}

TEST(the_target_lookup_comes_before_the_methods_own_length)
{
    assert_refused(sys_call(CNODE, MESSAGE(CNodeCopy, 5, 0)), seL4_RangeError, 1, 64);
    assert_refused(sys_call(CNODE, MESSAGE(CNodeRotate, 5, 65)), seL4_RangeError, 1, 64);
}

// abi App. A, any message with length field 127
TEST(a_length_of_127_counts_as_120)
{
    assert_ok(sys_call(CNODE, with_length(MESSAGE(CNodeDelete, new_slot(), 64), 127)));
}

// ------------------------------------------------------------------------- Copy, Mint, Move, Mutate

// objects §4.2 check 1
TEST(less_than_four_words_or_no_source_root_is_truncated)
{
    cptr_t dest = new_slot();
    assert_refused(sys_call(CNODE, MESSAGE_WITH_CAPS(CNodeCopy, CAPS(CNODE), dest, 64, TCB)), seL4_TruncatedMessage);
    assert_refused(sys_call(CNODE, MESSAGE(CNodeMove, dest, 64, TCB, 64)), seL4_TruncatedMessage);
    assert_refused(sys_call(CNODE, MESSAGE(CNodeMint, dest, 64, TCB, 64, ALL_RIGHTS, 0)), seL4_TruncatedMessage);
}

// objects §12 #9: the occupied destination wins over the missing source …
TEST(an_occupied_destination_wins_over_an_empty_source)
{
    cptr_t nothing = new_slot();
    assert_refused(cnode_copy(AT(TCB), AT(nothing), ALL_RIGHTS), seL4_DeleteFirst);
    assert_refused(cnode_move(AT(TCB), PLACE(CNODE, 0, 0)), seL4_DeleteFirst);
}

// … and over the method's own length
TEST(an_occupied_destination_wins_over_a_short_message)
{
    assert_refused(sys_call(CNODE, MESSAGE_WITH_CAPS(CNodeCopy, CAPS(CNODE), TCB, 64, CNODE, 64)), seL4_DeleteFirst);
}

TEST(a_source_that_does_not_resolve_wins_over_a_short_message)
{
    cptr_t dest = new_slot();
    assert_refused(sys_call(CNODE, MESSAGE_WITH_CAPS(CNodeCopy, CAPS(CNODE), dest, 64, TCB, 65)), seL4_RangeError, 1, 64);
}

// objects §4.2 check 4; abi App. A, CNode_Copy src empty / dest occupied
TEST(an_empty_source_is_missing_with_its_depth)
{
    cptr_t dest = new_slot(), nothing = new_slot();
    assert_refused(cnode_copy(AT(dest), AT(nothing), ALL_RIGHTS), seL4_FailedLookup, 1, seL4_MissingCapability, 64);
    cptr_t small = given_cnode(4);
    assert_refused(cnode_move(AT(dest), PLACE(small, 2, 4)), seL4_FailedLookup, 1, seL4_MissingCapability, 4);
}

TEST(an_empty_source_wins_over_a_short_message)
{
    cptr_t dest = new_slot(), nothing = new_slot();
    assert_refused(sys_call(CNODE, MESSAGE_WITH_CAPS(CNodeCopy, CAPS(CNODE), dest, 64, nothing, 64)), seL4_FailedLookup, 1,
                   seL4_MissingCapability, 64);
}

// objects §4.2 check 5
TEST(each_method_has_its_own_minimum_length)
{
    cptr_t dest = new_slot();
    assert_refused(sys_call(CNODE, MESSAGE_WITH_CAPS(CNodeCopy, CAPS(CNODE), dest, 64, TCB, 64)), seL4_TruncatedMessage);
    assert_refused(sys_call(CNODE, MESSAGE_WITH_CAPS(CNodeMint, CAPS(CNODE), dest, 64, TCB, 64, 0)), seL4_TruncatedMessage);
    assert_refused(sys_call(CNODE, MESSAGE_WITH_CAPS(CNodeMutate, CAPS(CNODE), dest, 64, TCB, 64)), seL4_TruncatedMessage);
    assert_ok(sys_call(CNODE, MESSAGE_WITH_CAPS(CNodeMove, CAPS(CNODE), dest, 64, SC, 64)));
}

// objects §12 #10
TEST(moving_a_slot_onto_itself_is_delete_first)
{
    assert_refused(cnode_move(AT(TCB), AT(TCB)), seL4_DeleteFirst);
    assert_refused(cnode_mutate(AT(TCB), AT(TCB), 0), seL4_DeleteFirst);
}

TEST(a_copy_of_an_endpoint_has_the_masked_rights)
{
    cptr_t copy = given_copy(given_endpoint(), READ | GRANT);
    assert_int_equal(endpoint_cap_can_receive(cap_of(copy)), 1);
    assert_int_equal(endpoint_cap_can_grant(cap_of(copy)), 1);
    assert_int_equal(endpoint_cap_can_send(cap_of(copy)), 0);
    assert_int_equal(endpoint_cap_can_grant_reply(cap_of(copy)), 0);
}

// objects §12 #26
TEST(an_endpoint_without_rights_can_be_made_copied_and_moved)
{
    cptr_t bare = given_copy(given_endpoint(), NO_RIGHTS), copy = given_copy(bare, ALL_RIGHTS), dest = new_slot();
    assert_int_equal(endpoint_cap_can_send(cap_of(copy)), 0);
    assert_ok(cnode_move(AT(dest), AT(bare)));
    assert_refused(sys_call(dest, MESSAGE(0)), seL4_InvalidCapability, 0);
    assert_ok(cnode_delete(AT(dest)));
}

TEST(minting_gives_a_badge)
{
    cptr_t minted = given_minted(given_endpoint(), WRITE, 0x1234);
    assert_int_equal(endpoint_cap_badge(cap_of(minted)), 0x1234);
    assert_int_equal(endpoint_cap_can_receive(cap_of(minted)), 0);
}

// objects §12 #11; abi App. A, Mint with new badge on badged EP
TEST(minting_a_badged_capability_is_illegal_whatever_the_badge)
{
    cptr_t badged = given_minted(given_endpoint(), ALL_RIGHTS, 7), dest = new_slot();
    assert_refused(cnode_mint(AT(dest), AT(badged), ALL_RIGHTS, 8), seL4_IllegalOperation);
    assert_refused(cnode_mint(AT(dest), AT(badged), ALL_RIGHTS, 7), seL4_IllegalOperation);
    assert_refused(cnode_mint(AT(dest), AT(badged), ALL_RIGHTS, 0), seL4_IllegalOperation);
}

TEST(minting_with_badge_0_is_a_copy)
{
    cptr_t minted = given_minted(given_notification(), ALL_RIGHTS, 0);
    assert_int_equal(notification_cap_badge(cap_of(minted)), 0);
}

// objects §12 #12; abi App. A, Mutate EP
TEST(endpoints_and_notifications_cannot_be_mutated)
{
    cptr_t endpoint = given_endpoint(), notification = given_notification(), dest = new_slot();
    assert_refused(cnode_mutate(AT(dest), AT(endpoint), 5), seL4_IllegalOperation);
    assert_refused(cnode_mutate(AT(dest), AT(endpoint), 0), seL4_IllegalOperation);
    assert_refused(cnode_mutate(AT(dest), AT(notification), 5), seL4_IllegalOperation);
}

// objects §12 #12
TEST(mutating_most_capabilities_is_moving_them)
{
    cptr_t reply = given_reply(), dest = new_slot();
    struct cap before = cap_of(reply);
    assert_ok(cnode_mutate(AT(dest), AT(reply), 99));
    assert_empty(reply);
    assert_true(is_equal(cap_of(dest), before));
}

TEST(mutating_a_cnode_sets_its_guard)
{
    cptr_t cnode = given_cnode(4), dest = new_slot();
    assert_ok(cnode_mutate(AT(dest), AT(cnode), guard_data(3, 2)));
    assert_int_equal(cnode_cap_guard(cap_of(dest)), 3);
    assert_int_equal(cnode_cap_guard_size(cap_of(dest)), 2);
    assert_refused(cnode_mutate(AT(cnode), AT(dest), guard_data(0, 61)), seL4_IllegalOperation);
}

// objects §12 #13
TEST(copy_keeps_a_cnodes_guard_and_mint_with_0_clears_it)
{
    cptr_t guarded = given_minted(given_cnode(4), ALL_RIGHTS, guard_data(3, 2));
    assert_true(is_equal(cap_of(given_copy(guarded, NO_RIGHTS)), cap_of(guarded)));
    assert_int_equal(cnode_cap_guard_size(cap_of(given_minted(guarded, NO_RIGHTS, 0))), 0);
}

// objects §12 #14
TEST(guard_and_radix_may_fill_64_bits_but_not_65)
{
    cptr_t cnode = given_cnode(4), dest = new_slot();
    assert_refused(cnode_mint(AT(dest), AT(cnode), ALL_RIGHTS, guard_data(0, 61)), seL4_IllegalOperation);
    assert_ok(cnode_mint(AT(dest), AT(cnode), ALL_RIGHTS, guard_data(~UINT64_C(0) >> 6, 60)));
    assert_int_equal(cnode_cap_guard_size(cap_of(dest)), 60);
}

// objects §12 #14
TEST(excess_guard_bits_are_cut_off)
{
    cptr_t minted = given_minted(given_cnode(4), ALL_RIGHTS, guard_data(0x17, 3));
    assert_int_equal(cnode_cap_guard(cap_of(minted)), 7);
}

// objects §12 #17, memory §11 #24
TEST(copies_of_an_unmapped_table_or_a_vspace_without_asid_are_illegal)
{
    cptr_t table = given_object(seL4_ARM_PageTableObject, 0), space = given_object(seL4_ARM_VSpaceObject, 0), dest = new_slot();
    assert_refused(cnode_copy(AT(dest), AT(table), ALL_RIGHTS), seL4_IllegalOperation);
    assert_refused(cnode_mint(AT(dest), AT(space), ALL_RIGHTS, 0), seL4_IllegalOperation);
    assert_ok(cnode_move(AT(dest), AT(table)));
}

// objects §12 #16
TEST(a_copy_of_a_mapped_frame_is_unmapped_and_a_moved_one_is_mapped)
{
    cptr_t frame = boot_info->userImageFrames.start, moved = new_slot();
    cptr_t copy = given_copy(frame, ALL_RIGHTS);
    assert_int_not_equal(frame_cap_asid(cap_of(frame)), 0);
    assert_int_equal(frame_cap_asid(cap_of(copy)), 0);
    assert_ok(cnode_move(AT(moved), AT(frame)));
    assert_int_not_equal(frame_cap_asid(cap_of(moved)), 0);
}

// objects §12 #18; abi App. A, copy IRQControl
TEST(irq_control_cannot_be_copied)
{
    cptr_t dest = new_slot();
    assert_refused(cnode_copy(AT(dest), AT(IRQ_CONTROL), ALL_RIGHTS), seL4_IllegalOperation);
    assert_refused(cnode_mint(AT(dest), AT(IRQ_CONTROL), ALL_RIGHTS, 0), seL4_IllegalOperation);
    assert_ok(cnode_move(AT(dest), AT(IRQ_CONTROL)));
}

// objects §12 #18
TEST(domain_sched_control_asid_control_and_reply_can_be_copied)
{
    assert_holds(given_copy(DOMAIN, NO_RIGHTS), domain);
    assert_holds(given_copy(sched_control, NO_RIGHTS), sched_control);
    assert_holds(given_copy(ASID_CONTROL, NO_RIGHTS), asid_control);
    assert_holds(given_copy(given_reply(), ALL_RIGHTS), reply);
    assert_holds(given_copy(TCB, NO_RIGHTS), tcb);
    assert_holds(given_copy(SC, NO_RIGHTS), sched_context);
    assert_holds(given_copy(ASID_POOL, NO_RIGHTS), asid_pool);
    assert_holds(given_copy(VSPACE, NO_RIGHTS), vspace);
}

// objects §12 #19; abi App. A, Copy untyped that has children
TEST(an_untyped_with_children_cannot_be_copied)
{
    cptr_t untyped = given_untyped(12), child = new_slot(), dest = new_slot();
    assert_ok(retype_to(untyped, seL4_EndpointObject, 0, child));
    assert_refused(cnode_copy(AT(dest), AT(untyped), ALL_RIGHTS), seL4_RevokeFirst);
    assert_refused(cnode_mint(AT(dest), AT(untyped), ALL_RIGHTS, 0), seL4_RevokeFirst);
    assert_refused(sys_call(CNODE, MESSAGE_WITH_CAPS(CNodeCopy, CAPS(CNODE), dest, 64, untyped, 64)), seL4_TruncatedMessage);
    assert_ok(cnode_move(AT(dest), AT(untyped)));
}

TEST(an_untyped_keeps_watermark_and_children_when_moved)
{
    cptr_t untyped = given_untyped(12), child = new_slot(), dest = new_slot();
    assert_ok(retype_to(untyped, seL4_NotificationObject, 0, child));
    assert_ok(cnode_move(AT(dest), AT(untyped)));
    assert_int_equal(untyped_cap_watermark(cap_of(dest)), 64);
    assert_ok(cnode_revoke(AT(dest)));
    assert_empty(child);
}

// ------------------------------------------------------------------------------------------- Rotate

struct three {
    cptr_t dest, pivot, source;
};

// The destination is empty; pivot and source hold a reply and a TCB capability.
static struct three given_three_slots(void)
{
    struct three t = {new_slot(), given_reply(), given_copy(TCB, ALL_RIGHTS)};
    return t;
}

// objects §4.5
TEST(rotate_moves_the_pivot_to_dest_and_the_source_to_pivot)
{
    struct three t = given_three_slots();
    assert_ok(cnode_rotate(AT(t.dest), 0, AT(t.pivot), 0, AT(t.source)));
    assert_holds(t.dest, reply);
    assert_holds(t.pivot, tcb);
    assert_empty(t.source);
}

// objects §12 #23
TEST(rotate_with_source_as_dest_swaps)
{
    struct three t = given_three_slots();
    assert_ok(cnode_rotate(AT(t.source), 0, AT(t.pivot), 0, AT(t.source)));
    assert_holds(t.source, reply);
    assert_holds(t.pivot, tcb);
}

TEST(rotate_applies_each_data_word_to_its_capability)
{
    cptr_t pivot = given_cnode(4), source = given_cnode(5), dest = new_slot();
    assert_ok(cnode_rotate(AT(dest), guard_data(1, 1), AT(pivot), guard_data(2, 2), AT(source)));
    assert_int_equal(cnode_cap_radix(cap_of(dest)), 4);
    assert_int_equal(cnode_cap_guard_size(cap_of(dest)), 1);
    assert_int_equal(cnode_cap_radix(cap_of(pivot)), 5);
    assert_int_equal(cnode_cap_guard_size(cap_of(pivot)), 2);
}

TEST(rotate_needs_eight_words_and_two_roots)
{
    struct three t = given_three_slots();
    assert_refused(sys_call(CNODE, MESSAGE_WITH_CAPS(CNodeRotate, CAPS(CNODE, CNODE), t.dest, 64, 0, t.pivot, 64, 0, t.source)),
                   seL4_TruncatedMessage);
    assert_refused(sys_call(CNODE, MESSAGE_WITH_CAPS(CNodeRotate, CAPS(CNODE), t.dest, 64, 0, t.pivot, 64, 0, t.source, 64)),
                   seL4_TruncatedMessage);
}

// objects §4.5 checks 2 and 3: the source is looked up before the pivot
TEST(rotate_looks_up_the_source_before_the_pivot)
{
    struct three t = given_three_slots();
    assert_refused(cnode_rotate(AT(t.dest), 0, PLACE(CNODE, t.pivot, 0), 0, PLACE(TCB, t.source, 64)), seL4_FailedLookup, 1,
                   seL4_InvalidRoot);
    assert_refused(cnode_rotate(AT(t.dest), 0, PLACE(CNODE, t.pivot, 0), 0, AT(t.source)), seL4_RangeError, 1, 64);
}

// objects §12 #22: a pivot lookup failure reports source word 1 …
TEST(a_pivot_that_does_not_resolve_reports_the_source_side)
{
    struct three t = given_three_slots();
    assert_refused(cnode_rotate(AT(t.dest), 0, PLACE(TCB, t.pivot, 64), 0, AT(t.source)), seL4_FailedLookup, 1, seL4_InvalidRoot);
}

// … an empty pivot slot source word 0
TEST(an_empty_pivot_reports_the_destination_side)
{
    struct three t = given_three_slots();
    assert_ok(cnode_delete(AT(t.pivot)));
    assert_refused(cnode_rotate(AT(t.dest), 0, AT(t.pivot), 0, AT(t.source)), seL4_FailedLookup, 0, seL4_MissingCapability, 64);
}

TEST(an_empty_source_is_reported_before_an_empty_pivot)
{
    struct three t = given_three_slots();
    assert_ok(cnode_delete(AT(t.pivot)));
    assert_ok(cnode_delete(AT(t.source)));
    assert_refused(cnode_rotate(AT(t.dest), 0, AT(t.pivot), 0, AT(t.source)), seL4_FailedLookup, 1, seL4_MissingCapability, 64);
}

// objects §12 #23: checked before emptiness
TEST(a_pivot_that_is_source_or_dest_is_illegal_even_if_empty)
{
    struct three t = given_three_slots();
    cptr_t nothing = new_slot();
    assert_refused(cnode_rotate(AT(t.dest), 0, AT(t.source), 0, AT(t.source)), seL4_IllegalOperation);
    assert_refused(cnode_rotate(AT(t.pivot), 0, AT(t.pivot), 0, AT(t.source)), seL4_IllegalOperation);
    assert_refused(cnode_rotate(AT(t.dest), 0, AT(nothing), 0, AT(nothing)), seL4_IllegalOperation);
    assert_refused(cnode_rotate(AT(nothing), 0, AT(nothing), 0, AT(t.source)), seL4_IllegalOperation);
}

TEST(rotate_to_an_occupied_destination_is_delete_first)
{
    struct three t = given_three_slots();
    assert_refused(cnode_rotate(AT(SC), 0, AT(t.pivot), 0, AT(t.source)), seL4_DeleteFirst);
}

TEST(an_occupied_destination_wins_over_an_empty_rotate_source)
{
    struct three t = given_three_slots();
    assert_ok(cnode_delete(AT(t.source)));
    assert_refused(cnode_rotate(AT(SC), 0, AT(t.pivot), 0, AT(t.source)), seL4_DeleteFirst);
}

// objects §12 #12, §4.5 check 8
TEST(endpoints_and_notifications_cannot_be_rotated)
{
    struct three t = given_three_slots();
    cptr_t endpoint = given_endpoint(), notification = given_notification();
    assert_refused(cnode_rotate(AT(t.dest), 0, AT(t.pivot), 0, AT(endpoint)), seL4_IllegalOperation);
    assert_refused(cnode_rotate(AT(t.dest), 0, AT(notification), 0, AT(t.source)), seL4_IllegalOperation);
    assert_refused(cnode_rotate(AT(notification), 0, AT(t.pivot), 0, AT(notification)), seL4_IllegalOperation);
}

TEST(rotate_with_an_impossible_guard_is_illegal)
{
    struct three t = given_three_slots();
    cptr_t cnode = given_cnode(4);
    assert_refused(cnode_rotate(AT(t.dest), guard_data(0, 61), AT(cnode), 0, AT(t.source)), seL4_IllegalOperation);
    assert_refused(cnode_rotate(AT(t.dest), 0, AT(t.pivot), guard_data(0, 61), AT(cnode)), seL4_IllegalOperation);
}

// objects §2.3 exchange: neighbours in the list, in either order
TEST(neighbours_in_the_derivation_list_can_be_swapped)
{
    cptr_t a = given_reply(), b = given_copy(a, NO_RIGHTS);
    assert_ptr_equal(cdt_next(slot_of(a)), slot_of(b));
    assert_ok(cnode_rotate(AT(a), 0, AT(b), 0, AT(a)));
    assert_ptr_equal(cdt_next(slot_of(b)), slot_of(a));
    assert_int_equal(reply_cap_can_grant(cap_of(b)), 1);
    assert_ok(cnode_rotate(AT(a), 0, AT(b), 0, AT(a)));
    assert_ptr_equal(cdt_next(slot_of(a)), slot_of(b));
}

// -------------------------------------------------------------------------------- CancelBadgedSends

// objects §12 #24
TEST(cancel_badged_sends_needs_all_four_rights)
{
    cptr_t endpoint = given_endpoint();
    cptr_t no_grant_reply = given_minted(endpoint, ALL_RIGHTS & ~GRANT_REPLY, 5), no_grant = given_minted(endpoint, ALL_RIGHTS & ~GRANT, 5);
    cptr_t no_read = given_minted(endpoint, ALL_RIGHTS & ~READ, 5), no_write = given_minted(endpoint, ALL_RIGHTS & ~WRITE, 5);
    assert_refused(cnode_cancel_badged_sends(AT(no_grant_reply)), seL4_IllegalOperation);
    assert_refused(cnode_cancel_badged_sends(AT(no_grant)), seL4_IllegalOperation);
    assert_refused(cnode_cancel_badged_sends(AT(no_read)), seL4_IllegalOperation);
    assert_refused(cnode_cancel_badged_sends(AT(no_write)), seL4_IllegalOperation);
}

TEST(cancel_badged_sends_looks_its_target_up)
{
    assert_refused(cnode_cancel_badged_sends(PLACE(CNODE, TCB, 0)), seL4_RangeError, 1, 64);
}

// objects §4.4
TEST(cancel_badged_sends_on_anything_else_is_illegal)
{
    cptr_t notification = given_notification(), nothing = new_slot();
    assert_refused(cnode_cancel_badged_sends(AT(notification)), seL4_IllegalOperation);
    assert_refused(cnode_cancel_badged_sends(AT(nothing)), seL4_IllegalOperation);
    assert_refused(cnode_cancel_badged_sends(AT(TCB)), seL4_IllegalOperation);
}

// objects §12 #24
TEST(cancel_badged_sends_on_badge_0_has_no_effect)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *sender = given_thread();
    as(sender);
    sys_send(endpoint, MESSAGE(1));
    assert_ok(cnode_cancel_badged_sends(AT(endpoint)));
    assert_state(sender, THREAD_BLOCKED_ON_SEND);
}

// objects §12 #25, §7.8
TEST(cancelled_senders_with_the_badge_send_again_and_others_stay)
{
    cptr_t endpoint = given_endpoint(), five = given_minted(endpoint, ALL_RIGHTS, 5), six = given_minted(endpoint, ALL_RIGHTS, 6);
    const struct thread *a = given_thread(), *b = given_thread();
    as(a);
    sys_send(five, MESSAGE(1));
    as(b);
    sys_send(six, MESSAGE(1));
    assert_ok(cnode_cancel_badged_sends(AT(five)));
    assert_state(a, THREAD_RESTART);
    assert_state(b, THREAD_BLOCKED_ON_SEND);
    assert_waiting(endpoint, b);
    as(a);
    again();
    assert_waiting(endpoint, b, a);
}

// objects §7.8: only senders
TEST(cancel_badged_sends_leaves_receivers_alone)
{
    cptr_t endpoint = given_endpoint(), five = given_minted(endpoint, ALL_RIGHTS, 5);
    const struct thread *receiver = given_thread();
    as(receiver);
    sys_wait(five);
    assert_ok(cnode_cancel_badged_sends(AT(five)));
    assert_state(receiver, THREAD_BLOCKED_ON_RECEIVE);
}

// objects §7.8: faulting senders with the badge become Inactive
TEST(cancelling_a_queued_fault_leaves_the_thread_inactive)
{
    cptr_t endpoint = given_endpoint(), handler = given_minted(endpoint, ALL_RIGHTS, 0xbad);
    const struct thread *faulter = given_thread();
    assert_ok(set_fault_handler(faulter, handler));
    as(faulter);
    vm_fault(0x1000, false, 0x92000006);
    assert_state(faulter, THREAD_BLOCKED_ON_SEND);
    assert_ok(cnode_cancel_badged_sends(AT(handler)));
    assert_state(faulter, THREAD_INACTIVE);
}

// ------------------------------------------------------------------------------- Revoke and Delete

// objects §4.3
TEST(revoke_and_delete_of_an_empty_slot_succeed)
{
    cptr_t nothing = new_slot();
    assert_ok(cnode_revoke(AT(nothing)));
    assert_ok(cnode_delete(AT(nothing)));
}

// objects §12 #98 for CNodes, #56
TEST(cnode_methods_do_nothing_in_the_first_phase_of_a_combined_call)
{
    cptr_t notification = given_notification(), victim = given_copy(TCB, ALL_RIGHTS);
    sys_signal(notification);
    sys_nbsend_wait(CNODE, MESSAGE(CNodeDelete, victim, 64), notification);
    assert_holds(victim, tcb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(an_unknown_label_is_an_illegal_operation_even_without_words),
        RUN(every_method_needs_two_words),
        RUN(the_target_lookup_comes_before_the_methods_own_length),
        RUN(a_length_of_127_counts_as_120),
        RUN(less_than_four_words_or_no_source_root_is_truncated),
        RUN(an_occupied_destination_wins_over_an_empty_source),
        RUN(an_occupied_destination_wins_over_a_short_message),
        RUN(a_source_that_does_not_resolve_wins_over_a_short_message),
        RUN(an_empty_source_is_missing_with_its_depth),
        RUN(an_empty_source_wins_over_a_short_message),
        RUN(each_method_has_its_own_minimum_length),
        RUN(moving_a_slot_onto_itself_is_delete_first),
        RUN(a_copy_of_an_endpoint_has_the_masked_rights),
        RUN(an_endpoint_without_rights_can_be_made_copied_and_moved),
        RUN(minting_gives_a_badge),
        RUN(minting_a_badged_capability_is_illegal_whatever_the_badge),
        RUN(minting_with_badge_0_is_a_copy),
        RUN(endpoints_and_notifications_cannot_be_mutated),
        RUN(mutating_most_capabilities_is_moving_them),
        RUN(mutating_a_cnode_sets_its_guard),
        RUN(copy_keeps_a_cnodes_guard_and_mint_with_0_clears_it),
        RUN(guard_and_radix_may_fill_64_bits_but_not_65),
        RUN(excess_guard_bits_are_cut_off),
        RUN(copies_of_an_unmapped_table_or_a_vspace_without_asid_are_illegal),
        RUN(a_copy_of_a_mapped_frame_is_unmapped_and_a_moved_one_is_mapped),
        RUN(irq_control_cannot_be_copied),
        RUN(domain_sched_control_asid_control_and_reply_can_be_copied),
        RUN(an_untyped_with_children_cannot_be_copied),
        RUN(an_untyped_keeps_watermark_and_children_when_moved),
        RUN(rotate_moves_the_pivot_to_dest_and_the_source_to_pivot),
        RUN(rotate_with_source_as_dest_swaps),
        RUN(rotate_applies_each_data_word_to_its_capability),
        RUN(rotate_needs_eight_words_and_two_roots),
        RUN(rotate_looks_up_the_source_before_the_pivot),
        RUN(a_pivot_that_does_not_resolve_reports_the_source_side),
        RUN(an_empty_pivot_reports_the_destination_side),
        RUN(an_empty_source_is_reported_before_an_empty_pivot),
        RUN(a_pivot_that_is_source_or_dest_is_illegal_even_if_empty),
        RUN(rotate_to_an_occupied_destination_is_delete_first),
        RUN(an_occupied_destination_wins_over_an_empty_rotate_source),
        RUN(endpoints_and_notifications_cannot_be_rotated),
        RUN(rotate_with_an_impossible_guard_is_illegal),
        RUN(neighbours_in_the_derivation_list_can_be_swapped),
        RUN(cancel_badged_sends_needs_all_four_rights),
        RUN(cancel_badged_sends_on_anything_else_is_illegal),
        RUN(cancel_badged_sends_on_badge_0_has_no_effect),
        RUN(cancelled_senders_with_the_badge_send_again_and_others_stay),
        RUN(cancel_badged_sends_leaves_receivers_alone),
        RUN(cancelling_a_queued_fault_leaves_the_thread_inactive),
        RUN(revoke_and_delete_of_an_empty_slot_succeed),
        RUN(cnode_methods_do_nothing_in_the_first_phase_of_a_combined_call),
        RUN(cancel_badged_sends_looks_its_target_up),
    };
    return RUN_ALL("cnode", tests);
}
