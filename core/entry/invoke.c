// SPDX-License-Identifier: BSD-2-Clause
//
// Invocation: the send phase of a system call. Resolves the invoked and the extra capabilities,
// finds what the capability's kind and the label mean, and turns the outcome into registers and
// thread states: the single exit. No state of its own.
//
// Only Call learns an outcome: no error or success code ever reaches a user of Send (objects
// §11.4).
//
// Before a method acts, the invoker is marked RESTART (invoke_commit), so that an operation that
// stops at a preemption point is simply asked for again when the thread next runs. `finish` turns
// RESTART into RUNNING; if the state is another one by then, the operation has changed it itself
// (Suspend of oneself, or a message that makes the invoker wait) and that must stand.
#include "core/entry/invoke.h"

#include <lab4/invocations.h>

#include "core/caps/lookup.h"
#include "core/ipc/fault.h"
#include "core/threads/state.h"

enum { kind_smc = 25 }; // the label exists, a capability of the kind never does (memory §2)

// Never called: no capability has this kind.
DECLARE_METHOD(ARMSMCCall);
enum progress method_ARMSMCCall(const struct args *a, struct answer *answer)
{
    (void)a;
    answer->refusal = REFUSE(seL4_IllegalOperation);
    return REFUSED;
}

struct method {
    uint8_t kind;        // enum cap_kind, or kind_smc
    uint8_t words, caps; // demanded before anything else
    method_function *invoke;
};

#define METHOD_PROTOTYPE(number, label, kind, stub, words, caps, result, args) \
    DECLARE_METHOD(label);
LAB4_INVOCATIONS(METHOD_PROTOTYPE)
#undef METHOD_PROTOTYPE

static const struct method methods[] = {
#define METHOD_ROW(number, label, kind, stub, words, caps, result, args) \
    [number] = {kind_##kind, words, caps, method_##label},
    LAB4_INVOCATIONS(METHOD_ROW)
#undef METHOD_ROW
};

static enum progress refuse(struct answer *answer, word_t error)
{
    answer->refusal = REFUSE(error);
    return REFUSED;
}

static HOT enum progress invoke_method(const struct args *a, struct answer *answer)
{
    const struct method *method =
        a->label < ARRAY_LENGTH(methods) ? &methods[a->label] : &methods[0];
    // an empty row is for null capabilities, which have no methods
    if (method->kind != cap_kind(a->cap)) {
        return refuse(answer, seL4_IllegalOperation);
    }
    if (a->length < method->words || a->extra_count < method->caps) {
        return refuse(answer, seL4_TruncatedMessage);
    }
    return method->invoke(a, answer);
}

// The operation is done. If it changed the invoker's state, it has had the last word; otherwise a
// caller gets to see an empty success.
static HOT void finish(struct tcb *invoker, enum send_how how)
{
    if (invoker->state == THREAD_RESTART) {
        if (how & SEND_CALL) { // reply_write of an empty message
            invoker->regs.x[REG_BADGE] = 0;
            invoker->regs.x[REG_INFO] = info_make(seL4_NoError, 0, 0, 0);
        }
        invoker->state = THREAD_RUNNING;
    }
}

static void finish_refused(struct tcb *invoker, enum send_how how, const struct refusal *refusal)
{
    if (how & SEND_CALL) {
        reply_write(invoker, refusal->error, refusal->payload, refusal_length(refusal));
    }
}

// Everything whose operations are messages with a label.
static HOT enum progress invoke_object(const struct args *a, enum send_how how)
{
    struct tcb *invoker = a->invoker;
    struct answer answer;
    answer.is_given = false;
    if (how & SEND_COMBINED && kind_of(a->cap)->is_refused_in_combined_call) {
        finish_refused(invoker, how, &REFUSE(seL4_InvalidCapability, 0));
        return DONE;
    }
    switch (invoke_method(a, &answer)) {
    case REFUSED:
        finish_refused(invoker, how, &answer.refusal);
        return DONE;
    case PREEMPTED:
        return PREEMPTED;
    case DONE:
        break;
    }
    if (answer.is_given && how & SEND_CALL && invoker->state == THREAD_RESTART) {
        reply_write(invoker, seL4_NoError, answer.words, answer.length);
        invoker->state = THREAD_RUNNING;
    } else {
        finish(invoker, how);
    }
    return DONE;
}

// Finds the capabilities of the message. Returns false, with the CPtr at fault, if one does not
// resolve.
static HOT bool find_extra_caps(struct args *a, word_t count, cptr_t *address,
                                struct lookup_failure *failure)
{
    for (word_t i = 0; i < count; i++) {
        *address = a->buffer[BUFFER_CAPS + i];
        a->extra[i] = lookup_slot(a->invoker, *address, failure);
        if (!a->extra[i]) {
            return false;
        }
    }
    a->extra_count = count;
    return true;
}

enum progress invoke(cptr_t address, enum send_how how)
{
    struct tcb *invoker = here()->current;
    word_t info = invoker->regs.x[REG_INFO];
    struct args a; // filled in below, member by member: what nobody reads is not worth clearing
    struct lookup_failure failure;
    a.invoker = invoker;
    a.length = info_length(info);
    a.buffer = NULL;
    a.extra_count = 0;
    a.slot = lookup_slot(invoker, address, &failure);
    bool found = a.slot != NULL;
    if (found && !message_is_short(info)) {
        a.buffer = tcb_buffer(invoker, BUFFER_FOR_READING);
        if (a.buffer) {
            found = find_extra_caps(&a, info_extra_caps(info), &address, &failure);
        } else {
            a.length = min_word(a.length, NUM_REG_MRS);
        }
    }
    if (UNLIKELY(!found)) {
        if (how & SEND_BLOCKS) {
            fault_raise_cap(invoker, address, false, failure);
        }
        return DONE;
    }
    a.cap = a.slot->cap;
    const struct kind *kind = kind_of(a.cap);
    if (kind->has_methods) {
        a.label = info_label(info);
        return invoke_object(&a, how);
    }
    if (kind->send && kind->send(invoker, a.cap, how)) {
        finish(invoker, how);
    } else {
        finish_refused(invoker, how, &REFUSE(seL4_InvalidCapability, 0));
    }
    return DONE;
}
