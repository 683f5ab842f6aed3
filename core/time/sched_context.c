// SPDX-License-Identifier: BSD-2-Clause
//
// Scheduling contexts: binding, donation, and the methods Bind, Unbind, UnbindObject, Consumed and
// YieldTo.
//
// Three pairs of links are kept mutual: sc->thread with thread->sc, sc->notification with
// notification->sc, sc->yielder with yielder->yielding_to. A thread and a notification each refer
// to at most one context; the two bindings are independent of each other (threads SC-5), so that a
// notification keeps the context that it has lent to a thread, and gets it back (threads NS-1).
//
// Taking the context from a thread takes the thread out of every scheduler list, too: there must be
// no list with a thread that has no time. The surprising case is YieldTo a thread that is not less
// urgent: the caller stays RUNNING, in a ready list, and gets its answer only when it is about to
// run again (sc_complete_yield).
#include "core/time/sched_context.h"

#include "core/caps/kind.h"
#include "core/caps/method.h"
#include "core/check/check.h"
#include "core/ipc/call_stack.h"
#include "core/threads/message.h"

// ---------------------------------------------------------------------------------------- binding

static void link(struct sched_context *sc, struct tcb *thread)
{
    KASSERT(!sc->thread && !thread->sc);
    sc->thread = thread;
    thread->sc = sc;
}

static void unlink(struct sched_context *sc)
{
    sched_remove(sc->thread);
    sc->thread->sc = NULL;
    sc->thread = NULL;
}

void sc_unblock_refill(struct sched_context *sc)
{
    if (sc && sc->is_sporadic && sc != here()->charged_sc &&
        refill_merge_on_unblock(sc, here()->now)) {
        here()->rearm = true;
    }
}

void sc_bind(struct sched_context *sc, struct tcb *thread)
{
    link(sc, thread);
    sc_unblock_refill(sc);
    sched_settle(sc);
    if (sched_is_schedulable(thread)) {
        sched_push_front(thread);
        sched_demand();
    }
}

void sc_unbind_thread(struct sched_context *sc)
{
    struct tcb *thread = sc->thread;
    if (!thread) {
        return;
    }
    if (thread == here()->current) {
        sched_demand();
    }
    unlink(sc);
}

void sc_donate(struct sched_context *sc, struct tcb *thread)
{
    struct tcb *from = sc->thread;
    if (from) {
        unlink(sc);
        sched_has_stopped(from);
    }
    link(sc, thread);
}

void sc_bind_notification(struct sched_context *sc, struct notification *notification)
{
    notification->sc = sc;
    sc->notification = notification;
}

void sc_unbind_notification(struct sched_context *sc)
{
    if (sc->notification) {
        sc->notification->sc = NULL;
        sc->notification = NULL;
    }
}

// ------------------------------------------------------------------------------- consumed, YieldTo

word_t sc_take_consumed(struct sched_context *sc)
{
    ticks_t reported = min_word(sc->consumed, ~UINT64_C(0) / 62500);
    sc->consumed -= reported;
    return ticks_to_us(reported);
}

void sc_cancel_yield(struct tcb *yielder)
{
    if (yielder->yielding_to) {
        yielder->yielding_to->yielder = NULL;
        yielder->yielding_to = NULL;
    }
}

void sc_complete_yield(struct tcb *yielder)
{
    word_t consumed = sc_take_consumed(yielder->yielding_to);
    sc_cancel_yield(yielder);
    reply_write(yielder, seL4_NoError, &consumed, 1);
}

// ----------------------------------------------------------------------------------------- methods

struct binding_plan {
    struct sched_context *sc;
    struct tcb *thread; // one of the two
    struct notification *notification;
};

static bool is_blocked_without_time(const struct tcb *thread, struct sched_context *sc)
{
    return tcb_is_blocked(thread) && !sc_is_released(sc, here()->now);
}

