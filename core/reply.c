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

#include "core/check.h"
#include "core/fault.h"
#include "core/ipc.h"
#include "core/kind.h"
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

// ------------------------------------------------------------------------------------ the kind's row

static struct cap kind_create(paddr_t base, word_t bits, bool is_device)
{
    (void)bits, (void)is_device;
    return MAKE_CAP(reply, .object = base, .can_grant = 1);
}

static struct cap kind_mask_rights(struct cap cap, word_t rights)
{
    return reply_cap_set_can_grant(cap, reply_cap_can_grant(cap) && rights & RIGHT_GRANT);
}

static struct cap kind_finalise(struct cap cap)
{
    struct reply *reply = cap_reply(cap);
    if (reply->thread && reply->thread->state == THREAD_BLOCKED_ON_REPLY) {
        remove_caller(reply);
    } else if (reply->thread) {
        tcb_cancel_ipc(reply->thread);
    }
    return cap_null();
}

static bool kind_send(struct tcb *invoker, struct cap cap, enum send_how how)
{
    (void)how;
    invoke_commit(invoker);
    reply_invoke(cap_reply(cap), invoker, reply_cap_can_grant(cap));
    return true;
}

const struct kind reply_kind = {
    .identity = IDENTITY(FIELD_MASK(reply, object), 0),
    .mask_rights = kind_mask_rights,
    .create = kind_create,
    .finalise = kind_finalise,
    .send = kind_send,
};

// ------------------------------------------------------------------------------- the checker's row

static void check_object(struct invariants *v, const struct slot *slot)
{
    const struct reply *reply = cap_reply(slot->cap);
    const struct sched_context *sc = reply_stack_owner(reply);
    const struct reply *newer = reply_newer(reply);
    bool is_lent = sc || newer || reply->older;
    HOLDS(!reply->thread || (check_is_listed(reply->thread) && reply->thread->reply == reply), 20, "a reply object's thread has another one", reply);
    HOLDS(!is_lent || (reply->thread && reply->thread->state == THREAD_BLOCKED_ON_REPLY), 20,
          "an element of a call stack holds no caller", reply);
    HOLDS(!sc || sc->top_reply == reply, 20, "the top of a call stack is not the context's", reply);
    HOLDS(!newer || newer->older == reply, 20, "a call stack's links are not mutual", reply);
    HOLDS(!reply->older || reply_newer(reply->older) == reply, 20, "a call stack's links are not mutual", reply);
    invariants_refer(v, reply->thread);
    invariants_refer(v, sc);
    invariants_refer(v, newer);
    invariants_refer(v, reply->older);
}

const struct kind_check reply_check = {.object = check_object, .answers_for = check_answers_for_object};
