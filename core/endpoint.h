// SPDX-License-Identifier: BSD-2-Clause
//
// Endpoints: where threads meet to exchange a message (objects §7).
#pragma once

#include "core/invoke.h"

// A send through an endpoint capability; badge and rights are the capability's.
struct endpoint_send {
    struct endpoint *endpoint;
    word_t badge;
    bool can_grant, can_grant_reply;
    bool is_call, is_blocking, can_donate;
};

void endpoint_send(struct tcb *thread, const struct endpoint_send *send);

// The thread receives, with a reply object or none (objects §7.3).
void endpoint_receive(struct tcb *thread, struct endpoint *endpoint, struct reply *reply, bool is_blocking);

// Queues a thread whose state is BLOCKED_ON_RECEIVE.
void endpoint_enqueue_receiver(struct endpoint *endpoint, struct tcb *thread);

// Takes a blocked thread out of its endpoint's queue; its state is unchanged.
void endpoint_dequeue(struct tcb *thread);

// Puts a queued thread behind its equals again, after its priority was set.
void endpoint_requeue(struct tcb *thread, word_t priority);

// Restarts all waiters: the endpoint is being destroyed (objects §7.8).
void endpoint_cancel_all(struct endpoint *endpoint);

// Restarts the senders with this badge.
void endpoint_cancel_badged(struct endpoint *endpoint, word_t badge);

// Head of the queue, or null (for the fast path, dumps and checks).
struct tcb *endpoint_head(const struct endpoint *endpoint);
enum endpoint_state endpoint_state(const struct endpoint *endpoint);
