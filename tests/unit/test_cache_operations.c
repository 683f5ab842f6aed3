// SPDX-License-Identifier: BSD-2-Clause
//
// Cache operations on pages and on address spaces (memory §2.6–2.8).
#include "tests/unit/memory.h"

#define clean(frame, start, end) method(frame, ARMPageClean_Data, CAPS(), start, end)
#define invalidate(frame, start, end) method(frame, ARMPageInvalidate_Data, CAPS(), start, end)
#define vspace_clean(vspace, start, end) method(vspace, ARMVSpaceClean_Data, CAPS(), start, end)
#define vspace_invalidate(vspace, start, end) method(vspace, ARMVSpaceInvalidate_Data, CAPS(), start, end)

static void assert_operation(enum cache_operation operation, paddr_t address, word_t bytes)
{
    assert_int_equal(fake_count_calls(FAKE_CACHE_OPERATION), 1);
    assert_int_equal(fake_nth_call(FAKE_CACHE_OPERATION, 0)->a, operation);
    assert_int_equal(fake_nth_call(FAKE_CACHE_OPERATION, 0)->b, address);
    assert_int_equal(fake_nth_call(FAKE_CACHE_OPERATION, 0)->c, bytes);
}

static cptr_t given_page_mapped_with(word_t rights)
{
    cptr_t frame = given_frame();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, rights, 3));
    return frame;
}

// ------------------------------------------------------------------------------------------ pages

TEST(a_page_operation_needs_two_words) // memory §2.6 check 1
{
    cptr_t frame = given_mapped_frame();
    assert_refused(method(frame, ARMPageClean_Data, CAPS(), 0), seL4_TruncatedMessage);
}

TEST(an_unmapped_page_is_reported_before_a_bad_range) // memory §11 #37
{
    cptr_t frame = given_frame();
    assert_refused(clean(frame, 5, 5), seL4_IllegalOperation);
}

TEST(the_range_of_a_page_operation_is_checked) // memory §11 #37
{
    cptr_t frame = given_mapped_frame();
    assert_refused(clean(frame, 64, 64), seL4_InvalidArgument, 1);
    assert_refused(clean(frame, 4096, 4097), seL4_InvalidArgument, 0);
    assert_refused(clean(frame, 0, 4097), seL4_InvalidArgument, 0);
}

TEST(an_inverted_range_beyond_the_page_reports_the_order_first) // memory §2.6 check 4 before 5
{
    cptr_t frame = given_mapped_frame();
    assert_refused(clean(frame, 9000, 8000), seL4_InvalidArgument, 1);
}

TEST(a_stale_page_is_reported_after_a_bad_range) // memory §11 #37
{
    cptr_t old = given_mapped_frame(), frame = given_frame();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ_WRITE, 3));
    assert_refused(clean(old, 0, 4097), seL4_InvalidArgument, 0);
    assert_refused(clean(old, 0, 4096), seL4_InvalidCapability, 0);
}

TEST(invalidate_needs_a_writable_mapping_and_clean_does_not) // memory §11 #36
{
    cptr_t frame = given_page_mapped_with(READ);
    assert_refused(invalidate(frame, 0, 64), seL4_IllegalOperation);
    assert_ok(clean(frame, 0, 64));
}

TEST(clean_is_allowed_on_a_mapping_without_access) // memory §2.6 check 7
{
    assert_ok(clean(given_page_mapped_with(NO_RIGHTS), 0, 64));
}

TEST(each_page_operation_reaches_the_machine) // memory §2.8
{
    cptr_t frame = given_mapped_frame();
    paddr_t base = frame_cap_base(cap_of(frame));
    fake_forget_calls();
    assert_ok(clean(frame, 64, 128));
    assert_operation(CACHE_CLEAN, base + 64, 64);
    fake_forget_calls();
    assert_ok(invalidate(frame, 0, 4096));
    assert_operation(CACHE_INVALIDATE, base, 4096);
    fake_forget_calls();
    assert_ok(method(frame, ARMPageCleanInvalidate_Data, CAPS(), 1, 2));
    assert_operation(CACHE_CLEAN_INVALIDATE, base + 1, 1);
    fake_forget_calls();
    assert_ok(method(frame, ARMPageUnify_Instruction, CAPS(), 0, 4));
    assert_operation(CACHE_UNIFY_INSTRUCTION, base, 4);
}

TEST(a_device_page_is_checked_but_not_touched) // core/arch/aarch64/frame.c: devices are not behind the kernel's window
{
    cptr_t frame = given_device_frame();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ_WRITE, 0));
    fake_forget_calls();
    assert_ok(clean(frame, 0, 64));
    assert_int_equal(fake_count_calls(FAKE_CACHE_OPERATION), 0);
}

// ----------------------------------------------------------------------------------------- VSpaces

