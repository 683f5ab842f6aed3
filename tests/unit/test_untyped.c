// SPDX-License-Identifier: BSD-2-Clause
//
// Untyped memory: objects §6, §12.5.
#include "tests/unit/harness/harness.h"

enum { LINE = 40 };

#define ROOT_WINDOW PLACE(CNODE, 0, 0)

static word_t watermark(cptr_t untyped)
{
    return untyped_cap_watermark(cap_of(untyped));
}

static bool is_zero(const uint8_t *memory, word_t bytes)
{
    for (word_t i = 0; i < bytes; i++) {
        if (memory[i] != 0) {
            return false;
        }
    }
    return true;
}

// --------------------------------------------------------------------------------- checks, in order

// objects §6.2 check 1
TEST(an_untyped_has_one_method)
{
    cptr_t untyped = given_untyped(12);
    assert_refused(sys_call(untyped, MESSAGE(CNodeDelete)), seL4_IllegalOperation);
    assert_refused(sys_call(untyped, MESSAGE(0)), seL4_IllegalOperation);
}

// objects §6.2 check 2
TEST(retype_needs_six_words_and_a_root)
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_refused(sys_call(untyped, MESSAGE_WITH_CAPS(UntypedRetype, CAPS(CNODE), 99, 99, 0, 0, slot)), seL4_TruncatedMessage);
    assert_refused(sys_call(untyped, MESSAGE(UntypedRetype, 99, 99, 0, 0, slot, 1)), seL4_TruncatedMessage);
}

// objects §12 #48; abi App. A, Retype type 12
TEST(type_12_is_an_invalid_argument_whatever_else_is_wrong)
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_refused(retype_to(untyped, 12, 99, slot), seL4_InvalidArgument, 0);
    assert_refused(retype(untyped, ~UINT64_C(0), 99, PLACE(TCB, 0, 99), 9999, 0), seL4_InvalidArgument, 0);
}

// objects §12 #46
TEST(size_bits_64_is_out_of_range_for_every_type)
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_refused(retype_to(untyped, seL4_TCBObject, 64, slot), seL4_RangeError, 0, 47);
    assert_refused(retype_to(untyped, seL4_EndpointObject, ~UINT64_C(0), slot), seL4_RangeError, 0, 47);
    assert_refused(retype_to(untyped, seL4_CapTableObject, 64, slot), seL4_RangeError, 0, 47);
}

// objects §12 #46
TEST(size_bits_63_is_fine_for_a_tcb)
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_ok(retype_to(untyped, seL4_TCBObject, 63, slot));
    assert_holds(slot, tcb);
}

// abi App. A, untyped 48 bits
TEST(an_untyped_of_48_bits_is_out_of_range)
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_refused(retype_to(untyped, seL4_UntypedObject, 48, slot), seL4_RangeError, 0, 47);
    assert_refused(retype_to(untyped, seL4_SchedContextObject, 48, slot), seL4_RangeError, 0, 47);
    assert_refused(retype_to(untyped, seL4_UntypedObject, 47, slot), seL4_NotEnoughMemory, 4096);
}

// objects §12 #47
TEST(a_cnodes_size_counts_slots)
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_refused(retype_to(untyped, seL4_CapTableObject, 43, slot), seL4_RangeError, 0, 47);
    assert_refused(retype_to(untyped, seL4_CapTableObject, 42, slot), seL4_NotEnoughMemory, 4096);
    assert_ok(retype_to(untyped, seL4_CapTableObject, 7, slot));
    assert_int_equal(watermark(untyped), 4096);
}

// objects §6.2 checks 5..7; abi App. A, CapTable 0 / SC 6
TEST(too_small_sizes_are_invalid_arguments)
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_refused(retype_to(untyped, seL4_CapTableObject, 0, slot), seL4_InvalidArgument, 1);
    assert_refused(retype_to(untyped, seL4_UntypedObject, 3, slot), seL4_InvalidArgument, 1);
    assert_refused(retype_to(untyped, seL4_UntypedObject, 0, slot), seL4_InvalidArgument, 1);
    assert_refused(retype_to(untyped, seL4_SchedContextObject, 6, slot), seL4_InvalidArgument, 1);
    assert_refused(retype_to(untyped, seL4_SchedContextObject, 0, slot), seL4_InvalidArgument, 1);
}

