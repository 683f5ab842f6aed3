// SPDX-License-Identifier: BSD-2-Clause
//
// The loader of ELF executables and the placement of the image in physical memory (platform/hosted/frontend): what is
// accepted, what is refused and why. Each test starts from a good file and spoils one thing.
#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "platform/hosted/frontend/elf_image.h"
#include "platform/hosted/frontend/placement.h"
#include "platform/hosted/interface.h"

enum { PAGE = 4096, MIB = 1 << 20, MAX_SEGMENTS = 4, SEGMENT_BYTES = 2 * PAGE, START = 0x400000 };

// A file with room for everything that the tests put into it; `size` says how much of it the loader sees.
static struct {
    Elf64_Ehdr header;
    Elf64_Phdr segments[MAX_SEGMENTS];
    _Alignas(PAGE) uint8_t content[MAX_SEGMENTS][SEGMENT_BYTES];
} file;
static size_t size;
static struct lab4_elf_rules limits;
static struct elf_image image;
static struct elf_text problem;

static Elf64_Phdr *given_a_segment(unsigned index, uint64_t address, uint64_t file_bytes, uint64_t memory_bytes)
{
    file.segments[index] = (Elf64_Phdr){
        .p_type = PT_LOAD,
        .p_flags = PF_R | PF_X,
        .p_offset = (uint64_t)((uint8_t *)file.content[index] - (uint8_t *)&file),
        .p_vaddr = address,
        .p_filesz = file_bytes,
        .p_memsz = memory_bytes,
        .p_align = PAGE,
    };
    file.header.e_phnum = (Elf64_Half)(index + 1);
    memset(file.content[index], 'a' + (int)index, SEGMENT_BYTES);
    return &file.segments[index];
}

static int given_a_good_file(void **state)
{
    (void)state;
    memset(&file, 0, sizeof(file));
    file.header = (Elf64_Ehdr){
        .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_X86_64,
        .e_version = EV_CURRENT,
        .e_entry = START,
        .e_phoff = offsetof(__typeof__(file), segments),
        .e_ehsize = sizeof(Elf64_Ehdr),
        .e_phentsize = sizeof(Elf64_Phdr),
    };
    given_a_segment(0, START, 100, PAGE);
    size = sizeof(file);
    limits = (struct lab4_elf_rules){.machine = EM_X86_64, .low = MACHINE_USER_LOW, .high = MACHINE_USER_HIGH, .memory = 64 * MIB};
    memset(problem.text, 0, sizeof(problem.text));
    return 0;
}

static enum lab4_elf_verdict check(void)
{
    return elf_image_check((const uint8_t *)&file, size, &limits, &image, &problem);
}

#define assert_loads() assert_int_equal(check(), LAB4_ELF_GOOD)

static void assert_refused(enum lab4_elf_verdict expected, const char *word)
{
    image = (struct elf_image){.start = 1, .end = 2, .entry = 3};
    assert_int_equal(check(), expected);
    assert_non_null(strstr(problem.text, word));
    assert_memory_equal(&image, (&(struct elf_image){.start = 1, .end = 2, .entry = 3}), sizeof(image));
}

static void assert_all_equal(const uint8_t *bytes, int value, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(bytes[i], value);
    }
}

// ---------------------------------------------------------------------------------------- accepted

static void a_good_file_loads(void **state)
{
    (void)state;
    assert_loads();
    assert_int_equal(image.start, START);
    assert_int_equal(image.end, START + PAGE);
    assert_int_equal(image.entry, START);
}

static void the_image_ends_at_a_page(void **state)
{
    (void)state;
    given_a_segment(1, START + PAGE, 0, PAGE + 1);
    assert_loads();
    assert_int_equal(image.end, START + 3 * PAGE);
}

