// SPDX-License-Identifier: BSD-2-Clause
//
// CSpace addressing: objects §3, §12.1. CNode_Delete and CNode_Copy of an empty slot show the target and the source lookup.
#include "tests/unit/harness/harness.h"

#define EMPTY_INDEX 5000 // a slot of the root CNode that is never filled

// A CNode of 16 slots with guard 0 of size 8 (objects §3.3), in a slot of the root CNode.
static cptr_t given_small_cnode(void)
{
    cptr_t small = given_minted(given_cnode(4), ALL_RIGHTS, guard_data(0, 8));
    assert_int_equal(cnode_cap_guard_size(cap_of(small)), 8);
    return small;
}

// A CNode with guard 5 of size 60 - 4, so that it resolves 60 bits.
static cptr_t given_guarded_cnode(word_t guard, word_t guard_size)
{
    return given_minted(given_cnode(4), ALL_RIGHTS, guard_data(guard, guard_size));
}

// ----------------------------------------------------------------------------- depth, root, order

// objects §12 #1, abi App. A, CNode_Delete depth 0 or 65
TEST(depth_0_is_out_of_range)
{
    assert_refused(cnode_delete(PLACE(CNODE, EMPTY_INDEX, 0)), seL4_RangeError, 1, 64);
}

TEST(depth_65_is_out_of_range)
{
    assert_refused(cnode_delete(PLACE(CNODE, EMPTY_INDEX, 65)), seL4_RangeError, 1, 64);
}

// objects §12 #1: not truncated to 8 bits
TEST(depth_320_is_out_of_range)
{
    assert_refused(cnode_delete(PLACE(CNODE, EMPTY_INDEX, 320)), seL4_RangeError, 1, 64);
}

TEST(depth_2_to_the_63_plus_64_is_out_of_range)
{
    assert_refused(cnode_delete(PLACE(CNODE, EMPTY_INDEX, BIT(63) + 64)), seL4_RangeError, 1, 64);
}

// objects §12 #2
TEST(a_source_root_that_is_no_cnode_wins_over_depth_0)
{
    cptr_t dest = new_slot();
    assert_refused(cnode_copy(AT(dest), PLACE(TCB, EMPTY_INDEX, 0), ALL_RIGHTS), seL4_FailedLookup, 1, seL4_InvalidRoot);
}

// objects §12 #5
TEST(an_empty_source_root_is_a_supplied_one)
{
    cptr_t dest = new_slot(), nothing = new_slot();
    assert_refused(cnode_copy(AT(dest), PLACE(nothing, TCB, 64), ALL_RIGHTS), seL4_FailedLookup, 1, seL4_InvalidRoot);
}

TEST(a_source_depth_of_0_is_out_of_range)
{
    cptr_t dest = new_slot();
    assert_refused(cnode_copy(AT(dest), PLACE(CNODE, TCB, 0), ALL_RIGHTS), seL4_RangeError, 1, 64);
}

TEST(a_destination_root_that_is_no_cnode_is_an_invalid_root)
{
    // Methods whose destination root is an argument: here IRQControl.
    assert_refused(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(TCB), 40, EMPTY_INDEX, 0), seL4_FailedLookup, 0, seL4_InvalidRoot);
}

TEST(only_the_low_depth_bits_of_an_index_count)
{
    cptr_t small = given_small_cnode();
    assert_ok(cnode_copy(PLACE(small, 0xfff003, 12), AT(TCB), ALL_RIGHTS));
    assert_refused(cnode_copy(PLACE(small, 3, 12), AT(TCB), ALL_RIGHTS), seL4_DeleteFirst);
}

// ----------------------------------------------------------------------- guards and depths (objects §3.3)

TEST(root_at_depth_20_is_a_guard_mismatch)
{
    assert_refused(cnode_delete(PLACE(CNODE, EMPTY_INDEX, 20)), seL4_FailedLookup, 0, seL4_GuardMismatch, 20, 0, 51);
}

// abi App. A, CNode_Delete index 2^40 depth 64: the last word of the descriptor is MR4
TEST(an_index_with_bit_40_is_a_guard_mismatch)
{
    assert_refused(cnode_delete(PLACE(CNODE, BIT(40), 64)), seL4_FailedLookup, 0, seL4_GuardMismatch, 64, 0, 51);
}

// abi App. A, same without IPC buffer
TEST(without_a_buffer_the_last_word_of_a_guard_mismatch_is_dropped)
{
    assert_ok(set_buffer(root, 0, NULL_CAP));
    assert_refused(cnode_delete(PLACE(CNODE, BIT(40), 64)), seL4_FailedLookup, 0, seL4_GuardMismatch, 64, 0);
}

TEST(root_at_depth_51_is_a_depth_mismatch)
{
    assert_refused(cnode_delete(PLACE(CNODE, 0, 51)), seL4_FailedLookup, 0, seL4_DepthMismatch, 51, 64);
}

TEST(root_at_depth_63_is_a_depth_mismatch)
{
    assert_refused(cnode_delete(PLACE(CNODE, 5, 63)), seL4_FailedLookup, 0, seL4_DepthMismatch, 63, 64);
}