TEST(a_vspace_operation_needs_two_words) // memory §2.7 check 1
{
    assert_refused(method(VSPACE, ARMVSpaceClean_Data, CAPS(), FREE_PAGE), seL4_TruncatedMessage);
}

TEST(a_vspace_range_must_not_be_empty) // memory §2.7 check 2
{
    assert_refused(vspace_clean(VSPACE, FREE_PAGE, FREE_PAGE), seL4_InvalidArgument, 1);
}

TEST(a_range_beyond_user_space_is_illegal_even_in_a_vspace_without_asid) // memory §11 #35
{
    cptr_t vspace = given_vspace_without_asid();
    assert_refused(vspace_clean(vspace, FREE_PAGE, UINT64_C(0x800000000000)), seL4_IllegalOperation);
}

TEST(a_vspace_operation_needs_a_live_vspace) // memory §2.7 checks 4 and 5
{
    cptr_t without = given_vspace_without_asid(), dead = given_dead_vspace();
    assert_refused(vspace_clean(without, FREE_PAGE, FREE_PAGE + 64), seL4_InvalidCapability, 0);
    assert_refused(vspace_clean(dead, FREE_PAGE, FREE_PAGE + 64), NO_VSPACE);
}

TEST(an_operation_where_nothing_is_mapped_succeeds) // memory §11 #33
{
    fake_forget_calls();
    assert_ok(vspace_clean(VSPACE, NO_LEVEL_1, UINT64_C(0x7fffffffffff)));
    assert_int_equal(fake_count_calls(FAKE_CACHE_OPERATION), 0);
}

TEST(a_range_across_small_pages_is_out_of_range) // memory §2.7 check 8, abi App. A, VSpace_Clean [0x400000,0x402000)
{
    assert_refused(vspace_clean(VSPACE, 0x400000, 0x402000), seL4_RangeError, 0x400000, 0x400fff);
}

TEST(a_range_may_cross_4_kib_boundaries_inside_a_large_page) // memory §11 #34
{
    cptr_t large = given_object(seL4_ARM_LargePageObject, 0);
    assert_ok(page_map(large, VSPACE, NO_LEVEL_3, READ_WRITE, 3));
    fake_forget_calls();
    assert_ok(vspace_clean(VSPACE, NO_LEVEL_3 + 0x800, NO_LEVEL_3 + 0x5800));
    assert_operation(CACHE_CLEAN, frame_cap_base(cap_of(large)) + 0x800, 0x5000);
    assert_refused(vspace_clean(VSPACE, NO_LEVEL_3 + 0x800, NO_LEVEL_3 + 0x200001), seL4_RangeError, NO_LEVEL_3 + 0x800, NO_LEVEL_3 + 0x1fffff);
}

TEST(a_vspace_invalidate_needs_a_writable_mapping) // memory §2.7 check 9
{
    given_page_mapped_with(READ);
    assert_refused(vspace_invalidate(VSPACE, FREE_PAGE, FREE_PAGE + 64), seL4_IllegalOperation);
    assert_ok(method(VSPACE, ARMVSpaceCleanInvalidate_Data, CAPS(), FREE_PAGE, FREE_PAGE + 64));
    assert_ok(method(VSPACE, ARMVSpaceUnify_Instruction, CAPS(), FREE_PAGE, FREE_PAGE + 64));
}

TEST(a_foreign_label_on_a_vspace_is_illegal) // memory §2
{
    assert_refused(method(VSPACE, ARMPageClean_Data, CAPS(), ), seL4_IllegalOperation);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_page_operation_needs_two_words),
        RUN(an_unmapped_page_is_reported_before_a_bad_range),
        RUN(the_range_of_a_page_operation_is_checked),
        RUN(an_inverted_range_beyond_the_page_reports_the_order_first),
        RUN(a_stale_page_is_reported_after_a_bad_range),
        RUN(invalidate_needs_a_writable_mapping_and_clean_does_not),
        RUN(clean_is_allowed_on_a_mapping_without_access),
        RUN(each_page_operation_reaches_the_machine),
        RUN(a_device_page_is_checked_but_not_touched),
        RUN(a_vspace_operation_needs_two_words),
        RUN(a_vspace_range_must_not_be_empty),
        RUN(a_range_beyond_user_space_is_illegal_even_in_a_vspace_without_asid),
        RUN(a_vspace_operation_needs_a_live_vspace),
        RUN(an_operation_where_nothing_is_mapped_succeeds),
        RUN(a_range_across_small_pages_is_out_of_range),
        RUN(a_range_may_cross_4_kib_boundaries_inside_a_large_page),
        RUN(a_vspace_invalidate_needs_a_writable_mapping),
        RUN(a_foreign_label_on_a_vspace_is_illegal),
    };
    return RUN_ALL("cache_operations", tests);
}
