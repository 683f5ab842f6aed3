// SPDX-License-Identifier: BSD-2-Clause
//
// The short way for what clients, servers, drivers and fault handlers exchange all day (threads
// §11): Call and ReplyRecv between a client and a passive server, Send and Signal to a waiting
// thread, faults to a waiting handler and its replies. Optional: without it everything works, only
// slower. Its entry for calls, core_syscall_fast, is part of the seam.
#pragma once

#include "core/threads/objects.h"

// Delivers a fault of the current thread, or changes nothing and returns false.
bool fastpath_fault(const struct fault *fault);

// core_fault without the fast path, for whoever compares the two.
void core_fault_slow(const struct hw_fault *fault);
