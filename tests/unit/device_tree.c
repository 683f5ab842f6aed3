// SPDX-License-Identifier: BSD-2-Clause
//
// The device tree of the hosted machine (platform/hosted/frontend), as a program that reads BootInfo sees it. Built where
// libfdt is: in the hosted build.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <libfdt.h>

#include "platform/hosted/frontend/device_tree.h"

#define GIB (UINT64_C(1) << 30)

static uint8_t tree[16384], other[16384];
static size_t size;

static void given_the_tree_of_a_machine_with(uint64_t ram_bytes)
{
    size = device_tree_write(ram_bytes, tree, sizeof(tree));
    assert_in_range(size, 1, sizeof(tree));
}

static void assert_cells(const char *path, const char *name, const uint32_t *expected, int count)
{
    int length;
    const fdt32_t *cells = fdt_getprop(tree, fdt_path_offset(tree, path), name, &length);
    assert_non_null(cells);
    assert_int_equal(length, count * 4);
    for (int i = 0; i < count; i++) {
        assert_int_equal(fdt32_to_cpu(cells[i]), expected[i]);
    }
}

#define assert_property(path, name, ...) \
    assert_cells(path, name, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void the_tree_is_well_formed(void **state)
{
    (void)state;
    given_the_tree_of_a_machine_with(GIB);
    assert_int_equal(fdt_check_full(tree, size), 0);
    assert_int_equal(fdt_node_check_compatible(tree, 0, "linux,dummy-virt"), 0);
}

static void the_same_machine_has_the_same_bytes(void **state)
{
    (void)state;
    given_the_tree_of_a_machine_with(GIB);
    memset(other, 0xee, sizeof(other));
    assert_int_equal(device_tree_write(GIB, other, sizeof(other)), size);
    assert_memory_equal(tree, other, size);
}

static void memory_is_as_large_as_asked(void **state)
{
    (void)state;
    given_the_tree_of_a_machine_with(GIB);
    assert_property("/memory@40000000", "reg", 0, 0x40000000, 0, 0x40000000);
    given_the_tree_of_a_machine_with(10 * GIB);
    assert_property("/memory@40000000", "reg", 0, 0x40000000, 2, 0x80000000);
}

static void devices_have_the_addresses_and_lines_of_the_virt_board(void **state) // memory §5.1, §5.2
{
    (void)state;
    given_the_tree_of_a_machine_with(GIB);
    assert_property("/pl011@9000000", "reg", 0, 0x9000000, 0, 0x1000);
    assert_property("/pl011@9000000", "interrupts", 0, 33 - 32, 4);
    assert_property("/pl031@9010000", "reg", 0, 0x9010000, 0, 0x1000);
    assert_property("/pl031@9010000", "interrupts", 0, 34 - 32, 4);
    assert_property("/intc@8000000", "reg", 0, 0x8000000, 0, 0x10000, 0, 0x8010000, 0, 0x10000);
    assert_property("/timer", "interrupts", 1, 13, 0x104, 1, 14, 0x104, 1, 11, 0x104, 1, 10, 0x104);
}

static void the_hosted_timer_is_where_the_virt_board_has_nothing(void **state)
{
    (void)state;
    given_the_tree_of_a_machine_with(GIB);
    const int timer = fdt_node_offset_by_compatible(tree, -1, "lab4,timer");
    assert_int_equal(timer, fdt_path_offset(tree, "/timer@9100000"));
    assert_property("/timer@9100000", "reg", 0, 0x9100000, 0, 0x1000);
    assert_property("/timer@9100000", "interrupts", 0, 42 - 32, 4);
    assert_property("/timer@9100000", "clock-frequency", 62500000);
}

static void phandles_lead_to_their_nodes(void **state)
{
    (void)state;
    given_the_tree_of_a_machine_with(GIB);
    uint32_t parent = fdt32_ld(fdt_getprop(tree, 0, "interrupt-parent", NULL));
    assert_int_equal(fdt_node_offset_by_phandle(tree, parent), fdt_path_offset(tree, "/intc@8000000"));
    uint32_t clock = fdt32_ld(fdt_getprop(tree, fdt_path_offset(tree, "/pl011@9000000"), "clocks", NULL));
    assert_int_equal(fdt_node_offset_by_phandle(tree, clock), fdt_path_offset(tree, "/apb-pclk"));
}

static void too_little_room_gives_nothing_and_writes_nothing_behind_it(void **state)
{
    (void)state;
    given_the_tree_of_a_machine_with(GIB);
    for (size_t capacity = 0; capacity < size; capacity++) {
        memset(other, 0xee, sizeof(other));
        assert_int_equal(device_tree_write(GIB, other, capacity), 0);
        assert_int_equal(other[capacity], 0xee);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_is_well_formed),
        cmocka_unit_test(the_same_machine_has_the_same_bytes),
        cmocka_unit_test(memory_is_as_large_as_asked),
        cmocka_unit_test(devices_have_the_addresses_and_lines_of_the_virt_board),
        cmocka_unit_test(the_hosted_timer_is_where_the_virt_board_has_nothing),
        cmocka_unit_test(phandles_lead_to_their_nodes),
        cmocka_unit_test(too_little_room_gives_nothing_and_writes_nothing_behind_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
