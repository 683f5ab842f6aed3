// SPDX-License-Identifier: BSD-2-Clause
//
// Who waits for whom: for each thread that is blocked, the threads that could wake it, by the capabilities in their CSpaces;
// and the circles in that. What no thread can do any more, nobody will.
#pragma once

#include "platform/hosted/inspect/inspect.h"

struct waits;

struct waits *waits_take(const struct snapshot *snapshot);

// "waits for a message on endpoint 0x400005d0 (capability 0x1)", "ready, but it has no scheduling context: it can never run", …:
// a predicate for the thread's name, and what follows from it.
void waits_print(FILE *out, const struct waits *waits, const struct tcb *thread);

// One sentence for each circle of threads that wait for each other. False: there is none.
bool waits_print_circles(FILE *out, struct waits *waits);
