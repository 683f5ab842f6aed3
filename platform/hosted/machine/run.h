// SPDX-License-Identifier: BSD-2-Clause
//
// What the entry code (x86_64/gate.S) calls, on the kernel stack; each returns RESUME_*.
#pragma once

int trap_call(void);
int trap_signal(void);
int resume(void);
