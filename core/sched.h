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

void sched_nominate(struct tcb *thread); // NOM-1; objects §0.5 calls it wake
void sched_demand(void);                 // NOM-2; objects §0.5 calls it reconsider

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

// Chooses, accounts and activates; ks.current is then the thread to resume (threads §4.4).
void sched_dispatch(void);

// Highest non-empty level of the current domain's ready lists, or -1.
int sched_highest_ready(void);

// Domain schedule (threads §4.9): end the current slice and continue with entry ks.domain_start.
void sched_restart_domains(void);

// ---------------------------------------------------------------------------------- time (core/time.c)

// Reads the clock; what has elapsed since the last stamp becomes pending (TM-1).
void time_stamp(void);

// The check at every entry from user level (threads §4.7 A). Returns whether the requested work may be done;
// if not, and the entry was not an interrupt, the current thread will repeat its instruction.
bool time_entry_check(bool is_interrupt);

// Charges `used` to the charged context and ends the current thread's slice (threads §4.7 B); `counted` is
// what its consumed counter grows by.
void time_expire(ticks_t used, ticks_t counted, bool may_fault);

// Charges what is pending (threads §4.7 C).
void time_commit(void);

// End of dispatch: who is charged from now on, and when the timer must fire (threads §4.7 E).
void time_account(void);

// After an operation was preempted (threads PRE-3).
void time_after_preemption(void);

// One unit of work is done; every 100th looks for a reason to stop (objects §5.5). True = stop.
bool preemption_point(void);