TEST(the_smallest_sizes_are_fine)
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_ok(retype(untyped, seL4_CapTableObject, 1, ROOT_WINDOW, slot, 1));
    assert_ok(retype(untyped, seL4_UntypedObject, 4, ROOT_WINDOW, new_slot(), 1));
    assert_ok(retype(untyped, seL4_SchedContextObject, 7, ROOT_WINDOW, new_slot(), 1));
}

TEST(the_size_comes_before_the_destination)
{
    cptr_t untyped = given_untyped(12);
    assert_refused(retype(untyped, seL4_CapTableObject, 0, PLACE(TCB, 0, 65), 0, 1), seL4_InvalidArgument, 1);
}

// objects §6.2 check 8
TEST(the_node_is_looked_up_on_the_destination_side)
{
    cptr_t untyped = given_untyped(12);
    assert_refused(retype(untyped, seL4_EndpointObject, 0, PLACE(CNODE, 2, 65), 0, 1), seL4_RangeError, 1, 64);
    assert_refused(retype(untyped, seL4_EndpointObject, 0, PLACE(TCB, 2, 64), 0, 1), seL4_FailedLookup, 0, seL4_InvalidRoot);
    assert_refused(retype(untyped, seL4_EndpointObject, 0, PLACE(CNODE, 0, 51), 0, 1), seL4_FailedLookup, 0, seL4_DepthMismatch, 51, 64);
}

// objects §12 #50; abi App. A, Retype, root cap not a CNode, depth 0
TEST(depth_0_uses_the_root_itself_which_must_be_a_cnode)
{
    cptr_t untyped = given_untyped(12);
    assert_refused(retype(untyped, seL4_EndpointObject, 0, PLACE(TCB, 77, 0), 0, 1), seL4_FailedLookup, 0, seL4_MissingCapability, 0);
}

// objects §12 #51
TEST(a_destination_that_is_no_cnode_is_missing_with_the_given_depth)
{
    cptr_t untyped = given_untyped(12), nothing = new_slot();
    assert_refused(retype(untyped, seL4_EndpointObject, 0, PLACE(CNODE, TCB, 64), 0, 1), seL4_FailedLookup, 0, seL4_MissingCapability, 64);
    assert_refused(retype(untyped, seL4_EndpointObject, 0, PLACE(CNODE, nothing, 64), 0, 1), seL4_FailedLookup, 0, seL4_MissingCapability,
                   64);
}

// abi App. A, Retype offset 8192
TEST(an_offset_beyond_the_node_is_out_of_range)
{
    cptr_t untyped = given_untyped(12);
    assert_refused(retype(untyped, seL4_EndpointObject, 0, ROOT_WINDOW, 8192, 1), seL4_RangeError, 0, 8191);
    assert_refused(retype(untyped, seL4_EndpointObject, 0, ROOT_WINDOW, ~UINT64_C(0), 0), seL4_RangeError, 0, 8191);
}

// objects §12 #52; abi App. A, Retype 257 objects
TEST(a_window_of_0_or_257_is_out_of_range)
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_refused(retype(untyped, seL4_EndpointObject, 0, ROOT_WINDOW, slot, 0), seL4_RangeError, 1, 256);
    assert_refused(retype(untyped, seL4_EndpointObject, 0, ROOT_WINDOW, 8190, 257), seL4_RangeError, 1, 256);
    assert_refused(retype(untyped, seL4_EndpointObject, 0, ROOT_WINDOW, slot, ~UINT64_C(0)), seL4_RangeError, 1, 256);
}

// objects §12 #52; abi App. A, Retype offset 8190 × 3
TEST(a_window_that_overruns_the_node_is_out_of_range)
{
    cptr_t untyped = given_untyped(12);
    assert_refused(retype(untyped, seL4_EndpointObject, 0, ROOT_WINDOW, 8190, 3), seL4_RangeError, 1, 2);
    assert_ok(retype(untyped, seL4_EndpointObject, 0, ROOT_WINDOW, 8190, 2));
}

