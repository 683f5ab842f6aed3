// SPDX-License-Identifier: BSD-2-Clause
//
// A refused invocation, or a system call on a capability that cannot be used so, in words (--report refused).
#pragma once

#include "platform/hosted/inspect/inspect.h"

// "seL4_Untyped_Retype(type=1, …) on capability 0x13: slot 0x13 of the CSpace is empty"
void print_refusal(FILE *out, const struct tcb *thread, const struct machine_refusal *refusal);
