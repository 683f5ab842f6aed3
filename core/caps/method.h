// SPDX-License-Identifier: BSD-2-Clause
//
// Methods: decode → plan → perform.
//
//     struct refusal decode_x(const struct args *a, struct x_plan *plan);   reads, never writes
//     enum progress  perform_x(const struct x_plan *plan, struct answer *answer);   cannot fail
//
// A method of a kernel object is the pair of the two, tied together by DEFINE_METHOD.
// entry/invoke.c finds the method by the label and the capability's kind, and is the only place
// that turns the outcome into registers and thread states.
//
// `struct args` is the invoker's message: untrusted. A `struct …_plan` is checked.
#pragma once

#include "core/caps/kind.h"
#include "core/threads/message.h"

enum { ANSWER_WORDS = REGS_CONTEXT_WORDS };

// An invocation as the invoker put it.
struct args {
    struct tcb *invoker;
    struct slot *slot; // the invoked capability's
    struct cap cap;    // the capability in it
    word_t label;
    word_t length; // words that may be read with arg()
    // the invoker's IPC buffer; null: it has none, or the message does not need it
    const word_t *buffer;
    struct slot *extra[MAX_EXTRA_CAPS];
    word_t extra_count;
};

// Message word i; i < a->length, or it is unspecified (but harmless).
static inline word_t arg(const struct args *a, word_t i)
{
    if (i < NUM_REG_MRS) {
        return a->invoker->regs.x[REG_MR0 + i];
    }
    return a->buffer ? a->buffer[BUFFER_MESSAGE + i] : 0;
}

static inline struct cap extra_cap(const struct args *a, word_t i)
{
    KASSERT(i < a->extra_count);
    return a->extra[i]->cap;
}

// What a method returns to its caller.
struct answer {
    bool is_given; // false: the empty success
    word_t length;
    word_t words[ANSWER_WORDS];
    struct refusal refusal; // meaningful when the method comes to REFUSED
};

static inline void answer_word(struct answer *answer, word_t value)
{
    answer->is_given = true;
    answer->length = 1;
    answer->words[0] = value;
}

// Called between decode and perform: from here on the invoker would restart (threads I-2).
static inline void invoke_commit(struct tcb *invoker)
{
    invoker->state = THREAD_RESTART;
}

typedef enum progress method_function(const struct args *a, struct answer *answer);

#define DECLARE_METHOD(name) \
    enum progress method_##name(const struct args *a, struct answer *answer)

#define DEFINE_METHOD(name, plan_type) \
    DECLARE_METHOD(name); \
    DECLARE_METHOD(name) \
    { \
        plan_type plan; \
        struct refusal refusal = decode_##name(a, &plan); \
        if (UNLIKELY(refusal.error != seL4_NoError)) { \
            answer->refusal = refusal; \
            return REFUSED; \
        } \
        invoke_commit(a->invoker); \
        return perform_##name(&plan, answer); \
    }
