// SPDX-License-Identifier: BSD-2-Clause
//
// Who waits where. A thread that is blocked is in the queue of an endpoint or of a notification, or
// holds a reply object, and its TCB says which. This room puts waiters into those places, takes
// them out again, and knows the way out of each: what a thread waits for is nobody else's business
// (objects §7.1, §7.7).
//
// Invariant: thread->endpoint == e and BLOCKED_ON_SEND/_RECEIVE, if and only if the thread is in
// e's queue; likewise for notifications. Queues are ordered by priority, first come first served
// within one.
#pragma once

#include "core/ipc/call_stack.h"
#include "core/threads/queue.h"

// Takes the thread out of whatever it waits for and forgets its pending fault (objects §7.7). It
// ends INACTIVE if it was blocked, and as it was otherwise.
void wait_cancel(struct tcb *thread);

// A new priority, and a new place behind its equals, for a thread that waits in a queue.
void wait_requeue(struct tcb *thread, word_t priority);

// Clears the link between a reply object and its thread, which becomes INACTIVE (the caller sets
// what it wants).
void reply_unlink(struct reply *reply);

// --------------------------------------------------------------------------------------- endpoints

// Takes a blocked thread out of its endpoint's queue; its state is unchanged.
void endpoint_dequeue(struct tcb *thread);

enum { ENDPOINT_STATE_MASK = 3 };

static inline enum endpoint_state endpoint_state(const struct endpoint *endpoint)
{
    return (enum endpoint_state)(endpoint->tail_and_state & ENDPOINT_STATE_MASK);
}

// First waiter, or null.
static inline struct tcb *endpoint_head(const struct endpoint *endpoint)
{
    return endpoint->head;
}

// endpoint_dequeue of the first waiter, which there must be.
static inline struct tcb *endpoint_pop(struct endpoint *endpoint)
{
    struct tcb *thread = endpoint->head, *next = thread->queue_next;
    KASSERT(thread->endpoint == endpoint && !thread->queue_previous);
    endpoint->head = next;
    if (UNLIKELY(next)) {
        next->queue_previous = NULL;
        thread->queue_next = NULL;
    } else {
        endpoint->tail_and_state = ENDPOINT_IDLE;
    }
    thread->endpoint = NULL;
    return thread;
}

static inline struct tcb_queue endpoint_queue(const struct endpoint *endpoint)
{
    struct tcb *tail = (struct tcb *)(endpoint->tail_and_state & ~(word_t)ENDPOINT_STATE_MASK);
    return (struct tcb_queue){endpoint->head, tail};
}

// Queues a thread, by priority, whose state is that of a sender or a receiver.
static inline void endpoint_enqueue(struct endpoint *endpoint, struct tcb *thread,
                                    enum endpoint_state state)
{
    KASSERT(endpoint_state(endpoint) == ENDPOINT_IDLE || endpoint_state(endpoint) == state);
    thread->endpoint = endpoint;
    if (!endpoint->head) {
        KASSERT(!thread->queue_next && !thread->queue_previous);
        endpoint->head = thread;
        endpoint->tail_and_state = (word_t)thread | state;
        return;
    }
    struct tcb_queue queue = endpoint_queue(endpoint);
    tcb_queue_insert_by_priority(&queue, thread);
    endpoint->head = queue.head;
    endpoint->tail_and_state = (word_t)queue.tail | state;
}

// ----------------------------------------------------------------------------------- notifications

// Takes a waiter out of the queue; its state is unchanged.
void notification_dequeue(struct tcb *thread);

// notification_dequeue of the first waiter, which there must be.
static inline struct tcb *notification_pop(struct notification *notification)
{
    struct tcb *thread = notification->queue.head;
    tcb_queue_pop(&notification->queue);
    thread->notification = NULL;
    if (!notification->queue.head) {
        notification->state = NOTIFICATION_IDLE;
    }
    return thread;
}
