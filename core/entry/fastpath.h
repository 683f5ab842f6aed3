// SPDX-License-Identifier: BSD-2-Clause
//
// The short way for what clients, servers, drivers and fault handlers exchange all day (threads §11): Call and ReplyRecv
// between a client and a passive server, Send and Signal to a waiting thread, faults to a waiting handler and its replies.
// Optional: without it everything works, only slower.
#pragma once

#include "core/threads/objects.h"

// Performs the current thread's system call if it is one of these and all conditions hold: the registers of the thread
// to resume, which is never the idle one. Otherwise nothing has changed: null; core_syscall_slow will do it.
struct thread_regs *fastpath_syscall(void);

// Delivers a fault of the current thread, or changes nothing and returns false.
bool fastpath_fault(const struct fault *fault);

// core_syscall and core_fault without the fast path.
void core_syscall_slow(void);
void core_fault_slow(const struct hw_fault *fault);