// objects §6.2 check 13
TEST(an_occupied_slot_anywhere_in_the_window_is_delete_first)
{
    cptr_t untyped = given_untyped(12), cnode = given_cnode(4);
    assert_ok(cnode_copy(PLACE(cnode, 7, 4), AT(TCB), ALL_RIGHTS));
    assert_refused(retype(untyped, seL4_EndpointObject, 0, PLACE(CNODE, cnode, 64), 5, 3), seL4_DeleteFirst);
    assert_refused(retype(untyped, seL4_EndpointObject, 0, PLACE(CNODE, cnode, 64), 7, 3), seL4_DeleteFirst);
    assert_ok(retype(untyped, seL4_EndpointObject, 0, PLACE(CNODE, cnode, 64), 5, 2));
}

TEST(occupied_slots_win_over_missing_memory)
{
    cptr_t untyped = given_untyped(4), slot = given_copy(TCB, ALL_RIGHTS);
    assert_refused(retype_to(untyped, seL4_TCBObject, 0, slot), seL4_DeleteFirst);
}

// objects §6.2: the window addresses the node's slots directly
TEST(the_guard_of_the_destination_does_not_matter)
{
    cptr_t untyped = given_untyped(12), cnode = given_cnode(4), guarded = given_minted(cnode, ALL_RIGHTS, guard_data(5, 7));
    assert_ok(retype(untyped, seL4_EndpointObject, 0, PLACE(guarded, 0, 0), 15, 1));
    assert_int_equal(cap_kind(((struct slot *)object_of(cnode))[15].cap), kind_endpoint);
}

// ------------------------------------------------------------------------------------------ memory

// objects §12 #53
TEST(not_enough_memory_reports_the_free_bytes_before_alignment)
{
    cptr_t untyped = given_untyped(13), slot = new_slot(), page = new_slot();
    assert_ok(retype_to(untyped, seL4_EndpointObject, 0, slot));
    assert_refused(retype(untyped, seL4_ARM_SmallPageObject, 0, ROOT_WINDOW, page, 2), seL4_NotEnoughMemory, 8192 - 16);
    assert_ok(retype_to(untyped, seL4_ARM_SmallPageObject, 0, page));
    assert_refused(retype_to(untyped, seL4_EndpointObject, 0, new_slot()), seL4_NotEnoughMemory, 0);
}

// objects §6.3
TEST(objects_lie_behind_one_another_aligned_to_their_size)
{
    cptr_t untyped = given_untyped(13), endpoint = new_slot(), tcb = new_slot(), reply = new_slot();
    paddr_t base = untyped_cap_base(cap_of(untyped));
    assert_ok(retype_to(untyped, seL4_EndpointObject, 0, endpoint));
    assert_int_equal(watermark(untyped), 16);
    assert_ok(retype_to(untyped, seL4_TCBObject, 0, tcb));
    assert_int_equal(watermark(untyped), 4096);
    assert_ok(retype_to(untyped, seL4_ReplyObject, 0, reply));
    assert_int_equal(endpoint_cap_object(cap_of(endpoint)), base);
    assert_int_equal(tcb_cap_object(cap_of(tcb)), base + 2048);
    assert_int_equal(reply_cap_object(cap_of(reply)), base + 4096);
}

TEST(a_window_of_objects_is_consecutive)
{
    cptr_t untyped = given_untyped(12), first = new_slot(), second = new_slot(), third = new_slot();
    assert_ok(retype(untyped, seL4_NotificationObject, 0, ROOT_WINDOW, first, 3));
    paddr_t base = notification_cap_object(cap_of(first));
    assert_int_equal(notification_cap_object(cap_of(second)), base + 64);
    assert_int_equal(notification_cap_object(cap_of(third)), base + 128);
    assert_int_equal(watermark(untyped), 192);
}

TEST(retype_makes_256_objects_at_once)
{
    cptr_t untyped = given_untyped(12), cnode = given_cnode(8);
    assert_ok(retype(untyped, seL4_EndpointObject, 0, PLACE(cnode, 0, 0), 0, 256));
    assert_int_equal(watermark(untyped), 4096);
    assert_int_equal(cap_kind(((struct slot *)object_of(cnode))[255].cap), kind_endpoint);
}

