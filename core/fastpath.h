// SPDX-License-Identifier: BSD-2-Clause
//
// The short way for the two system calls that a client and a passive server exchange all day: Call and ReplyRecv with
// a short message (threads §11). Optional: without it everything works, only slower.
#pragma once

#include "core/types.h"

// Performs the current thread's system call if it is one of the two and all conditions hold; otherwise nothing has
// changed and false is returned. Neither stamps nor charges time: the scheduling context being charged travels along.
bool fastpath_syscall(word_t number);

// core_syscall without the fast path: tests hold the two against each other.
void core_syscall_slow(void);
