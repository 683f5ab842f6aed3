// SPDX-License-Identifier: BSD-2-Clause
//
// Endpoints: where threads meet to exchange a message (objects §7).
#pragma once

#include "core/invoke.h"
#include "core/objects.h"

// A message through an endpoint capability, whose badge and rights count.
void endpoint_send(struct tcb *thread, struct cap cap, enum send_how how);

// The thread receives, with a reply object or none (objects §7.3).
void endpoint_receive(struct tcb *thread, struct endpoint *endpoint, struct reply *reply, bool is_blocking);

// Takes a blocked thread out of its endpoint's queue; its state is unchanged.
void endpoint_dequeue(struct tcb *thread);

// Puts a queued thread behind its equals again, after its priority was set.
void endpoint_requeue(struct tcb *thread, word_t priority);

// Restarts the senders with this badge.
void endpoint_cancel_badged(struct endpoint *endpoint, word_t badge);

// ---------------------------------------------------------------- the queue, for IPC, dumps and checks

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
static inline void endpoint_enqueue(struct endpoint *endpoint, struct tcb *thread, enum endpoint_state state)
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

// The invariant checker looks at the object and its queue.
struct invariants;
void endpoint_examine(struct invariants *v, const struct endpoint *endpoint);