// objects §12 #54
TEST(deleting_the_youngest_object_frees_nothing)
{
    cptr_t untyped = given_untyped(12), first = new_slot(), second = new_slot();
    assert_ok(retype(untyped, seL4_TCBObject, 0, ROOT_WINDOW, first, 2));
    assert_ok(cnode_delete(AT(second)));
    assert_refused(retype_to(untyped, seL4_TCBObject, 0, second), seL4_NotEnoughMemory, 0);
    assert_ok(cnode_delete(AT(first)));
    assert_ok(retype_to(untyped, seL4_TCBObject, 0, second));
}

// objects §12 #55
TEST(without_children_the_watermark_does_not_count)
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_ok(retype_to(untyped, seL4_ARM_SmallPageObject, 0, slot));
    assert_ok(cnode_delete(AT(slot)));
    assert_int_equal(watermark(untyped), 4096);
    assert_refused(retype(untyped, seL4_ARM_SmallPageObject, 0, ROOT_WINDOW, slot, 2), seL4_NotEnoughMemory, 4096);
    assert_ok(retype_to(untyped, seL4_ARM_SmallPageObject, 0, slot));
}

// objects §12 #20
TEST(a_copied_untyped_is_used_up_and_its_copy_is_not)
{
    cptr_t untyped = given_untyped(12), copy = given_copy(untyped, ALL_RIGHTS), slot = new_slot();
    assert_refused(retype_to(untyped, seL4_EndpointObject, 0, slot), seL4_NotEnoughMemory, 0);
    assert_ok(retype_to(copy, seL4_EndpointObject, 0, slot));
    assert_ok(cnode_revoke(AT(untyped)));
    assert_empty(copy);
    assert_empty(slot);
    assert_ok(retype_to(untyped, seL4_EndpointObject, 0, slot));
}

// objects §12 #21
TEST(deleting_the_copy_does_not_free_the_original_while_its_objects_live)
{
    cptr_t untyped = given_untyped(12), copy = given_copy(untyped, ALL_RIGHTS), slot = new_slot(), other = new_slot();
    assert_ok(retype_to(copy, seL4_EndpointObject, 0, slot));
    assert_ok(cnode_delete(AT(copy)));
    assert_refused(retype_to(untyped, seL4_EndpointObject, 0, other), seL4_NotEnoughMemory, 0);
    assert_ok(cnode_delete(AT(slot)));
    assert_ok(retype_to(untyped, seL4_EndpointObject, 0, other));
}

// objects §1.7 side rule: the copy gets the watermark that the source had
TEST(an_untyped_copy_inherits_the_watermark)
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_ok(retype_to(untyped, seL4_TCBObject, 0, slot));
    assert_ok(cnode_delete(AT(slot)));
    cptr_t copy = given_copy(untyped, ALL_RIGHTS);
    assert_int_equal(watermark(copy), 2048);
    assert_int_equal(watermark(untyped), 4096);
}

// objects §6.6
TEST(make_pool_uses_its_untyped_up)
{
    cptr_t untyped = given_untyped(12), pool = new_slot();
    assert_ok(method(ASID_CONTROL, ARMASIDControlMakePool, CAPS(untyped, CNODE), pool, 64));
    assert_int_equal(watermark(untyped), 4096);
    assert_refused(retype_to(untyped, seL4_EndpointObject, 0, new_slot()), seL4_NotEnoughMemory, 0);
}

// ------------------------------------------------------------------------------------------- reset

// objects §6.4
TEST(reused_memory_is_cleared)
{
    cptr_t untyped = given_untyped(13), page = new_slot();
    assert_ok(retype(untyped, seL4_ARM_SmallPageObject, 0, ROOT_WINDOW, page, 1));
    uint8_t *memory = object_of(page);
    memset(memory, 0xaa, 4096);
    assert_ok(cnode_delete(AT(page)));
    assert_ok(retype_to(untyped, seL4_ARM_SmallPageObject, 0, page));
    assert_true(is_zero(object_of(page), 4096));
}

TEST(memory_smaller_than_a_chunk_is_cleared_whole)
{
    cptr_t untyped = given_untyped(7), slot = new_slot();
    uint8_t *memory = object_of(untyped);
    assert_ok(retype_to(untyped, seL4_NotificationObject, 0, slot));
    sys_signal(slot);
    assert_false(is_zero(memory, 128));
    assert_ok(cnode_delete(AT(slot)));
    assert_ok(retype_to(untyped, seL4_EndpointObject, 0, slot));
    assert_true(is_zero(memory, 128));
}

