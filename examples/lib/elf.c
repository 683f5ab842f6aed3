/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/elf.h"

/* Made by the linker: the ELF header of this program. It says which machine we run on. */
extern const unsigned char __ehdr_start[] __attribute__((visibility("hidden")));

enum { MACHINE_OFFSET = 18 }; /* of e_machine in an ELF header */

const char *elf_check(struct lab4_elf *program, const void *file, seL4_Word size)
{
    const struct lab4_elf_rules rules = {
        .machine = __ehdr_start[MACHINE_OFFSET] | (lab4_elf_word)__ehdr_start[MACHINE_OFFSET + 1] << 8,
        .low = ELF_ADDRESS_MIN,
        .high = ELF_ADDRESS_END,
        .memory = ELF_MEMORY_MAX,
        .is_sparse = 1,
    };
    struct lab4_elf_problem problem;
    const enum lab4_elf_verdict verdict = lab4_elf_check(program, file, size, &rules, &problem);
    return verdict == LAB4_ELF_GOOD ? 0 : lab4_elf_reason(verdict);
}
