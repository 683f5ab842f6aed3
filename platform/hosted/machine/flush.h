// SPDX-License-Identifier: BSD-2-Clause
//
// What a process must forget before it runs user code again: its queue of user addresses, which anybody who is the CPU may add to. The
// process itself applies it (tlb.c).
#pragma once

#include "platform/hosted/machine/state.h"

void flush_add(struct process *process, vaddr_t start, vaddr_t end);
void flush_everything(struct process *process);
