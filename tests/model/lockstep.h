// SPDX-License-Identifier: BSD-2-Clause
//
// Runs the model beside the kernel: predict before each entry, compare after it.
#pragma once

#include <stdio.h>

#include "core/threads/state.h"

enum kernel_entry { ENTRY_SYSCALL, ENTRY_FAULT, ENTRY_IRQ };

// About to enter the kernel at clock `now`. For an interrupt, `line` is the one that will be taken (or 1023).
void lockstep_before(enum kernel_entry entry, const struct hw_fault *fault, word_t line, ticks_t now);

// Back from the kernel. Returns false, with a report on stderr, if the two disagree.
bool lockstep_after(ticks_t now);

// The kernel's state was changed behind the model's back, other than in registers of the current thread.
void lockstep_forget(void);

// How often the model predicted, and how often it could not tell.
void lockstep_print_statistics(FILE *out);
