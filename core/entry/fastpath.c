// SPDX-License-Identifier: BSD-2-Clause
//
// The fast path. Every condition is checked before the first write; whatever does not hold is left
// to the slow path (entry.c), which must end in the same state but for the time stamp.
// tests/unit/test_fastpath.c has a row for each condition, the fuzz target `fastpath` compares
// whole states.
//
// Why Call and ReplyRecv may switch directly: in the slow path the thread that gets the scheduling
// context is put at the front of its priority level and the best queued thread is chosen. That is
// the same one exactly if nobody queued has a higher priority (threads FP-1); and, with one domain,
// nobody queued has a higher priority than the running thread (invariant 22).
//
// Short calls and replies neither stamp nor charge time (threads §11.1, §11.2). What else is here,
// signals too, stamps as the slow path does, and is left to it if more than a stamp is due (FP-3).
#include "core/entry/fastpath.h"

#include "core/arch/aarch64/fault_message.h"
#include "core/arch/aarch64/vspace.h"
#include "core/caps/lookup.h"
#include "core/ipc/notification.h"
#include "core/ipc/transfer.h"
#include "core/threads/wait.h"
#include "core/time/dispatch.h"
#include "core/time/time.h"

enum { CALL = -1, REPLY_RECV = -2, SEND = -5, NB_SEND = -6 };

// lookup_slot for an address that resolves; null otherwise.
static HOT const struct slot *find_slot(const struct tcb *thread, cptr_t address)
{
    struct cap cap = thread->slots[TCB_CSPACE].cap;
    if (LIKELY(lookup_takes_one_step(cap, address))) {
        return lookup_last_step(cap, address);
    }
    const struct slot *slot = NULL;
    for (word_t bits = WORD_BITS; bits > 0 && cap_kind(cap) == kind_cnode; cap = slot->cap) {
        word_t radix = cnode_cap_radix(cap), guard_size = cnode_cap_guard_size(cap);
        if (radix + guard_size > bits) {
            return NULL;
        }
        bits -= radix + guard_size;
        // Guard and index side by side; their sizes add up to at most 64, the radix is at least 1.
        word_t path = address >> bits;
        if (((path >> radix) & LOW_BITS(guard_size)) != cnode_cap_guard(cap)) {
            return NULL;
        }
        slot = lookup_last_step(cap, path);
    }
    return slot;
}

// Can the thread be switched to directly: a live address space, the current domain?
static HOT bool is_reachable(const struct tcb *thread)
{
    return vspace_is_live(thread->slots[TCB_VSPACE].cap) &&
           (NUM_DOMAINS == 1 || thread->domain == here()->current_domain);
}

// Would the slow path choose `to`, which gets the scheduling context of the running thread `from`?
static HOT bool is_chosen(const struct tcb *to, const struct tcb *from)
{
    return (NUM_DOMAINS == 1 && to->priority >= from->priority) ||
           sched_highest_ready() <= (int)to->priority;
}

static struct thread_regs *reply_recv_stamped(struct tcb *server);

// Would the slow path do nothing about time but stamp it: enough budget for the entry, no sleeper
// to wake?
static HOT bool is_stamp_enough(ticks_t now)
{
    return NUM_DOMAINS == 1 &&
           sc_is_sufficient(here()->charged_sc, here()->pending + (now - here()->now)) &&
           !sched_sleeper_is_due(now);
}

// ------------------------------------------------------------ the scheduling context travels along

// Hands the running thread's context and CPU to `to`, which has its message.
static HOT struct thread_regs *hand_over(struct tcb *from, struct tcb *to, struct sched_context *sc)
{
    from->sc = NULL;
    to->sc = sc;
    sc->thread = to;
    to->state = THREAD_RUNNING;
    here()->current = to;
    struct cap vspace = to->slots[TCB_VSPACE].cap;
    plat_vspace_activate(vspace_cap_base(vspace), vspace_cap_asid(vspace));
    if (UNLIKELY(to->flags & TCB_FLAG_FPU_DISABLED)) {
        plat_fpu_disable();
    } else {
        plat_fpu_enable(to);
    }
    return &to->regs;
}

