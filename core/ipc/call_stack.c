// SPDX-License-Identifier: BSD-2-Clause
//
// Reply objects and call stacks: what is rare enough not to be in line; see call_stack.h.
#include "core/ipc/call_stack.h"

void reply_reserve(struct reply *reply, struct tcb *receiver)
{
    KASSERT(!reply->thread && !receiver->reply);
    reply->thread = receiver;
    receiver->reply = reply;
}

void reply_cut(struct reply *reply)
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

void reply_detach_sc(struct sched_context *sc)
{
    if (sc->top_reply) {
        sc->top_reply->newer = 0;
        sc->top_reply = NULL;
    }
}
