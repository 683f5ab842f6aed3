// SPDX-License-Identifier: BSD-2-Clause
//
// --report refused.
#pragma once

#include "core/threads/objects.h"

void refusals_call(void);
void refusals_thread_gone(const struct tcb *thread);
void refusals_after(void);
