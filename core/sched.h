// SPDX-License-Identifier: BSD-2-Clause
//
// The scheduler (threads §4) and the accounting of time. What a kernel entry may ask for:
//
//   sched_nominate(t)   consider t for an immediate switch
//   sched_demand()      choose anew from the ready lists
//   sched_dispatch()    at the end of the entry: decide, account, and make the choice current
#pragma once

#include "core/refill.h"
#include "core/state.h"

// Runnable, with an active scheduling context, and not sleeping (ST-1).
static inline bool sched_is_schedulable(const struct tcb *thread)
{
    return tcb_is_runnable(thread) && thread->sc && sc_is_active(thread->sc) && !thread->is_sleeping;
}

// Changes the state; a current thread that is no longer schedulable asks for a new choice (ST-2).
static inline void tcb_set_state(struct tcb *thread, enum thread_state state)
{
    thread->state = state;
    if (thread == ks.current && ks.action == ACTION_KEEP && !sched_is_schedulable(thread)) {
        ks.action = ACTION_REPLACE;
    }
}

void sched_nominate(struct tcb *thread); // NOM-1; objects §0.5 calls it wake
void sched_demand(void);                 // NOM-2; objects §0.5 calls it reconsider

// The thread has lost its scheduling context: whoever runs, or was to run, is chosen anew.
static inline void sched_has_stopped(const struct tcb *thread)
{
    if (thread == ks.current && !ks.nominee && ks.action != ACTION_CHOOSE) {
        ks.action = ACTION_REPLACE;
    } else if (thread == ks.current || thread == ks.nominee) {
        sched_demand();
    }
}

// Insertion into the ready list of the thread's priority and domain; no effect if already queued.
void sched_push_front(struct tcb *thread);
void sched_push_back(struct tcb *thread);

// Out of its ready list, if in one.
void sched_dequeue(struct tcb *thread);

// Out of its ready list and out of the sleep list.
void sched_remove(struct tcb *thread);

// To the sleep list, until the head refill's time (threads SC-4 "postpone").
void sched_postpone(struct tcb *thread);

// SC-4: postpones the context's thread if it is schedulable but has no usable head refill.
void sched_settle(struct sched_context *sc);

// The current thread is chosen again: an address space that it got meanwhile takes effect (threads §12 #28).
void sched_continue(void);

// Switches to a thread that was just woken and is more urgent than the current one, which goes on later: what
// sched_nominate and sched_dispatch would come to.
void sched_preempt(struct tcb *woken);

// Is the first sleeper's time over at `now`?
static inline bool sched_sleeper_is_due(ticks_t now)
{
    const struct tcb *sleeper = ks.sleepers.head;
    return sleeper && refill_head(sleeper->sc)->time <= now;
}

// sched_dispatch where there is something to do.
void sched_dispatch_slow(void);

// Chooses, accounts and activates; ks.current is then the thread to resume (threads §4.4).
static inline void sched_dispatch(void)
{
    const struct tcb *current = ks.current;
    bool goes_on = NUM_DOMAINS == 1 && ks.action == ACTION_KEEP && !ks.rearm && current->state == THREAD_RUNNING &&
                   current->sc == ks.charged_sc && !current->yielding_to && !sched_sleeper_is_due(ks.now);
    if (!goes_on) {
        sched_dispatch_slow();
    }
}

// Highest non-empty level of the current domain's ready lists, or -1.
int sched_highest_ready(void);

// Domain schedule (threads §4.9): end the current slice and continue with entry ks.domain_start.
void sched_restart_domains(void);

// ---------------------------------------------------------------------------------- time (core/time.c)

// The clock shows `now`: what has elapsed since the last stamp becomes pending (TM-1).
static inline void time_stamp_as(ticks_t now)
{
    ticks_t elapsed = now - ks.now;
    ks.now = now;
    ks.pending += elapsed;
    if (NUM_DOMAINS > 1) {
        ks.domain_time = elapsed + REFILL_MIN >= ks.domain_time ? 0 : ks.domain_time - elapsed;
    }
}

static inline void time_stamp(void)
{
    time_stamp_as(plat_now());
}

// time_entry_check came to a no.
void time_refuse_entry(bool is_interrupt);

// The check at every entry from user level (threads §4.7 A). Returns whether the requested work may be done;
// if not, and the entry was not an interrupt, the current thread will repeat its instruction.
static inline bool time_entry_check(bool is_interrupt)
{
    if (UNLIKELY(!sc_is_sufficient(ks.charged_sc, ks.pending) || (NUM_DOMAINS > 1 && ks.domain_time == 0))) {
        time_refuse_entry(is_interrupt);
        return false;
    }
    return true;
}

// Charges `used` to the charged context and ends the current thread's slice (threads §4.7 B); `counted` is
// what its consumed counter grows by.
void time_expire(ticks_t used, ticks_t counted, bool may_fault);

// The current thread, which can run, gives up the rest of its slice: time_expire at the end of an entry.
void time_yield(void);

// Charges what is pending (threads §4.7 C).
void time_commit(void);

// End of dispatch: who is charged from now on, and when the timer must fire (threads §4.7 E).
void time_account(void);

// After an operation was preempted (threads PRE-3).
void time_after_preemption(void);

// One unit of work is done; every 100th looks for a reason to stop (objects §5.5). True = stop.
bool preemption_point(void);
