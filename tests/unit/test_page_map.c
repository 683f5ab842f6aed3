// SPDX-License-Identifier: BSD-2-Clause
//
// Page_Map, Page_Unmap, Page_GetAddress, and what deletion does to mappings (memory §2.4, §2.5).
#include "tests/unit/memory.h"

// ------------------------------------------------------------------------------- the checks, in order

TEST(map_needs_three_words) // memory §2.4 Map 1
{
    cptr_t frame = given_frame();
    assert_refused(method(frame, ARMPageMap, CAPS(VSPACE), FREE_PAGE, READ_WRITE), seL4_TruncatedMessage);
}

TEST(map_needs_a_vspace) // memory §2.4 Map 1
{
    cptr_t frame = given_frame();
    assert_refused(method(frame, ARMPageMap, CAPS(), FREE_PAGE, READ_WRITE, 3), seL4_TruncatedMessage);
}

TEST(a_foreign_label_on_a_page_is_illegal_whatever_the_message) // memory §2, second paragraph
{
    cptr_t frame = given_frame();
    assert_refused(method(frame, ARMPageTableMap, CAPS(), ), seL4_IllegalOperation);
}

TEST(map_into_something_that_is_no_vspace) // memory §2.4 Map 2
{
    cptr_t frame = given_frame();
    assert_refused(page_map(frame, CNODE, FREE_PAGE, READ_WRITE, 3), seL4_InvalidCapability, 1);
}

TEST(map_misaligned_into_a_vspace_without_asid_reports_the_vspace) // memory §11 #6
{
    cptr_t frame = given_frame(), vspace = given_vspace_without_asid();
    assert_refused(page_map(frame, vspace, FREE_PAGE + 1, READ_WRITE, 3), seL4_InvalidCapability, 1);
}

TEST(map_into_a_dead_vspace_fails_the_lookup) // memory §2.4 Map 3
{
    cptr_t frame = given_frame(), vspace = given_dead_vspace();
    assert_refused(page_map(frame, vspace, FREE_PAGE, READ_WRITE, 3), NO_VSPACE);
}

TEST(map_misaligned_where_a_table_is_missing_reports_the_alignment) // memory §11 #5
{
    cptr_t frame = given_frame();
    assert_refused(page_map(frame, VSPACE, NO_LEVEL_1 + 8, READ_WRITE, 3), seL4_AlignmentError);
}

TEST(a_large_page_needs_its_own_alignment) // memory §2.4 Map 4
{
    cptr_t frame = given_object(seL4_ARM_LargePageObject, 0);
    assert_refused(page_map(frame, VSPACE, NO_LEVEL_3 + 0x1000, READ_WRITE, 3), seL4_AlignmentError);
}

TEST(a_mapped_page_cannot_be_mapped_at_another_address) // memory §11 #7
{
    cptr_t frame = given_mapped_frame();
    assert_refused(page_map(frame, VSPACE, FREE_PAGE + 0x1000, READ_WRITE, 3), seL4_InvalidArgument, 0);
}

TEST(a_mapped_page_cannot_be_mapped_in_another_vspace) // memory §11 #7
{
    cptr_t frame = given_mapped_frame(), vspace = given_vspace();
    assert_refused(page_map(frame, vspace, FREE_PAGE, READ_WRITE, 3), seL4_InvalidCapability, 1);
}

TEST(map_above_user_space_is_refused) // memory §2.4 Map 5
{
    cptr_t frame = given_frame();
    assert_refused(page_map(frame, VSPACE, UINT64_C(0x800000000000), READ_WRITE, 3), seL4_InvalidArgument, 0);
}

TEST(map_of_a_non_canonical_address_is_refused) // memory §3.4
{
    cptr_t frame = given_frame();
    assert_refused(page_map(frame, VSPACE, UINT64_C(0xfffffffffffff000), READ_WRITE, 3), seL4_InvalidArgument, 0);
}

TEST(the_last_user_page_can_be_mapped) // memory §11 #23
{
    cptr_t frame = given_frame();
    given_tables(VSPACE, UINT64_C(0x7ffffffff000));
    assert_ok(page_map(frame, VSPACE, UINT64_C(0x7ffffffff000), READ_WRITE, 3));
}

