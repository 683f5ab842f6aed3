// SPDX-License-Identifier: BSD-2-Clause
//
// Why a program was refused, for people: the reasons of <lab4/elf.h> with the numbers and a remedy.
// For the programs of the build machine that load others: the hosted front end and lab4-image.
#pragma once

#include <lab4/elf.h>

// A predicate and a remedy, without the name of the file: "is truncated: …; rebuild it …".
struct elf_text {
    char text[224];
};

// `problem` is the result of a lab4_elf_check by `rules` that did not end with LAB4_ELF_GOOD.
struct elf_text elf_text(const struct lab4_elf_problem *problem,
                         const struct lab4_elf_rules *rules);
