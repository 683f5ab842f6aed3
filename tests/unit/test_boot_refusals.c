// SPDX-License-Identifier: BSD-2-Clause
//
// Boot input that no root task can be made from (memory §10), and the pure part: ranges and the cutting of untypeds.
#include "core/entry/boot_memory.h"
#include "tests/unit/memory.h"

static void assert_boot_fails(const char *why)
{
    assert_false(boot());
    assert_non_null(strstr(fake.console, why));
}

#define RAM(n, from, to) (boot_input.ram[n] = (struct phys_range){from, to})

TEST(no_ram) // memory §10, available regions
{
    boot_input.dtb_size = 0;
    boot_input.ram_count = 0;
    assert_boot_fails("no usable list");
    boot_input.ram_count = BOOT_MAX_RAM_REGIONS + 1;
    assert_boot_fails("no usable list");
}

TEST(empty_inverted_unordered_or_overlapping_ram) // memory §10, available regions
{
    boot_input.dtb_size = 0;
    RAM(0, 0x40000000, 0x40000000);
    assert_boot_fails("ascending");
    RAM(0, 0x41000000, 0x40000000);
    assert_boot_fails("ascending");
    RAM(0, 0x40000000, 0x41000000);
    RAM(1, 0x40800000, 0x42000000);
    boot_input.ram_count = 2;
    assert_boot_fails("ascending");
}

TEST(ram_outside_the_window) // memory §10: all outside the window
{
    RAM(0, UINT64_C(511) << 30, UINT64_C(512) << 30);
    boot_input.dtb_size = 0;
    assert_false(boot());
}

TEST(a_device_tree_that_wraps) // memory §10, X4 + X5 overflows
{
    boot_input.dtb = ~UINT64_C(0) - 16;
    assert_boot_fails("wraps");
}

TEST(a_device_tree_beyond_511_gib) // memory §10, X4 + X5 >= 511 GiB
{
    boot_input.dtb = UINT64_C(511) << 30;
    assert_boot_fails("window");
}

TEST(a_device_tree_that_overlaps_the_kernel_or_the_image) // memory §10, DTB not between
{
    paddr_t dtb = boot_input.dtb;
    boot_input.dtb = boot_input.kernel.end - 1;
    assert_boot_fails("between");
    boot_input.dtb = boot_input.image.start - 4;
    assert_boot_fails("between");
    boot_input.dtb = boot_input.image.end;
    assert_boot_fails("between");
    boot_input.dtb = dtb;
    assert_true(boot());
}

TEST(a_device_tree_may_touch_both_neighbours) // memory §10: touching is allowed
{
    boot_input.dtb = boot_input.kernel.end;
    boot_input.dtb_size = boot_input.image.start - boot_input.kernel.end;
    assert_true(boot());
}

TEST(an_image_that_overlaps_the_kernel) // memory §10
{
    boot_input.dtb_size = 0;
    boot_input.image = (struct phys_range){0x40001000, 0x40002000};
    assert_boot_fails("overlaps");
}

TEST(an_inverted_image) // memory §10
{
    boot_input.image.end = boot_input.image.start - 0x1000;
    assert_boot_fails("overlaps");
}

TEST(an_image_that_is_not_page_aligned) // memory §10
{
    boot_input.image.start += 8;
    assert_boot_fails("page aligned");
    boot_input.image.start -= 8;
    boot_input.image.end += 8;
    assert_boot_fails("page aligned");
}

TEST(an_image_that_does_not_fit_into_user_space) // memory §10, end >= T
{
    boot_input.image_offset = boot_input.image.end - UINT64_C(0x7fffffffd000); // end + 2 pages + extra = T + 1
    assert_boot_fails("user space");
    boot_input.image_offset = boot_input.image.end - UINT64_C(0x900000000000);
    assert_boot_fails("user space");
    boot_input.image_offset = boot_input.image.start + 0x1000; // start wraps below 0
    assert_boot_fails("user space");
    boot_input.image_offset = boot_input.image.start - 0x400008;
    assert_boot_fails("user space");
}

