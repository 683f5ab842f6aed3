// SPDX-License-Identifier: BSD-2-Clause
//
// Waiting and the ways out of it; see wait.h. The removals here keep an endpoint's state and a
// notification's in step with their queues. Nobody is woken: whether a thread that no longer waits
// stops, restarts or runs is for whoever calls to say: a thread that is taken out of a queue keeps
// its state for the moment, one whose wait is cancelled becomes INACTIVE.
#include "core/threads/wait.h"

#include "core/time/sched.h"

void endpoint_dequeue(struct tcb *thread)
{
    struct endpoint *endpoint = thread->endpoint;
    struct tcb_queue queue = endpoint_queue(endpoint);
    tcb_queue_remove(&queue, thread);
    endpoint->head = queue.head;
    endpoint->tail_and_state =
        queue.head ? (word_t)queue.tail | endpoint_state(endpoint) : ENDPOINT_IDLE;
    thread->endpoint = NULL;
}

void notification_dequeue(struct tcb *thread)
{
    struct notification *notification = thread->notification;
    tcb_queue_remove(&notification->queue, thread);
    thread->notification = NULL;
    if (!notification->queue.head) {
        notification->state = NOTIFICATION_IDLE;
    }
}

static void requeue_on_endpoint(struct tcb *thread, word_t priority)
{
    struct endpoint *endpoint = thread->endpoint;
    enum endpoint_state state = endpoint_state(endpoint);
    endpoint_dequeue(thread);
    thread->priority = priority;
    endpoint_enqueue(endpoint, thread, state);
}

static void requeue_on_notification(struct tcb *thread, word_t priority)
{
    struct notification *notification = thread->notification;
    tcb_queue_remove(&notification->queue, thread);
    thread->priority = priority;
    tcb_queue_insert_by_priority(&notification->queue, thread);
}

void wait_requeue(struct tcb *thread, word_t priority)
{
    if (thread->endpoint) {
        requeue_on_endpoint(thread, priority);
    } else {
        requeue_on_notification(thread, priority);
    }
}

void reply_unlink(struct reply *reply)
{
    struct tcb *thread = reply->thread;
    reply_release(reply);
    tcb_set_state(thread, THREAD_INACTIVE);
}

// A caller leaves its wait without a reply (DON-9).
static void drop_caller(struct tcb *caller)
{
    struct reply *reply = caller->reply;
    struct sched_context *sc = reply_stack_owner(reply);
    if (sc) {
        sc->top_reply = NULL; // the context stays with whoever has it
    }
    reply_cut(reply);
    reply_unlink(reply);
}

void wait_cancel(struct tcb *thread)
{
    thread->fault.type = 0;
    switch (thread->state) {
    case THREAD_BLOCKED_ON_SEND:
        endpoint_dequeue(thread);
        break;
    case THREAD_BLOCKED_ON_RECEIVE:
        endpoint_dequeue(thread);
        if (thread->reply) {
            reply_unlink(thread->reply);
        }
        break;
    case THREAD_BLOCKED_ON_NOTIFICATION:
        notification_dequeue(thread);
        break;
    case THREAD_BLOCKED_ON_REPLY:
        drop_caller(thread);
        break;
    default:
        return;
    }
    tcb_set_state(thread, THREAD_INACTIVE);
}
