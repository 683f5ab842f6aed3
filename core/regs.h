// SPDX-License-Identifier: BSD-2-Clause
//
// The user-visible order of a thread's registers: seL4_UserContext (abi §8), used by the register methods and by
// replies to faults.
#pragma once

#include "core/tcb.h"

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

// Writes a field on behalf of user level: spsr is sanitised (REG-1), all others are taken as they are.
void regs_write(struct thread_regs *regs, uint8_t field, word_t value);
