// SPDX-License-Identifier: BSD-2-Clause
//
// PageTable_Map and PageTable_Unmap, the walk, and TCB VSpace roots (memory §2.1, §2.3, §2.12).
#include "tests/unit/memory.h"

TEST(map_needs_two_words_and_a_vspace) // memory §2.3 Map 1
{
    cptr_t table = given_table();
    assert_refused(method(table, ARMPageTableMap, CAPS(VSPACE), NO_LEVEL_3), seL4_TruncatedMessage);
    assert_refused(method(table, ARMPageTableMap, CAPS(), NO_LEVEL_3, 0), seL4_TruncatedMessage);
}

TEST(a_mapped_table_is_refused_before_the_vspace_is_looked_at) // memory §2.3 Map 2
{
    cptr_t table = given_table();
    assert_ok(table_map(table, VSPACE, NO_LEVEL_3));
    assert_refused(table_map(table, CNODE, NO_LEVEL_3), seL4_InvalidCapability, 0);
}

TEST(map_into_a_vspace_without_asid_or_into_another_object) // memory §2.3 Map 3
{
    cptr_t table = given_table(), vspace = given_vspace_without_asid();
    assert_refused(table_map(table, vspace, NO_LEVEL_3), seL4_InvalidCapability, 1);
    assert_refused(table_map(table, TCB, NO_LEVEL_3), seL4_InvalidCapability, 1);
}

TEST(the_address_is_checked_before_liveness) // memory §2.3 Map 4 before 5
{
    cptr_t table = given_table(), vspace = given_dead_vspace();
    assert_refused(table_map(table, vspace, UINT64_C(0x800000000000)), seL4_InvalidArgument, 0);
    assert_refused(table_map(table, vspace, NO_LEVEL_3), NO_VSPACE);
}

TEST(the_first_address_above_user_space_is_refused_and_the_last_one_below_is_not) // memory §11 #22
{
    cptr_t table = given_table();
    assert_refused(table_map(table, VSPACE, UINT64_C(0x800000000000)), seL4_InvalidArgument, 0);
    assert_ok(table_map(table, VSPACE, UINT64_C(0x7fffffffffff)));
}

TEST(a_table_where_all_levels_exist_is_refused) // memory §11 #2
{
    cptr_t table = given_table();
    assert_refused(table_map(table, VSPACE, FREE_PAGE), seL4_DeleteFirst);
}

TEST(a_table_where_a_large_page_is_mapped_is_refused) // memory §11 #2
{
    cptr_t table = given_table(), frame = given_object(seL4_ARM_LargePageObject, 0);
    assert_ok(page_map(frame, VSPACE, NO_LEVEL_3, READ_WRITE, 3));
    assert_refused(table_map(table, VSPACE, NO_LEVEL_3), seL4_DeleteFirst);
}

TEST(three_calls_build_levels_1_2_3_and_a_fourth_is_refused) // memory §2.3, [V]
{
    cptr_t one = given_table(), two = given_table(), three = given_table(), four = given_table();
    assert_ok(table_map(one, VSPACE, NO_LEVEL_1 + 0x234567));
    assert_ok(table_map(two, VSPACE, NO_LEVEL_1 + 0x234567));
    assert_ok(table_map(three, VSPACE, NO_LEVEL_1 + 0x234567));
    assert_refused(table_map(four, VSPACE, NO_LEVEL_1 + 0x234567), seL4_DeleteFirst);
    assert_int_equal(page_table_cap_address(cap_of(one)), NO_LEVEL_1);
    assert_int_equal(page_table_cap_address(cap_of(two)), NO_LEVEL_1);
    assert_int_equal(page_table_cap_address(cap_of(three)), NO_LEVEL_1 + 0x200000);
}

TEST(an_unaligned_address_is_rounded_down) // memory §11 #21
{
    cptr_t table = given_table();
    assert_ok(table_map(table, VSPACE, NO_LEVEL_3 + 0x12345));
    assert_int_equal(page_table_cap_address(cap_of(table)), NO_LEVEL_3);
}

TEST(a_table_descriptor_is_exact_and_needs_no_flush) // memory §3.1, §2.13
{
    cptr_t table = given_table();
    fake_forget_calls();
    assert_ok(table_map(table, VSPACE, NO_LEVEL_3));
    assert_int_equal(fake_nth_call(FAKE_DESCRIPTOR_WRITTEN, 0)->b, page_table_cap_base(cap_of(table)) | 3);
    assert_int_equal(fake_count_calls(FAKE_TLB_FLUSH_ASID), 0);
}

// ----------------------------------------------------------------------------------------- unmap

TEST(unmap_while_a_copy_exists_is_refused) // memory §11 #18
{
    cptr_t table = given_table();
    assert_ok(table_map(table, VSPACE, NO_LEVEL_3));
    given_copy(table, ALL_RIGHTS);
    assert_refused(table_unmap(table), seL4_RevokeFirst);
}

