// SPDX-License-Identifier: BSD-2-Clause
//
// A thread's registers: where they are kept, which of them carry a system call's arguments, and in
// which order user level sees them (seL4_UserContext, abi §8). Shaped like AArch64's on every
// platform, which maps its own onto them.
//
// A thread has two program counters. `pc` is where it goes on; `fault_pc` is where it starts over:
// the system-call instruction itself, or the instruction that faulted or was interrupted. A thread
// in state RESTART gets pc := fault_pc when it is about to run, so that an operation that was
// backed out is simply asked for again.
#pragma once

#include "core/base/types.h"

// The platform's entry code stores here, so the layout is pinned.
struct thread_regs {
    word_t x[31];
    word_t sp;
    word_t pc; // NextIP
    word_t spsr;
    word_t fault_pc; // FaultIP
    word_t tpidr_el0;
    word_t tpidrro_el0;
};
_Static_assert(sizeof(struct thread_regs) == 37 * 8, "platform entry code depends on this layout");

// Registers by role (abi §2.2). Indices into thread_regs.x.
enum {
    REG_CAP = 0,     // in: capability to invoke or receive on
    REG_BADGE = 0,   // out
    REG_INFO = 1,    // message info, both ways
    REG_MR0 = 2,     // MR0..MR3
    REG_REPLY = 6,   // reply object; destination of NBSendWait
    REG_SYSCALL = 7, // system-call number
    REG_DEST = 8,    // destination of NBSendRecv
    NUM_REG_MRS = 4,
};

enum {
    // Saved processor state of user level: EL0t, FIQ masked; a release kernel masks SErrors too
    // (memory §5.5).
    SPSR_USER = KERNEL_DEBUG ? 0x40 : 0x140,
};

// Any spsr that user level supplies: only NZCV is its own (abi §5.1).
static inline word_t spsr_sanitise(word_t value)
{
    return (value & 0xf0000000) | SPSR_USER;
}

// Field codes: 0..30 are x0..x30.
#define REGS_X(n) (n)
enum { REGS_SP = 31, REGS_NEXT_PC, REGS_SPSR, REGS_FAULT_PC, REGS_TPIDR_EL0, REGS_TPIDRRO_EL0 };

enum {
    REGS_CONTEXT_WORDS = 36, // seL4_UserContext
    REGS_FRAME_WORDS = 17,   // its first part: pc, sp, spsr, x0-x8, x16-x18, x29, x30
    REGS_TIMEOUT_WORDS = 34, // all but the thread-pointer registers
};

extern const uint8_t regs_context_order[REGS_CONTEXT_WORDS];

word_t regs_read(const struct thread_regs *regs, uint8_t field);

// Writes a field on behalf of user level: spsr is sanitised (REG-1), all others are taken as they
// are.
void regs_write(struct thread_regs *regs, uint8_t field, word_t value);