// A call through an endpoint capability (threads §11.1), or, with a fault, its delivery to the
// handler. is_stamped: the call is not one that may do without a time stamp.
static HOT struct thread_regs *call(struct tcb *caller, struct cap cap, bool is_stamped,
                                    const struct fault *fault)
{
    if (cap_kind(cap) != kind_endpoint || !endpoint_cap_can_send(cap) ||
        !(endpoint_cap_can_grant(cap) || endpoint_cap_can_grant_reply(cap))) {
        return NULL;
    }
    struct endpoint *endpoint = cap_endpoint(cap);
    if (endpoint_state(endpoint) != ENDPOINT_RECEIVE) {
        return NULL;
    }
    struct tcb *callee = endpoint_head(endpoint);
    struct reply *reply = callee->reply;
    struct sched_context *sc = caller->sc;
    if (!reply || callee->sc || !is_reachable(callee) || !is_chosen(callee, caller)) {
        return NULL;
    }
    if (is_stamped) {
        ticks_t now = plat_now();
        if (!is_stamp_enough(now)) {
            return NULL;
        }
        time_stamp_as(now);
        if (fault) {
            caller->fault = *fault;
        }
        transfer(caller, callee, endpoint, endpoint_cap_badge(cap), false);
    } else {
        transfer_short(caller, callee, endpoint_cap_badge(cap));
    }
    endpoint_pop(endpoint);
    callee->reply = NULL;
    caller->reply = reply;
    reply->thread = caller;
    caller->state = THREAD_BLOCKED_ON_REPLY;
    reply_lend(reply, sc);
    return hand_over(caller, callee, sc);
}

// Does the fault reply of the server let the faulting thread go on? (threads §7.5)
static bool restarts(const struct tcb *faulter, const struct tcb *server)
{
    return faulter->fault.type != seL4_Fault_Timeout && info_label(server->regs.x[REG_INFO]) == 0;
}

// threads §11.2; is_stamped as in call: then also the reply to a fault.
static HOT struct thread_regs *reply_recv(struct tcb *server, bool is_stamped)
{
    const struct slot *slot = find_slot(server, server->regs.x[REG_CAP]);
    if (!slot || cap_kind(slot->cap) != kind_endpoint || !endpoint_cap_can_receive(slot->cap)) {
        return NULL;
    }
    const struct slot *reply_slot = find_slot(server, server->regs.x[REG_REPLY]);
    if (!reply_slot || cap_kind(reply_slot->cap) != kind_reply) {
        return NULL;
    }
    struct endpoint *endpoint = cap_endpoint(slot->cap);
    const struct notification *bound = server->bound_notification;
    if (endpoint_state(endpoint) == ENDPOINT_SEND ||
        (bound && bound->state == NOTIFICATION_ACTIVE)) {
        return NULL;
    }
    struct reply *reply = cap_reply(reply_slot->cap);
    struct tcb *caller = reply->thread;
    struct sched_context *sc = server->sc;
    // A top of a call stack holds a caller: its thread is BLOCKED_ON_REPLY.
    if (reply_stack_owner(reply) != sc || caller->sc || !is_reachable(caller) ||
        !is_chosen(caller, server)) {
        return NULL;
    }
    bool is_fault = caller->fault.type != seL4_Fault_NullFault;
    if (is_stamped) {
        ticks_t now = plat_now();
        if (!is_stamp_enough(now) || (is_fault && !restarts(caller, server))) {
            return NULL;
        }
        time_stamp_as(now);
        if (is_fault) {
            fault_apply_reply(caller, server);
            caller->regs.pc = caller->regs.fault_pc;
        } else {
            transfer(server, caller, NULL, 0, false);
        }
    } else if (UNLIKELY(is_fault)) {
        return reply_recv_stamped(server);
    } else {
        transfer_short(server, caller, 0);
    }
    reply_take_back(reply, sc);
    caller->reply = NULL;
    reply->thread = server;
    server->reply = reply;
    server->state = THREAD_BLOCKED_ON_RECEIVE;
    endpoint_enqueue(endpoint, server, ENDPOINT_RECEIVE);
    return hand_over(server, caller, sc);
}

COLD static struct thread_regs *reply_recv_stamped(struct tcb *server)
{
    return reply_recv(server, true);
}

COLD static struct thread_regs *call_stamped(struct tcb *caller)
{
    const struct slot *slot = find_slot(caller, caller->regs.x[REG_CAP]);
    return slot ? call(caller, slot->cap, true, NULL) : NULL;
}

// -------------------------------------------------------------------- each on a context of its own

// Could the waiting thread run on its own scheduling context, unchanged, at the time of the last
// stamp?
static HOT bool can_wake(const struct tcb *waiter)
{
    struct sched_context *sc = waiter->sc;
    return sc && !sc->is_sporadic && sc_is_released(sc, here()->now) && !waiter->is_sleeping;
}

