/* SPDX-License-Identifier: BSD-2-Clause */
/* examples/lib/elf.c: which ELF images of components are refused, and with which words; nothing outside an image is ever read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "examples/lib/elf.h"
#include "examples/lib/elf.c"

#define TEST(name) static void name(void **state)

enum { TEXT_BYTES = 100, DATA_BYTES = 60 };

/* A program of two segments: text with the entry at its start, then data that ends in zeros. */
struct image {
    struct elf_header header;
    struct program_header text, data;
    char content[TEXT_BYTES + DATA_BYTES];
};

static struct image good(void)
{
    struct image image = {
        .header = {.ident = "\177ELF\2\1\1", .type = 2, .machine = __ehdr_start.machine, .version = 1, .entry = 0x400000,
                   .program_headers = offsetof(struct image, text), .header_size = 64,
                   .program_header_size = 56, .program_header_count = 2},
        .text = {.type = 1, .flags = 5, .offset = offsetof(struct image, content), .virtual_address = 0x400000,
                 .file_size = TEXT_BYTES, .memory_size = TEXT_BYTES},
        .data = {.type = 1, .flags = 6, .offset = offsetof(struct image, content) + TEXT_BYTES, .virtual_address = 0x401000,
                 .file_size = DATA_BYTES, .memory_size = 3 * 4096},
    };
    memset(image.content, 'x', sizeof(image.content));
    return image;
}

/* Checks a copy of exactly `size` bytes, so that the sanitizer sees each byte read beyond them. */
static const char *check(struct elf_program *program, const void *image, size_t size)
{
    char *copy = malloc(size);
    memcpy(copy, image, size);
    const char *problem = elf_check(program, copy, size);
    free(copy);
    return problem;
}

static void assert_refused(struct image image, const char *words)
{
    struct elf_program program;
    const char *problem = check(&program, &image, sizeof(image));
    assert_non_null(problem);
    assert_string_equal(problem, words);
}

#define assert_refused_with(change, words) \
    do { \
        struct image image = good(); \
        change; \
        assert_refused(image, words); \
    } while (0)

TEST(a_good_image_gives_its_segments)
{
    struct image image = good();
    struct elf_program program;
    assert_null(elf_check(&program, &image, sizeof(image)));
    assert_int_equal(program.entry, 0x400000);
    assert_int_equal(program.end, 0x404000);
    assert_int_equal(program.segment_count, 2);
    assert_int_equal(program.segments[0].access, ELF_READ | ELF_EXECUTE);
    assert_ptr_equal(program.segments[0].bytes, image.content);
    assert_int_equal(program.segments[1].size, 3 * 4096);
    assert_int_equal(program.segments[1].bytes_size, DATA_BYTES);
}

TEST(an_image_cut_short_anywhere_is_refused)
{
    const struct image image = good();
    struct elf_program program;
    for (size_t size = 0; size < sizeof(image); size++) {
        assert_non_null(check(&program, &image, size));
    }
    assert_string_equal(check(&program, &image, 63), "it is shorter than the header of an ELF file");
    assert_string_equal(check(&program, &image, 100), "it ends before its program headers do");
    assert_string_equal(check(&program, &image, sizeof(image) - 1), "it ends before one of its segments does");
}

TEST(headers_of_other_kinds_of_files_are_refused)
{
    assert_refused_with(image.header.ident[0] = 0, "it is not an ELF file");
    assert_refused_with(image.header.ident[4] = 1, "it is not an ELF file of 64 bits, little-endian");
    assert_refused_with(image.header.ident[5] = 2, "it is not an ELF file of 64 bits, little-endian");
    assert_refused_with(image.header.machine++, "it is for another machine");
    assert_refused_with(image.header.type = 3, "it is not an executable at fixed addresses");
    assert_refused_with(image.header.program_header_size = 32, "its program headers have an unknown size or are too many");
    assert_refused_with(image.header.program_header_count = 65, "its program headers have an unknown size or are too many");
    assert_refused_with(image.header.program_headers = UINT64_MAX, "it ends before its program headers do");
    assert_refused_with(image.header.program_headers = sizeof(image) - 111, "it ends before its program headers do");
    assert_refused_with(image.text.type = 3, "it needs a dynamic linker");
}