// objects §6.4 rule 2, memory §1.3
TEST(device_memory_is_not_touched)
{
    cptr_t device = given_device_untyped(13), slot = new_slot();
    assert_ok(retype_to(device, seL4_ARM_SmallPageObject, 0, slot)); // an access would end the test: it is not RAM
    assert_ok(cnode_delete(AT(slot)));
    assert_ok(retype_to(device, seL4_ARM_SmallPageObject, 0, slot));
    assert_int_equal(frame_cap_is_device(cap_of(slot)), 1);
    assert_int_equal(fake_count_calls(FAKE_CLEAN_TO_MEMORY), 0);
}

// objects §12 #49, memory §11 #42
TEST(other_objects_cannot_be_made_of_device_memory)
{
    cptr_t device = given_device_untyped(13), slot = new_slot();
    assert_refused(retype_to(device, seL4_EndpointObject, 0, slot), seL4_InvalidArgument, 1);
    assert_refused(retype_to(device, seL4_ARM_PageTableObject, 0, slot), seL4_InvalidArgument, 1);
    assert_refused(retype_to(device, seL4_ARM_VSpaceObject, 0, slot), seL4_InvalidArgument, 1);
    assert_refused(retype_to(device, seL4_CapTableObject, 4, slot), seL4_InvalidArgument, 1);
    assert_ok(retype_to(device, seL4_UntypedObject, 12, slot));
    assert_int_equal(untyped_cap_is_device(cap_of(slot)), 1);
}

// objects §12 #49: only after the space check
TEST(missing_device_memory_wins_over_the_wrong_type)
{
    cptr_t device = given_device_untyped(13), slot = new_slot();
    word_t bits = untyped_cap_size_bits(cap_of(device));
    assert_refused(retype_to(device, seL4_CapTableObject, bits, slot), seL4_NotEnoughMemory, BIT(bits));
}

// objects §6.4 rule 4, §5.5: chunks are cleared downwards, and the watermark tells how far
TEST(a_reset_can_be_preempted_and_goes_on_from_there)
{
    cptr_t untyped = given_untyped(16), slot = new_slot(), handler = new_slot();
    assert_ok(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), LINE, handler, 64));
    assert_ok(retype_to(untyped, seL4_UntypedObject, 16, slot));
    assert_ok(cnode_delete(AT(slot)));
    memset(object_of(untyped), 0x55, 1 << 16);
    here()->work_units = 0;
    fake_irq_raise(LINE);
    struct result r = retype_to(untyped, seL4_CapTableObject, 11, slot);
    assert_int_equal(watermark(untyped), 65536 - 100 * 256);
    assert_true(root->tcb->regs.pc == root->tcb->regs.fault_pc);
    assert_int_equal(r.info, UntypedRetype << 12 | 1 << 7 | 6); // objects §12 #102: registers intact
    assert_empty(slot);
    assert_ok(again());
    assert_int_equal(watermark(untyped), 65536);
    assert_true(is_zero(object_of(slot), 1 << 16));
}

TEST(a_reset_starts_with_the_chunk_of_the_last_used_byte)
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    uint8_t *memory = object_of(untyped);
    assert_ok(retype_to(untyped, seL4_UntypedObject, 9, slot));
    memset(memory, 0x55, 4096); // above the watermark nothing was ever handed out: it is not cleared
    assert_ok(cnode_delete(AT(slot)));
    assert_ok(retype_to(untyped, seL4_UntypedObject, 9, slot));
    assert_true(is_zero(memory, 512));
    assert_int_equal(memory[512], 0x55);
}

// --------------------------------------------------------------------------- new objects (objects §6.5)

TEST(a_new_untyped_has_watermark_0)
{
    cptr_t untyped = given_untyped(9);
    assert_int_equal(untyped_cap_size_bits(cap_of(untyped)), 9);
    assert_int_equal(watermark(untyped), 0);
    assert_int_equal(untyped_cap_is_device(cap_of(untyped)), 0);
}

