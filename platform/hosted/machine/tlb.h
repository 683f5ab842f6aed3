// SPDX-License-Identifier: BSD-2-Clause
//
// User mappings as a software-filled TLB.
#pragma once

#include "platform/hosted/machine/state.h"

uint32_t tlb_fill(vaddr_t address, bool is_write, bool is_fetch); // 0 = filled; otherwise the fault's syndrome (FSR)
bool tlb_is_outside_memory(vaddr_t address, paddr_t *physical);    // is it mapped to something that is not RAM?
int tlb_rights(vaddr_t address);                     // HOST_READ, _WRITE, _EXECUTE by the active VSpace's tables, if there is RAM; or 0
bool tlb_read_user(vaddr_t address, uint8_t *bytes, word_t count); // through the active VSpace's tables
void tlb_write_user(vaddr_t address, const uint8_t *bytes, word_t count); // where tlb_rights allows it
enum tlb_work { TLB_NOTHING_TO_DO, TLB_CHANGED, TLB_UNFINISHED };
enum tlb_work tlb_apply(void);                       // a piece of this process's queue
void tlb_fill_code(void);                            // --gdb: maps all that can be executed, and tells the debugger
