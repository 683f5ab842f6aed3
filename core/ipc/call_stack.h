// SPDX-License-Identifier: BSD-2-Clause
//
// Reply objects while somebody waits at them: the link between a reply object and its thread, and
// the call stack through which a lent scheduling context finds its way back (objects §10, threads
// §6).
//
// A reply object is free, reserved by a blocked receiver, or holds a caller. A caller that lent its
// scheduling context makes its reply object an element of that context's call stack: `older` and
// `newer` chain the elements, the newest one (the top) names the context instead of a newer
// element, and the context names the top.
//
//     SC.top ──▶ R3 ──older──▶ R2 ──older──▶ R1        R1.newer = R2, R2.newer = R3, R3.newer = SC
//
// A chain that is cut in the middle stays cut: the context will travel back no further than the cut
// (DON-6).
#pragma once

#include "core/threads/objects.h"

enum { REPLY_NEWER_IS_SC = 1 };

// The scheduling context whose call stack has this reply object on top; null if it is not on top of
// any.
static inline struct sched_context *reply_stack_owner(const struct reply *reply)
{
    return reply->newer & REPLY_NEWER_IS_SC
               ? (struct sched_context *)(reply->newer & ~(word_t)REPLY_NEWER_IS_SC)
               : NULL;
}

// The reply object above this one on the call stack; null if this is the top, or on no stack.
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

// Takes the reply object out of the middle (or the end) of its chain, which falls apart there.
void reply_cut(struct reply *reply);

// The whole call stack loses its scheduling context (objects §10.4 "detach SC").
void reply_detach_sc(struct sched_context *sc);

// ------------------------------------------------------------------------- reply object and thread

// A receiver that blocks reserves the reply object for its next caller.
void reply_reserve(struct reply *reply, struct tcb *receiver);

// Clears the link between a reply object and its thread.
static inline void reply_release(struct reply *reply)
{
    reply->thread->reply = NULL;
    reply->thread = NULL;
}