TEST(unmap_of_an_unmapped_table_succeeds) // memory §11 #19
{
    assert_ok(table_unmap(given_table()));
}

TEST(unmap_unlinks_zeroes_and_flushes) // memory §2.3 Unmap
{
    cptr_t table = given_table(), frame = given_frame();
    assert_ok(table_map(table, VSPACE, NO_LEVEL_3));
    assert_ok(page_map(frame, VSPACE, NO_LEVEL_3, READ_WRITE, 3));
    fake_forget_calls();
    assert_ok(table_unmap(table));
    assert_int_equal(translation_walk(vspace_cap_base(cap_of(VSPACE)), NO_LEVEL_3).bits, 21);
    assert_int_equal(*(word_t *)object_of(table), 0);
    assert_int_equal(fake_nth_call(FAKE_TLB_FLUSH_ASID, 0)->a, 1);
    assert_int_equal(page_table_cap_is_mapped(cap_of(table)), 0);
}

TEST(a_table_can_be_mapped_again_after_unmap) // memory §2.3
{
    cptr_t table = given_table();
    assert_ok(table_map(table, VSPACE, NO_LEVEL_3));
    assert_ok(table_unmap(table));
    assert_ok(table_map(table, VSPACE, NO_LEVEL_3));
}

TEST(a_page_below_an_unmapped_table_is_stale) // memory §2.3 Consequences, §2.5
{
    cptr_t table = given_table(), frame = given_frame();
    assert_ok(table_map(table, VSPACE, NO_LEVEL_3));
    assert_ok(page_map(frame, VSPACE, NO_LEVEL_3, READ_WRITE, 3));
    assert_ok(table_unmap(table));
    assert_refused(method(frame, ARMPageClean_Data, CAPS(), 0, 64), seL4_InvalidCapability, 0);
    assert_ok(page_unmap(frame));
}

TEST(a_lower_table_keeps_its_flag_when_an_upper_one_goes) // memory §2.3 Consequences
{
    cptr_t upper = given_table(), lower = given_table();
    assert_ok(table_map(upper, VSPACE, NO_LEVEL_2));
    assert_ok(table_map(lower, VSPACE, NO_LEVEL_2));
    assert_ok(table_unmap(upper));
    assert_refused(table_map(lower, VSPACE, NO_LEVEL_2), seL4_InvalidCapability, 0);
    assert_ok(table_unmap(lower));
    assert_ok(table_map(lower, VSPACE, NO_LEVEL_2));
}

TEST(deleting_the_last_capability_unlinks_a_table) // memory §2.3 Deletion
{
    cptr_t table = given_table();
    assert_ok(table_map(table, VSPACE, NO_LEVEL_3));
    assert_ok(cnode_delete(AT(table)));
    assert_int_equal(translation_walk(vspace_cap_base(cap_of(VSPACE)), NO_LEVEL_3).bits, 21);
}

TEST(deleting_a_copy_leaves_a_table_linked) // memory §2.3 Deletion
{
    cptr_t table = given_table();
    assert_ok(table_map(table, VSPACE, NO_LEVEL_3));
    assert_ok(cnode_delete(AT(given_copy(table, ALL_RIGHTS))));
    assert_int_equal(translation_walk(vspace_cap_base(cap_of(VSPACE)), NO_LEVEL_3).bits, 12);
}

TEST(deleting_a_table_whose_place_is_taken_by_another_leaves_that_alone) // memory §2.3 Removing the link
{
    cptr_t vspace = given_vspace(), upper = given_table(), lower = given_table(), other = given_table();
    assert_ok(table_map(upper, vspace, NO_LEVEL_3));
    assert_ok(table_map(lower, vspace, NO_LEVEL_3));
    assert_ok(table_unmap(upper));
    assert_ok(table_map(other, vspace, NO_LEVEL_3));
    assert_ok(cnode_delete(AT(lower)));
    assert_int_equal(descriptor_at(vspace, NO_LEVEL_3), 0);
    assert_int_equal(translation_walk(vspace_cap_base(cap_of(vspace)), NO_LEVEL_3).bits, 30);
}

TEST(the_table_of_a_dead_vspace_must_be_unmapped_before_it_is_mapped_again) // memory §11 #20
{
    cptr_t pool = new_slot(), vspace = given_vspace_without_asid(), table = given_table();
    assert_ok(make_pool(given_untyped(12), CNODE, pool, 64));
    assert_ok(assign(pool, vspace));
    assert_ok(table_map(table, vspace, FREE_PAGE));
    assert_ok(cnode_delete(AT(pool)));
    assert_refused(table_map(table, VSPACE, NO_LEVEL_1), seL4_InvalidCapability, 0);
    assert_ok(table_unmap(table));
    assert_ok(table_map(table, VSPACE, NO_LEVEL_1));
}

