/* SPDX-License-Identifier: BSD-2-Clause */
/* examples/lib/elf.c: which ELF images of components are refused, and with which words; nothing outside an image is ever read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <elf.h>

#include "examples/lib/elf.h"
#include "examples/lib/elf.c"
#include "libsel4/runtime/elf.c"

#define TEST(name) static void name(void **state)

enum { TEXT_BYTES = 100, DATA_BYTES = 60 };

/* A program of two segments: text with the entry at its start, then data that ends in zeros. */
struct image {
    Elf64_Ehdr header;
    Elf64_Phdr text, data;
    char content[TEXT_BYTES + DATA_BYTES];
};

static struct image good(void)
{
    struct image image = {
        .header = {.e_ident = "\177ELF\2\1\1", .e_type = ET_EXEC, .e_machine = EM_X86_64, .e_version = 1,
                   .e_entry = 0x400000, .e_phoff = offsetof(struct image, text), .e_ehsize = 64,
                   .e_phentsize = 56, .e_phnum = 2},
        .text = {.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_offset = offsetof(struct image, content),
                 .p_vaddr = 0x400000, .p_filesz = TEXT_BYTES, .p_memsz = TEXT_BYTES},
        .data = {.p_type = PT_LOAD, .p_flags = PF_R | PF_W,
                 .p_offset = offsetof(struct image, content) + TEXT_BYTES, .p_vaddr = 0x401000,
                 .p_filesz = DATA_BYTES, .p_memsz = 3 * 4096},
    };
    memset(image.content, 'x', sizeof(image.content));
    return image;
}

/* Checks a copy of exactly `size` bytes, so that the sanitizer sees each byte read beyond them. */
static const char *check(struct lab4_elf *program, const void *image, size_t size)
{
    char *copy = malloc(size);
    memcpy(copy, image, size);
    const char *problem = elf_check(program, copy, size);
    free(copy);
    return problem;
}

static void assert_refused(struct image image, const char *words)
{
    struct lab4_elf program;
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
    struct lab4_elf program;
    assert_null(elf_check(&program, &image, sizeof(image)));
    assert_int_equal(program.entry, 0x400000);
    assert_int_equal(program.end, 0x404000);
    assert_int_equal(program.header_count, 2);
    assert_int_equal(lab4_elf_header(&program, 0).flags, LAB4_ELF_READ | LAB4_ELF_EXECUTE);
    assert_ptr_equal(program.file + lab4_elf_header(&program, 0).offset, image.content);
    assert_int_equal(lab4_elf_header(&program, 1).size, 3 * 4096);
    assert_int_equal(lab4_elf_header(&program, 1).bytes_size, DATA_BYTES);
}

TEST(an_image_cut_short_anywhere_is_refused)
{
    const struct image image = good();
    struct lab4_elf program;
    for (size_t size = 0; size < sizeof(image); size++) {
        assert_non_null(check(&program, &image, size));
    }
    assert_string_equal(check(&program, &image, 63), "is truncated: it ends inside the ELF header");
    assert_string_equal(check(&program, &image, 100), "is truncated: it ends inside the program headers");
    assert_string_equal(check(&program, &image, sizeof(image) - 1), "is truncated: it ends inside a segment");
}

TEST(headers_of_other_kinds_of_files_are_refused)
{
    assert_refused_with(image.header.e_ident[0] = 0, "is not an ELF file");
    assert_refused_with(image.header.e_ident[4] = 1, "is not a 64-bit program");
    assert_refused_with(image.header.e_ident[5] = 2, "is a big-endian program");
    assert_refused_with(image.header.e_machine++, "is built for another processor");
    assert_refused_with(image.header.e_type = 3, "is not a program linked at a fixed address");
    assert_refused_with(image.header.e_phentsize = 32, "has program headers of a size that is not that of ELF-64");
    assert_refused_with(image.header.e_phnum = 65, "has more than 64 program headers");
    assert_refused_with(image.header.e_phoff = UINT64_MAX, "is truncated: it ends inside the program headers");
    assert_refused_with(image.header.e_phoff = sizeof(image) - 111, "is truncated: it ends inside the program headers");
    assert_refused_with(image.text.p_type = 3, "needs a dynamic linker");
}

