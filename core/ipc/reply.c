// SPDX-License-Identifier: BSD-2-Clause
//
// Reply objects: the answer. A reply through a capability ends the caller's wait, hands a lent
// scheduling context back (call_stack.h), delivers the message or, where the caller waits because
// of a fault, what the message says about it, and lets the caller run if it has time.
#include "core/ipc/reply.h"

#include "core/arch/aarch64/fault_message.h"
#include "core/caps/method.h"
#include "core/check/check.h"
#include "core/ipc/fault.h"
#include "core/ipc/transfer.h"
#include "core/threads/wait.h"
#include "core/time/sched_context.h"

// The caller gets its answer, or loses the chance of one: a lent context goes back to it (objects
// §10.4 "remove").
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
        reply_cut(reply);
    }
    reply_unlink(reply);
}

// The answered thread may run if its context has time (DON-11, DON-12).
static void let_run(struct tcb *caller, word_t answered_fault)
{
    struct sched_context *sc = caller->sc;
    if (!sc || !tcb_is_runnable(caller)) {
        return;
    }
    if (sc_is_released(sc, here()->now) && sc_is_sufficient(sc, 0)) {
        sched_nominate(caller);
    } else if (!slot_is_empty(&caller->slots[TCB_TIMEOUT_HANDLER]) &&
               answered_fault != seL4_Fault_Timeout) {
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
        transfer(replier, caller, NULL, 0, can_grant);
        tcb_set_state(caller, THREAD_RUNNING);
    } else {
        fault_apply_reply(caller, replier);
    }
    let_run(caller, answered_fault);
}

// ---------------------------------------------------------------------------------- the kind's row

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
        wait_cancel(reply->thread);
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
    HOLDS(!reply->thread || (check_is_listed(reply->thread) && reply->thread->reply == reply), 20,
          "a reply object's thread has another one", reply);
    HOLDS(!is_lent || (reply->thread && reply->thread->state == THREAD_BLOCKED_ON_REPLY), 20,
          "an element of a call stack holds no caller", reply);
    HOLDS(!sc || sc->top_reply == reply, 20, "the top of a call stack is not the context's", reply);
    HOLDS(!newer || newer->older == reply, 20, "a call stack's links are not mutual", reply);
    HOLDS(!reply->older || reply_newer(reply->older) == reply, 20,
          "a call stack's links are not mutual", reply);
    invariants_refer(v, reply->thread);
    invariants_refer(v, sc);
    invariants_refer(v, newer);
    invariants_refer(v, reply->older);
}

const struct kind_check reply_check = {.object = check_object,
                                       .answers_for = check_answers_for_object};