static struct refusal decode_SchedContextBind(const struct args *a, struct binding_plan *plan)
{
    *plan = (struct binding_plan){.sc = cap_sched_context(a->cap)};
    struct cap object = extra_cap(a, 0);
    switch (cap_kind(object)) {
    case kind_tcb:
        plan->thread = cap_tcb(object);
        REQUIRE(!plan->sc->thread, seL4_IllegalOperation);
        REQUIRE(!plan->thread->sc, seL4_IllegalOperation);
        REQUIRE(!is_blocked_without_time(plan->thread, plan->sc), seL4_IllegalOperation);
        return ACCEPTED;
    case kind_notification:
        plan->notification = cap_notification(object);
        REQUIRE(!plan->sc->notification, seL4_IllegalOperation);
        REQUIRE(!plan->notification->sc, seL4_IllegalOperation);
        return ACCEPTED;
    default:
        return REFUSE(seL4_InvalidCapability, 1);
    }
}

static enum progress perform_SchedContextBind(const struct binding_plan *plan,
                                              struct answer *answer)
{
    (void)answer;
    if (plan->thread) {
        sc_bind(plan->sc, plan->thread);
    } else {
        sc_bind_notification(plan->sc, plan->notification);
    }
    return DONE;
}
DEFINE_METHOD(SchedContextBind, struct binding_plan)

static struct refusal decode_SchedContextUnbindObject(const struct args *a,
                                                      struct binding_plan *plan)
{
    *plan = (struct binding_plan){.sc = cap_sched_context(a->cap)};
    struct cap object = extra_cap(a, 0);
    switch (cap_kind(object)) {
    case kind_tcb:
        plan->thread = cap_tcb(object);
        REQUIRE(plan->sc->thread == plan->thread, seL4_IllegalOperation);
        REQUIRE(plan->thread != here()->current, seL4_IllegalOperation);
        return ACCEPTED;
    case kind_notification:
        plan->notification = cap_notification(object);
        REQUIRE(plan->sc->notification == plan->notification, seL4_IllegalOperation);
        return ACCEPTED;
    default:
        return REFUSE(seL4_InvalidCapability, 1);
    }
}

static enum progress perform_SchedContextUnbindObject(const struct binding_plan *plan,
                                                      struct answer *answer)
{
    (void)answer;
    if (plan->thread) {
        sc_unbind_thread(plan->sc);
    } else {
        sc_unbind_notification(plan->sc);
    }
    return DONE;
}
DEFINE_METHOD(SchedContextUnbindObject, struct binding_plan)

static struct refusal decode_SchedContextUnbind(const struct args *a, struct binding_plan *plan)
{
    *plan = (struct binding_plan){.sc = cap_sched_context(a->cap)};
    REQUIRE(plan->sc->thread != here()->current, seL4_IllegalOperation);
    return ACCEPTED;
}

static enum progress perform_SchedContextUnbind(const struct binding_plan *plan,
                                                struct answer *answer)
{
    (void)answer;
    sc_unbind_thread(plan->sc);
    sc_unbind_notification(plan->sc);
    reply_detach_sc(plan->sc);
    return DONE;
}
DEFINE_METHOD(SchedContextUnbind, struct binding_plan)

static struct refusal decode_SchedContextConsumed(const struct args *a, struct binding_plan *plan)
{
    *plan = (struct binding_plan){.sc = cap_sched_context(a->cap)};
    return ACCEPTED;
}

static enum progress perform_SchedContextConsumed(const struct binding_plan *plan,
                                                  struct answer *answer)
{
    answer_word(answer, sc_take_consumed(plan->sc));
    return DONE;
}
DEFINE_METHOD(SchedContextConsumed, struct binding_plan)

static struct refusal decode_SchedContextYieldTo(const struct args *a, struct binding_plan *plan)
{
    *plan = (struct binding_plan){.sc = cap_sched_context(a->cap)};
    REQUIRE(plan->sc->thread, seL4_IllegalOperation);
    REQUIRE(plan->sc->thread != here()->current, seL4_IllegalOperation);
    REQUIRE(plan->sc->thread->priority <= here()->current->mcp, seL4_IllegalOperation);
    return ACCEPTED;
}

static enum progress perform_SchedContextYieldTo(const struct binding_plan *plan,
                                                 struct answer *answer)
{
    struct sched_context *sc = plan->sc;
    struct tcb *target = sc->thread;
    if (sc->yielder) {
        sc_complete_yield(sc->yielder); // YT-1: one yielder a context
    }
    sched_settle(sc);
    if (!sched_is_schedulable(target)) {
        answer_word(answer, sc_take_consumed(sc));
        return DONE;
    }
    sched_dequeue(target);
    if (target->priority < here()->current->priority) {
        sched_push_front(target);
        answer_word(answer, sc_take_consumed(sc));
        return DONE;
    }
    sc->yielder = here()->current;
    here()->current->yielding_to = sc;
    sched_push_front(here()->current);
    sched_push_front(target);
    sched_demand();
    return DONE;
}
DEFINE_METHOD(SchedContextYieldTo, struct binding_plan)