// abi App. A, CNode_Delete depth 60
TEST(root_at_depth_60_is_a_depth_mismatch)
{
    assert_refused(cnode_delete(PLACE(CNODE, 5, 60)), seL4_FailedLookup, 0, seL4_DepthMismatch, 60, 64);
}

TEST(a_small_cnode_at_depth_10_is_a_depth_mismatch)
{
    cptr_t small = given_small_cnode();
    assert_refused(cnode_delete(PLACE(small, 0, 10)), seL4_FailedLookup, 0, seL4_DepthMismatch, 10, 12);
}

TEST(a_small_cnode_at_depth_5_is_a_guard_mismatch)
{
    cptr_t small = given_small_cnode();
    assert_refused(cnode_delete(PLACE(small, 0, 5)), seL4_FailedLookup, 0, seL4_GuardMismatch, 5, 0, 8);
}

TEST(left_over_bits_are_a_depth_mismatch_of_0)
{
    cptr_t small = given_small_cnode();
    assert_refused(cnode_delete(PLACE(small, 0, 13)), seL4_FailedLookup, 0, seL4_DepthMismatch, 1, 0);
}

TEST(left_over_bits_of_a_source_say_so)
{
    cptr_t small = given_small_cnode(), dest = new_slot();
    assert_refused(cnode_copy(AT(dest), PLACE(small, 0, 13), ALL_RIGHTS), seL4_FailedLookup, 1, seL4_DepthMismatch, 1, 0);
}

TEST(the_guard_found_is_the_one_of_the_capability)
{
    cptr_t guarded = given_guarded_cnode(0x2a, 8);
    assert_refused(cnode_delete(PLACE(guarded, 0x2b0, 12)), seL4_FailedLookup, 0, seL4_GuardMismatch, 12, 0x2a, 8);
    assert_ok(cnode_delete(PLACE(guarded, 0x2a0, 12)));
}

TEST(the_guard_is_checked_before_the_depth)
{
    cptr_t guarded = given_guarded_cnode(0x2a, 8);
    assert_refused(cnode_delete(PLACE(guarded, 0x2b, 8)), seL4_FailedLookup, 0, seL4_GuardMismatch, 8, 0x2a, 8);
    assert_refused(cnode_delete(PLACE(guarded, 0x2a, 8)), seL4_FailedLookup, 0, seL4_DepthMismatch, 8, 12);
}

// objects §12 #15
TEST(a_new_cnode_resolves_exactly_its_radix)
{
    cptr_t cnode = given_cnode(4);
    assert_ok(cnode_copy(PLACE(cnode, 3, 4), AT(TCB), ALL_RIGHTS));
    assert_refused(cnode_delete(PLACE(cnode, 3, 3)), seL4_FailedLookup, 0, seL4_DepthMismatch, 3, 4);
    assert_refused(cnode_delete(PLACE(cnode, 3, 64)), seL4_FailedLookup, 0, seL4_DepthMismatch, 60, 0);
}

// ------------------------------------------------------------------------------------ several levels

// A CNode of 16 slots in slot 3 of another one of 16; slot 5 of the inner holds a TCB capability.
static cptr_t given_two_levels(void)
{
    cptr_t outer = given_cnode(4), inner = given_cnode(4);
    assert_ok(cnode_copy(PLACE(inner, 5, 4), AT(TCB), ALL_RIGHTS));
    assert_ok(cnode_mint(PLACE(outer, 3, 4), AT(inner), ALL_RIGHTS, guard_data(1, 1)));
    return outer;
}

TEST(resolution_goes_through_cnodes)
{
    cptr_t outer = given_two_levels(), dest = new_slot();
    assert_ok(cnode_copy(AT(dest), PLACE(outer, 0x3 << 5 | 1 << 4 | 5, 9), ALL_RIGHTS));
    assert_holds(dest, tcb);
}

TEST(resolution_stops_where_the_depth_ends)
{
    cptr_t outer = given_two_levels(), dest = new_slot();
    assert_ok(cnode_copy(AT(dest), PLACE(outer, 3, 4), ALL_RIGHTS));
    assert_holds(dest, cnode);
}

TEST(a_mismatch_in_the_second_level_counts_from_there)
{
    cptr_t outer = given_two_levels();
    assert_refused(cnode_delete(PLACE(outer, 0x3 << 5 | 0 << 4 | 5, 9)), seL4_FailedLookup, 0, seL4_GuardMismatch, 5, 1, 1);
    assert_refused(cnode_delete(PLACE(outer, 0x3 << 3 | 1 << 2, 7)), seL4_FailedLookup, 0, seL4_DepthMismatch, 3, 5);
}

TEST(an_empty_slot_on_the_way_ends_the_resolution)
{
    cptr_t outer = given_two_levels();
    assert_refused(cnode_delete(PLACE(outer, 0x4 << 5 | 1 << 4 | 5, 9)), seL4_FailedLookup, 0, seL4_DepthMismatch, 5, 0);
}

// --------------------------------------------------------------------------- invoked capabilities

