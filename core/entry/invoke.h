// SPDX-License-Identifier: BSD-2-Clause
//
// The send phase of a system call: from a CPtr to an operation and its outcome (objects §11.4).
#pragma once

#include "core/caps/method.h"

// The send phase of the current thread's system call (objects §11.4). `address` is the CPtr to
// invoke. Returns PREEMPTED when the operation backed out and the call will be repeated.
enum progress invoke(cptr_t address, enum send_how how);
