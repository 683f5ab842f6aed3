// SPDX-License-Identifier: BSD-2-Clause
//
// Faults as messages: which words a handler gets, and what its answer does to the thread's
// registers (threads §7).
#pragma once

#include "core/threads/objects.h"

// Writes the pending fault of `from` as a message to `to` (threads §7.3).
void fault_send_message(struct tcb *from, struct tcb *to, word_t badge);

// Applies the reply in the replier's message registers to the faulting thread, forgets the fault
// and leaves the thread in RESTART or INACTIVE (threads §7.5).
void fault_apply_reply(struct tcb *faulter, struct tcb *replier);
