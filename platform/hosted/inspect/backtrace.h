// SPDX-License-Identifier: BSD-2-Clause
//
// How a thread came to where it is: the return addresses on its stack, by the call-frame information of its program (elfutils'
// libdwfl). Stack and program are untrusted: whatever they contain, there is an end, and no more than MAX_FRAMES.
#pragma once

#include "platform/hosted/inspect/inspect.h"

enum { MAX_FRAMES = 256 };

struct backtrace {
    unsigned count;
    bool is_cut; // there are more
    uint64_t addresses[MAX_FRAMES]; // the first is `pc`, the others are inside the calls (return address - 1)
};

// `pc`: where the thread is, as its registers are now. At least that is in the result.
void backtrace_take(const struct tcb *thread, vaddr_t pc, struct backtrace *backtrace);

// The innermost frame that is in no stub of libsel4, and its place; the first one, if there is none.
unsigned backtrace_source(const struct tcb *thread, const struct backtrace *backtrace, struct place *place);

// One line for each frame and what is inlined there, runs of the same function folded. `indent` before each.
void backtrace_print(FILE *out, const struct tcb *thread, const struct backtrace *backtrace, const char *indent);