// The woken thread is not more urgent than the current one, which goes on.
static HOT struct thread_regs *wake(struct tcb *woken)
{
    woken->state = THREAD_RUNNING;
    if (woken->priority < here()->current->priority) {
        sched_put_front(woken);
    } else {
        sched_put_back(woken);
    }
    dispatch_continue();
    return &here()->current->regs;
}

// The woken thread runs at once if it is more urgent.
static HOT struct thread_regs *wake_or_switch(struct tcb *woken)
{
    if (woken->priority <= here()->current->priority) {
        return wake(woken);
    }
    woken->state = THREAD_RUNNING;
    dispatch_preempt(woken);
    return &woken->regs;
}

// As the reference configuration does: the signals of threads §11.3 could do without a stamp.
static HOT struct thread_regs *signal(struct tcb *thread, struct notification *notification,
                                      word_t badge, ticks_t now)
{
    const struct tcb *bound = notification->bound_tcb;
    struct tcb *waiter = notification->queue.head;
    switch (notification->state) {
    case NOTIFICATION_ACTIVE:
        time_stamp_as(now);
        notification->word |= badge;
        return &thread->regs;
    case NOTIFICATION_WAITING:
        if (!can_wake(waiter)) {
            return NULL;
        }
        time_stamp_as(now);
        notification_pop(notification);
        waiter->regs.x[REG_BADGE] = badge;
        return wake_or_switch(waiter);
    case NOTIFICATION_IDLE:
        if (bound && bound->state == THREAD_BLOCKED_ON_RECEIVE) {
            return NULL;
        }
        time_stamp_as(now);
        notification->state = NOTIFICATION_ACTIVE;
        notification->word = badge;
        return &thread->regs;
    }
    return NULL;
}

// A short message for a thread that waits; the reply object it may have offered is free again.
static HOT struct thread_regs *send(struct tcb *thread, struct endpoint *endpoint, word_t badge,
                                    ticks_t now)
{
    struct tcb *receiver = endpoint_head(endpoint);
    if (endpoint_state(endpoint) != ENDPOINT_RECEIVE || !can_wake(receiver)) {
        return NULL;
    }
    time_stamp_as(now);
    endpoint_pop(endpoint);
    transfer_short(thread, receiver, badge);
    if (receiver->reply) {
        reply_release(receiver->reply);
    }
    return wake_or_switch(receiver);
}

// Send and NBSend. Not in line, so that Call and ReplyRecv need no stack frame.
__attribute__((noinline)) static struct thread_regs *send_or_signal(struct tcb *thread)
{
    const struct slot *slot = find_slot(thread, thread->regs.x[REG_CAP]);
    ticks_t now = plat_now();
    if (!slot || !is_stamp_enough(now)) {
        return NULL;
    }
    struct cap cap = slot->cap;
    if (cap_kind(cap) == kind_notification && notification_cap_can_send(cap)) {
        return signal(thread, cap_notification(cap), notification_cap_badge(cap), now);
    }
    if (cap_kind(cap) == kind_endpoint && endpoint_cap_can_send(cap)) {
        return send(thread, cap_endpoint(cap), endpoint_cap_badge(cap), now);
    }
    return NULL;
}

// ------------------------------------------------------------------------------------- the entries

COLD static struct thread_regs *with_long_message(struct tcb *thread, sword_t number)
{
    return number == CALL         ? call_stamped(thread)
           : number == REPLY_RECV ? reply_recv_stamped(thread)
                                  : NULL;
}

struct thread_regs *core_syscall_fast(void)
{
    struct tcb *thread = here()->current;
    sword_t number = (sword_t)thread->regs.x[REG_SYSCALL];
    if (UNLIKELY(!message_is_short(thread->regs.x[REG_INFO]))) {
        return info_extra_caps(thread->regs.x[REG_INFO]) > 0 ? NULL
                                                             : with_long_message(thread, number);
    }
    if (number == CALL) {
        const struct slot *slot = find_slot(thread, thread->regs.x[REG_CAP]);
        return slot ? call(thread, slot->cap, false, NULL) : NULL;
    }
    if (number == REPLY_RECV) {
        return reply_recv(thread, false);
    }
    return number == SEND || number == NB_SEND ? send_or_signal(thread) : NULL;
}

bool fastpath_fault(const struct fault *fault)
{
    struct tcb *thread = here()->current;
    return call(thread, thread->slots[TCB_FAULT_HANDLER].cap, true, fault) != NULL;
}
