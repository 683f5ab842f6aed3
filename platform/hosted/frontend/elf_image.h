// SPDX-License-Identifier: BSD-2-Clause
//
// Turns an ELF executable into the flat image that the kernel gives to the root task (memory §7.3):
// all loadable segments at their distances from the lowest one, zero between and behind them, whole
// pages. Segment permissions are not conveyed.
//
// What a file must be like is <lab4/elf.h>'s matter, which all loaders share; here are the words for
// people, and the copying. The file is untrusted: elf_image_check decides whether it is good and
// changes nothing; elf_image_copy acts on a file that passed the check and cannot fail. Neither does
// any I/O, so that unit tests and fuzzers link exactly this code.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <lab4/elf.h>

#include "platform/loading/elf_text.h"

// A checked program; points to the file.
struct elf_image {
    uint64_t start, end; // virtual addresses [start, end), whole pages
    uint64_t entry;      // inside an executable segment
    struct lab4_elf elf;
};

// Fills in `image` (LAB4_ELF_GOOD) or `problem` (everything else). `file` may be NULL if `size` is 0.
enum lab4_elf_verdict elf_image_check(const uint8_t *file, size_t size,
                                      const struct lab4_elf_rules *rules, struct elf_image *image,
                                      struct elf_text *problem);

// Copies the segments to `memory`, which stands for `image->start` and has room for the whole image.
// Only bytes that the file provides are written: `memory` must be zero before. The file must still
// be there, and the same.
void elf_image_copy(const struct elf_image *image, uint8_t *memory);
