// SPDX-License-Identifier: BSD-2-Clause
//
// Pages that a program may both write and execute, on a host that allows no such mapping (PR_SET_MDWE, SELinux execmem, systemd's
// MemoryDenyWriteExecute).
#pragma once

#include "platform/hosted/machine/state.h"

// Finds out whether the host allows it: machine.write_excludes_execute. Before there is anything in the user window.
void write_execute_start(void);

// Does the current thread's instruction write to a page that it is executed from, where the host does not allow both at once?
bool write_execute_is_stuck(vaddr_t address);

// Then performs that instruction. False: it is none that the machine can perform (a line on stderr says so).
bool write_execute_perform(vaddr_t address);