TEST(a_new_thread_is_inactive_with_empty_slots_and_a_name)
{
    const struct tcb *tcb = object_of(given_object(seL4_TCBObject, 0));
    assert_int_equal(tcb->state, THREAD_INACTIVE);
    assert_int_equal(tcb->priority, 0);
    assert_int_equal(tcb->mcp, 0);
    assert_int_equal(tcb->flags, 0);
    assert_int_equal(tcb->regs.spsr, 0x40);
    assert_int_equal(tcb->regs.pc, 0);
    assert_null(tcb->sc);
    assert_true(slot_is_empty(&tcb->slots[TCB_CSPACE]) && slot_is_empty(&tcb->slots[TCB_TIMEOUT_HANDLER]));
    assert_string_equal(tcb->name, "child of: 'rootserver'");
}

TEST(new_endpoints_notifications_and_replies_have_all_rights_and_no_badge)
{
    struct cap endpoint = cap_of(given_endpoint()), notification = cap_of(given_notification()), reply = cap_of(given_reply());
    assert_true(endpoint_cap_can_send(endpoint) && endpoint_cap_can_receive(endpoint) && endpoint_cap_can_grant(endpoint) &&
                endpoint_cap_can_grant_reply(endpoint));
    assert_int_equal(endpoint_cap_badge(endpoint), 0);
    assert_true(notification_cap_can_send(notification) && notification_cap_can_receive(notification));
    assert_int_equal(notification_cap_badge(notification), 0);
    assert_true(reply_cap_can_grant(reply));
}

TEST(a_new_cnode_has_no_guard)
{
    struct cap cnode = cap_of(given_cnode(5));
    assert_int_equal(cnode_cap_radix(cnode), 5);
    assert_int_equal(cnode_cap_guard_size(cnode), 0);
    assert_int_equal(cnode_cap_guard(cnode), 0);
}

TEST(a_new_context_is_not_configured)
{
    cptr_t slot = given_object(seL4_SchedContextObject, 9);
    const struct sched_context *sc = object_of(slot);
    assert_int_equal(sched_context_cap_size_bits(cap_of(slot)), 9);
    assert_false(sc_is_active(sc));
    assert_null(sc->thread);
}

TEST(a_new_frame_is_zero_read_write_unmapped_and_clean)
{
    cptr_t slot = given_frame();
    assert_int_equal(fake_nth_call(FAKE_CLEAN_TO_MEMORY, 0)->a, frame_cap_base(cap_of(slot)));
    assert_int_equal(fake_nth_call(FAKE_CLEAN_TO_MEMORY, 0)->b, 4096);
    assert_int_equal(frame_cap_access(cap_of(slot)), ACCESS_READ_WRITE);
    assert_int_equal(frame_cap_asid(cap_of(slot)), 0);
    assert_true(is_zero(object_of(slot), 4096));
}

TEST(frames_come_in_three_sizes)
{
    cptr_t device = given_device_untyped(31), small = new_slot(), large = new_slot(), huge = new_slot();
    assert_ok(retype_to(device, seL4_ARM_SmallPageObject, 0, small));
    assert_ok(retype_to(device, seL4_ARM_LargePageObject, 0, large));
    assert_ok(retype_to(device, seL4_ARM_HugePageObject, 0, huge));
    assert_int_equal(frame_cap_size_bits(cap_of(small)), 12);
    assert_int_equal(frame_cap_size_bits(cap_of(large)), 21);
    assert_int_equal(frame_cap_size_bits(cap_of(huge)), 30);
    assert_int_equal(watermark(device), BIT(31));
}

TEST(new_tables_and_spaces_are_unmapped)
{
    assert_int_equal(page_table_cap_is_mapped(cap_of(given_object(seL4_ARM_PageTableObject, 0))), 0);
    assert_int_equal(vspace_cap_is_assigned(cap_of(given_object(seL4_ARM_VSpaceObject, 0))), 0);
}

// ------------------------------------------------------------------------------- other system calls

