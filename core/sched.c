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
    return &ks.ready[thread->domain];
}

static void mark_level(struct ready_queues *queues, word_t priority)
{
    word_t word = priority / WORD_BITS, bit = BIT(priority % WORD_BITS);
    if (queues->level[priority].head) {
        queues->bitmap[word] |= bit;
        queues->summary |= BIT(word);
        return;
    }
    queues->bitmap[word] &= ~bit;
    if (queues->bitmap[word] == 0) {
        queues->summary &= ~BIT(word);
    }
}

void sched_push_front(struct tcb *thread)
{
    KASSERT(sched_is_schedulable(thread));
    if (!thread->is_queued) {
        tcb_queue_push_front(&queues_of(thread)->level[thread->priority], thread);
        mark_level(queues_of(thread), thread->priority);
        thread->is_queued = true;
    }
}

void sched_push_back(struct tcb *thread)
{
    KASSERT(sched_is_schedulable(thread));
    if (!thread->is_queued) {
        tcb_queue_push_back(&queues_of(thread)->level[thread->priority], thread);
        mark_level(queues_of(thread), thread->priority);
        thread->is_queued = true;
    }
}

void sched_dequeue(struct tcb *thread)
{
    if (thread->is_queued) {
        tcb_queue_remove(&queues_of(thread)->level[thread->priority], thread);
        mark_level(queues_of(thread), thread->priority);
        thread->is_queued = false;
    }
}

int sched_highest_ready(void)
{
    const struct ready_queues *queues = &ks.ready[ks.current_domain];
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
    while (ks.sleepers.head && wake_time(ks.sleepers.head) <= ks.now) {
        struct tcb *thread = ks.sleepers.head;
        wake_early(thread);
        sched_nominate(thread);
    }
}

// ------------------------------------------------------------------------------ nominate and demand

void sched_demand(void)
{
    if (ks.action == ACTION_NOMINATE && sched_is_schedulable(ks.nominee)) {
        sched_push_front(ks.nominee);
    }
    ks.action = ACTION_CHOOSE;
}

void sched_nominate(struct tcb *thread)
{
    if (!sched_is_schedulable(thread)) {
        return;
    }
    if (thread->domain != ks.current_domain) {
        sched_push_front(thread);
    } else if (ks.action == ACTION_KEEP) {
        ks.action = ACTION_NOMINATE;
        ks.nominee = thread;
    } else {
        sched_demand();
        sched_push_front(thread);
    }
}

void tcb_set_state(struct tcb *thread, enum thread_state state)
{
    thread->state = state;
    if (thread == ks.current && ks.action == ACTION_KEEP && !sched_is_schedulable(thread)) {
        ks.action = ACTION_CHOOSE;
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

static void switch_to(struct tcb *thread)
{
    sched_dequeue(thread);
    vspace_activate(thread);
    if (thread == &ks.idle) {
        plat_fpu_disable();
    } else if (thread->flags & TCB_FLAG_FPU_DISABLED) {
        plat_fpu_disable();
    } else {
        plat_fpu_enable(thread);
    }
    ks.current = thread;
}

static void choose(void)
{
    if (NUM_DOMAINS > 1 && ks.domain_time == 0) {
        next_domain();
    }
    int level = sched_highest_ready();
    switch_to(level < 0 ? &ks.idle : ks.ready[ks.current_domain].level[level].head);
}

// The nominee against the current thread (table in threads §4.4).
static void consider_nominee(bool was_schedulable)
{
    struct tcb *nominee = ks.nominee, *current = ks.current;
    if (!sched_is_schedulable(nominee)) {
        choose();
        return;
    }
    if (!was_schedulable) {
        if ((int)nominee->priority >= sched_highest_ready()) {
            switch_to(nominee);
            return;
        }
        sched_push_front(nominee);
    } else if (nominee->priority > current->priority) {
        switch_to(nominee);
        return;
    } else if (nominee->priority == current->priority) {
        sched_push_back(nominee);
    } else {
        sched_push_front(nominee);
    }
    choose();
}

// A thread about to run: finish its YieldTo, and restart it if it must restart.
static void activate(struct tcb *thread)
{
    if (thread->yielding_to) {
        sc_complete_yield(thread);
    }
    if (thread->state == THREAD_RESTART) {
        thread->regs.pc = thread->regs.fault_pc;
        thread->state = THREAD_RUNNING;
    }
}

void sched_dispatch(void)
{
    wake_sleepers();
    if (NUM_DOMAINS > 1 && ks.domain_time == 0) {
        ks.rearm = true;
        sched_demand();
    }
    if (ks.action != ACTION_KEEP) {
        bool was_schedulable = sched_is_schedulable(ks.current);
        if (was_schedulable) {
            sched_push_front(ks.current);
        }
        if (ks.action == ACTION_NOMINATE) {
            consider_nominee(was_schedulable);
        } else {
            choose();
        }
        ks.action = ACTION_KEEP;
        ks.nominee = NULL;
    }
    time_account();
    activate(ks.current);
}