TEST(segments_that_lie_or_wrap_around_are_refused)
{
    assert_refused_with(image.data.offset = UINT64_MAX, "it ends before one of its segments does");
    assert_refused_with(image.data.file_size = UINT64_MAX, "it ends before one of its segments does");
    assert_refused_with(image.data.memory_size = 1, "a segment is larger in the file than in memory");
    assert_refused_with(image.data.memory_size = UINT64_MAX, "its segments take more than 16 MiB");
    assert_refused_with(image.data.memory_size = ELF_MEMORY_MAX, "its segments take more than 16 MiB");
    assert_refused_with(image.data.virtual_address = UINT64_MAX - 4095, "a segment lies outside the addresses of programs");
    assert_refused_with(image.data.virtual_address = 0xffff800000000000, "a segment lies outside the addresses of programs");
    assert_refused_with(image.text.virtual_address = 0, "a segment lies outside the addresses of programs");
}

TEST(segments_that_share_a_page_are_refused)
{
    const char *const words = "two of its segments share a page, or they are not in ascending order";
    assert_refused_with(image.data.virtual_address = 0x400000, words);
    assert_refused_with(image.data.virtual_address = 0x400fff, words);
    assert_refused_with(image.data.virtual_address = 0x300000, words);
    assert_refused_with(image.text.memory_size = 4097, words);
}

TEST(an_entry_that_cannot_be_executed_is_refused)
{
    const char *const words = "its entry is not in an executable segment";
    assert_refused_with(image.header.entry = 0, words);
    assert_refused_with(image.header.entry = 0x400000 + TEXT_BYTES, words);
    assert_refused_with(image.header.entry = 0x401000, words);
    assert_refused_with(image.header.program_header_count = 0, words);
}

TEST(more_segments_than_there_is_room_for_are_refused)
{
    struct {
        struct elf_header header;
        struct program_header rows[9];
    } image = {.header = good().header};
    struct elf_program program;
    image.header.program_header_count = 9;
    for (unsigned i = 0; i < 9; i++) {
        image.rows[i] = (struct program_header) {.type = 1, .flags = 5, .virtual_address = 0x400000 + i * 4096, .memory_size = 1};
    }
    assert_string_equal(check(&program, &image, sizeof(image)), "it has more than 8 segments");
    image.header.program_header_count = 8;
    assert_null(check(&program, &image, sizeof(image)));
}

/* What is accepted keeps every promise of elf.h, whatever the file says. */
static void assert_loadable(const struct elf_program *program, const char *file, size_t size)
{
    seL4_Word end = ELF_ADDRESS_MIN;
    for (seL4_Word i = 0; i < program->segment_count; i++) {
        const struct elf_segment *segment = &program->segments[i];
        assert_true(segment->address >= end && segment->size >= 1 && segment->size <= ELF_MEMORY_MAX);
        assert_true(segment->bytes_size <= segment->size);
        assert_true(segment->bytes >= file && segment->bytes + segment->bytes_size <= file + size);
        end = ((segment->address + segment->size - 1) / 4096 + 1) * 4096;
        assert_true(end <= ELF_ADDRESS_END);
    }
}

TEST(whatever_is_damaged_what_is_accepted_can_be_loaded)
{
    static const uint64_t values[] = {0, 1, 4095, 4096, 0x3fffff, 0x400fff, 1ul << 47, UINT64_MAX, UINT64_MAX - 4095, 1ul << 63};
    uint64_t random = 1;
    for (unsigned round = 0; round < 100000; round++) {
        struct image image = good();
        struct elf_program program;
        for (unsigned change = 0; change < 2; change++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            const size_t at = (random >> 33) % offsetof(struct image, content);
            if (random >> 63) {
                memcpy((char *)&image + (at & ~7ul), &values[(random >> 20) % 10], 8);
            } else {
                ((char *)&image)[at] = (char)(random >> 24);
            }
        }
        if (elf_check(&program, &image, sizeof(image)) == NULL) {
            assert_loadable(&program, (const char *)&image, sizeof(image));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_image_gives_its_segments),
        cmocka_unit_test(an_image_cut_short_anywhere_is_refused),
        cmocka_unit_test(headers_of_other_kinds_of_files_are_refused),
        cmocka_unit_test(segments_that_lie_or_wrap_around_are_refused),
        cmocka_unit_test(segments_that_share_a_page_are_refused),
        cmocka_unit_test(an_entry_that_cannot_be_executed_is_refused),
        cmocka_unit_test(more_segments_than_there_is_room_for_are_refused),
        cmocka_unit_test(whatever_is_damaged_what_is_accepted_can_be_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
