// SPDX-License-Identifier: BSD-2-Clause
//
// The end of a kernel entry. During the entry the others have only said what they would like
// (sched.h); here it is decided, once, from the state as it is now:
//
//     action     the current thread can go on       it cannot
//     KEEP       it runs                             (cannot be: whoever stops it asks for REPLACE)
//     NOMINATE   nominee if more urgent, else it     nominee if none queued is more urgent or best
//     REPLACE    as CHOOSE, nominee queued first     nominee likewise, if any; else as CHOOSE
//     CHOOSE     the best queued, itself among them  the best queued
//
// A current thread that can go on is queued at the front of its level first, so that "the best
// queued" may be it. A nominee of equal priority queues behind the current thread, a less urgent
// one in front of its own level.
#include "core/time/dispatch.h"

#include "core/arch/aarch64/vspace.h"
#include "core/time/sched_context.h"
#include "core/time/time.h"

static void next_domain(void)
{
    word_t next = here()->domain_index + 1;
    if (next >= NUM_DOMAIN_SCHEDULES || ks.domain_schedule[next].duration == 0) {
        next = ks.domain_start;
    }
    here()->domain_index = next;
    here()->current_domain = ks.domain_schedule[next].domain;
    here()->domain_time = ks.domain_schedule[next].duration;
    here()->work_units = 0;
    here()->rearm = true;
    plat_fpu_save(here()->current);
}

// The thread, which is in no ready list, is the one to run.
static HOT void switch_to(struct tcb *thread)
{
    KASSERT(!thread->is_queued);
    vspace_activate(thread);
    if (UNLIKELY(thread->flags & TCB_FLAG_FPU_DISABLED)) { // the idle thread, too
        plat_fpu_disable();
    } else {
        plat_fpu_enable(thread);
    }
    here()->current = thread;
}

static HOT struct tcb *choose(void)
{
    if (NUM_DOMAINS > 1 && here()->domain_time == 0) {
        next_domain();
    }
    struct tcb *best = sched_pop_highest();
    return best ? best : &ks.idle;
}

// The nominee against the current thread (table in threads §4.4): who runs without a look at the
// ready lists, or null.
static HOT struct tcb *consider_nominee(bool was_schedulable)
{
    struct tcb *nominee = here()->nominee, *current = here()->current;
    if (!nominee || !sched_is_schedulable(nominee)) {
        return NULL;
    }
    if (was_schedulable ? nominee->priority > current->priority
                        : (int)nominee->priority >= sched_highest_ready()) {
        return nominee;
    }
    if (was_schedulable && nominee->priority == current->priority) {
        sched_put_back(nominee);
    } else {
        sched_put_front(nominee);
    }
    return NULL;
}

static HOT void decide(void)
{
    bool is_schedulable = sched_is_schedulable(here()->current);
    if (is_schedulable) {
        if (UNLIKELY(here()->action == ACTION_REPLACE)) {
            sched_demand(); // it stopped and goes on: then the nominee queued up before it
        }
        sched_push_front(here()->current);
    }
    struct tcb *next = consider_nominee(is_schedulable);
    switch_to(next ? next : choose());
    here()->action = ACTION_KEEP;
    here()->nominee = NULL;
}

// A thread about to run: finish its YieldTo, and restart it if it must restart.
static void activate(struct tcb *thread)
{
    if (UNLIKELY(thread->yielding_to)) {
        sc_complete_yield(thread);
    }
    if (UNLIKELY(thread->state == THREAD_RESTART)) {
        thread->regs.pc = thread->regs.fault_pc;
        thread->state = THREAD_RUNNING;
    }
}

void dispatch_continue(void)
{
    switch_to(here()->current);
}

void dispatch_preempt(struct tcb *woken)
{
    KASSERT(here()->action == ACTION_KEEP && woken->state == THREAD_RUNNING &&
            woken->priority > here()->current->priority);
    sched_put_front(here()->current);
    switch_to(woken);
    time_account();
}

void dispatch_slow(void)
{
    sched_wake_sleepers();
    if (NUM_DOMAINS > 1 && here()->domain_time == 0) {
        here()->rearm = true;
        sched_demand();
    }
    if (here()->action != ACTION_KEEP) {
        decide();
    }
    time_account();
    activate(here()->current);
}
