// SPDX-License-Identifier: BSD-2-Clause
//
// What an exception of the host's processor means to the kernel.
#pragma once

#include "platform/hosted/machine/state.h"
#include "platform/platform.h"

enum fault_outcome {
    FAULT_RAISED,    // *fault is what the core shall hear of
    FAULT_MENDED,    // the instruction can be executed again
    FAULT_PERFORMED, // the machine has executed it
};

// The exception that `trap` describes, of the current thread, whose registers are in its TCB. Sets the thread's fault_pc (and pc) where
// the processor's differs from the instruction's address.
enum fault_outcome fault_classify(const struct trap *trap, struct hw_fault *fault);
