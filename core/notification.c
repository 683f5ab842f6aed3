// SPDX-License-Identifier: BSD-2-Clause
//
// Notifications. IDLE, ACTIVE (a word is waiting to be taken) or WAITING (threads are). Whether a wait blocks
// depends on the state, not on the word: a signal with badge 0 makes a notification ACTIVE all the same.
//
// A notification may lend its scheduling context to a passive thread that receives from it, and takes it back
// when that thread blocks again (objects §9.6).
#include "core/notification.h"

#include "core/reply.h"
#include "core/sched_context.h"

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
            tcb_cancel_ipc(bound);
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

void notification_dequeue(struct tcb *thread)
{
    struct notification *notification = thread->notification;
    tcb_queue_remove(&notification->queue, thread);
    thread->notification = NULL;
    if (!notification->queue.head) {
        notification->state = NOTIFICATION_IDLE;
    }
}

void notification_requeue(struct tcb *thread, word_t priority)
{
    struct notification *notification = thread->notification;
    tcb_queue_remove(&notification->queue, thread);
    thread->priority = priority;
    tcb_queue_insert_by_priority(&notification->queue, thread);
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

void notification_bind_sc(struct notification *notification, struct sched_context *sc)
{
    notification->sc = sc;
    sc->notification = notification;
}

void notification_unbind_sc(struct sched_context *sc)
{
    if (sc->notification) {
        sc->notification->sc = NULL;
        sc->notification = NULL;
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

void notification_finalise(struct notification *notification)
{
    if (notification->sc) {
        notification_unbind_sc(notification->sc);
    }
    if (notification->bound_tcb) {
        notification_unbind_tcb(notification->bound_tcb);
    }
    cancel_all_waiters(notification);
}
