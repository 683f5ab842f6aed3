// SPDX-License-Identifier: BSD-2-Clause
//
// Independent time accounting. A stopwatch measures how long each scheduling context really runs; it knows nothing of the
// refill algebra. From it follow the promises of threads §4–5:
//   - no time is lost: what a context consumed, plus what is pending, grows by exactly what the stopwatch measured;
//   - no budget appears or vanishes: the refills add up to what was configured;
//   - no thread runs beyond its budget: in any window of one period a context runs for at most its budget;
//   - the timer is armed so that neither the running thread's budget nor the first sleeper can be missed.
#pragma once

#include <stdio.h>

#include "core/threads/state.h"

// All contexts that exist now count from zero.
void accounting_start(ticks_t now);

// Before and after a kernel entry. `may_reset`: the entry may report and reset consumed time. `configures`: it may give
// a context new parameters. Returns null, or what is wrong.
void accounting_before(ticks_t now);
const char *accounting_after(ticks_t now, ticks_t deadline, bool may_reset, bool configures);
