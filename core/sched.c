// SPDX-License-Identifier: BSD-2-Clause
//
// The priority scheduler: 256 ready lists a domain with a two-level bitmap, and one list of sleepers.
// Owns ks.action, ks.nominee, ks.ready, ks.sleepers and the domain fields of ks.
//
// Kept between entries: every queued thread is schedulable with a released head refill of at least MIN;
// the current thread is in no list; the sleepers are runnable and ordered by head-refill time.
#include "core/sched.h"

#include "core/sched_context.h"
#include "core/vspace.h"

// ------------------------------------------------------------------------------------ ready lists

static struct ready_queues *queues_of(const struct tcb *thread)
{
    return &ks.ready[NUM_DOMAINS > 1 ? thread->domain : 0];
}

static void mark_filled(struct ready_queues *queues, word_t priority)
{
    queues->bitmap[priority / WORD_BITS] |= BIT(priority % WORD_BITS);
    queues->summary |= BIT(priority / WORD_BITS);
}

// The level may have lost its last thread.
static void mark_if_empty(struct ready_queues *queues, word_t priority)
{
    word_t word = priority / WORD_BITS;
    if (queues->level[priority].head) {
        return;
    }
    queues->bitmap[word] &= ~BIT(priority % WORD_BITS);
    if (queues->bitmap[word] == 0) {
        queues->summary &= ~BIT(word);
    }
}

HOT void sched_push_front(struct tcb *thread)
{
    KASSERT(sched_is_schedulable(thread));
    if (!thread->is_queued) {
        tcb_queue_push_front(&queues_of(thread)->level[thread->priority], thread);
        mark_filled(queues_of(thread), thread->priority);
        thread->is_queued = true;
    }
}

HOT void sched_push_back(struct tcb *thread)
{
    KASSERT(sched_is_schedulable(thread));
    if (!thread->is_queued) {
        tcb_queue_push_back(&queues_of(thread)->level[thread->priority], thread);
        mark_filled(queues_of(thread), thread->priority);
        thread->is_queued = true;
    }
}

void sched_dequeue(struct tcb *thread)
{
    if (thread->is_queued) {
        tcb_queue_remove(&queues_of(thread)->level[thread->priority], thread);
        mark_if_empty(queues_of(thread), thread->priority);
        thread->is_queued = false;
    }
}

// Takes out the first thread of a level that has one.
static struct tcb *pop_level(struct ready_queues *queues, word_t priority)
{
    struct tcb *thread = queues->level[priority].head;
    tcb_queue_pop(&queues->level[priority]);
    mark_if_empty(queues, priority);
    thread->is_queued = false;
    return thread;
}

int sched_highest_ready(void)
{
    const struct ready_queues *queues = &ks.ready[NUM_DOMAINS > 1 ? ks.current_domain : 0];
    if (queues->summary == 0) {
        return -1;
    }
    word_t word = log2_floor(queues->summary);
    return (int)(word * WORD_BITS + log2_floor(queues->bitmap[word]));
}

// --------------------------------------------------------------------------------------- sleepers

static ticks_t wake_time(struct tcb *thread)
{
    return refill_head(thread->sc)->time;
}

static void wake_early(struct tcb *thread)
{
    if (ks.sleepers.head == thread) {
        ks.rearm = true;
    }
    tcb_queue_remove(&ks.sleepers, thread);
    thread->is_sleeping = false;
}

void sched_remove(struct tcb *thread)
{
    sched_dequeue(thread);
    if (thread->is_sleeping) {
        wake_early(thread);
    }
}

void sched_postpone(struct tcb *thread)
{
    KASSERT(sched_is_schedulable(thread));
    sched_dequeue(thread);
    struct tcb *previous = ks.sleepers.tail;
    while (previous && wake_time(previous) > wake_time(thread)) {
        previous = previous->queue_previous;
    }
    tcb_queue_insert_behind(&ks.sleepers, previous, thread);
    thread->is_sleeping = true;
    ks.rearm = true;
}

void sched_settle(struct sched_context *sc)
{
    struct tcb *thread = sc->thread;
    if (thread && sched_is_schedulable(thread) && !(sc_is_released(sc, ks.now) && sc_is_sufficient(sc, 0))) {
        sched_postpone(thread);
    }
}

static void wake_sleepers(void)
{
    while (UNLIKELY(sched_sleeper_is_due(ks.now))) {
        struct tcb *thread = ks.sleepers.head;
        wake_early(thread);
        sched_nominate(thread);
    }
}

