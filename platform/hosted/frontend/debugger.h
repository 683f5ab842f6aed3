// SPDX-License-Identifier: BSD-2-Clause
//
// --gdb: gdb in the foreground, attached to the machine's first process, set up by tools/gdb/hosted.py.
#pragma once

#include "platform/hosted/frontend/machine.h"

// Sets machine->debugger, or ends the run with a sentence. `mask`: the signal mask that gdb starts with.
void debugger_start(struct machine *machine, const struct options *options, const sigset_t *mask);
