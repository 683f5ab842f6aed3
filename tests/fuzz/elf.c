// SPDX-License-Identifier: BSD-2-Clause
//
// Target `elf`: program files against the hosted platform's loader. A file that passes the check must describe an image
// within the limits, and copying it must put every segment where it belongs, leave the rest zero, and stay inside the
// image (AddressSanitizer watches).
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform/hosted/frontend/elf_image.h"
#include "tests/fuzz/target.h"

const size_t fuzz_max_steps = 0;

static const struct elf_limits limits = {.low = 0x10000, .high = 0x6fffffffd000, .memory = 16 << 20};

#define DEMAND(condition)                                         \
    do {                                                          \
        if (!(condition)) {                                       \
            fprintf(stderr, "\n==== fuzz: not so: %s\n", #condition); \
            abort();                                              \
        }                                                         \
    } while (0)

static void check_image(const struct elf_image *image)
{
    DEMAND(image->start < image->end);
    DEMAND(image->start % ELF_PAGE_BYTES == 0 && image->end % ELF_PAGE_BYTES == 0);
    DEMAND(image->start >= limits.low && image->end <= limits.high);
    DEMAND(image->end - image->start <= limits.memory);
    DEMAND(image->entry >= image->start && image->entry < image->end);
}

// The segments, read anew. A good file's headers lie within it.
static void check_copy(const uint8_t *file, size_t size, const struct elf_image *image, const uint8_t *memory)
{
    Elf64_Ehdr header;
    uint8_t *expected = calloc(1, image->end - image->start);
    DEMAND(size >= sizeof header && expected);
    memcpy(&header, file, sizeof header);
    for (int i = 0; i < header.e_phnum; i++) {
        Elf64_Phdr segment;
        memcpy(&segment, file + header.e_phoff + (size_t)i * header.e_phentsize, sizeof segment);
        if (segment.p_type == PT_LOAD && segment.p_filesz > 0) {
            DEMAND(segment.p_filesz <= segment.p_memsz);
            memcpy(expected + (segment.p_vaddr - image->start), file + segment.p_offset, segment.p_filesz);
        }
    }
    DEMAND(memcmp(expected, memory, image->end - image->start) == 0);
    free(expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct elf_image image;
    struct elf_problem problem = {{0}};
    uint8_t *file = malloc(size ? size : 1); // an exact allocation, so that reading behind it is seen
    memcpy(file, data, size);
    enum elf_verdict verdict = elf_image_check(size ? file : NULL, size, &limits, &image, &problem);
    if (verdict == ELF_GOOD) {
        check_image(&image);
        uint8_t *memory = calloc(1, image.end - image.start);
        elf_image_copy(file, size, &image, memory);
        check_copy(file, size, &image, memory);
        free(memory);
    } else {
        DEMAND(memchr(problem.text, 0, sizeof problem.text) && problem.text[0]);
    }
    free(file);
    return 0;
}
