// SPDX-License-Identifier: BSD-2-Clause
//
// Endpoints: where two threads meet to exchange a message. Whoever comes first waits in the queue,
// which holds either senders or receivers, ordered by priority, first come first served among
// equals; the state is Idle exactly when it is empty. The queue itself is kept by
// core/threads/wait.h; here are send, receive, and what becomes of the waiters when the endpoint
// goes.
//
// A queued thread remembers what the meeting will need: a sender the badge and the rights of the
// capability that it used, a receiver its reply object. They are remembered, not looked up again,
// because the capability may be gone by then; the message itself is read when the two meet.
//
// The surprising case: a caller that cannot be answered, because the receiver named no reply object
// or the capability grants no reply, has its message delivered and then stops (INACTIVE) until
// somebody resumes it.
#include "core/ipc/endpoint.h"

#include "core/arch/aarch64/fault_message.h"
#include "core/caps/method.h"
#include "core/check/check.h"
#include "core/ipc/notification.h"
#include "core/ipc/transfer.h"
#include "core/time/sched_context.h"

// The caller waits on the (free) reply object; if allowed, its scheduling context moves to the
// callee (DON-2).
static void start_call(struct reply *reply, struct tcb *caller, struct tcb *callee, bool can_donate)
{
    struct sched_context *sc = caller->sc;
    reply_reserve(reply, caller);
    tcb_set_state(caller, THREAD_BLOCKED_ON_REPLY);
    if (!can_donate || !sc || callee->sc) {
        return;
    }
    reply_lend(reply, sc);
    sc_donate(sc, callee);
}

static void send_to_receiver(struct tcb *thread, struct cap cap, enum send_how how)
{
    struct endpoint *endpoint = cap_endpoint(cap);
    struct tcb *receiver = endpoint_pop(endpoint);
    bool can_grant = endpoint_cap_can_grant(cap);
    transfer(thread, receiver, endpoint, endpoint_cap_badge(cap), can_grant);
    struct reply *reply = receiver->reply;
    if (reply) {
        reply_release(reply);
    }
    receiver->state = THREAD_RUNNING; // it was blocked, so it is not the current thread
    if (how & SEND_CALL || thread->fault.type != seL4_Fault_NullFault) {
        if (reply && (can_grant || endpoint_cap_can_grant_reply(cap))) {
            start_call(reply, thread, receiver, how & SEND_DONATES);
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
    transfer(sender, thread, endpoint, sender->badge, sender->can_grant);
    sc_unblock_refill(sender->sc);
    if (sender->is_call || sender->fault.type != seL4_Fault_NullFault) {
        if (reply && (sender->can_grant || sender->can_grant_reply)) {
            bool can_donate = sender->sc && sender->fault.type != seL4_Fault_Timeout;
            start_call(reply, sender, thread, can_donate);
        } else {
            tcb_set_state(sender, THREAD_INACTIVE);
        }
    } else {
        tcb_set_state(sender, THREAD_RUNNING);
        sched_nominate(sender);
    }
}

void endpoint_receive(struct tcb *thread, struct endpoint *endpoint, struct reply *reply,
                      bool is_blocking)
{
    if (reply && reply->thread && reply->thread != thread) {
        wait_cancel(reply->thread); // whoever used the reply object loses it (INT-8)
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

// All waiters restart: the endpoint is being destroyed (objects §7.8).
static void cancel_all(struct endpoint *endpoint)
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

// ---------------------------------------------------------------------------------- the kind's row

static struct cap kind_create(paddr_t base, word_t bits, bool is_device)
{
    (void)bits, (void)is_device;
    return MAKE_CAP(endpoint, .object = base, .can_send = 1, .can_receive = 1, .can_grant = 1,
                    .can_grant_reply = 1);
}

static struct cap kind_mask_rights(struct cap cap, word_t rights)
{
    cap = endpoint_cap_set_can_send(cap, endpoint_cap_can_send(cap) && rights & RIGHT_WRITE);
    cap = endpoint_cap_set_can_receive(cap, endpoint_cap_can_receive(cap) && rights & RIGHT_READ);
    cap = endpoint_cap_set_can_grant(cap, endpoint_cap_can_grant(cap) && rights & RIGHT_GRANT);
    return endpoint_cap_set_can_grant_reply(cap, endpoint_cap_can_grant_reply(cap) &&
                                                     rights & RIGHT_GRANT_REPLY);
}

static struct cap kind_update_data(struct cap cap, word_t data, bool keep)
{
    return !keep && endpoint_cap_badge(cap) == 0 ? endpoint_cap_set_badge(cap, data) : cap_null();
}

static struct cap kind_finalise(struct cap cap)
{
    cancel_all(cap_endpoint(cap));
    return cap_null();
}

static bool kind_send(struct tcb *invoker, struct cap cap, enum send_how how)
{
    if (!endpoint_cap_can_send(cap)) {
        return false;
    }
    invoke_commit(invoker);
    endpoint_send(invoker, cap, how);
    return true;
}

const struct kind endpoint_kind = {
    .identity = IDENTITY(FIELD_MASK(endpoint, object), 0),
    .mask_rights = kind_mask_rights,
    .update_data = kind_update_data,
    .starts_family = badge_starts_family,
    .is_child = badge_is_child,
    .create = kind_create,
    .finalise = kind_finalise,
    .send = kind_send,
};

// ------------------------------------------------------------------------------- the checker's row

void endpoint_examine(struct invariants *v, const struct endpoint *endpoint)
{
    enum endpoint_state state = endpoint_state(endpoint);
    struct tcb_queue queue = endpoint_queue(endpoint);
    if (!queue.head) {
        HOLDS(endpoint->tail_and_state == ENDPOINT_IDLE, 16,
              "an endpoint without waiters is not idle", endpoint);
        return;
    }
    HOLDS(state == ENDPOINT_SEND || state == ENDPOINT_RECEIVE, 16,
          "an endpoint with waiters is idle", endpoint);
    check_waiters(v, &queue, 16);
    enum thread_state expected =
        state == ENDPOINT_SEND ? THREAD_BLOCKED_ON_SEND : THREAD_BLOCKED_ON_RECEIVE;
    for (const struct tcb *thread = queue.head; thread; thread = thread->queue_next) {
        if (thread->endpoint != endpoint || thread->state != expected) {
            invariants_broken(v, 16, "a thread in the wrong queue", thread);
            return;
        }
    }
}

static void check_object(struct invariants *v, const struct slot *slot)
{
    endpoint_examine(v, cap_endpoint(slot->cap));
}

const struct kind_check endpoint_check = {.object = check_object,
                                          .answers_for = check_answers_for_object};