// A thread whose CSpace is a CNode of 16 slots, so that an address has 60 bits left over.
static const struct thread *given_thread_with_small_cspace(cptr_t cnode)
{
    const struct thread *thread = given_thread();
    assert_ok(method(thread->cap, TCBSetSpace, CAPS(NULL_CAP, cnode, VSPACE), 0, 0));
    return thread;
}

// objects §12 #3
TEST(left_over_bits_of_an_invoked_capability_are_ignored)
{
    cptr_t cnode = given_cnode(4), notification = given_notification();
    assert_ok(cnode_copy(PLACE(cnode, 7, 4), AT(notification), ALL_RIGHTS));
    as(given_thread_with_small_cspace(cnode));
    sys_signal(UINT64_C(0x7fedcba987654321));
    assert_int_equal(((struct notification *)object_of(notification))->state, NOTIFICATION_ACTIVE);
}

// objects §12 #4
TEST(a_call_on_an_empty_slot_is_an_invalid_capability)
{
    cptr_t nothing = new_slot();
    assert_refused(sys_call(nothing, MESSAGE(1)), seL4_InvalidCapability, 0);
}

// abi App. A, Call null slot 0, label 1
TEST(a_call_on_slot_0_is_an_invalid_capability)
{
    assert_refused(sys_call(NULL_CAP, MESSAGE(1)), seL4_InvalidCapability, 0);
}

// objects §12 #4
TEST(a_send_on_an_empty_slot_does_nothing)
{
    cptr_t nothing = new_slot();
    assert_no_effect(sys_send(nothing, MESSAGE(1)));
}

// objects §12 #6
TEST(without_a_buffer_methods_with_capabilities_are_truncated)
{
    cptr_t dest = new_slot();
    assert_ok(set_buffer(root, 0, NULL_CAP));
    assert_refused(cnode_move(AT(dest), AT(TCB)), seL4_TruncatedMessage);
}

// objects §12 #6, §0.4 rule 3
TEST(without_a_buffer_the_length_is_cut_to_4)
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_ok(set_buffer(root, 0, NULL_CAP));
    assert_refused(retype_to(untyped, seL4_EndpointObject, 0, slot), seL4_TruncatedMessage);
}

// objects §12 #8, abi §2.3
TEST(after_a_successful_call_the_arguments_are_still_there)
{
    cptr_t dest = new_slot();
    struct result r = cnode_copy(AT(dest), AT(TCB), ALL_RIGHTS);
    assert_ok(r);
    assert_int_equal(r.mr[0], dest);
    assert_int_equal(r.mr[1], 64);
    assert_int_equal(r.mr[2], TCB);
    assert_int_equal(r.mr[3], 64);
    assert_int_equal(r.mr[4], ALL_RIGHTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(depth_0_is_out_of_range),
        RUN(depth_65_is_out_of_range),
        RUN(depth_320_is_out_of_range),
        RUN(depth_2_to_the_63_plus_64_is_out_of_range),
        RUN(a_source_root_that_is_no_cnode_wins_over_depth_0),
        RUN(an_empty_source_root_is_a_supplied_one),
        RUN(a_source_depth_of_0_is_out_of_range),
        RUN(a_destination_root_that_is_no_cnode_is_an_invalid_root),
        RUN(only_the_low_depth_bits_of_an_index_count),
        RUN(root_at_depth_20_is_a_guard_mismatch),
        RUN(an_index_with_bit_40_is_a_guard_mismatch),
        RUN(without_a_buffer_the_last_word_of_a_guard_mismatch_is_dropped),
        RUN(root_at_depth_51_is_a_depth_mismatch),
        RUN(root_at_depth_63_is_a_depth_mismatch),
        RUN(root_at_depth_60_is_a_depth_mismatch),
        RUN(a_small_cnode_at_depth_10_is_a_depth_mismatch),
        RUN(a_small_cnode_at_depth_5_is_a_guard_mismatch),
        RUN(left_over_bits_are_a_depth_mismatch_of_0),
        RUN(left_over_bits_of_a_source_say_so),
        RUN(the_guard_found_is_the_one_of_the_capability),
        RUN(the_guard_is_checked_before_the_depth),
        RUN(a_new_cnode_resolves_exactly_its_radix),
        RUN(resolution_goes_through_cnodes),
        RUN(resolution_stops_where_the_depth_ends),
        RUN(a_mismatch_in_the_second_level_counts_from_there),
        RUN(an_empty_slot_on_the_way_ends_the_resolution),
        RUN(left_over_bits_of_an_invoked_capability_are_ignored),
        RUN(a_call_on_an_empty_slot_is_an_invalid_capability),
        RUN(a_call_on_slot_0_is_an_invalid_capability),
        RUN(a_send_on_an_empty_slot_does_nothing),
        RUN(without_a_buffer_methods_with_capabilities_are_truncated),
        RUN(without_a_buffer_the_length_is_cut_to_4),
        RUN(after_a_successful_call_the_arguments_are_still_there),
    };
    return RUN_ALL("lookup", tests);
}