static void segments_are_copied_to_their_distances_and_the_rest_stays_zero(void **state)
{
    (void)state;
    static uint8_t memory[5 * PAGE];
    given_a_segment(0, START, 100, PAGE);
    given_a_segment(1, START + 2 * PAGE + 8, 50, 2 * PAGE);
    assert_loads();
    assert_int_equal(image.end - image.start, sizeof(memory));
    elf_image_copy(&image, memory);
    assert_all_equal(memory, 'a', 100);
    assert_all_equal(memory + 100, 0, 2 * PAGE + 8 - 100);
    assert_all_equal(memory + 2 * PAGE + 8, 'b', 50);
    assert_all_equal(memory + 2 * PAGE + 58, 0, 3 * PAGE - 58);
}

static void segments_may_share_a_page(void **state)
{
    (void)state;
    given_a_segment(0, START, 100, 100);
    given_a_segment(1, START + 100, 10, 10);
    assert_loads();
    assert_int_equal(image.end, START + PAGE);
}

static void headers_that_take_no_memory_do_not_count(void **state)
{
    (void)state;
    given_a_segment(1, 0, 0, 0)->p_type = PT_GNU_STACK;
    given_a_segment(2, 0xffff800000000000, 0, 0);
    given_a_segment(3, START + 8, 64, 64)->p_type = PT_NOTE;
    assert_loads();
    assert_int_equal(image.end, START + PAGE);
}

static void headers_that_take_memory_count_for_the_bounds(void **state) // memory §7.3
{
    (void)state;
    given_a_segment(1, START + PAGE - 8, 0, 3 * PAGE)->p_type = PT_TLS;
    assert_loads();
    assert_int_equal(image.end, START + 4 * PAGE);
    given_a_segment(1, 0xffff800000000000, 64, 64)->p_type = PT_NOTE;
    assert_refused(LAB4_ELF_OUTSIDE, "segment 1: 0x40 bytes at 0xffff800000000000");
}

static void a_size_for_the_stack_is_refused_with_the_option_that_made_it(void **state)
{
    (void)state;
    given_a_segment(1, 0, 0, 65536)->p_type = PT_GNU_STACK;
    assert_refused(LAB4_ELF_STACK_HAS_MEMORY, "without -z stack-size");
}

static void program_headers_may_lie_at_any_offset(void **state)
{
    (void)state;
    file.header.e_phoff = offsetof(__typeof__(file), content) + PAGE + 3;
    memcpy((uint8_t *)&file + file.header.e_phoff, &file.segments[0], sizeof(file.segments[0]));
    memset(file.segments, 0, sizeof(file.segments));
    assert_loads();
}

static void the_whole_user_window_may_be_used(void **state)
{
    (void)state;
    limits.memory = UINT64_MAX;
    given_a_segment(0, MACHINE_USER_LOW, 1, MACHINE_USER_HIGH - MACHINE_USER_LOW);
    file.header.e_entry = MACHINE_USER_HIGH - 1;
    assert_loads();
    assert_int_equal(image.end, MACHINE_USER_HIGH);
}

static void an_image_may_take_all_memory(void **state)
{
    (void)state;
    given_a_segment(0, START, 1, limits.memory);
    assert_loads();
}

// ----------------------------------------------------------------------------------- refused: identity

static void an_empty_file_is_refused(void **state)
{
    (void)state;
    size = 0;
    assert_refused(LAB4_ELF_NOT_ELF, "is empty");
}

static void text_is_refused(void **state)
{
    (void)state;
    memcpy(&file, "#!/bin/sh", 9);
    assert_refused(LAB4_ELF_NOT_ELF, "not an ELF");
}

static void three_bytes_of_magic_are_refused(void **state)
{
    (void)state;
    size = 3;
    assert_refused(LAB4_ELF_NOT_ELF, "not an ELF");
}

static void a_file_that_ends_in_the_header_is_refused(void **state)
{
    (void)state;
    size = sizeof(Elf64_Ehdr) - 1;
    assert_refused(LAB4_ELF_TRUNCATED_HEADER, "truncated");
}

static void a_32_bit_file_is_refused(void **state)
{
    (void)state;
    file.header.e_ident[EI_CLASS] = ELFCLASS32;
    assert_refused(LAB4_ELF_WRONG_CLASS, "64-bit");
}

static void a_big_endian_file_is_refused(void **state)
{
    (void)state;
    file.header.e_ident[EI_DATA] = ELFDATA2MSB;
    assert_refused(LAB4_ELF_WRONG_BYTE_ORDER, "big-endian");
}

