// SPDX-License-Identifier: BSD-2-Clause
//
// Threads: creation, suspension, resumption and priorities (threads §1, §2). What a thread is made
// of is in objects.h, what it can wait for in wait.h.
#pragma once

#include "core/threads/objects.h"

// Makes zeroed memory a TCB (threads TCB-5); `name` is truncated.
void tcb_init(struct tcb *thread, const char *name);

void tcb_suspend(struct tcb *thread);                       // threads [SUS]
void tcb_resume(struct tcb *thread);                        // threads [RES]
void tcb_set_priority(struct tcb *thread, word_t priority); // threads [PRI]