TEST(missing_tables_are_reported_by_the_bits_of_the_level_found) // memory §11 #3
{
    cptr_t frame = given_frame();
    assert_refused(page_map(frame, VSPACE, NO_LEVEL_1, READ_WRITE, 3), MISSING(39));
    assert_refused(page_map(frame, VSPACE, NO_LEVEL_2, READ_WRITE, 3), MISSING(30));
    assert_refused(page_map(frame, VSPACE, NO_LEVEL_3, READ_WRITE, 3), MISSING(21));
}

TEST(a_large_page_where_a_level_3_table_hangs_reports_12) // memory §11 #4
{
    cptr_t frame = given_object(seL4_ARM_LargePageObject, 0);
    assert_refused(page_map(frame, VSPACE, UINT64_C(0x400000), READ_WRITE, 3), MISSING(12));
}

TEST(a_small_page_where_a_large_one_is_mapped_reports_21) // memory §2.4, step 6 values
{
    cptr_t large = given_object(seL4_ARM_LargePageObject, 0), frame = given_frame();
    assert_ok(page_map(large, VSPACE, NO_LEVEL_3, READ_WRITE, 3));
    assert_refused(page_map(frame, VSPACE, NO_LEVEL_3, READ_WRITE, 3), MISSING(21));
}

TEST(a_huge_page_where_a_level_2_table_hangs_reports_21) // memory §2.4, step 6 values: the walk goes on into the table
{
    cptr_t huge = new_slot();
    assert_ok(retype_to(given_device_untyped(31), seL4_ARM_HugePageObject, 0, huge));
    assert_refused(page_map(huge, VSPACE, UINT64_C(0), READ_WRITE, 3), MISSING(21));
}

TEST(a_huge_page_is_mapped_in_a_level_1_table) // memory §1.1
{
    cptr_t huge = new_slot();
    assert_ok(retype_to(given_device_untyped(31), seL4_ARM_HugePageObject, 0, huge));
    assert_ok(page_map(huge, VSPACE, NO_LEVEL_2, READ_WRITE, 0));
    assert_int_equal(descriptor_at(VSPACE, NO_LEVEL_2), frame_cap_base(cap_of(huge)) | 0xc41);
}

// ------------------------------------------------------------------------------------- the effect

TEST(a_small_page_descriptor_is_exact) // memory §3.1: valid page, attribute index 4, EL0 read-write, AF, nG
{
    cptr_t frame = given_mapped_frame();
    assert_int_equal(descriptor_at(VSPACE, FREE_PAGE), frame_cap_base(cap_of(frame)) | 0xc53);
}

TEST(a_large_page_descriptor_is_exact) // memory §3.1
{
    cptr_t frame = given_object(seL4_ARM_LargePageObject, 0);
    assert_ok(page_map(frame, VSPACE, NO_LEVEL_3, READ, 1));
    assert_int_equal(descriptor_at(VSPACE, NO_LEVEL_3), frame_cap_base(cap_of(frame)) | 0xcd1);
}

TEST(execute_never_sets_only_uxn) // memory §3.1
{
    cptr_t frame = given_frame();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ_WRITE, DEFAULT_ATTRIBUTES | EXECUTE_NEVER));
    assert_int_equal(descriptor_at(VSPACE, FREE_PAGE), BIT(54) | frame_cap_base(cap_of(frame)) | 0xc53);
}

TEST(parity_and_higher_attribute_bits_are_ignored) // memory §11 #32
{
    cptr_t frame = given_frame();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ_WRITE, 1 | 2 | UINT64_C(0xfffffffffffffff8)));
    assert_int_equal(descriptor_at(VSPACE, FREE_PAGE), frame_cap_base(cap_of(frame)) | 0xc53);
}

TEST(a_device_frame_with_the_default_attributes_is_cacheable) // memory §11 #31
{
    cptr_t frame = given_device_frame();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ_WRITE, DEFAULT_ATTRIBUTES));
    assert_int_equal(descriptor_at(VSPACE, FREE_PAGE) & 0x1c, 4 << 2);
}