static void an_aarch64_file_is_refused_with_the_way_to_run_it(void **state)
{
    (void)state;
    file.header.e_machine = EM_AARCH64;
    assert_refused(LAB4_ELF_WRONG_MACHINE, "built for AArch64; use --on qemu");
}

static void another_machine_is_refused(void **state)
{
    (void)state;
    file.header.e_machine = EM_RISCV;
    assert_refused(LAB4_ELF_WRONG_MACHINE, "x86-64");
}

static void a_position_independent_file_is_refused(void **state)
{
    (void)state;
    file.header.e_type = ET_DYN;
    assert_refused(LAB4_ELF_WRONG_TYPE, "-no-pie");
}

static void an_object_file_is_refused(void **state)
{
    (void)state;
    file.header.e_type = ET_REL;
    assert_refused(LAB4_ELF_WRONG_TYPE, "object file");
}

static void a_core_dump_is_refused(void **state)
{
    (void)state;
    file.header.e_type = ET_CORE;
    assert_refused(LAB4_ELF_WRONG_TYPE, "ELF type 4");
}

static void a_program_with_a_dynamic_linker_is_refused(void **state)
{
    (void)state;
    given_a_segment(1, START, 10, 10)->p_type = PT_INTERP;
    assert_refused(LAB4_ELF_DYNAMIC, "dynamic linker");
}

// ------------------------------------------------------------------------------ refused: program headers

static void no_program_headers_are_refused(void **state)
{
    (void)state;
    file.header.e_phnum = 0;
    assert_refused(LAB4_ELF_NO_SEGMENTS, "no segments");
}

static void program_headers_without_anything_to_load_are_refused(void **state)
{
    (void)state;
    file.segments[0].p_type = PT_NOTE;
    assert_refused(LAB4_ELF_NO_SEGMENTS, "no segments");
}

static void the_escape_for_more_headers_is_refused(void **state)
{
    (void)state;
    file.header.e_phnum = PN_XNUM;
    assert_refused(LAB4_ELF_TOO_MANY_HEADERS, "65535 program headers, more than 64");
}

static void program_headers_of_another_size_are_refused(void **state)
{
    (void)state;
    file.header.e_phentsize = 32;
    assert_refused(LAB4_ELF_HEADER_SIZE, "32 bytes");
}

static void more_headers_than_the_file_holds_are_refused(void **state)
{
    (void)state;
    file.header.e_phnum = LAB4_ELF_MAX_HEADERS;
    size = file.header.e_phoff + LAB4_ELF_MAX_HEADERS * sizeof(Elf64_Phdr) - 1;
    assert_refused(LAB4_ELF_TRUNCATED_HEADERS, "program headers");
}

static void headers_behind_the_file_are_refused(void **state)
{
    (void)state;
    file.header.e_phoff = size + 1;
    assert_refused(LAB4_ELF_TRUNCATED_HEADERS, "program headers");
}

static void headers_at_the_end_of_the_number_range_are_refused(void **state)
{
    (void)state;
    file.header.e_phoff = UINT64_MAX - 7;
    assert_refused(LAB4_ELF_TRUNCATED_HEADERS, "program headers");
}

// ------------------------------------------------------------------------------------ refused: segments

static void a_file_that_ends_in_a_segment_is_refused(void **state)
{
    (void)state;
    size = file.segments[0].p_offset + file.segments[0].p_filesz - 1;
    assert_refused(LAB4_ELF_TRUNCATED_SEGMENT, "segment 0");
}

static void a_segment_whose_offset_overflows_is_refused(void **state)
{
    (void)state;
    file.segments[0].p_offset = UINT64_MAX - 50;
    assert_refused(LAB4_ELF_TRUNCATED_SEGMENT, "segment 0");
}

static void a_segment_larger_in_the_file_than_in_memory_is_refused(void **state)
{
    (void)state;
    file.segments[0].p_filesz = file.segments[0].p_memsz + 1;
    assert_refused(LAB4_ELF_FILE_EXCEEDS_MEMORY, "segment 0");
}

