// SPDX-License-Identifier: BSD-2-Clause
//
// Faults: from an event to a message for the thread's handler, and back (threads §7).
#pragma once

#include <sel4/sel4_arch/types_gen.h>

#include "core/threads/objects.h"

// Records the fault and sends it through the thread's fault-handler slot; without a handler the
// thread becomes INACTIVE and a diagnostic is printed (FLT-6, FLT-9).
void fault_raise(struct tcb *thread, const struct fault *fault);

// A capability could not be found or used: `address` is the CPtr (threads §7.1).
void fault_raise_cap(struct tcb *thread, cptr_t address, bool in_receive_phase,
                     struct lookup_failure failure);

// Timeout fault, through the timeout-handler slot, which holds a handler (TF-1). Never donates.
void fault_raise_timeout(struct tcb *thread);

// Null, or an endpoint capability with send and (grant or grant-reply) rights (TCB-1).
bool fault_is_handler(struct cap cap);
