// SPDX-License-Identifier: BSD-2-Clause
//
// What happens around each entry into the core, if machine.is_watched.
#pragma once

#include "platform/platform.h"

enum { MACHINE_IS_WATCHABLE = LAB4_MACHINE_WATCHABLE }; // 0: to measure what the question costs
void watch_start(void);
void watch_call(void);
void watch_fault(const struct hw_fault *fault);
void watch_interrupt(void);
void watch_after(void);
void watch_pause(void);              // if an inspector wants it: stand still

void watch_line(word_t line);        // an interrupt was taken
void watch_thread_gone(struct tcb *thread);