static void file_bytes_without_memory_are_refused(void **state)
{
    (void)state;
    given_a_segment(1, START + PAGE, 1, 0);
    assert_refused(LAB4_ELF_FILE_EXCEEDS_MEMORY, "segment 1");
}

static void overlapping_segments_are_refused(void **state)
{
    (void)state;
    given_a_segment(0, START, 10, PAGE + 1);
    given_a_segment(1, START + PAGE, 10, 10);
    assert_refused(LAB4_ELF_OVERLAP, "overlap");
}

static void segments_may_come_in_any_order(void **state)
{
    (void)state;
    given_a_segment(1, START - PAGE, 10, 10);
    assert_loads();
    assert_int_equal(image.start, START - PAGE);
    given_a_segment(2, START - 8, 10, 10);
    assert_refused(LAB4_ELF_OVERLAP, "(0 and 2, at 0x3ffff8)");
}

static void a_segment_below_the_user_window_is_refused(void **state)
{
    (void)state;
    given_a_segment(0, MACHINE_USER_LOW - PAGE, 10, 10);
    assert_refused(LAB4_ELF_OUTSIDE, "0x10000");
}

static void a_segment_that_leaves_the_user_window_is_refused(void **state)
{
    (void)state;
    given_a_segment(0, MACHINE_USER_HIGH - PAGE, 10, PAGE + 1);
    assert_refused(LAB4_ELF_OUTSIDE, "0x6fffffffdfff");
}

static void a_segment_above_the_user_window_is_refused(void **state)
{
    (void)state;
    given_a_segment(0, MACHINE_USER_HIGH, 10, 10);
    assert_refused(LAB4_ELF_OUTSIDE, "outside");
}

static void a_segment_that_wraps_around_is_refused(void **state)
{
    (void)state;
    given_a_segment(0, START, 10, UINT64_MAX - START + 2);
    assert_refused(LAB4_ELF_OUTSIDE, "outside");
}

static void an_image_that_does_not_start_at_a_page_is_refused(void **state)
{
    (void)state;
    given_a_segment(0, START + 16, 10, 10);
    file.header.e_entry = START + 16;
    assert_refused(LAB4_ELF_UNALIGNED, "0x400010");
}

// -------------------------------------------------------------------------------- refused: entry and size

static void an_entry_below_the_image_is_refused(void **state)
{
    (void)state;
    file.header.e_entry = START - 1;
    assert_refused(LAB4_ELF_ENTRY_OUTSIDE, "entry");
}

static void an_entry_behind_the_image_is_refused(void **state)
{
    (void)state;
    file.header.e_entry = START + PAGE;
    assert_refused(LAB4_ELF_ENTRY_OUTSIDE, "entry");
}

static void an_entry_between_two_segments_is_refused(void **state)
{
    (void)state;
    given_a_segment(1, START + 2 * PAGE, 10, 10);
    file.header.e_entry = START + PAGE;
    assert_refused(LAB4_ELF_ENTRY_OUTSIDE, "entry");
}

static void an_image_larger_than_memory_is_refused_with_both_sizes(void **state)
{
    (void)state;
    given_a_segment(0, START, 10, limits.memory + 1);
    assert_refused(LAB4_ELF_TOO_BIG, "needs 65540 KiB of memory but the machine has 65536 KiB; give it more with --mem");
}

static void the_longest_refusal_is_not_cut_off(void **state)
{
    (void)state;
    given_a_segment(0, UINT64_MAX, UINT64_MAX / 2, UINT64_MAX);
    file.segments[0].p_filesz = 1;
    assert_refused(LAB4_ELF_OUTSIDE, "for example at 0x400000");
}

// ---------------------------------------------------------------------------------------- placement

static const struct elf_image small_image = {.start = 0x400000, .end = 0x413000, .entry = 0x400000};

static void the_device_tree_comes_first_and_the_image_at_the_next_page(void **state)
{
    (void)state;
    struct placement p = placement_of(&small_image, 7633);
    assert_int_equal(p.dtb, MACHINE_RAM_BASE);
    assert_int_equal(p.image_start, MACHINE_RAM_BASE + 2 * PAGE);
    assert_int_equal(p.image_end, MACHINE_RAM_BASE + 2 * PAGE + 0x13000);
}

