// SPDX-License-Identifier: BSD-2-Clause
//
// Watches over a running machine until it ends or has to be ended.
#pragma once

#include <signal.h>
#include <stdint.h>

#include "platform/hosted/frontend/machine.h"
#include "platform/hosted/frontend/trace.h"

// Blocks the signals that run_machine handles, so that none is lost meanwhile. Returns the mask from before.
sigset_t run_block_signals(const struct options *options);

// `trace`: null = none. `deadline_ns`: CLOCK_MONOTONIC at which --timeout expires, 0 = never. Returns the exit status of
// the run, one of those that `./lab4 help` lists; then no process of the machine is left.
int run_machine(struct machine *machine, const struct options *options, struct trace *trace, uint64_t deadline_ns);

uint64_t now_ns(void); // CLOCK_MONOTONIC