// ------------------------------------------------------------------------------ nominate and demand

COLD static void queue_nominee(void)
{
    if (sched_is_schedulable(ks.nominee)) {
        sched_push_front(ks.nominee);
    }
    ks.nominee = NULL;
}

HOT void sched_demand(void)
{
    if (UNLIKELY(ks.nominee)) {
        queue_nominee();
    }
    ks.action = ACTION_CHOOSE;
}

void sched_nominate(struct tcb *thread)
{
    if (!sched_is_schedulable(thread)) {
        return;
    }
    if (NUM_DOMAINS > 1 && thread->domain != ks.current_domain) {
        sched_push_front(thread);
    } else if (ks.action == ACTION_KEEP) {
        ks.action = ACTION_NOMINATE;
        ks.nominee = thread;
    } else if (ks.action == ACTION_REPLACE && !ks.nominee) {
        ks.nominee = thread;
    } else {
        sched_demand();
        sched_push_front(thread);
    }
}

// ---------------------------------------------------------------------------------------- domains

void sched_restart_domains(void)
{
    ks.domain_index = NUM_DOMAIN_SCHEDULES - 1; // always an end marker: the next entry is the start
    ks.domain_time = 0;
    ks.rearm = true;
    sched_demand();
}

static void next_domain(void)
{
    word_t next = ks.domain_index + 1;
    if (next >= NUM_DOMAIN_SCHEDULES || ks.domain_schedule[next].duration == 0) {
        next = ks.domain_start;
    }
    ks.domain_index = next;
    ks.current_domain = ks.domain_schedule[next].domain;
    ks.domain_time = ks.domain_schedule[next].duration;
    ks.work_units = 0;
    ks.rearm = true;
    plat_fpu_save(ks.current);
}

// --------------------------------------------------------------------------------------- dispatch

// The thread, which is in no ready list, is the one to run.
static HOT void switch_to(struct tcb *thread)
{
    KASSERT(!thread->is_queued);
    vspace_activate(thread);
    if (UNLIKELY(thread == &ks.idle || thread->flags & TCB_FLAG_FPU_DISABLED)) {
        plat_fpu_disable();
    } else {
        plat_fpu_enable(thread);
    }
    ks.current = thread;
}

static HOT struct tcb *choose(void)
{
    if (NUM_DOMAINS > 1 && ks.domain_time == 0) {
        next_domain();
    }
    int level = sched_highest_ready();
    return level < 0 ? &ks.idle : pop_level(&ks.ready[NUM_DOMAINS > 1 ? ks.current_domain : 0], (word_t)level);
}

// The nominee against the current thread (table in threads §4.4): who runs without a look at the ready lists, or null.
static HOT struct tcb *consider_nominee(bool was_schedulable)
{
    struct tcb *nominee = ks.nominee, *current = ks.current;
    if (!nominee || !sched_is_schedulable(nominee)) {
        return NULL;
    }
    if (was_schedulable ? nominee->priority > current->priority : (int)nominee->priority >= sched_highest_ready()) {
        return nominee;
    }
    if (was_schedulable && nominee->priority == current->priority) {
        sched_push_back(nominee);
    } else {
        sched_push_front(nominee);
    }
    return NULL;
}

static HOT void decide(void)
{
    bool is_schedulable = sched_is_schedulable(ks.current);
    if (is_schedulable) {
        if (UNLIKELY(ks.action == ACTION_REPLACE)) {
            sched_demand(); // it stopped and goes on: then the nominee queued up before it
        }
        sched_push_front(ks.current);
    }
    struct tcb *next = consider_nominee(is_schedulable);
    switch_to(next ? next : choose());
    ks.action = ACTION_KEEP;
    ks.nominee = NULL;
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

void sched_continue(void)
{
    switch_to(ks.current);
}

void sched_preempt(struct tcb *woken)
{
    KASSERT(ks.action == ACTION_KEEP && woken->state == THREAD_RUNNING && woken->priority > ks.current->priority);
    sched_push_front(ks.current);
    switch_to(woken);
    time_account();
}

void sched_dispatch_slow(void)
{
    wake_sleepers();
    if (NUM_DOMAINS > 1 && ks.domain_time == 0) {
        ks.rearm = true;
        sched_demand();
    }
    if (ks.action != ACTION_KEEP) {
        decide();
    }
    time_account();
    activate(ks.current);
}
