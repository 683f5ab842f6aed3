/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Programs in ELF files, as lab4_add_root_task makes them: which of them can be components of a
 * root task. What a file must be like is <lab4/elf.h>'s matter, which every loader of lab4 shares
 * (docs/ELF.md); here are the limits of this one. Called by process.c.
 *
 * A file may come from anybody. Nothing in it is believed: what elf_check accepts can be loaded
 * without further questions.
 */
#ifndef LIB_ELF_H
#define LIB_ELF_H

#include <lab4/elf.h>
#include <sel4/types.h>

enum {
    ELF_MEMORY_MAX = 16 << 20, /* bytes of all segments together; what lies between them is free */
    ELF_ADDRESS_MIN = 0x10000, /* lowest address that every platform can map */
};
#define ELF_ADDRESS_END 0x600000000000ul /* all addresses are below */

/*
 * Reads a file of `size` bytes into *program, which points into the file afterwards. The result is
 * null, or the end of a sentence that begins with the file's name; then *program means nothing.
 */
const char *elf_check(struct lab4_elf *program, const void *file, seL4_Word size);

#endif
