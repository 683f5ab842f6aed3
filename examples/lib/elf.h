/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs in ELF files, as lab4_add_root_task makes them: 64 bits, static, at fixed addresses, for the machine that we run on.
 *
 * A file may come from anybody. Nothing in it is believed: what elf_check accepts can be loaded without further questions.
 */
#ifndef LIB_ELF_H
#define LIB_ELF_H

#include <sel4/types.h>

enum {
    ELF_SEGMENTS_MAX = 8,
    ELF_MEMORY_MAX = 16 << 20,       /* bytes of all segments together */
    ELF_ADDRESS_MIN = 0x10000,       /* lowest address that every platform can map */
    ELF_READ = 4, ELF_WRITE = 2, ELF_EXECUTE = 1,
};
#define ELF_ADDRESS_END 0x600000000000ul /* all addresses are below */

/* Part of the address space; in pages that no other segment has. */
struct elf_segment {
    seL4_Word address;
    seL4_Word size;       /* at least 1 */
    const char *bytes;    /* what it begins with; the rest is zero */
    seL4_Word bytes_size; /* at most `size` */
    seL4_Word access;     /* ELF_READ | … */
};

struct elf_program {
    seL4_Word entry; /* in an executable segment */
    seL4_Word end;   /* behind the highest segment */
    seL4_Word segment_count;
    struct elf_segment segments[ELF_SEGMENTS_MAX]; /* by address */
};

/*
 * Reads a file of `size` bytes into *program, which points into the file afterwards. The result is null, or a sentence about
 * what is wrong; then *program means nothing.
 */
const char *elf_check(struct elf_program *program, const void *file, seL4_Word size);

#endif
