// SPDX-License-Identifier: BSD-2-Clause
//
// Checking and copying of ELF executables, see elf_image.h.
#include "elf_image.h"

#include <assert.h>
#include <string.h>

enum lab4_elf_verdict elf_image_check(const uint8_t *file, size_t size,
                                      const struct lab4_elf_rules *rules, struct elf_image *image,
                                      struct elf_text *problem)
{
    assert(rules->low % LAB4_ELF_PAGE_BYTES == 0 && rules->high % LAB4_ELF_PAGE_BYTES == 0);
    struct lab4_elf elf;
    struct lab4_elf_problem why;
    const enum lab4_elf_verdict verdict = lab4_elf_check(&elf, file, size, rules, &why);
    if (verdict != LAB4_ELF_GOOD) {
        *problem = elf_text(&why, rules);
        return verdict;
    }
    *image = (struct elf_image){
        .start = elf.start,
        .end = (elf.end + LAB4_ELF_PAGE_BYTES - 1) / LAB4_ELF_PAGE_BYTES * LAB4_ELF_PAGE_BYTES,
        .entry = elf.entry,
        .elf = elf,
    };
    return LAB4_ELF_GOOD;
}

void elf_image_copy(const struct elf_image *image, uint8_t *memory)
{
    for (lab4_elf_word i = 0; i < image->elf.header_count; i++) {
        const struct lab4_elf_segment segment = lab4_elf_header(&image->elf, i);
        if (lab4_elf_is_loaded(&segment)) {
            memcpy(memory + (segment.address - image->start), image->elf.file + segment.offset,
                   segment.bytes_size);
        }
    }
}
