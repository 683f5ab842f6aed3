// SPDX-License-Identifier: BSD-2-Clause
//
// The invariant checker's part about threads and the scheduler.
#pragma once

struct invariants;

void check_threads(struct invariants *v);   // list of all threads, their states and links
void check_scheduler(struct invariants *v); // ready lists, sleepers, current thread, time
