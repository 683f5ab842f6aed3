// SPDX-License-Identifier: BSD-2-Clause
//
// What the parts of the harness share.
#pragma once

#include "core/arch/aarch64/registers.h"
#include "tests/unit/harness/harness.h"

// Runs the invariant checker; fails the test with its report.
void harness_check_invariants(void);

// The thread of the test that has this TCB, or null; and its number (root = 0) for messages.
const struct thread *harness_thread_of(const struct tcb *tcb);
word_t harness_thread_number(const struct tcb *tcb);

// Called by the verbs right before they enter the kernel: the snapshot of a watched call is taken here.
void harness_before_entry(void);
