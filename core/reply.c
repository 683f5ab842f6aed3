// SPDX-License-Identifier: BSD-2-Clause
//
// Reply objects. A reply object is free, reserved by a blocked receiver, or holds a caller. A caller that lent its
// scheduling context makes its reply object an element of that context's call stack: `older` and `newer` chain the
// elements, the newest one (the top) names the context instead of a newer element, and the context names the top.
//
//     SC.top ──▶ R3 ──older──▶ R2 ──older──▶ R1        R1.newer = R2, R2.newer = R3, R3.newer = SC
//
// A chain that is cut in the middle stays cut: the context will travel back no further than the cut (DON-6).
#include "core/reply.h"

#include "core/fault.h"
#include "core/ipc.h"
#include "core/sched_context.h"

void reply_reserve(struct reply *reply, struct tcb *receiver)
{
    KASSERT(!reply->thread && !receiver->reply);
    reply->thread = receiver;
    receiver->reply = reply;
}

void reply_unlink(struct reply *reply)
{
    struct tcb *thread = reply->thread;
    reply_release(reply);
    tcb_set_state(thread, THREAD_INACTIVE);
}

void reply_push(struct reply *reply, struct tcb *caller, struct tcb *callee, bool can_donate)
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

// Takes the reply object out of the middle (or the end) of its chain, which falls apart there.
static void cut_chain(struct reply *reply)
{
    struct reply *newer = reply_newer(reply);
    if (newer) {
        newer->older = NULL;
    }
    if (reply->older) {
        reply->older->newer = 0;
    }
    reply->older = NULL;
    reply->newer = 0;
}

// The caller gets its answer, or loses the chance of one: a lent context goes back to it (objects §10.4 "remove").
static void remove_caller(struct reply *reply)
{
    struct tcb *caller = reply->thread;
    struct sched_context *sc = reply_stack_owner(reply);
    if (sc) {
        reply_take_back(reply, sc);
        if (!caller->sc) {
            sc_donate(sc, caller);
        }
    } else {
        cut_chain(reply);
    }
    reply_unlink(reply);
}

void reply_drop_caller(struct tcb *caller)
{
    struct reply *reply = caller->reply;
    struct sched_context *sc = reply_stack_owner(reply);
    if (sc) {
        sc->top_reply = NULL; // the context stays with whoever has it
    }
    cut_chain(reply);
    reply_unlink(reply);
}

void reply_detach_sc(struct sched_context *sc)
{
    if (sc->top_reply) {
        sc->top_reply->newer = 0;
        sc->top_reply = NULL;
    }
}

void reply_finalise(struct reply *reply)
{
    if (!reply->thread) {
        return;
    }
    if (reply->thread->state == THREAD_BLOCKED_ON_REPLY) {
        remove_caller(reply);
    } else {
        tcb_cancel_ipc(reply->thread);
    }
}

// The answered thread may run if its context has time (DON-11, DON-12).
static void let_run(struct tcb *caller, word_t answered_fault)
{
    struct sched_context *sc = caller->sc;
    if (!sc || !tcb_is_runnable(caller)) {
        return;
    }
    if (sc_is_released(sc, ks.now) && sc_is_sufficient(sc, 0)) {
        sched_nominate(caller);
    } else if (!slot_is_empty(&caller->slots[TCB_TIMEOUT_HANDLER]) && answered_fault != seL4_Fault_Timeout) {
        fault_raise_timeout(caller);
    } else {
        sched_postpone(caller);
    }
}

void reply_invoke(struct reply *reply, struct tcb *replier, bool can_grant)
{
    struct tcb *caller = reply->thread;
    if (!caller || caller->state != THREAD_BLOCKED_ON_REPLY) {
        return;
    }
    remove_caller(reply);
    sc_unblock_refill(caller->sc);
    word_t answered_fault = caller->fault.type;
    if (answered_fault == seL4_Fault_NullFault) {
        ipc_transfer(replier, caller, NULL, 0, can_grant);
        tcb_set_state(caller, THREAD_RUNNING);
    } else {
        fault_apply_reply(caller, replier);
    }
    let_run(caller, answered_fault);
}
