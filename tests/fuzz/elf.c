// SPDX-License-Identifier: BSD-2-Clause
//
// Target `elf`: program files against the library that all loaders share (<lab4/elf.h>), with the
// rules of each of them. What passes the check must keep every promise of the header: bounds within
// the limits, no byte in two segments, the entry in an executable one. Copying a flat image must put
// every segment where it belongs and leave the rest zero (AddressSanitizer watches). What does not
// pass has a reason, with and without numbers.
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/hosted/frontend/elf_image.h"
#include "tests/fuzz/target.h"

const size_t fuzz_max_steps = 0;

// The hosted front end, the loader on QEMU, and a root task that loads components.
static const struct lab4_elf_rules acceptors[] = {
    {.machine = EM_X86_64, .low = 0x10000, .high = 0x6fffffffd000, .memory = 16 << 20},
    {.machine = EM_AARCH64, .low = 0, .high = 0x7f0000000000, .memory = 16 << 20},
    {.machine = EM_X86_64, .low = 0x10000, .high = 0x600000000000, .memory = 16 << 20, .is_sparse = 1},
};

#define DEMAND(condition)                                             \
    do {                                                              \
        if (!(condition)) {                                           \
            fprintf(stderr, "\n==== fuzz: not so: %s\n", #condition); \
            abort();                                                  \
        }                                                             \
    } while (0)

static void check_bounds(const struct lab4_elf *elf, const struct lab4_elf_rules *rules)
{
    DEMAND(elf->start < elf->end && elf->start % 4096 == 0);
    DEMAND(elf->start >= rules->low && elf->end <= rules->high);
    DEMAND(elf->entry >= elf->start && elf->entry < elf->end);
    DEMAND(rules->is_sparse || elf->end - elf->start <= rules->memory);
    DEMAND(elf->header_count > 0 && elf->header_count <= LAB4_ELF_MAX_HEADERS);
}

// The segments, read anew by the C library's declarations. A good file's headers lie within it.
static Elf64_Phdr read_header(const struct lab4_elf *elf, size_t i)
{
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    DEMAND(elf->size >= sizeof header);
    memcpy(&header, elf->file, sizeof header);
    memcpy(&segment, elf->file + header.e_phoff + i * header.e_phentsize, sizeof segment);
    return segment;
}

static void check_segments(const struct lab4_elf *elf)
{
    size_t bytes = 0;
    for (size_t i = 0; i < elf->header_count; i++) {
        const Elf64_Phdr segment = read_header(elf, i);
        if (segment.p_type == PT_LOAD && segment.p_memsz > 0) {
            DEMAND(segment.p_filesz <= segment.p_memsz);
            DEMAND(segment.p_vaddr >= elf->start && segment.p_memsz <= elf->end - segment.p_vaddr);
            bytes += segment.p_memsz;
        }
    }
    DEMAND(bytes > 0 && bytes <= elf->end - elf->start); // more would be an overlap
}

static void check_copy(const struct elf_image *image)
{
    uint8_t *memory = calloc(1, image->end - image->start);
    uint8_t *expected = calloc(1, image->end - image->start);
    DEMAND(memory && expected && image->end % 4096 == 0);
    elf_image_copy(image, memory);
    for (size_t i = 0; i < image->elf.header_count; i++) {
        const Elf64_Phdr segment = read_header(&image->elf, i);
        if (segment.p_type == PT_LOAD && segment.p_filesz > 0) {
            memcpy(expected + (segment.p_vaddr - image->start),
                   image->elf.file + segment.p_offset, segment.p_filesz);
        }
    }
    DEMAND(memcmp(expected, memory, image->end - image->start) == 0);
    free(expected);
    free(memory);
}

static void check_refusal(enum lab4_elf_verdict verdict, const struct elf_text *problem)
{
    DEMAND(verdict < LAB4_ELF_VERDICTS && lab4_elf_reason(verdict)[0]);
    DEMAND(memchr(problem->text, 0, sizeof problem->text) && problem->text[0]);
}

static void check_file(const uint8_t *file, size_t size, const struct lab4_elf_rules *rules)
{
    struct elf_image image;
    struct elf_text problem = {{0}};
    const enum lab4_elf_verdict verdict = elf_image_check(file, size, rules, &image, &problem);
    if (verdict != LAB4_ELF_GOOD) {
        check_refusal(verdict, &problem);
        return;
    }
    check_bounds(&image.elf, rules);
    check_segments(&image.elf);
    if (!rules->is_sparse) {
        check_copy(&image);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *file = malloc(size ? size : 1); // an exact allocation, so that reading behind it is seen
    memcpy(file, data, size);
    for (size_t i = 0; i < sizeof acceptors / sizeof acceptors[0]; i++) {
        check_file(size ? file : NULL, size, &acceptors[i]);
    }
    free(file);
    return 0;
}
