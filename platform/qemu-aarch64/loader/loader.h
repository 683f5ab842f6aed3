// SPDX-License-Identifier: BSD-2-Clause
//
// What the files of the loader tell each other.
#pragma once

#include <stddef.h>

#include "../machine.h"
#include "layout.h"
#include "payload.h"

// Read by start.S, in this order.
struct handoff {
    uint64_t root_start, root_end, root_offset, root_entry, dtb, dtb_bytes; // X0–X5, memory §7.4
    uint64_t kernel_entry, lower_table, upper_table;
};

const struct handoff *loader_main(void);
void *memset(void *to, int byte, size_t bytes);
void *memcpy(void *restrict to, const void *restrict from, size_t bytes);

// Prints `lab4 loader: NAME PROBLEM.` and ends the machine with status 2.
_Noreturn void loader_die(const char *name, const char *problem);
_Noreturn void loader_trap(void); // any exception