TEST(the_highest_image_that_fits) // memory §3.4, boot refuses end >= T
{
    boot_input.image_offset = boot_input.image.end - UINT64_C(0x7fffffffb000);
    assert_true(boot());
}

TEST(no_room_for_the_root_objects) // memory §10
{
    RAM(0, 0x40000000, 0x40080000);
    assert_boot_fails("more memory");
}

TEST(a_root_cnode_too_small_for_all_slots) // memory §10: 8192 slots, an image of 8192 pages
{
    RAM(0, 0x40000000, 0x44000000);
    boot_input.image.end = boot_input.image.start + (UINT64_C(8192) << 12);
    assert_boot_fails("root CNode is full");
}

static void assert_cnode_too_small_for(word_t image_pages)
{
    RAM(0, 0x40000000, 0x44000000);
    boot_input.image.end = boot_input.image.start + (image_pages << PAGE_BITS);
    assert_boot_fails("root CNode is full");
}

TEST(a_root_cnode_too_small_for_device_untypeds) // memory §10: 15 slots are left for them
{
    assert_cnode_too_small_for(8140);
}

TEST(a_root_cnode_too_small_for_the_untypeds_of_ram) // memory §10: 35 slots are left for all
{
    assert_cnode_too_small_for(8120);
}

TEST(a_root_cnode_too_small_for_the_device_tree) // memory §10: 8193 pages of extra BootInfo
{
    RAM(0, 0x40000000, 0x50000000);
    boot_input.image.start += 0x4000000;
    boot_input.image.end += 0x4000000;
    boot_input.dtb_size = UINT64_C(8192) << 12;
    assert_boot_fails("root CNode is full");
}

TEST(a_root_cnode_too_small_for_sched_control) // memory §10: 16 + 19 + 8157 slots are taken before it
{
    RAM(0, 0x40000000, 0x50000000);
    boot_input.image.start += 0x4000000;
    boot_input.image.end += 0x4000000;
    boot_input.dtb_size = (UINT64_C(8157) << 12) - 16;
    assert_boot_fails("root CNode is full");
}

TEST(an_empty_image_boots_and_the_thread_faults) // memory §10, X0 = X1
{
    boot_input.image.end = boot_input.image.start;
    assert_true(boot());
    vm_fault(boot_input.entry, true, 0x82000007);
    assert_idle();
}

TEST(more_than_230_untypeds_boot_and_the_rest_is_dropped) // memory §9.4
{
    boot_input.ram_count = 7;
    for (word_t i = 0; i < 7; i++) { // each gap and each region falls into many small blocks
        RAM(i, 0x40000000 + i * 0x2000000 + (i ? 0x10 : 0), 0x41fffff0 + i * 0x2000000);
    }
    boot_input.dtb_size = 0;
    assert_true(boot());
    assert_in_range(boot_info->untyped.end - boot_info->untyped.start, 31, 230);
}

// ------------------------------------------------------------------------------------------- ranges

static struct range_list given_ranges(struct phys_range a, struct phys_range b)
{
    struct range_list list = {.count = 0};
    assert_true(range_list_add(&list, a));
    assert_true(range_list_add(&list, b));
    return list;
}

TEST(adjacent_and_overlapping_ranges_merge) // memory §9.1 rule 2
{
    struct range_list list = given_ranges((struct phys_range){0x1000, 0x2000}, (struct phys_range){0x2000, 0x3000});
    assert_int_equal(list.count, 1);
    assert_true(range_list_add(&list, (struct phys_range){0x800, 0x4000}));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.ranges[0].start, 0x800);
    assert_int_equal(list.ranges[0].end, 0x4000);
}

TEST(ranges_are_kept_in_order) // memory §9.1
{
    struct range_list list = given_ranges((struct phys_range){0x5000, 0x6000}, (struct phys_range){0x1000, 0x2000});
    assert_int_equal(list.ranges[0].start, 0x1000);
    assert_int_equal(list.ranges[1].start, 0x5000);
}