TEST(attributes_0_map_a_page_as_device_memory) // memory §3.2
{
    cptr_t frame = given_device_frame();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ_WRITE, 0));
    assert_int_equal(descriptor_at(VSPACE, FREE_PAGE) & 0x1c, 0);
}

TEST(writing_through_a_read_only_capability_gives_a_read_only_mapping) // memory §11 #9
{
    cptr_t frame = given_copy(given_frame(), READ);
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ_WRITE, 3));
    assert_int_equal(descriptor_at(VSPACE, FREE_PAGE) & 0xc0, 3 << 6);
}

TEST(write_only_rights_give_an_inaccessible_mapping) // memory §11 #10
{
    cptr_t frame = given_frame();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, WRITE, 3));
    assert_int_equal(descriptor_at(VSPACE, FREE_PAGE) & 0xc0, 0);
}

TEST(no_rights_without_execute_never_leaves_the_page_executable) // memory §11 #11
{
    cptr_t frame = given_frame();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, NO_RIGHTS, 3));
    assert_int_equal(descriptor_at(VSPACE, FREE_PAGE), frame_cap_base(cap_of(frame)) | 0xc13);
}

TEST(mapping_and_unmapping_never_change_the_access_class) // memory §11 #12
{
    cptr_t frame = given_frame();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ, 3));
    assert_int_equal(frame_cap_access(cap_of(frame)), ACCESS_READ_WRITE);
    assert_ok(page_unmap(frame));
    assert_int_equal(frame_cap_access(cap_of(frame)), ACCESS_READ_WRITE);
}

TEST(a_copy_with_class_none_can_be_mapped) // memory §1.2 rule 2
{
    cptr_t frame = given_copy(given_frame(), NO_RIGHTS);
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ_WRITE, 3));
    assert_int_equal(descriptor_at(VSPACE, FREE_PAGE) & 0xc0, 0);
}

TEST(a_first_map_needs_no_tlb_flush_and_tells_the_machine) // memory §2.13
{
    cptr_t frame = given_frame();
    fake_forget_calls();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ_WRITE, 3));
    assert_int_equal(fake_count_calls(FAKE_TLB_FLUSH_PAGE), 0);
    assert_int_equal(fake_count_calls(FAKE_DESCRIPTOR_WRITTEN), 1);
    assert_int_equal(fake_nth_call(FAKE_PAGE_MAPPED, 0)->b, FREE_PAGE);
}

TEST(map_over_another_page_replaces_it_silently) // memory §11 #1
{
    cptr_t old = given_mapped_frame(), frame = given_frame();
    fake_forget_calls();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ_WRITE, 3));
    assert_int_equal(desc_address(descriptor_at(VSPACE, FREE_PAGE)), frame_cap_base(cap_of(frame)));
    assert_int_equal(fake_count_calls(FAKE_TLB_FLUSH_PAGE), 1);
    assert_refused(method(old, ARMPageClean_Data, CAPS(), 0, 64), seL4_InvalidCapability, 0);
}

// What the machine was told, in order: descriptors with their values, and flushes.
static void assert_told(word_t n, enum fake_call_kind kind)
{
    assert_true(n < fake.call_count);
    assert_int_equal(fake.calls[n].kind, kind);
}

TEST(another_page_is_mapped_only_after_the_old_one_is_gone_from_the_tlb) // Arm ARM D8.14, break before make
{
    given_mapped_frame();
    cptr_t frame = given_frame();
    fake_forget_calls();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ_WRITE, 3));
    assert_told(0, FAKE_DESCRIPTOR_WRITTEN);
    assert_int_equal(fake.calls[0].b, 0);
    assert_told(1, FAKE_TLB_FLUSH_PAGE);
    assert_told(2, FAKE_DESCRIPTOR_WRITTEN);
    assert_int_equal(fake.calls[2].b, descriptor_at(VSPACE, FREE_PAGE));
}

