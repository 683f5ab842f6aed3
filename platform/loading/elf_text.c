// SPDX-License-Identifier: BSD-2-Clause
//
// See elf_text.h. One row for each verdict; numbers are put in by position, so that a row may use
// what it needs of them.
#include "platform/loading/elf_text.h"

#include <stdio.h>

#define REBUILD "rebuild it with lab4_add_root_task or the SDK"

enum { TYPE_RELOCATABLE = 1, TYPE_SHARED = 3 };

// A processor that programs of lab4 are made for, and the platform that runs them.
struct machine {
    lab4_elf_word number;
    const char *name, *platform;
};

static const struct machine machines[] = {
    {LAB4_ELF_MACHINE_X86_64, "x86-64", "hosted"},
    {LAB4_ELF_MACHINE_AARCH64, "AArch64", "qemu"},
};

static const struct machine *find_machine(lab4_elf_word number)
{
    for (unsigned i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
        if (machines[i].number == number) {
            return &machines[i];
        }
    }
    static const struct machine other = {0, "this machine's processor", "this machine"};
    return &other;
}

#define SAY(...) snprintf(to->text, sizeof(to->text), __VA_ARGS__)

static void say_machine(struct elf_text *to, lab4_elf_word refused, const struct machine *ours)
{
    const struct machine *other = find_machine(refused);
    if (other->number == 0) {
        SAY("is built for another processor (ELF machine %lu), not for %s; rebuild it for %s",
            refused, ours->name, ours->platform);
    } else {
        SAY("is built for %s; use --on %s, or rebuild it for %s", other->name, other->platform,
            ours->platform);
    }
}

static void say_type(struct elf_text *to, lab4_elf_word type)
{
    if (type == TYPE_SHARED) {
        SAY("is position independent or a shared library; link it at a fixed address with -static "
            "-no-pie");
    } else if (type == TYPE_RELOCATABLE) {
        SAY("is an object file, not a program; link it with libsel4");
    } else {
        SAY("is no executable (ELF type %lu); give a program linked with libsel4", type);
    }
}

// The verdicts about a whole file.
static void say_file(struct elf_text *to, const struct lab4_elf_problem *p,
                     const struct lab4_elf_rules *rules)
{
    const struct machine *ours = find_machine(rules->machine);
    const char *reason = lab4_elf_reason(p->verdict);
    switch (p->verdict) {
    case LAB4_ELF_NOT_ELF:
        SAY("%s; give a program linked with libsel4",
            p->value == 0 ? "is empty, not an ELF file" : reason);
        break;
    case LAB4_ELF_WRONG_CLASS:
    case LAB4_ELF_WRONG_BYTE_ORDER: SAY("%s; compile it for %s", reason, ours->name); break;
    case LAB4_ELF_WRONG_MACHINE: say_machine(to, p->value, ours); break;
    case LAB4_ELF_WRONG_TYPE: say_type(to, p->value); break;
    case LAB4_ELF_HEADER_SIZE:
        SAY("has program headers of %lu bytes instead of 56; " REBUILD, p->value);
        break;
    case LAB4_ELF_TOO_MANY_HEADERS:
        SAY("has %lu program headers, more than %d; join some in the linker script", p->value,
            LAB4_ELF_MAX_HEADERS);
        break;
    case LAB4_ELF_UNALIGNED:
        SAY("starts at 0x%lx, which is not page aligned; link its first segment at a multiple of "
            "0x1000", p->address);
        break;
    case LAB4_ELF_ENTRY_OUTSIDE:
        SAY("has its entry point 0x%lx outside its executable segments; link it with the symbol "
            "_start of the runtime", p->value);
        break;
    case LAB4_ELF_TOO_BIG:
        SAY("needs %lu KiB of memory but the machine has %lu KiB; give it more with --mem",
            (p->value + 1023) / 1024, rules->memory / 1024);
        break;
    default: SAY("%s; " REBUILD, reason); break;
    }
}

struct elf_text elf_text(const struct lab4_elf_problem *p, const struct lab4_elf_rules *rules)
{
    struct elf_text said, *to = &said;
    switch (p->verdict) { // those about one program header
    case LAB4_ELF_TRUNCATED_SEGMENT:
        SAY("is truncated: it ends inside segment %lu; copy or " REBUILD " again", p->header);
        break;
    case LAB4_ELF_DYNAMIC:
        SAY("needs a dynamic linker (program header %lu); link it with -static -no-pie", p->header);
        break;
    case LAB4_ELF_FILE_EXCEEDS_MEMORY:
        SAY("has more bytes in the file than in memory in segment %lu; " REBUILD, p->header);
        break;
    case LAB4_ELF_STACK_HAS_MEMORY:
        SAY("asks for a stack of %lu bytes (PT_GNU_STACK), which no loader gives; link it without "
            "-z stack-size", p->value);
        break;
    case LAB4_ELF_OUTSIDE:
        SAY("has a segment outside the user addresses 0x%lx..0x%lx (segment %lu: 0x%lx bytes at "
            "0x%lx); link it within them, for example at 0x400000",
            rules->low, rules->high - 1, p->header, p->size, p->address);
        break;
    case LAB4_ELF_OVERLAP:
        SAY("has segments that overlap (%lu and %lu, at 0x%lx); " REBUILD, p->other, p->header,
            p->address);
        break;
    default: say_file(to, p, rules); break;
    }
    return said;
}
