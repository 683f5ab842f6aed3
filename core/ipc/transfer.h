// SPDX-License-Identifier: BSD-2-Clause
//
// Message transfer between two threads (objects §8).
#pragma once

#include "core/threads/message.h"

// Delivers a short message of `from`, which has no fault pending. capsUnwrapped and extraCaps
// arrive as 0 (abi §2.5).
static inline void transfer_short(const struct tcb *from, struct tcb *to, word_t badge)
{
    word_t info = from->regs.x[REG_INFO];
    KASSERT(message_is_short(info));
    for (word_t i = 0; i < (info & LOW_BITS(7)); i++) {
        to->regs.x[REG_MR0 + i] = from->regs.x[REG_MR0 + i];
    }
    to->regs.x[REG_BADGE] = badge;
    to->regs.x[REG_INFO] = info & ~(word_t)0xf80;
}

// Delivers from's message (or its pending fault's message, without capabilities) to `to`.
// `endpoint` is the one in use, null for replies; can_grant: capabilities travel too.
void transfer(struct tcb *from, struct tcb *to, struct endpoint *endpoint, word_t badge,
              bool can_grant);