TEST(another_memory_type_breaks_before_it_makes_and_other_rights_do_not) // Arm ARM D8.14
{
    cptr_t frame = given_mapped_frame();
    fake_forget_calls();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ, 3));
    assert_int_equal(fake_count_calls(FAKE_DESCRIPTOR_WRITTEN), 1);
    fake_forget_calls();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ, 0));
    assert_int_equal(fake_count_calls(FAKE_DESCRIPTOR_WRITTEN), 2);
    assert_int_equal(fake_count_calls(FAKE_TLB_FLUSH_PAGE), 1);
}

TEST(remap_at_the_same_address_changes_rights_at_once) // memory §11 #8
{
    cptr_t frame = given_mapped_frame();
    fake_forget_calls();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ, 3));
    assert_int_equal(descriptor_at(VSPACE, FREE_PAGE) & 0xc0, 3 << 6);
    assert_int_equal(fake_nth_call(FAKE_TLB_FLUSH_PAGE, 0)->a, 1);
    assert_int_equal(fake_nth_call(FAKE_TLB_FLUSH_PAGE, 0)->b, FREE_PAGE);
    assert_int_equal(fake_nth_call(FAKE_TLB_FLUSH_PAGE, 0)->c, 12);
}

TEST(a_stale_capability_can_be_remapped_at_its_address) // memory §2.5
{
    cptr_t old = given_mapped_frame(), frame = given_frame();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ_WRITE, 3));
    assert_ok(page_map(old, VSPACE, FREE_PAGE, READ_WRITE, 3));
    assert_int_equal(desc_address(descriptor_at(VSPACE, FREE_PAGE)), frame_cap_base(cap_of(old)));
}

TEST(a_stale_capability_keeps_its_address) // memory §2.5
{
    cptr_t old = given_mapped_frame(), frame = given_frame();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ_WRITE, 3));
    assert_refused(page_map(old, VSPACE, FREE_PAGE + 0x1000, READ_WRITE, 3), seL4_InvalidArgument, 0);
}

// ---------------------------------------------------------------------------------- copies and moves

TEST(a_copy_of_a_mapped_page_is_not_mapped) // memory §11 #13, objects §12 #16
{
    cptr_t copy = given_copy(given_mapped_frame(), ALL_RIGHTS);
    assert_int_equal(frame_cap_asid(cap_of(copy)), 0);
    assert_ok(page_map(copy, VSPACE, FREE_PAGE + 0x1000, READ_WRITE, 3));
    assert_int_equal(descriptor_at(VSPACE, FREE_PAGE + 0x1000), descriptor_at(VSPACE, FREE_PAGE));
}

TEST(move_keeps_the_mapping_and_the_new_slot_unmaps) // memory §11 #14
{
    cptr_t frame = given_mapped_frame(), slot = new_slot();
    assert_ok(cnode_move(AT(slot), AT(frame)));
    assert_int_not_equal(descriptor_at(VSPACE, FREE_PAGE), 0);
    assert_ok(page_unmap(slot));
    assert_int_equal(descriptor_at(VSPACE, FREE_PAGE), 0);
}

TEST(mint_with_a_badge_on_a_page_ignores_it) // memory §11 #25
{
    cptr_t frame = given_frame(), slot = new_slot();
    assert_ok(cnode_mint(AT(slot), AT(frame), ALL_RIGHTS, 77));
    assert_int_equal(frame_cap_base(cap_of(slot)), frame_cap_base(cap_of(frame)));
}

TEST(unmapping_one_of_two_copies_at_one_place_makes_the_other_stale) // memory §11 #15
{
    cptr_t frame = given_mapped_frame(), copy = given_copy(frame, ALL_RIGHTS);
    assert_ok(page_map(copy, VSPACE, FREE_PAGE, READ_WRITE, 3));
    assert_ok(page_unmap(frame));
    assert_int_equal(descriptor_at(VSPACE, FREE_PAGE), 0);
    assert_refused(method(copy, ARMPageClean_Data, CAPS(), 0, 64), seL4_InvalidCapability, 0);
    assert_ok(page_unmap(copy));
}

// ----------------------------------------------------------------------------------------- unmap

