// SPDX-License-Identifier: BSD-2-Clause
//
// The priority scheduler: for each domain 256 ready lists with a two-level bitmap, and one list of
// sleepers, threads whose budget comes back later. This file owns here()->ready and
// here()->sleepers and the flags is_queued and is_sleeping of threads; with sched.h and dispatch.c
// it owns here()->action and here()->nominee.
//
// Kept between entries: every queued thread is schedulable and its head refill is released and
// holds at least MIN (threads Q-3); the current thread is in no list; the sleepers are runnable and
// ordered by the time of their head refill.
//
// The surprising case: a nominee is in no list. It usually gets the processor at once, and putting
// it into a list only to take it out again would cost every message that wakes a thread. The price
// is that a second wake-up in the same entry, or a demand, must first put the nominee where it
// belongs; that makes several wake-ups of one entry last come, first served among equals (threads
// NOM-3).
#include "core/time/sched.h"

// ------------------------------------------------------------------------------------ ready lists

static struct ready_queues *queues_of(const struct tcb *thread)
{
    return &here()->ready[NUM_DOMAINS > 1 ? thread->domain : 0];
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

HOT void sched_put_front(struct tcb *thread)
{
    KASSERT(sched_is_schedulable(thread) && !thread->is_queued);
    tcb_queue_push_front(&queues_of(thread)->level[thread->priority], thread);
    mark_filled(queues_of(thread), thread->priority);
    thread->is_queued = true;
}

HOT void sched_put_back(struct tcb *thread)
{
    KASSERT(sched_is_schedulable(thread) && !thread->is_queued);
    tcb_queue_push_back(&queues_of(thread)->level[thread->priority], thread);
    mark_filled(queues_of(thread), thread->priority);
    thread->is_queued = true;
}

HOT void sched_push_front(struct tcb *thread)
{
    if (!thread->is_queued) {
        sched_put_front(thread);
    }
}

HOT void sched_push_back(struct tcb *thread)
{
    if (!thread->is_queued) {
        sched_put_back(thread);
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

int sched_highest_ready(void)
{
    const struct ready_queues *queues =
        &here()->ready[NUM_DOMAINS > 1 ? here()->current_domain : 0];
    if (queues->summary == 0) {
        return -1;
    }
    word_t word = log2_floor(queues->summary);
    return (int)(word * WORD_BITS + log2_floor(queues->bitmap[word]));
}

HOT struct tcb *sched_pop_highest(void)
{
    int level = sched_highest_ready();
    if (level < 0) {
        return NULL;
    }
    struct ready_queues *queues = &here()->ready[NUM_DOMAINS > 1 ? here()->current_domain : 0];
    struct tcb *thread = queues->level[level].head;
    tcb_queue_pop(&queues->level[level]);
    mark_if_empty(queues, (word_t)level);
    thread->is_queued = false;
    return thread;
}

// --------------------------------------------------------------------------------------- sleepers

static ticks_t wake_time(struct tcb *thread)
{
    return refill_head(thread->sc)->time;
}

static void wake_early(struct tcb *thread)
{
    if (here()->sleepers.head == thread) {
        here()->rearm = true;
    }
    tcb_queue_remove(&here()->sleepers, thread);
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
    struct tcb *previous = here()->sleepers.tail;
    while (previous && wake_time(previous) > wake_time(thread)) {
        previous = previous->queue_previous;
    }
    tcb_queue_insert_behind(&here()->sleepers, previous, thread);
    thread->is_sleeping = true;
    here()->rearm = true;
}

void sched_settle(struct sched_context *sc)
{
    struct tcb *thread = sc->thread;
    if (thread && sched_is_schedulable(thread) &&
        !(sc_is_released(sc, here()->now) && sc_is_sufficient(sc, 0))) {
        sched_postpone(thread);
    }
}

// ----------------------------------------------------------------------------- nominate and demand

COLD static void queue_nominee(void)
{
    if (sched_is_schedulable(here()->nominee)) {
        sched_push_front(here()->nominee);
    }
    here()->nominee = NULL;
}

HOT void sched_demand(void)
{
    if (UNLIKELY(here()->nominee)) {
        queue_nominee();
    }
    here()->action = ACTION_CHOOSE;
}

void sched_nominate(struct tcb *thread)
{
    if (!sched_is_schedulable(thread)) {
        return;
    }
    if (NUM_DOMAINS > 1 && thread->domain != here()->current_domain) {
        sched_push_front(thread);
    } else if (here()->action == ACTION_KEEP) {
        here()->action = ACTION_NOMINATE;
        here()->nominee = thread;
    } else if (here()->action == ACTION_REPLACE && !here()->nominee) {
        here()->nominee = thread;
    } else {
        sched_demand();
        sched_push_front(thread);
    }
}

void sched_wake_sleepers(void)
{
    while (UNLIKELY(sched_sleeper_is_due(here()->now))) {
        struct tcb *thread = here()->sleepers.head;
        wake_early(thread);
        sched_nominate(thread);
    }
}

// ---------------------------------------------------------------------------------------- domains

void sched_restart_domains(void)
{
    // always an end marker: the next entry is the start
    here()->domain_index = NUM_DOMAIN_SCHEDULES - 1;
    here()->domain_time = 0;
    here()->rearm = true;
    sched_demand();
}
