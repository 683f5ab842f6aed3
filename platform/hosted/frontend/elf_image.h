// SPDX-License-Identifier: BSD-2-Clause
//
// Turns an ELF executable into the flat image that the kernel gives to the root task (memory §7.3): all loadable segments
// at their distances from the lowest one, zero between and behind them, whole pages. Segment permissions are not conveyed.
//
// The file is untrusted: elf_image_check decides whether it is good and changes nothing; elf_image_copy acts on a file that
// passed the check and cannot fail. Neither does any I/O, so that unit tests and fuzzers link exactly this code.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { ELF_PAGE_BYTES = 4096 };

// What an image may use.
struct elf_limits {
    uint64_t low, high; // user addresses [low, high), page aligned
    uint64_t memory;    // bytes of physical memory
};

// A checked program.
struct elf_image {
    uint64_t start, end; // virtual addresses [start, end), whole pages
    uint64_t entry;      // inside a segment
};

enum elf_verdict {
    ELF_GOOD,
    ELF_NOT_ELF,
    ELF_TRUNCATED,         // the file ends before what its headers promise
    ELF_WRONG_CLASS,       // 32 bits, or big-endian
    ELF_WRONG_MACHINE,
    ELF_WRONG_TYPE,        // not linked, position independent, or in need of a dynamic linker
    ELF_MALFORMED,         // headers that contradict themselves
    ELF_NO_SEGMENTS,
    ELF_OVERLAP,
    ELF_OUTSIDE,           // a segment outside the user addresses
    ELF_UNALIGNED,         // the lowest segment does not start at a page
    ELF_ENTRY_OUTSIDE,
    ELF_TOO_BIG,
};

// Why a file was refused: a predicate and a remedy, without the name of the file ("is truncated: …").
struct elf_problem {
    char text[224];
};

// Fills in `image` (ELF_GOOD) or `problem` (everything else). `file` may be NULL if `size` is 0.
enum elf_verdict elf_image_check(const uint8_t *file, size_t size, const struct elf_limits *limits, struct elf_image *image,
                                 struct elf_problem *problem);

// Copies the segments to `memory`, which stands for `image->start` and has room for the whole image. Only bytes that the
// file provides are written: `memory` must be zero before. The file must be the one that elf_image_check looked at.
void elf_image_copy(const uint8_t *file, size_t size, const struct elf_image *image, uint8_t *memory);
