// SPDX-License-Identifier: BSD-2-Clause
//
// The end of every kernel entry: decide who runs, account for the time, and make the choice current
// (threads §4.4).
#pragma once

#include "core/time/sched.h"

// dispatch where there is something to do.
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

// Switches to a thread that was just woken and is more urgent than the current one, which goes on
// later: what sched_nominate and dispatch would come to.
void dispatch_preempt(struct tcb *woken);