TEST(unmap_clears_entry_and_capability_and_flushes_the_page) // memory §2.4 Unmap
{
    cptr_t frame = given_mapped_frame();
    fake_forget_calls();
    assert_ok(page_unmap(frame));
    assert_int_equal(descriptor_at(VSPACE, FREE_PAGE), 0);
    assert_int_equal(frame_cap_asid(cap_of(frame)), 0);
    assert_int_equal(frame_cap_address(cap_of(frame)), 0);
    assert_int_equal(fake_nth_call(FAKE_TLB_FLUSH_PAGE, 0)->b, FREE_PAGE);
}

TEST(unmap_of_a_page_never_mapped_succeeds) // memory §11 #16
{
    assert_ok(page_unmap(given_frame()));
}

TEST(unmap_leaves_another_frame_at_its_place_alone) // memory §11 #17
{
    cptr_t old = given_mapped_frame(), frame = given_frame();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ_WRITE, 3));
    assert_ok(page_unmap(old));
    assert_int_equal(desc_address(descriptor_at(VSPACE, FREE_PAGE)), frame_cap_base(cap_of(frame)));
}

TEST(unmap_in_a_dead_vspace_succeeds) // memory §2.5
{
    cptr_t pool = new_slot(), vspace = given_vspace_without_asid(), frame = given_frame();
    assert_ok(make_pool(given_untyped(12), CNODE, pool, 64));
    assert_ok(assign(pool, vspace));
    given_tables(vspace, FREE_PAGE);
    assert_ok(page_map(frame, vspace, FREE_PAGE, READ_WRITE, 3));
    assert_ok(cnode_delete(AT(pool)));
    assert_refused(method(frame, ARMPageClean_Data, CAPS(), 0, 64), NO_VSPACE);
    assert_ok(page_unmap(frame));
}

TEST(deleting_a_copy_unmaps_its_own_mapping) // objects §12 #41
{
    cptr_t copy = given_copy(given_frame(), ALL_RIGHTS);
    assert_ok(page_map(copy, VSPACE, FREE_PAGE, READ_WRITE, 3));
    assert_ok(cnode_delete(AT(copy)));
    assert_int_equal(descriptor_at(VSPACE, FREE_PAGE), 0);
}

TEST(revoking_a_page_unmaps_its_copies_and_keeps_its_own_mapping) // memory §1.2 rule 7
{
    cptr_t frame = given_mapped_frame(), copy = given_copy(frame, ALL_RIGHTS);
    assert_ok(page_map(copy, VSPACE, FREE_PAGE + 0x1000, READ_WRITE, 3));
    assert_ok(cnode_revoke(AT(frame)));
    assert_empty(copy);
    assert_int_equal(descriptor_at(VSPACE, FREE_PAGE + 0x1000), 0);
    assert_int_not_equal(descriptor_at(VSPACE, FREE_PAGE), 0);
}

// -------------------------------------------------------------------------------------- GetAddress

TEST(get_address_works_on_an_unmapped_frame) // memory §11 #38
{
    cptr_t frame = given_frame();
    assert_answer(method(frame, ARMPageGetAddress, CAPS(), ), frame_cap_base(cap_of(frame)));
}

TEST(get_address_by_send_changes_no_register) // memory §2.4 GetAddress, objects §12 #101
{
    cptr_t frame = given_frame();
    assert_no_effect(sys_send(frame, MESSAGE(ARMPageGetAddress, )));
}

// ----------------------------------------------------------------------------- device memory, clearing

TEST(a_device_untyped_makes_no_page_table) // memory §11 #42, objects §12 #49
{
    cptr_t untyped = given_device_untyped(20), slot = new_slot();
    assert_refused(retype_to(untyped, seL4_ARM_PageTableObject, 0, slot), seL4_InvalidArgument, 1);
}

TEST(a_device_frame_is_not_touched_when_it_is_made) // memory §1.3
{
    cptr_t untyped = given_device_untyped(20), slot = new_slot();
    fake_forget_calls();
    assert_ok(retype_to(untyped, seL4_ARM_SmallPageObject, 0, slot));
    assert_int_equal(fake_count_calls(FAKE_CLEAN_TO_MEMORY), 0);
}

