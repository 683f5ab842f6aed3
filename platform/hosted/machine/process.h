// SPDX-License-Identifier: BSD-2-Clause
//
// The processes that run user code.
#pragma once

#include "platform/hosted/machine/state.h"

struct process *process_for_active(void);            // the one that serves the active address space; may create one
struct process *process_of(asid_t asid);             // null if none
void process_release(struct process *process);       // its VSpace has gone: back to the pool
void process_end_if_idle(struct process *process);   // ends it if it is in the pool, and the pool is full
void process_hand_off(void);                         // to machine.hand_off_to; returns when it is this one's turn again
void process_wait_for_turn(void);
_Noreturn void process_start(uint32_t number);       // in the child: become process `number`
