// SPDX-License-Identifier: BSD-2-Clause
//
// Reply objects: where a caller waits for its answer, and how a lent scheduling context finds its way back
// (objects §10, threads §6).
#pragma once

#include "core/invoke.h"
#include "core/objects.h"

// A receiver that blocks reserves the reply object for its next caller.
void reply_reserve(struct reply *reply, struct tcb *receiver);

// Clears the link between a reply object and its thread.
static inline void reply_release(struct reply *reply)
{
    reply->thread->reply = NULL;
    reply->thread = NULL;
}

// reply_release, and the thread becomes INACTIVE (the caller sets what it wants).
void reply_unlink(struct reply *reply);

// The caller waits on the (free) reply object; if allowed, its scheduling context moves to the callee (DON-2).
void reply_push(struct reply *reply, struct tcb *caller, struct tcb *callee, bool can_donate);

// A reply capability is invoked by the replier (objects §10.5). No effect if nobody waits.
void reply_invoke(struct reply *reply, struct tcb *replier, bool can_grant);

// A caller leaves its wait without a reply (DON-9).
void reply_drop_caller(struct tcb *caller);

// The whole call stack loses its scheduling context (objects §10.4 "detach SC").
void reply_detach_sc(struct sched_context *sc);

// -------------------------------------------------------------------------------- the call stack (reply.c)

enum { REPLY_NEWER_IS_SC = 1 };

// Whose top the reply is, or null.
static inline struct sched_context *reply_stack_owner(const struct reply *reply)
{
    return reply->newer & REPLY_NEWER_IS_SC ? (struct sched_context *)(reply->newer & ~(word_t)REPLY_NEWER_IS_SC) : NULL;
}

// The next newer reply object, or null.
static inline struct reply *reply_newer(const struct reply *reply)
{
    return reply->newer & REPLY_NEWER_IS_SC ? NULL : (struct reply *)reply->newer;
}

// Makes a reply object with a caller the new top of the context's call stack.
static inline void reply_lend(struct reply *reply, struct sched_context *sc)
{
    struct reply *older = sc->top_reply;
    if (UNLIKELY(older)) {
        older->newer = (word_t)reply;
    }
    reply->older = older;
    reply->newer = (word_t)sc | REPLY_NEWER_IS_SC;
    sc->top_reply = reply;
}

// Takes the top off again.
static inline void reply_take_back(struct reply *reply, struct sched_context *sc)
{
    KASSERT(sc->top_reply == reply);
    struct reply *older = reply->older;
    if (UNLIKELY(older)) {
        older->newer = (word_t)sc | REPLY_NEWER_IS_SC;
    }
    sc->top_reply = older;
    reply->older = NULL;
    reply->newer = 0;
}