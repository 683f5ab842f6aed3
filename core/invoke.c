// SPDX-License-Identifier: BSD-2-Clause
//
// Invocation: the send phase of a system call. Resolves the invoked and the extra capabilities, finds what the
// capability's kind and the label mean, and turns the outcome into registers and thread states: the single exit.
// No error or success code ever reaches a user of anything but Call (objects §11.4).
#include "core/invoke.h"

#include "core/endpoint.h"
#include "core/fault.h"
#include "core/lookup.h"
#include "core/methods.h"
#include "core/notification.h"
#include "core/reply.h"
#include "core/sched.h"

enum { kind_smc = 25 }; // the label exists, a capability of the kind never does (memory §2)

// Never called: no capability has this kind.
struct outcome method_ARMSMCCall(const struct args *a, struct answer *answer)
{
    (void)a, (void)answer;
    return (struct outcome){.refusal = REFUSE(seL4_IllegalOperation)};
}

struct method {
    uint8_t kind;           // enum cap_kind, or kind_smc
    uint8_t words, caps;    // demanded before anything else
    method_function *invoke;
};

static const struct method methods[] = {
#define METHOD_ROW(number, label, kind, stub, words, caps, result, args) \
    [number] = {kind_##kind, words, caps, method_##label},
    LAB4_INVOCATIONS(METHOD_ROW)
#undef METHOD_ROW
};

void invoke_commit(const struct args *a)
{
    a->invoker->state = THREAD_RESTART;
}

static struct outcome refused(struct refusal refusal)
{
    return (struct outcome){.refusal = refusal};
}

static struct outcome done(void)
{
    return (struct outcome){.progress = DONE};
}

static struct outcome invoke_method(const struct args *a, struct answer *answer)
{
    const struct method *method = a->label < ARRAY_LENGTH(methods) ? &methods[a->label] : &methods[0];
    if (!method->invoke || method->kind != cap_kind(a->cap)) {
        return refused(REFUSE(seL4_IllegalOperation));
    }
    if (a->length < method->words || a->extra_count < method->caps) {
        return refused(REFUSE(seL4_TruncatedMessage));
    }
    return method->invoke(a, answer);
}

static struct outcome invoke_endpoint(const struct args *a)
{
    if (!endpoint_cap_can_send(a->cap)) {
        return refused(REFUSE(seL4_InvalidCapability, 0));
    }
    invoke_commit(a);
    endpoint_send(a->invoker, &(struct endpoint_send){
                                  .endpoint = cap_endpoint(a->cap),
                                  .badge = endpoint_cap_badge(a->cap),
                                  .can_grant = endpoint_cap_can_grant(a->cap),
                                  .can_grant_reply = endpoint_cap_can_grant_reply(a->cap),
                                  .is_call = a->is_call,
                                  .is_blocking = a->is_blocking,
                                  .can_donate = a->can_donate,
                              });
    return done();
}

static struct outcome invoke_notification(const struct args *a)
{
    if (!notification_cap_can_send(a->cap)) {
        return refused(REFUSE(seL4_InvalidCapability, 0));
    }
    invoke_commit(a);
    notification_signal(cap_notification(a->cap), notification_cap_badge(a->cap));
    return done();
}

// Objects that the first half of a combined call may not invoke (objects §7.4).
static bool is_refused_in_combined_call(struct cap cap)
{
    switch (cap_kind(cap)) {
    case kind_tcb:
    case kind_cnode:
    case kind_domain:
    case kind_sched_control:
    case kind_sched_context:
        return true;
    default:
        return false;
    }
}

static struct outcome dispatch(const struct args *a, bool is_combined, struct answer *answer)
{
    switch (cap_kind(a->cap)) {
    case kind_endpoint:
        return invoke_endpoint(a);
    case kind_notification:
        return invoke_notification(a);
    case kind_reply:
        invoke_commit(a);
        reply_invoke(cap_reply(a->cap), a->invoker, reply_cap_can_grant(a->cap));
        return done();
    case kind_sgi_signal:
        invoke_commit(a);
        plat_sgi_send(sgi_signal_cap_sgi(a->cap), sgi_signal_cap_target(a->cap));
        return done();
    case kind_null:
    case kind_zombie:
        return refused(REFUSE(seL4_InvalidCapability, 0));
    default:
        if (is_combined && is_refused_in_combined_call(a->cap)) {
            return refused(REFUSE(seL4_InvalidCapability, 0));
        }
        return invoke_method(a, answer);
    }
}

// What the invoker gets to see. An operation that changed the invoker's state has had the last word.
static enum progress finish(const struct args *a, const struct outcome *outcome, const struct answer *answer)
{
    const struct refusal *refusal = &outcome->refusal;
    if (refusal->error != seL4_NoError) {
        if (a->is_call) {
            reply_write(a->invoker, refusal->error, refusal->payload, refusal_length(refusal));
        }
        return DONE;
    }
    if (outcome->progress == PREEMPTED) {
        return PREEMPTED;
    }
    if (a->invoker->state == THREAD_RESTART) {
        if (a->is_call) {
            reply_write(a->invoker, seL4_NoError, answer->words, answer->is_given ? answer->length : 0);
        }
        a->invoker->state = THREAD_RUNNING;
    }
    return DONE;
}

// Finds the capabilities of the message. Returns false, with the CPtr at fault, if one does not resolve.
static bool find_extra_caps(struct args *a, word_t count, cptr_t *address, struct lookup_failure *failure)
{
    for (word_t i = 0; i < count; i++) {
        *address = a->buffer[BUFFER_CAPS + i];
        a->extra[i] = lookup_slot(a->invoker, *address, failure);
        if (!a->extra[i]) {
            return false;
        }
        a->extra_count++;
    }
    return true;
}

enum progress invoke(const struct send_phase *phase)
{
    struct tcb *thread = ks.current;
    word_t info = thread->regs.x[REG_INFO];
    struct args a = {
        .invoker = thread,
        .label = info_label(info),
        .length = info_length(info),
        .is_call = phase->is_call,
        .is_blocking = phase->is_blocking,
        .can_donate = phase->can_donate,
    };
    struct lookup_failure failure;
    cptr_t address = phase->address;
    a.slot = lookup_slot(thread, address, &failure);
    bool found = a.slot != NULL;
    if (found) {
        a.cap = a.slot->cap;
        a.buffer = tcb_buffer(thread, BUFFER_FOR_READING);
        found = find_extra_caps(&a, a.buffer ? info_extra_caps(info) : 0, &address, &failure);
    }
    if (!found) {
        if (phase->is_blocking) {
            fault_raise_cap(thread, address, false, failure);
        }
        return DONE;
    }
    if (!a.buffer) {
        a.length = min_word(a.length, NUM_REG_MRS);
    }
    struct answer answer;
    answer.is_given = false;
    struct outcome outcome = dispatch(&a, phase->is_combined, &answer);
    return finish(&a, &outcome, &answer);
}
