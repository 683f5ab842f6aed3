// SPDX-License-Identifier: BSD-2-Clause
//
// The end of every kernel entry: decide who runs, account for the time, and make the choice current
// (threads §4.4). The decision table is in dispatch.c. Nobody else writes here()->current while the
// kernel runs but the fast path, whose switches must come to the same result.
//
// Most entries change nothing about who runs, so `dispatch` asks in line whether anything is to be
// decided, accounted or woken at all, and only then calls dispatch_slow.
#pragma once

#include "core/time/sched.h"

// What dispatch does when its shortcut does not apply: wake sleepers, decide, account, activate.
void dispatch_slow(void);

// Chooses, accounts and activates; here()->current is then the thread to resume (threads §4.4).
static inline void dispatch(void)
{
    const struct tcb *current = here()->current;
    bool goes_on = NUM_DOMAINS == 1 && here()->action == ACTION_KEEP && !here()->rearm &&
                   current->state == THREAD_RUNNING && current->sc == here()->charged_sc &&
                   !current->yielding_to && !sched_sleeper_is_due(here()->now);
    if (!goes_on) {
        dispatch_slow();
    }
}

// The current thread is chosen again: an address space that it got meanwhile takes effect (threads
// §12 #28).
void dispatch_continue(void);

// Switches to a thread that was just woken and has a higher priority than the current one, which is
// queued at the front of its level. The result is the same as with sched_nominate and dispatch.
void dispatch_preempt(struct tcb *woken);
