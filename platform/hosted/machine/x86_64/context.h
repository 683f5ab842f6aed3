// SPDX-License-Identifier: BSD-2-Clause
//
// FP state, thread pointer and flags of a thread.
#pragma once

#include "platform/hosted/machine/state.h"

void context_start(void);
void context_make_live(struct tcb *thread);          // its FP state is live nowhere or here
void context_save(void);                             // what is live in this process goes to its slot
void context_restore_frame(const void *frame_state); // the host's handler entry reset the registers
void context_full_exit(struct tcb *thread);          // computes the flags to resume with
uint64_t context_flags(struct tcb *thread);          // the host flags that it has
void context_set_flags(struct tcb *thread, uint64_t flags);
