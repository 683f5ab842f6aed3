// SPDX-License-Identifier: BSD-2-Clause
//
// Endpoints. The queue holds either senders or receivers, ordered by priority, first come first served within
// one; the state is Idle exactly when it is empty. A queued thread remembers what it needs for the rendezvous:
// a sender its badge and rights, a receiver its reply object.
//
// Invariant: thread->endpoint == e and state BLOCKED_ON_SEND/_RECEIVE, if and only if the thread is in e's queue.
#include "core/endpoint.h"

#include "core/fault.h"
#include "core/ipc.h"
#include "core/notification.h"
#include "core/reply.h"
#include "core/sched_context.h"

enum { STATE_MASK = 3 };

enum endpoint_state endpoint_state(const struct endpoint *endpoint)
{
    return (enum endpoint_state)(endpoint->tail_and_state & STATE_MASK);
}

struct tcb *endpoint_head(const struct endpoint *endpoint)
{
    return endpoint->head;
}

static struct tcb_queue load_queue(const struct endpoint *endpoint)
{
    struct tcb *tail = (struct tcb *)(endpoint->tail_and_state & ~(word_t)STATE_MASK);
    return (struct tcb_queue){endpoint->head, tail};
}

static void store_queue(struct endpoint *endpoint, struct tcb_queue queue, enum endpoint_state state)
{
    endpoint->head = queue.head;
    endpoint->tail_and_state = (word_t)queue.tail | (queue.head ? state : ENDPOINT_IDLE);
}

static void enqueue(struct endpoint *endpoint, struct tcb *thread, enum endpoint_state state)
{
    struct tcb_queue queue = load_queue(endpoint);
    KASSERT(endpoint_state(endpoint) == ENDPOINT_IDLE || endpoint_state(endpoint) == state);
    tcb_queue_insert_by_priority(&queue, thread);
    store_queue(endpoint, queue, state);
    thread->endpoint = endpoint;
}

void endpoint_enqueue_receiver(struct endpoint *endpoint, struct tcb *thread)
{
    enqueue(endpoint, thread, ENDPOINT_RECEIVE);
}

void endpoint_dequeue(struct tcb *thread)
{
    struct endpoint *endpoint = thread->endpoint;
    struct tcb_queue queue = load_queue(endpoint);
    tcb_queue_remove(&queue, thread);
    store_queue(endpoint, queue, endpoint_state(endpoint));
    thread->endpoint = NULL;
}

void endpoint_requeue(struct tcb *thread, word_t priority)
{
    struct endpoint *endpoint = thread->endpoint;
    enum endpoint_state state = endpoint_state(endpoint);
    endpoint_dequeue(thread);
    thread->priority = priority;
    enqueue(endpoint, thread, state);
}

// The receiver's side of a rendezvous: it will run with the message in its registers.
static void wake_receiver(struct tcb *receiver)
{
    tcb_set_state(receiver, THREAD_RUNNING);
    sc_unblock_refill(receiver->sc);
    sched_nominate(receiver);
}

static void send_to_receiver(struct tcb *thread, const struct endpoint_send *send)
{
    struct tcb *receiver = endpoint_head(send->endpoint);
    endpoint_dequeue(receiver);
    ipc_transfer(&(struct transfer){thread, receiver, send->endpoint, send->badge, send->can_grant});
    struct reply *reply = receiver->reply;
    if (reply) {
        reply_unlink(reply);
    }
    if (send->is_call || thread->fault.type != seL4_Fault_NullFault) {
        if (reply && (send->can_grant || send->can_grant_reply)) {
            reply_push(reply, thread, receiver, send->can_donate);
        } else {
            tcb_set_state(thread, THREAD_INACTIVE);
        }
    } else if (send->can_donate && thread->sc && !receiver->sc) {
        sc_donate(thread->sc, receiver);
    }
    wake_receiver(receiver);
}

void endpoint_send(struct tcb *thread, const struct endpoint_send *send)
{
    if (endpoint_state(send->endpoint) == ENDPOINT_RECEIVE) {
        send_to_receiver(thread, send);
        return;
    }
    if (!send->is_blocking) {
        return; // the message is lost
    }
    tcb_set_state(thread, THREAD_BLOCKED_ON_SEND);
    thread->badge = send->badge;
    thread->can_grant = send->can_grant;
    thread->can_grant_reply = send->can_grant_reply;
    thread->is_call = send->is_call;
    enqueue(send->endpoint, thread, ENDPOINT_SEND);
}

static void receive_from_sender(struct tcb *thread, struct endpoint *endpoint, struct reply *reply)
{
    struct tcb *sender = endpoint_head(endpoint);
    endpoint_dequeue(sender);
    ipc_transfer(&(struct transfer){sender, thread, endpoint, sender->badge, sender->can_grant});
    sc_unblock_refill(sender->sc);
    if (sender->is_call || sender->fault.type != seL4_Fault_NullFault) {
        if (reply && (sender->can_grant || sender->can_grant_reply)) {
            bool can_donate = sender->sc && sender->fault.type != seL4_Fault_Timeout;
            reply_push(reply, sender, thread, can_donate);
        } else {
            tcb_set_state(sender, THREAD_INACTIVE);
        }
    } else {
        tcb_set_state(sender, THREAD_RUNNING);
        sched_nominate(sender);
    }
}

void endpoint_receive(struct tcb *thread, struct endpoint *endpoint, struct reply *reply, bool is_blocking)
{
    if (reply && reply->thread && reply->thread != thread) {
        tcb_cancel_ipc(reply->thread); // whoever used the reply object loses it (INT-8)
    }
    struct notification *bound = thread->bound_notification;
    if (bound && bound->state == NOTIFICATION_ACTIVE) {
        notification_consume(bound, thread);
        return;
    }
    if (bound && is_blocking) {
        notification_return_sc(bound, thread);
    }
    if (endpoint_state(endpoint) == ENDPOINT_SEND) {
        receive_from_sender(thread, endpoint, reply);
    } else if (is_blocking) {
        tcb_set_state(thread, THREAD_BLOCKED_ON_RECEIVE);
        if (reply) {
            reply_reserve(reply, thread);
        }
        endpoint_enqueue_receiver(endpoint, thread);
    } else {
        thread->regs.x[REG_BADGE] = 0;
    }
}

// A waiter whose endpoint goes away: it repeats its call, unless it was delivering a fault.
static void restart_waiter(struct tcb *thread)
{
    endpoint_dequeue(thread);
    if (thread->reply) {
        reply_unlink(thread->reply);
    }
    if (thread->fault.type != seL4_Fault_NullFault) {
        thread->fault.type = seL4_Fault_NullFault;
        tcb_set_state(thread, THREAD_INACTIVE);
        return;
    }
    tcb_set_state(thread, THREAD_RESTART);
    sc_unblock_refill(thread->sc);
    sched_nominate(thread);
}

void endpoint_cancel_all(struct endpoint *endpoint)
{
    if (endpoint_state(endpoint) == ENDPOINT_IDLE) {
        return;
    }
    while (endpoint_head(endpoint)) {
        restart_waiter(endpoint_head(endpoint));
    }
    sched_demand();
}

void endpoint_cancel_badged(struct endpoint *endpoint, word_t badge)
{
    if (endpoint_state(endpoint) != ENDPOINT_SEND) {
        return;
    }
    struct tcb *thread = endpoint_head(endpoint);
    while (thread) {
        struct tcb *next = thread->queue_next;
        if (thread->badge == badge) {
            restart_waiter(thread);
        }
        thread = next;
    }
    sched_demand();
}
