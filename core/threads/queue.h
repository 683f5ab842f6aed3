// SPDX-License-Identifier: BSD-2-Clause
//
// Queues of threads. Every queue of the kernel is one of these: ready lists, the sleep list, the
// waiters of endpoints and notifications. A thread is in at most one of them, so the links live in
// the TCB and nothing has to be allocated.
#pragma once

#include "core/threads/objects.h"

// `previous` = null: at the head.
static inline void tcb_queue_insert_behind(struct tcb_queue *queue, struct tcb *previous,
                                           struct tcb *thread)
{
    struct tcb *next = previous ? previous->queue_next : queue->head;
    KASSERT(!thread->queue_next && !thread->queue_previous && queue->head != thread);
    thread->queue_previous = previous;
    thread->queue_next = next;
    *(previous ? &previous->queue_next : &queue->head) = thread;
    *(next ? &next->queue_previous : &queue->tail) = thread;
}

static inline void tcb_queue_push_front(struct tcb_queue *queue, struct tcb *thread)
{
    tcb_queue_insert_behind(queue, NULL, thread);
}

static inline void tcb_queue_push_back(struct tcb_queue *queue, struct tcb *thread)
{
    tcb_queue_insert_behind(queue, queue->tail, thread);
}

// Behind the last thread of greater or equal priority (objects §7.1 rule 2).
static inline void tcb_queue_insert_by_priority(struct tcb_queue *queue, struct tcb *thread)
{
    struct tcb *previous = queue->tail;
    while (UNLIKELY(previous && previous->priority < thread->priority)) {
        previous = previous->queue_previous;
    }
    tcb_queue_insert_behind(queue, previous, thread);
}

static inline void tcb_queue_remove(struct tcb_queue *queue, struct tcb *thread)
{
    struct tcb *previous = thread->queue_previous, *next = thread->queue_next;
    KASSERT(previous ? previous->queue_next == thread : queue->head == thread);
    KASSERT(next ? next->queue_previous == thread : queue->tail == thread);
    *(previous ? &previous->queue_next : &queue->head) = next;
    *(next ? &next->queue_previous : &queue->tail) = previous;
    thread->queue_next = thread->queue_previous = NULL;
}

// tcb_queue_remove of the head.
static inline void tcb_queue_pop(struct tcb_queue *queue)
{
    struct tcb *thread = queue->head, *next = thread->queue_next;
    KASSERT(!thread->queue_previous);
    queue->head = next;
    if (UNLIKELY(next)) {
        next->queue_previous = NULL;
        thread->queue_next = NULL;
    } else {
        queue->tail = NULL;
    }
}