TEST(an_unmapped_table_and_a_vspace_without_asid_cannot_be_copied) // memory §11 #24, objects §12 #17
{
    cptr_t table = given_table(), vspace = given_vspace_without_asid(), slot = new_slot();
    assert_refused(cnode_copy(AT(slot), AT(table), ALL_RIGHTS), seL4_IllegalOperation);
    assert_refused(cnode_copy(AT(slot), AT(vspace), ALL_RIGHTS), seL4_IllegalOperation);
}

TEST(a_mapped_table_can_be_copied) // memory §1.2 rule 3
{
    cptr_t table = given_table();
    assert_ok(table_map(table, VSPACE, NO_LEVEL_3));
    assert_int_equal(page_table_cap_is_mapped(cap_of(given_copy(table, ALL_RIGHTS))), 1);
}

// ---------------------------------------------------------------------- which translation root runs

TEST(a_thread_runs_in_the_vspace_of_its_slot) // memory §2.12
{
    const struct thread *thread = given_thread();
    cptr_t vspace = given_vspace();
    assert_ok(method(thread->cap, TCBSetSpace, CAPS(NULL_CAP, CNODE, vspace), 0, 0));
    as(thread);
    assert_int_equal(fake.vspace_root, vspace_cap_base(cap_of(vspace)));
    assert_int_equal(fake.vspace_asid, vspace_cap_asid(cap_of(vspace)));
}

TEST(a_thread_whose_vspace_was_revoked_runs_in_the_empty_space) // memory §11 #66
{
    const struct thread *thread = given_thread();
    cptr_t vspace = given_vspace();
    assert_ok(method(thread->cap, TCBSetSpace, CAPS(NULL_CAP, CNODE, vspace), 0, 0));
    assert_ok(cnode_revoke(AT(vspace)));
    as(thread);
    assert_int_equal(fake.vspace_root, 0);
}

TEST(a_dead_vspace_can_be_installed_but_never_runs) // memory §2.12: liveness is not checked
{
    const struct thread *thread = given_thread();
    cptr_t vspace = given_dead_vspace();
    assert_ok(method(thread->cap, TCBSetSpace, CAPS(NULL_CAP, CNODE, vspace), 0, 0));
    as(thread);
    assert_int_equal(fake.vspace_root, 0);
}

TEST(a_tcb_keeps_an_address_space_alive) // memory §2.11 rule 3, objects §12 #36
{
    const struct thread *thread = given_thread();
    cptr_t vspace = given_vspace();
    paddr_t base = vspace_cap_base(cap_of(vspace));
    assert_ok(method(thread->cap, TCBSetSpace, CAPS(NULL_CAP, CNODE, vspace), 0, 0));
    assert_ok(cnode_delete(AT(vspace)));
    as(thread);
    assert_int_equal(fake.vspace_root, base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(map_needs_two_words_and_a_vspace),
        RUN(a_mapped_table_is_refused_before_the_vspace_is_looked_at),
        RUN(map_into_a_vspace_without_asid_or_into_another_object),
        RUN(the_address_is_checked_before_liveness),
        RUN(the_first_address_above_user_space_is_refused_and_the_last_one_below_is_not),
        RUN(a_table_where_all_levels_exist_is_refused),
        RUN(a_table_where_a_large_page_is_mapped_is_refused),
        RUN(three_calls_build_levels_1_2_3_and_a_fourth_is_refused),
        RUN(an_unaligned_address_is_rounded_down),
        RUN(a_table_descriptor_is_exact_and_needs_no_flush),
        RUN(unmap_while_a_copy_exists_is_refused),
        RUN(unmap_of_an_unmapped_table_succeeds),
        RUN(unmap_unlinks_zeroes_and_flushes),
        RUN(a_table_can_be_mapped_again_after_unmap),
        RUN(a_page_below_an_unmapped_table_is_stale),
        RUN(a_lower_table_keeps_its_flag_when_an_upper_one_goes),
        RUN(deleting_the_last_capability_unlinks_a_table),
        RUN(deleting_a_copy_leaves_a_table_linked),
        RUN(deleting_a_table_whose_place_is_taken_by_another_leaves_that_alone),
        RUN(the_table_of_a_dead_vspace_must_be_unmapped_before_it_is_mapped_again),
        RUN(an_unmapped_table_and_a_vspace_without_asid_cannot_be_copied),
        RUN(a_mapped_table_can_be_copied),
        RUN(a_thread_runs_in_the_vspace_of_its_slot),
        RUN(a_thread_whose_vspace_was_revoked_runs_in_the_empty_space),
        RUN(a_dead_vspace_can_be_installed_but_never_runs),
        RUN(a_tcb_keeps_an_address_space_alive),
    };
    return RUN_ALL("page_table", tests);
}
