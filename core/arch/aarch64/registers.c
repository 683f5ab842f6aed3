// SPDX-License-Identifier: BSD-2-Clause
//
// The order of seL4_UserContext; see registers.h. thread_regs is an array of words in the order of
// the field codes.
#include "core/arch/aarch64/registers.h"

_Static_assert(offsetof(struct thread_regs, sp) == REGS_SP * 8 &&
                   offsetof(struct thread_regs, pc) == REGS_NEXT_PC * 8 &&
                   offsetof(struct thread_regs, spsr) == REGS_SPSR * 8 &&
                   offsetof(struct thread_regs, fault_pc) == REGS_FAULT_PC * 8 &&
                   offsetof(struct thread_regs, tpidr_el0) == REGS_TPIDR_EL0 * 8 &&
                   offsetof(struct thread_regs, tpidrro_el0) == REGS_TPIDRRO_EL0 * 8,
               "field codes are word offsets");

const uint8_t regs_context_order[REGS_CONTEXT_WORDS] = {
    REGS_FAULT_PC, REGS_SP,    REGS_SPSR,  REGS_X(0),  REGS_X(1),      REGS_X(2),
    REGS_X(3),     REGS_X(4),  REGS_X(5),  REGS_X(6),  REGS_X(7),      REGS_X(8),
    REGS_X(16),    REGS_X(17), REGS_X(18), REGS_X(29), REGS_X(30),     REGS_X(9),
    REGS_X(10),    REGS_X(11), REGS_X(12), REGS_X(13), REGS_X(14),     REGS_X(15),
    REGS_X(19),    REGS_X(20), REGS_X(21), REGS_X(22), REGS_X(23),     REGS_X(24),
    REGS_X(25),    REGS_X(26), REGS_X(27), REGS_X(28), REGS_TPIDR_EL0, REGS_TPIDRRO_EL0,
};

word_t regs_read(const struct thread_regs *regs, uint8_t field)
{
    return ((const word_t *)regs)[field];
}

void regs_write(struct thread_regs *regs, uint8_t field, word_t value)
{
    ((word_t *)regs)[field] = field == REGS_SPSR ? spsr_sanitise(value) : value;
}