TEST(segments_that_lie_or_wrap_around_are_refused)
{
    assert_refused_with(image.data.p_offset = UINT64_MAX, "is truncated: it ends inside a segment");
    assert_refused_with(image.data.p_filesz = image.data.p_memsz, "is truncated: it ends inside a segment");
    assert_refused_with(image.data.p_filesz = UINT64_MAX, "has a segment with more bytes in the file than in memory");
    assert_refused_with(image.data.p_memsz = 1, "has a segment with more bytes in the file than in memory");
    assert_refused_with(image.data.p_memsz = UINT64_MAX, "has a segment outside the addresses it may have");
    assert_refused_with(image.data.p_memsz = ELF_MEMORY_MAX, "needs too much memory");
    assert_refused_with(image.data.p_vaddr = UINT64_MAX - 4095, "has a segment outside the addresses it may have");
    assert_refused_with(image.data.p_vaddr = 0xffff800000000000, "has a segment outside the addresses it may have");
    assert_refused_with(image.text.p_vaddr = 0, "has a segment outside the addresses it may have");
}

TEST(segments_may_share_a_page_and_come_in_any_order_but_not_overlap)
{
    struct lab4_elf program;
    struct image accepted = good();
    accepted.data.p_vaddr = 0x400000 + TEXT_BYTES;
    assert_null(check(&program, &accepted, sizeof(accepted)));
    accepted.data.p_vaddr = 0x300000;
    assert_null(check(&program, &accepted, sizeof(accepted)));
    assert_refused_with(image.data.p_vaddr = 0x400000, "has segments that overlap");
    assert_refused_with(image.text.p_memsz = 4097, "has segments that overlap");
}

TEST(an_entry_that_cannot_be_executed_is_refused)
{
    const char *const words = "has its entry point outside its executable segments";
    assert_refused_with(image.header.e_entry = 0, words);
    assert_refused_with(image.header.e_entry = 0x400000 + TEXT_BYTES, words);
    assert_refused_with(image.header.e_entry = 0x401000, words);
    assert_refused_with(image.header.e_phnum = 0, "has no segments to load");
}

TEST(more_headers_than_any_program_has_are_refused)
{
    struct {
        Elf64_Ehdr header;
        Elf64_Phdr rows[65];
    } image = {.header = good().header};
    struct lab4_elf program;
    image.header.e_phnum = 65;
    for (unsigned i = 0; i < 65; i++) {
        image.rows[i] = (Elf64_Phdr){
            .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = 0x400000 + i * 4096, .p_memsz = 1};
    }
    assert_string_equal(check(&program, &image, sizeof(image)), "has more than 64 program headers");
    image.header.e_phnum = 64;
    assert_null(check(&program, &image, sizeof(image)));
}

/* What is accepted keeps every promise of elf.h, whatever the file says. */
static void assert_loadable(const struct lab4_elf *program, const char *file, size_t size)
{
    assert_true(program->start >= ELF_ADDRESS_MIN && program->end <= ELF_ADDRESS_END);
    for (seL4_Word i = 0; i < program->header_count; i++) {
        const struct lab4_elf_segment segment = lab4_elf_header(program, i);
        if (lab4_elf_is_loaded(&segment)) {
            assert_true(segment.size <= ELF_MEMORY_MAX && segment.bytes_size <= segment.size);
            assert_true(segment.address >= program->start);
            assert_true(segment.address + segment.size <= program->end);
            assert_true(segment.offset <= size && segment.bytes_size <= size - segment.offset);
        }
    }
    assert_ptr_equal(program->file, file);
}

TEST(whatever_is_damaged_what_is_accepted_can_be_loaded)
{
    static const uint64_t values[] = {0, 1, 4095, 4096, 0x3fffff, 0x400fff, 1ul << 47, UINT64_MAX, UINT64_MAX - 4095, 1ul << 63};
    uint64_t random = 1;
    for (unsigned round = 0; round < 100000; round++) {
        struct image image = good();
        struct lab4_elf program;
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
        cmocka_unit_test(segments_may_share_a_page_and_come_in_any_order_but_not_overlap),
        cmocka_unit_test(an_entry_that_cannot_be_executed_is_refused),
        cmocka_unit_test(more_headers_than_any_program_has_are_refused),
        cmocka_unit_test(whatever_is_damaged_what_is_accepted_can_be_loaded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
