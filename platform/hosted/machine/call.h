// SPDX-License-Identifier: BSD-2-Clause
//
// What a system call is about, read off its registers, for those who watch calls (trace.c, refusals.c).
#pragma once

#include <lab4/syscall_table.h>

#include "core/threads/objects.h"

// Which capability the call sends to; for one that only receives, the one it receives from (abi §2.2).
static inline cptr_t call_target(const struct thread_regs *regs)
{
    switch ((sword_t)regs->x[REG_SYSCALL]) {
    case LAB4_SYS_ReplyRecv:
    case LAB4_SYS_NBSendWait:
        return regs->x[REG_REPLY];
    case LAB4_SYS_NBSendRecv:
        return regs->x[REG_DEST];
    default:
        return regs->x[REG_CAP];
    }
}

// Does a system call of this number have a send phase?
static inline bool call_sends(sword_t number)
{
    return number <= LAB4_SYS_Call && number >= LAB4_SYS_NBSend;
}
