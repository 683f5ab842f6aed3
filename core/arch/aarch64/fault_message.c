// SPDX-License-Identifier: BSD-2-Clause
//
// Faults as messages; see fault_message.h. The words are composed when the message is delivered,
// from the registers of that moment, because they may have been written while the thread waited for
// its handler.
#include "core/arch/aarch64/fault_message.h"

#include "core/threads/message.h"
#include "core/time/sched.h"
#include "core/time/sched_context.h"

enum { FAULT_WORDS = 13 };

static word_t compose_unknown_syscall(const struct tcb *from, word_t words[FAULT_WORDS])
{
    const struct thread_regs *regs = &from->regs;
    for (word_t i = 0; i < 8; i++) {
        words[i] = regs->x[i];
    }
    words[8] = regs->fault_pc;
    words[9] = regs->sp;
    words[10] = regs->pc; // the public header calls it LR (threads §12 #73)
    words[11] = regs->spsr;
    words[12] = from->fault.words[0];
    return 13;
}

static word_t compose_cap_fault(const struct tcb *from, word_t words[FAULT_WORDS])
{
    const struct lookup_failure *failure = &from->fault.lookup;
    words[0] = from->regs.fault_pc;
    words[1] = from->fault.words[0];
    words[2] = from->fault.words[1];
    words[3] = failure->type;
    word_t details = lookup_failure_words(failure->type);
    for (word_t i = 0; i < details; i++) {
        words[4 + i] = failure->words[i];
    }
    return 4 + details;
}

static word_t compose(struct tcb *from, word_t words[FAULT_WORDS])
{
    const struct fault *fault = &from->fault;
    switch (fault->type) {
    case seL4_Fault_CapFault:
        return compose_cap_fault(from, words);
    case seL4_Fault_UnknownSyscall:
        return compose_unknown_syscall(from, words);
    case seL4_Fault_UserException:
        words[0] = from->regs.fault_pc;
        words[1] = from->regs.sp;
        words[2] = from->regs.spsr;
        words[3] = fault->words[0];
        words[4] = 0;
        return 5;
    case seL4_Fault_VMFault:
        words[0] = from->regs.fault_pc;
        words[1] = fault->words[0];
        words[2] = fault->words[1];
        words[3] = fault->words[2];
        return 4;
    default:
        KASSERT(fault->type == seL4_Fault_Timeout);
        words[0] = fault->words[0];
        // read, and reset, when delivered (TF-3)
        words[1] = from->sc ? sc_take_consumed(from->sc) : 0;
        return from->sc ? 2 : 1;
    }
}

void fault_send_message(struct tcb *from, struct tcb *to, word_t badge)
{
    word_t words[FAULT_WORDS];
    word_t count = compose(from, words);
    reply_write(to, from->fault.type, words, count);
    to->regs.x[REG_BADGE] = badge;
}

// ---------------------------------------------------------------------------------------- replies

// Copies `count` words of the reply into the fields listed in `order`.
static void take_registers(struct tcb *faulter, struct tcb *replier, const uint8_t *order,
                           word_t count)
{
    const word_t *buffer = count > NUM_REG_MRS ? tcb_buffer(replier, BUFFER_FOR_READING) : NULL;
    for (word_t i = 0; i < count; i++) {
        if (i >= NUM_REG_MRS && !buffer) {
            break;
        }
        word_t value = i < NUM_REG_MRS ? replier->regs.x[REG_MR0 + i] : buffer[BUFFER_MESSAGE + i];
        regs_write(&faulter->regs, order[i], value);
    }
    plat_thread_registers_written(faulter);
}

void fault_apply_reply(struct tcb *faulter, struct tcb *replier)
{
    static const uint8_t unknown_syscall[] = {REGS_X(0),     REGS_X(1), REGS_X(2),    REGS_X(3),
                                              REGS_X(4),     REGS_X(5), REGS_X(6),    REGS_X(7),
                                              REGS_FAULT_PC, REGS_SP,   REGS_NEXT_PC, REGS_SPSR};
    static const uint8_t user_exception[] = {REGS_FAULT_PC, REGS_SP, REGS_SPSR};
    word_t info = replier->regs.x[REG_INFO], length = info_length(info);
    bool restarts = info_label(info) == 0;
    switch (faulter->fault.type) {
    case seL4_Fault_UnknownSyscall:
        take_registers(faulter, replier, unknown_syscall,
                       min_word(length, ARRAY_LENGTH(unknown_syscall)));
        break;
    case seL4_Fault_UserException:
        take_registers(faulter, replier, user_exception,
                       min_word(length, ARRAY_LENGTH(user_exception)));
        break;
    case seL4_Fault_Timeout:
        take_registers(faulter, replier, regs_context_order, min_word(length, REGS_TIMEOUT_WORDS));
        break;
    default: // cap and VM faults: the thread restarts whatever the reply says
        restarts = true;
        break;
    }
    faulter->fault.type = seL4_Fault_NullFault;
    tcb_set_state(faulter, restarts ? THREAD_RESTART : THREAD_INACTIVE);
}
