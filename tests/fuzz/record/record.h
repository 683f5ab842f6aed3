// SPDX-License-Identifier: BSD-2-Clause
//
// Makes fuzz inputs of what programs do: linked in front of the core (-Wl,--wrap), a recorder writes every kernel entry down as a step
// of `sequence` and `decode`. A line `step: HEX` is a step, a line `input` ends an input. record.c has what recorders share; unit.c
// makes one for unit tests, machine.c one for programs on the hosted machine. `./lab4 fuzz --import` runs both.
#pragma once

#include "platform/platform.h"
#include "tests/fuzz/step.h"

// The current thread is about to enter the core.
void record_call(void);
void record_fault(const struct hw_fault *fault);
void record_interrupt(word_t line);

// What follows begins with a fresh world: slots get new names, and time counts from `now`.
void record_end_input(ticks_t now);

// --- what a recorder provides

// Writes a line; the end of line is not in `text`.
void record_line(const char *text);

// The machine's clock. Less time than this between two entries is none.
ticks_t record_now(void);
extern const ticks_t record_least_time;