// ---------------------------------------------------------------------------------- the kind's row

static struct cap kind_create(paddr_t base, word_t bits, bool is_device)
{
    (void)is_device;
    return MAKE_CAP(sched_context, .object = base, .size_bits = bits);
}

// threads §9.2
static struct cap kind_finalise(struct cap cap)
{
    struct sched_context *sc = cap_sched_context(cap);
    sc_unbind_thread(sc);
    sc_unbind_notification(sc);
    reply_detach_sc(sc);
    if (sc->yielder) {
        sc_complete_yield(sc->yielder);
    }
    sc->capacity = 0;
    sc->is_sporadic = false;
    return cap_null();
}

const struct kind sched_context_kind = {
    .identity =
        IDENTITY(FIELD_MASK(sched_context, object) | FIELD_MASK(sched_context, size_bits), 0),
    .create = kind_create,
    .finalise = kind_finalise,
    .has_methods = true,
    .is_refused_in_combined_call = true,
};

// ------------------------------------------------------------------------------- the checker's row

static void check_refills(struct invariants *v, struct sched_context *sc)
{
    ticks_t sum = 0;
    for (word_t i = 0; i < sc->count; i++) {
        const struct refill *refill = refill_at(sc, i);
        sum += refill->amount;
        if (i + 1 < sc->count) {
            HOLDS(refill->time + refill->amount <= refill_at(sc, i + 1)->time ||
                      sc_is_round_robin(sc),
                  19, "refills overlap", sc);
        }
    }
    HOLDS(refill_head(sc)->amount >= REFILL_MIN, 19, "the head refill is too small", sc);
    if (sc_is_round_robin(sc)) {
        HOLDS(sc->count == 2 && refill_head(sc)->time == refill_at(sc, 1)->time, 19,
              "not the two refills of round robin", sc);
        HOLDS(sum <= REFILL_MAX, 19, "more budget than there can be", sc);
        return;
    }
    HOLDS(sum < sc->period, 19, "more budget than the period allows", sc);
    HOLDS(refill_at(sc, sc->count - 1)->time <= refill_head(sc)->time + sc->period, 19,
          "a refill is due later than a period after the head", sc);
}

void sc_examine(struct invariants *v, struct sched_context *sc, word_t size_bits)
{
    HOLDS(!sc->thread || sc->thread->sc == sc, 18, "the context's thread has another one", sc);
    HOLDS(!sc->notification || sc->notification->sc == sc, 18,
          "the context's notification has another one", sc);
    HOLDS(!sc->yielder || sc->yielder->yielding_to == sc, 21,
          "the context's yielder yields to another one", sc);
    HOLDS(!sc->top_reply || reply_stack_owner(sc->top_reply) == sc, 20,
          "the top of the call stack is not the context's", sc);
    invariants_refer(v, sc->thread == &ks.idle ? NULL : sc->thread);
    invariants_refer(v, sc->notification);
    invariants_refer(v, sc->yielder);
    invariants_refer(v, sc->top_reply);
    if (!sc_is_active(sc)) {
        return;
    }
    word_t room = (BIT(size_bits) - SC_CORE_BYTES) / sizeof(struct refill);
    if (sc->capacity < SC_MIN_REFILLS || sc->capacity > room || sc->count < 1 ||
        sc->count > sc->capacity || sc->head >= sc->capacity) {
        invariants_broken(v, 19, "a refill queue that does not fit its context", sc);
        return;
    }
    check_refills(v, sc);
}

static bool check_is_legal(const struct slot *slot)
{
    return check_is_size(sched_context_cap_size_bits(slot->cap), SC_MIN_BITS);
}

static void check_object(struct invariants *v, const struct slot *slot)
{
    sc_examine(v, cap_sched_context(slot->cap), sched_context_cap_size_bits(slot->cap));
}

const struct kind_check sched_context_check = {
    .is_legal = check_is_legal,
    .object = check_object,
    .answers_for = check_answers_for_object,
};
