// SPDX-License-Identifier: BSD-2-Clause
//
// The scheduler (threads §4) and the accounting of time. What a kernel entry may ask for:
//
//   sched_nominate(t)   consider t for an immediate switch
//   sched_demand()      choose anew from the ready lists
//
// Both only note the wish, because an entry may change its mind: it may stop the thread that it has
// just woken. dispatch.h decides at the end of the entry and makes the choice current.
#pragma once

#include "core/threads/queue.h"
#include "core/threads/state.h"
#include "core/time/refill.h"

// Runnable, with an active scheduling context, and not sleeping (ST-1).
static HOT bool sched_is_schedulable(const struct tcb *thread)
{
    return tcb_is_runnable(thread) && thread->sc && sc_is_active(thread->sc) &&
           !thread->is_sleeping;
}

// Changes the state; a current thread that is no longer schedulable asks for a new choice (ST-2).
static inline void tcb_set_state(struct tcb *thread, enum thread_state state)
{
    thread->state = state;
    if (thread == here()->current && here()->action == ACTION_KEEP &&
        !sched_is_schedulable(thread)) {
        here()->action = ACTION_REPLACE;
    }
}

// Asks for an immediate switch to the thread (NOM-1; objects §0.5 calls it wake). The thread is in
// no list. No effect on a thread that is not schedulable; one of another domain is only queued.
void sched_nominate(struct tcb *thread);

// Asks for a choice from the ready lists (NOM-2; objects §0.5 calls it reconsider). A nominee that
// is still schedulable goes to the front of its level.
void sched_demand(void);

// The thread has lost its scheduling context: whoever runs, or was to run, is chosen anew.
static inline void sched_has_stopped(const struct tcb *thread)
{
    if (thread == here()->current && !here()->nominee && here()->action != ACTION_CHOOSE) {
        here()->action = ACTION_REPLACE;
    } else if (thread == here()->current || thread == here()->nominee) {
        sched_demand();
    }
}

// Insertion into the ready list of the thread's priority and domain; no effect if already queued.
void sched_push_front(struct tcb *thread);
void sched_push_back(struct tcb *thread);

// The same for a thread that is known to be in no list.
void sched_put_front(struct tcb *thread);
void sched_put_back(struct tcb *thread);

// Out of its ready list, if in one.
void sched_dequeue(struct tcb *thread);

// Out of its ready list and out of the sleep list.
void sched_remove(struct tcb *thread);

// To the sleep list, until the head refill's time (threads SC-4 "postpone").
void sched_postpone(struct tcb *thread);

// SC-4: postpones the context's thread if it is schedulable but has no usable head refill.
void sched_settle(struct sched_context *sc);

// Is the first sleeper's time over at `now`?
static HOT bool sched_sleeper_is_due(ticks_t now)
{
    const struct tcb *sleeper = here()->sleepers.head;
    return sleeper && refill_head(sleeper->sc)->time <= now;
}

// Highest non-empty level of the current domain's ready lists, or -1.
int sched_highest_ready(void);

// Takes the first thread of that level out of it; null if nobody is ready.
struct tcb *sched_pop_highest(void);

// Nominates every sleeper whose time is over.
void sched_wake_sleepers(void);

// Domain schedule (threads §4.9): end the current slice and continue with entry ks.domain_start.
void sched_restart_domains(void);