// objects §12 #56
TEST(retype_works_with_nbsend_and_in_the_first_phase_of_combined_calls)
{
    cptr_t untyped = given_untyped(12), a = new_slot(), b = new_slot(), c = new_slot(), notification = given_notification();
    sys_nbsend(untyped, MESSAGE_WITH_CAPS(UntypedRetype, CAPS(CNODE), seL4_EndpointObject, 0, 0, 0, a, 1));
    assert_holds(a, endpoint);
    sys_signal(notification);
    sys_nbsend_wait(untyped, MESSAGE_WITH_CAPS(UntypedRetype, CAPS(CNODE), seL4_EndpointObject, 0, 0, 0, b, 1), notification);
    assert_holds(b, endpoint);
    sys_signal(notification);
    sys_nbsend_recv(untyped, MESSAGE_WITH_CAPS(UntypedRetype, CAPS(CNODE), seL4_EndpointObject, 0, 0, 0, c, 1), notification, NULL_CAP);
    assert_holds(c, endpoint);
}

// objects §11.4: no error reaches a user of anything but Call
TEST(a_refused_retype_by_send_changes_nothing_at_all)
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_no_effect(sys_send(untyped, MESSAGE_WITH_CAPS(UntypedRetype, CAPS(CNODE), 12, 0, 0, 0, slot, 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(an_untyped_has_one_method),
        RUN(retype_needs_six_words_and_a_root),
        RUN(type_12_is_an_invalid_argument_whatever_else_is_wrong),
        RUN(size_bits_64_is_out_of_range_for_every_type),
        RUN(size_bits_63_is_fine_for_a_tcb),
        RUN(an_untyped_of_48_bits_is_out_of_range),
        RUN(a_cnodes_size_counts_slots),
        RUN(too_small_sizes_are_invalid_arguments),
        RUN(the_smallest_sizes_are_fine),
        RUN(the_size_comes_before_the_destination),
        RUN(the_node_is_looked_up_on_the_destination_side),
        RUN(depth_0_uses_the_root_itself_which_must_be_a_cnode),
        RUN(a_destination_that_is_no_cnode_is_missing_with_the_given_depth),
        RUN(an_offset_beyond_the_node_is_out_of_range),
        RUN(a_window_of_0_or_257_is_out_of_range),
        RUN(a_window_that_overruns_the_node_is_out_of_range),
        RUN(an_occupied_slot_anywhere_in_the_window_is_delete_first),
        RUN(occupied_slots_win_over_missing_memory),
        RUN(the_guard_of_the_destination_does_not_matter),
        RUN(not_enough_memory_reports_the_free_bytes_before_alignment),
        RUN(objects_lie_behind_one_another_aligned_to_their_size),
        RUN(a_window_of_objects_is_consecutive),
        RUN(retype_makes_256_objects_at_once),
        RUN(deleting_the_youngest_object_frees_nothing),
        RUN(without_children_the_watermark_does_not_count),
        RUN(a_copied_untyped_is_used_up_and_its_copy_is_not),
        RUN(deleting_the_copy_does_not_free_the_original_while_its_objects_live),
        RUN(an_untyped_copy_inherits_the_watermark),
        RUN(make_pool_uses_its_untyped_up),
        RUN(reused_memory_is_cleared),
        RUN(memory_smaller_than_a_chunk_is_cleared_whole),
        RUN(device_memory_is_not_touched),
        RUN(other_objects_cannot_be_made_of_device_memory),
        RUN(missing_device_memory_wins_over_the_wrong_type),
        RUN(a_reset_can_be_preempted_and_goes_on_from_there),
        RUN(a_reset_starts_with_the_chunk_of_the_last_used_byte),
        RUN(a_new_untyped_has_watermark_0),
        RUN(a_new_thread_is_inactive_with_empty_slots_and_a_name),
        RUN(new_endpoints_notifications_and_replies_have_all_rights_and_no_badge),
        RUN(a_new_cnode_has_no_guard),
        RUN(a_new_context_is_not_configured),
        RUN(a_new_frame_is_zero_read_write_unmapped_and_clean),
        RUN(frames_come_in_three_sizes),
        RUN(new_tables_and_spaces_are_unmapped),
        RUN(retype_works_with_nbsend_and_in_the_first_phase_of_combined_calls),
        RUN(a_refused_retype_by_send_changes_nothing_at_all),
    };
    return RUN_ALL("untyped", tests);
}
