// SPDX-License-Identifier: BSD-2-Clause
//
// Endpoints: where threads meet to exchange a message (objects §7).
#pragma once

#include "core/caps/kind.h"
#include "core/threads/wait.h"

// A message through an endpoint capability, whose badge and rights count.
void endpoint_send(struct tcb *thread, struct cap cap, enum send_how how);

// The thread receives, with a reply object or none (objects §7.3).
void endpoint_receive(struct tcb *thread, struct endpoint *endpoint, struct reply *reply,
                      bool is_blocking);

// Restarts the senders with this badge.
void endpoint_cancel_badged(struct endpoint *endpoint, word_t badge);

// The invariant checker looks at the object and its queue.
struct invariants;
void endpoint_examine(struct invariants *v, const struct endpoint *endpoint);