TEST(an_empty_range_adds_nothing_and_removes_nothing) // memory §9.1
{
    struct range_list list = given_ranges((struct phys_range){0x1000, 0x2000}, (struct phys_range){0x1800, 0x1800});
    assert_int_equal(list.count, 1);
    assert_true(range_list_remove(&list, (struct phys_range){0x1800, 0x1800}));
    assert_int_equal(list.count, 1);
}

TEST(removing_the_middle_splits_a_range) // memory §9.1 rule 1
{
    struct range_list list = given_ranges((struct phys_range){0x1000, 0x9000}, (struct phys_range){0xa000, 0xb000});
    assert_true(range_list_remove(&list, (struct phys_range){0x3000, 0x4000}));
    assert_int_equal(list.count, 3);
    assert_int_equal(list.ranges[0].end, 0x3000);
    assert_int_equal(list.ranges[1].start, 0x4000);
}

TEST(a_full_list_refuses) // memory §10, more free regions than the table
{
    struct range_list list = {.count = 0};
    for (word_t i = 0; i < BOOT_MAX_RANGES; i++) {
        assert_true(range_list_add(&list, (struct phys_range){i * 0x2000, i * 0x2000 + 0x1000}));
    }
    assert_false(range_list_add(&list, (struct phys_range){0x100000, 0x101000}));
    assert_false(range_list_remove(&list, (struct phys_range){0x400, 0x500}));
}

static word_t cut(struct phys_range *range)
{
    return range_cut_untyped(range);
}

TEST(a_range_is_cut_by_size_and_alignment) // memory §9.2
{
    struct phys_range range = {0x40248dd1, 0x40249000};
    assert_int_equal(cut(&range), 0); // crumbs of 1, 2, 4, 8 bytes up to the next multiple of 16
    assert_int_equal(cut(&range), 0);
    assert_int_equal(cut(&range), 0);
    assert_int_equal(cut(&range), 0);
    assert_int_equal(range.start, 0x40248de0);
    assert_int_equal(cut(&range), 5);
    assert_int_equal(cut(&range), 9);
    assert_int_equal(range.start, range.end);
}

TEST(alignment_is_that_of_the_kernel_window) // memory §9.2: at most 2^39 at 0, without limit at 2^39
{
    struct phys_range at_zero = {0, BIT(41)}, at_half = {BIT(39), BIT(39) + BIT(50)};
    assert_int_equal(cut(&at_zero), 39);
    assert_int_equal(cut(&at_half), 47);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(no_ram),
        RUN(empty_inverted_unordered_or_overlapping_ram),
        RUN(ram_outside_the_window),
        RUN(a_device_tree_that_wraps),
        RUN(a_device_tree_beyond_511_gib),
        RUN(a_device_tree_that_overlaps_the_kernel_or_the_image),
        RUN(a_device_tree_may_touch_both_neighbours),
        RUN(an_image_that_overlaps_the_kernel),
        RUN(an_inverted_image),
        RUN(an_image_that_is_not_page_aligned),
        RUN(an_image_that_does_not_fit_into_user_space),
        RUN(the_highest_image_that_fits),
        RUN(no_room_for_the_root_objects),
        RUN(a_root_cnode_too_small_for_all_slots),
        RUN(a_root_cnode_too_small_for_device_untypeds),
        RUN(a_root_cnode_too_small_for_the_untypeds_of_ram),
        RUN(a_root_cnode_too_small_for_the_device_tree),
        RUN(a_root_cnode_too_small_for_sched_control),
        RUN(an_empty_image_boots_and_the_thread_faults),
        RUN(more_than_230_untypeds_boot_and_the_rest_is_dropped),
        RUN(adjacent_and_overlapping_ranges_merge),
        RUN(ranges_are_kept_in_order),
        RUN(an_empty_range_adds_nothing_and_removes_nothing),
        RUN(removing_the_middle_splits_a_range),
        RUN(a_full_list_refuses),
        RUN(a_range_is_cut_by_size_and_alignment),
        RUN(alignment_is_that_of_the_kernel_window),
    };
    return RUN_ALL("boot_refusals", tests);
}
