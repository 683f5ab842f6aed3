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

void endpoint_dequeue(struct tcb *thread)
{
    struct endpoint *endpoint = thread->endpoint;
    struct tcb_queue queue = endpoint_queue(endpoint);
    tcb_queue_remove(&queue, thread);
    endpoint->head = queue.head;
    endpoint->tail_and_state = queue.head ? (word_t)queue.tail | endpoint_state(endpoint) : ENDPOINT_IDLE;
    thread->endpoint = NULL;
}

void endpoint_requeue(struct tcb *thread, word_t priority)
{
    struct endpoint *endpoint = thread->endpoint;
    enum endpoint_state state = endpoint_state(endpoint);
    endpoint_dequeue(thread);
    thread->priority = priority;
    endpoint_enqueue(endpoint, thread, state);
}

static void send_to_receiver(struct tcb *thread, struct cap cap, enum send_how how)
{
    struct endpoint *endpoint = cap_endpoint(cap);
    struct tcb *receiver = endpoint_pop(endpoint);
    bool can_grant = endpoint_cap_can_grant(cap);
    ipc_transfer(thread, receiver, endpoint, endpoint_cap_badge(cap), can_grant);
    struct reply *reply = receiver->reply;
    if (reply) {
        reply_release(reply);
    }
    receiver->state = THREAD_RUNNING; // it was blocked, so it is not the current thread
    if (how & SEND_CALL || thread->fault.type != seL4_Fault_NullFault) {
        if (reply && (can_grant || endpoint_cap_can_grant_reply(cap))) {
            reply_push(reply, thread, receiver, how & SEND_DONATES);
        } else {
            tcb_set_state(thread, THREAD_INACTIVE);
        }
    } else if (how & SEND_DONATES && thread->sc && !receiver->sc) {
        sc_donate(thread->sc, receiver);
    }
    sc_unblock_refill(receiver->sc);
    sched_nominate(receiver);
}

void endpoint_send(struct tcb *thread, struct cap cap, enum send_how how)
{
    struct endpoint *endpoint = cap_endpoint(cap);
    if (endpoint_state(endpoint) == ENDPOINT_RECEIVE) {
        send_to_receiver(thread, cap, how);
        return;
    }
    if (!(how & SEND_BLOCKS)) {
        return; // the message is lost
    }
    tcb_set_state(thread, THREAD_BLOCKED_ON_SEND);
    thread->badge = endpoint_cap_badge(cap);
    thread->can_grant = endpoint_cap_can_grant(cap);
    thread->can_grant_reply = endpoint_cap_can_grant_reply(cap);
    thread->is_call = how & SEND_CALL;
    endpoint_enqueue(endpoint, thread, ENDPOINT_SEND);
}

static void receive_from_sender(struct tcb *thread, struct endpoint *endpoint, struct reply *reply)
{
    struct tcb *sender = endpoint_pop(endpoint);
    ipc_transfer(sender, thread, endpoint, sender->badge, sender->can_grant);
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
        endpoint_enqueue(endpoint, thread, ENDPOINT_RECEIVE);
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