TEST(a_page_is_cleaned_to_memory_when_it_is_made) // memory §1.3
{
    fake_forget_calls();
    cptr_t frame = given_frame();
    assert_int_equal(fake_nth_call(FAKE_CLEAN_TO_MEMORY, 0)->a, frame_cap_base(cap_of(frame)));
    assert_int_equal(fake_nth_call(FAKE_CLEAN_TO_MEMORY, 0)->b, 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(map_needs_three_words),
        RUN(map_needs_a_vspace),
        RUN(a_foreign_label_on_a_page_is_illegal_whatever_the_message),
        RUN(map_into_something_that_is_no_vspace),
        RUN(map_misaligned_into_a_vspace_without_asid_reports_the_vspace),
        RUN(map_into_a_dead_vspace_fails_the_lookup),
        RUN(map_misaligned_where_a_table_is_missing_reports_the_alignment),
        RUN(a_large_page_needs_its_own_alignment),
        RUN(a_mapped_page_cannot_be_mapped_at_another_address),
        RUN(a_mapped_page_cannot_be_mapped_in_another_vspace),
        RUN(map_above_user_space_is_refused),
        RUN(map_of_a_non_canonical_address_is_refused),
        RUN(the_last_user_page_can_be_mapped),
        RUN(missing_tables_are_reported_by_the_bits_of_the_level_found),
        RUN(a_large_page_where_a_level_3_table_hangs_reports_12),
        RUN(a_small_page_where_a_large_one_is_mapped_reports_21),
        RUN(a_huge_page_where_a_level_2_table_hangs_reports_21),
        RUN(a_huge_page_is_mapped_in_a_level_1_table),
        RUN(a_small_page_descriptor_is_exact),
        RUN(a_large_page_descriptor_is_exact),
        RUN(execute_never_sets_only_uxn),
        RUN(parity_and_higher_attribute_bits_are_ignored),
        RUN(a_device_frame_with_the_default_attributes_is_cacheable),
        RUN(attributes_0_map_a_page_as_device_memory),
        RUN(writing_through_a_read_only_capability_gives_a_read_only_mapping),
        RUN(write_only_rights_give_an_inaccessible_mapping),
        RUN(no_rights_without_execute_never_leaves_the_page_executable),
        RUN(mapping_and_unmapping_never_change_the_access_class),
        RUN(a_copy_with_class_none_can_be_mapped),
        RUN(a_first_map_needs_no_tlb_flush_and_tells_the_machine),
        RUN(map_over_another_page_replaces_it_silently),
        RUN(another_page_is_mapped_only_after_the_old_one_is_gone_from_the_tlb),
        RUN(another_memory_type_breaks_before_it_makes_and_other_rights_do_not),
        RUN(remap_at_the_same_address_changes_rights_at_once),
        RUN(a_stale_capability_can_be_remapped_at_its_address),
        RUN(a_stale_capability_keeps_its_address),
        RUN(a_copy_of_a_mapped_page_is_not_mapped),
        RUN(move_keeps_the_mapping_and_the_new_slot_unmaps),
        RUN(mint_with_a_badge_on_a_page_ignores_it),
        RUN(unmapping_one_of_two_copies_at_one_place_makes_the_other_stale),
        RUN(unmap_clears_entry_and_capability_and_flushes_the_page),
        RUN(unmap_of_a_page_never_mapped_succeeds),
        RUN(unmap_leaves_another_frame_at_its_place_alone),
        RUN(unmap_in_a_dead_vspace_succeeds),
        RUN(deleting_a_copy_unmaps_its_own_mapping),
        RUN(revoking_a_page_unmaps_its_copies_and_keeps_its_own_mapping),
        RUN(get_address_works_on_an_unmapped_frame),
        RUN(get_address_by_send_changes_no_register),
        RUN(a_device_untyped_makes_no_page_table),
        RUN(a_device_frame_is_not_touched_when_it_is_made),
        RUN(a_page_is_cleaned_to_memory_when_it_is_made),
    };
    return RUN_ALL("page_map", tests);
}
