// SPDX-License-Identifier: BSD-2-Clause
//
// Notifications. IDLE, ACTIVE (a word is waiting to be taken) or WAITING (threads are). Whether a
// wait blocks depends on the state, not on the word: a signal with badge 0 makes a notification
// ACTIVE all the same.
//
// A notification may lend its scheduling context to a passive thread that receives from it, and
// takes it back when that thread blocks again (objects §9.6).
#include "core/ipc/notification.h"

#include "core/caps/cdt.h"
#include "core/caps/method.h"
#include "core/check/check.h"
#include "core/time/sched_context.h"

// A thread without time that receives a signal runs on the notification's, if that is free (NS-3).
static void lend_sc(struct notification *notification, struct tcb *thread)
{
    struct sched_context *sc = notification->sc;
    if (!thread->sc && sc && !sc->thread) {
        sc_donate(sc, thread);
        sched_settle(sc);
    }
}

void notification_return_sc(struct notification *notification, struct tcb *thread)
{
    if (notification->sc && notification->sc == thread->sc) {
        sc_unbind_thread(notification->sc);
    }
}

// The thread goes on with the signal in its badge register.
static void deliver(struct notification *notification, struct tcb *thread, word_t badge)
{
    tcb_set_state(thread, THREAD_RUNNING);
    thread->regs.x[REG_BADGE] = badge;
    lend_sc(notification, thread);
    sched_nominate(thread);
    sc_unblock_refill(thread->sc);
}

void notification_signal(struct notification *notification, word_t badge)
{
    struct tcb *bound = notification->bound_tcb;
    switch (notification->state) {
    case NOTIFICATION_ACTIVE:
        notification->word |= badge;
        return;
    case NOTIFICATION_WAITING:
        deliver(notification, notification_pop(notification), badge);
        return;
    case NOTIFICATION_IDLE:
        if (bound && bound->state == THREAD_BLOCKED_ON_RECEIVE) {
            wait_cancel(bound);
            deliver(notification, bound, badge);
        } else {
            notification->state = NOTIFICATION_ACTIVE;
            notification->word = badge;
        }
        return;
    }
}

static void take_word(struct notification *notification, struct tcb *thread)
{
    thread->regs.x[REG_BADGE] = notification->word;
    notification->word = 0;
    notification->state = NOTIFICATION_IDLE;
    lend_sc(notification, thread);
}

void notification_consume(struct notification *notification, struct tcb *thread)
{
    take_word(notification, thread);
    if (thread->sc == notification->sc) {
        sc_unblock_refill(thread->sc);
    }
}

void notification_receive(struct tcb *thread, struct notification *notification, bool is_blocking)
{
    if (notification->state == NOTIFICATION_ACTIVE) {
        take_word(notification, thread);
        sc_unblock_refill(thread->sc);
    } else if (is_blocking) {
        tcb_set_state(thread, THREAD_BLOCKED_ON_NOTIFICATION);
        thread->notification = notification;
        notification->state = NOTIFICATION_WAITING;
        tcb_queue_insert_by_priority(&notification->queue, thread);
        notification_return_sc(notification, thread);
    } else {
        thread->regs.x[REG_BADGE] = 0;
    }
}

void notification_bind_tcb(struct notification *notification, struct tcb *thread)
{
    notification->bound_tcb = thread;
    thread->bound_notification = notification;
}

void notification_unbind_tcb(struct tcb *thread)
{
    if (thread->bound_notification) {
        thread->bound_notification->bound_tcb = NULL;
        thread->bound_notification = NULL;
    }
}

static void cancel_all_waiters(struct notification *notification)
{
    if (notification->state != NOTIFICATION_WAITING) {
        return;
    }
    while (notification->queue.head) {
        struct tcb *waiter = notification->queue.head;
        notification_dequeue(waiter);
        tcb_set_state(waiter, THREAD_RESTART);
        sc_unblock_refill(waiter->sc);
        sched_nominate(waiter);
    }
    sched_demand();
}

// The last capability is going (objects §5.2).
static void finalise(struct notification *notification)
{
    if (notification->sc) {
        sc_unbind_notification(notification->sc);
    }
    if (notification->bound_tcb) {
        notification_unbind_tcb(notification->bound_tcb);
    }
    cancel_all_waiters(notification);
}

void notification_delete_slot(struct slot *slot)
{
    if (!slot_is_empty(slot)) {
        if (cdt_is_final(slot)) {
            finalise(cap_notification(slot->cap));
        }
        cdt_remove(slot);
    }
}

// ---------------------------------------------------------------------------------- the kind's row

static struct cap kind_create(paddr_t base, word_t bits, bool is_device)
{
    (void)bits, (void)is_device;
    return MAKE_CAP(notification, .object = base, .can_send = 1, .can_receive = 1);
}

static struct cap kind_mask_rights(struct cap cap, word_t rights)
{
    cap =
        notification_cap_set_can_send(cap, notification_cap_can_send(cap) && rights & RIGHT_WRITE);
    return notification_cap_set_can_receive(cap, notification_cap_can_receive(cap) &&
                                                     rights & RIGHT_READ);
}

static struct cap kind_update_data(struct cap cap, word_t data, bool keep)
{
    return !keep && notification_cap_badge(cap) == 0 ? notification_cap_set_badge(cap, data)
                                                     : cap_null();
}

static struct cap kind_finalise(struct cap cap)
{
    finalise(cap_notification(cap));
    return cap_null();
}

static bool kind_send(struct tcb *invoker, struct cap cap, enum send_how how)
{
    (void)how;
    if (!notification_cap_can_send(cap)) {
        return false;
    }
    invoke_commit(invoker);
    notification_signal(cap_notification(cap), notification_cap_badge(cap));
    return true;
}

const struct kind notification_kind = {
    .identity = IDENTITY(FIELD_MASK(notification, object), 0),
    .mask_rights = kind_mask_rights,
    .update_data = kind_update_data,
    .starts_family = badge_starts_family,
    .is_child = badge_is_child,
    .create = kind_create,
    .finalise = kind_finalise,
    .send = kind_send,
};

// ------------------------------------------------------------------------------- the checker's row

void notification_examine(struct invariants *v, const struct notification *n)
{
    HOLDS(n->state <= NOTIFICATION_ACTIVE &&
              (n->state == NOTIFICATION_WAITING) == (n->queue.head != NULL),
          17, "a notification's state does not fit its queue", n);
    HOLDS(n->state == NOTIFICATION_ACTIVE || n->word == 0, 17,
          "an inactive notification holds a word", n);
    HOLDS(!n->bound_tcb || n->bound_tcb->bound_notification == n, 17,
          "the bound thread is bound elsewhere", n);
    HOLDS(!n->bound_tcb || !n->queue.head ||
              (n->queue.head == n->bound_tcb && n->queue.tail == n->bound_tcb),
          17, "somebody waits on a notification that is bound to another thread", n);
    HOLDS(!n->sc || n->sc->notification == n, 18,
          "the notification's scheduling context is bound elsewhere", n);
    invariants_refer(v, n->sc);
    invariants_refer(v, n->bound_tcb);
    check_waiters(v, &n->queue, 17);
    for (const struct tcb *thread = n->queue.head; thread; thread = thread->queue_next) {
        if (thread->notification != n) {
            invariants_broken(v, 17, "a thread in the wrong queue", thread);
            return;
        }
    }
}

static void check_object(struct invariants *v, const struct slot *slot)
{
    notification_examine(v, cap_notification(slot->cap));
}

const struct kind_check notification_check = {.object = check_object,
                                              .answers_for = check_answers_for_object};
