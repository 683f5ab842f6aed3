// SPDX-License-Identifier: BSD-2-Clause
//
// The end of a kernel entry. During the entry the other files have only noted in here()->action and
// here()->nominee what they would like (sched.h). Here it is decided, once, from the state as it is
// now: a thread that was nominated may have been stopped again in the same entry. Who runs next:
//
//     action     the current thread is schedulable      it is not (the idle thread never is)
//     KEEP       it goes on                             the idle thread goes on (no other can)
//     NOMINATE   the nominee, if of higher priority;    the nominee, unless one queued has a
//                else the best queued thread            higher priority; else the best queued
//     REPLACE    the best queued thread, the nominee    as NOMINATE, if there is a nominee;
//                (if any) among the queued              else the best queued thread
//     CHOOSE     the best queued thread                 the best queued thread
//
// "The best queued thread" is the first of the highest level that is not empty, or the idle thread.
// A schedulable current thread is put at the front of its level before that, so it may be the one,
// and with one domain it is whenever a nominee was not more urgent (threads DSP-3). A nominee that
// does not get the processor is queued: at the back of its level if it has the priority of a
// schedulable current thread, at the front of its level otherwise. With REPLACE and a schedulable
// current thread it is queued before the current thread is, and so ends up behind it at equal
// priority. A nominee that is no longer schedulable counts as none and is not queued.
//
// Why no other thread that is not schedulable meets KEEP: whoever stops it asks for REPLACE in the
// same step (tcb_set_state, sched_has_stopped) or demands a choice. A domain that has used up its
// time turns every action into CHOOSE first.
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
