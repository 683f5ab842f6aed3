// SPDX-License-Identifier: BSD-2-Clause
//
// The machine that a fuzz input drives: the core on platform/fake, with a snapshot to return to and a user level made
// of steps.
//
// Resetting costs what was touched: the core is compiled with store tracing (-fsanitize-coverage=trace-stores), each
// store marks its 64-byte line, and before the first store to a line in a step the line's old content is kept. So the
// state before the step can be compared with the state after it, and the snapshot is restored line by line. Without
// store tracing (coverage build, other engines) everything is copied.
#pragma once

#include "core/threads/state.h"
#include "tests/fuzz/step.h"

// Clears ks, the arena and the platform.
void machine_clear(word_t ram_bytes);

// Remembers the present state; machine_reset returns to it.
void machine_snapshot(void);
void machine_reset(void);

// Runs one step by the current thread: user level puts the step into its registers and its IPC buffer and traps.
// Steps that the present state has no use for (a call while idle) do nothing.
void machine_run_step(const struct step *step);

// Never let time pass beyond the timer's deadline without interrupting: no interrupt latency.
extern bool machine_is_punctual;

// Make each system call twice from the same state, with the fast path and without, and end the run if the outcomes
// differ. Calls compared so far, and how many of them took the fast path.
extern bool machine_compares_paths;
extern unsigned long machine_fast_calls, machine_compared_calls;

// Lets restarted threads repeat their system calls, and time pass while all wait: what a machine does by itself.
void machine_settle(void);

// Somebody who looks at the kernel before and after each entry; null: nobody. `line` is the interrupt that is waiting.
enum machine_entry { MACHINE_SYSCALL, MACHINE_FAULT, MACHINE_IRQ };
struct machine_observer {
    void (*before)(enum machine_entry entry, const struct hw_fault *fault, word_t line);
    void (*after)(void);
};
extern const struct machine_observer *machine_observer;

// Was the last step a Call that was answered with an error while the clock stood still? Then nothing but the caller's registers and its IPC buffer
// may have changed: machine_check_refusal ends the run if anything else did.
bool machine_was_refused(const struct step *step, const struct tcb *caller);
void machine_check_refusal(const struct tcb *caller);

// The IPC buffer that the thread's user level writes to, or null.
word_t *machine_buffer(const struct tcb *thread);

// Tells that the harness itself is about to write to kernel-visible memory.
void machine_touch(const void *start, size_t bytes);

// Ends the run with a message, so that libFuzzer keeps the input.
_Noreturn void machine_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

// The user program counter of every system call made by a step.
#define MACHINE_SVC UINT64_C(0x400100)
