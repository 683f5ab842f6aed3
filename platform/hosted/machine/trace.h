// SPDX-License-Identifier: BSD-2-Clause
//
// Records for --trace.
#pragma once

#include "platform/platform.h"

void trace_call(void);
void trace_fault(const struct hw_fault *fault);
void trace_interrupt(void);
void trace_line(word_t line);
void trace_thread_gone(struct tcb *thread);
void trace_after(void);