static void root_objects_of_the_specified_example_need_their_size_and_alignment(void **state) // memory §8.2
{
    (void)state;
    assert_int_equal(placement_of(&small_image, 7633).least_ram, 0x40000 + 0x49880);
}

static void a_large_device_tree_raises_the_alignment_of_the_root_objects(void **state) // memory §8.2, b = 19
{
    (void)state;
    struct placement p = placement_of(&small_image, 300000);
    assert_int_equal(p.least_ram, 0x80000 + 0x80000 + 0x49880 - 0x2000);
}

static void the_pages_behind_the_image_must_be_user_addresses_too(void **state)
{
    (void)state;
    limits = placement_limits(64 * MIB, 7633);
    assert_int_equal(limits.high, MACHINE_USER_HIGH - 2 * PAGE - 8192);
    assert_int_equal(limits.memory, 64 * MIB - 8192);
}

#define TEST(name) cmocka_unit_test_setup(name, given_a_good_file)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_good_file_loads),
        TEST(the_image_ends_at_a_page),
        TEST(segments_are_copied_to_their_distances_and_the_rest_stays_zero),
        TEST(segments_may_share_a_page),
        TEST(headers_that_take_no_memory_do_not_count),
        TEST(headers_that_take_memory_count_for_the_bounds),
        TEST(a_size_for_the_stack_is_refused_with_the_option_that_made_it),
        TEST(program_headers_may_lie_at_any_offset),
        TEST(the_whole_user_window_may_be_used),
        TEST(an_image_may_take_all_memory),
        TEST(an_empty_file_is_refused),
        TEST(text_is_refused),
        TEST(three_bytes_of_magic_are_refused),
        TEST(a_file_that_ends_in_the_header_is_refused),
        TEST(a_32_bit_file_is_refused),
        TEST(a_big_endian_file_is_refused),
        TEST(an_aarch64_file_is_refused_with_the_way_to_run_it),
        TEST(another_machine_is_refused),
        TEST(a_position_independent_file_is_refused),
        TEST(an_object_file_is_refused),
        TEST(a_core_dump_is_refused),
        TEST(a_program_with_a_dynamic_linker_is_refused),
        TEST(no_program_headers_are_refused),
        TEST(program_headers_without_anything_to_load_are_refused),
        TEST(the_escape_for_more_headers_is_refused),
        TEST(program_headers_of_another_size_are_refused),
        TEST(more_headers_than_the_file_holds_are_refused),
        TEST(headers_behind_the_file_are_refused),
        TEST(headers_at_the_end_of_the_number_range_are_refused),
        TEST(a_file_that_ends_in_a_segment_is_refused),
        TEST(a_segment_whose_offset_overflows_is_refused),
        TEST(a_segment_larger_in_the_file_than_in_memory_is_refused),
        TEST(file_bytes_without_memory_are_refused),
        TEST(overlapping_segments_are_refused),
        TEST(segments_may_come_in_any_order),
        TEST(a_segment_below_the_user_window_is_refused),
        TEST(a_segment_that_leaves_the_user_window_is_refused),
        TEST(a_segment_above_the_user_window_is_refused),
        TEST(a_segment_that_wraps_around_is_refused),
        TEST(an_image_that_does_not_start_at_a_page_is_refused),
        TEST(an_entry_below_the_image_is_refused),
        TEST(an_entry_behind_the_image_is_refused),
        TEST(an_entry_between_two_segments_is_refused),
        TEST(an_image_larger_than_memory_is_refused_with_both_sizes),
        TEST(the_longest_refusal_is_not_cut_off),
        TEST(the_device_tree_comes_first_and_the_image_at_the_next_page),
        TEST(root_objects_of_the_specified_example_need_their_size_and_alignment),
        TEST(a_large_device_tree_raises_the_alignment_of_the_root_objects),
        TEST(the_pages_behind_the_image_must_be_user_addresses_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
