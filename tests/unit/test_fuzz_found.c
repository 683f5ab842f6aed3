// SPDX-License-Identifier: BSD-2-Clause
//
// What fuzzing has found (docs/FUZZING.md lists it): one test for each bug.
#include "core/entry/boot_memory.h"
#include "tests/unit/memory.h"

// memory §9.3: no untyped covers kernel memory in use. Found by the target `boot`.
TEST(a_taken_range_that_covers_a_whole_region_and_reaches_into_the_next_is_taken_from_both)
{
    struct range_list list = {.count = 0};
    assert_true(range_list_add(&list, (struct phys_range){0x1000, 0x3000}));
    assert_true(range_list_add(&list, (struct phys_range){0x4000, 0x8000}));
    assert_true(range_list_remove(&list, (struct phys_range){0x1000, 0x6000}));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.ranges[0].start, 0x6000);
    assert_int_equal(list.ranges[0].end, 0x8000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_taken_range_that_covers_a_whole_region_and_reaches_into_the_next_is_taken_from_both),
    };
    return RUN_ALL("fuzz_found", tests);
}
