// SPDX-License-Identifier: BSD-2-Clause
//
// Notifications: a word of badges that are OR-ed together, and a queue of waiters (objects §9).
#pragma once

#include "core/threads/wait.h"

void notification_signal(struct notification *notification, word_t badge); // objects §9.3

// Wait (blocking) or poll (objects §9.4).
void notification_receive(struct tcb *thread, struct notification *notification, bool is_blocking);

// The bound, ACTIVE notification is received instead of a message (objects §9.5).
void notification_consume(struct notification *notification, struct tcb *thread);

// The thread gives back the notification's scheduling context if it runs on it (NS-1).
void notification_return_sc(struct notification *notification, struct tcb *thread);

void notification_bind_tcb(struct notification *notification, struct tcb *thread);
void notification_unbind_tcb(struct tcb *thread); // no-op without one

// Destroys a notification capability in one step (objects §5.3); no-op on an empty slot.
void notification_delete_slot(struct slot *slot);

// The invariant checker looks at the object and its queue.
struct invariants;
void notification_examine(struct invariants *v, const struct notification *notification);
