// SPDX-License-Identifier: BSD-2-Clause
//
// The debug system calls (abi §11). They neither stamp nor charge nor reschedule.
#pragma once

#include "core/base/types.h"

// Performs the call if `number` is an enabled debug call of the current thread; otherwise returns
// false.
bool debug_syscall(word_t number);

// Tables for people: every thread; objects, capabilities and interrupt lines (core/entry/dump.c).
void dump_scheduler(void);
void dump_snapshot(void);
