// SPDX-License-Identifier: BSD-2-Clause
//
// Scheduling contexts: the right to use time. Binding to threads and notifications, donation,
// consumed time and YieldTo (threads §3, §6.5). The refill algebra is in refill.h, the call stack
// of lenders in core/ipc/call_stack.h. A thread without a context never runs, whatever its state
// is.
#pragma once

#include "core/time/sched.h"

// [SCB]: gives a free context to a thread without one.
void sc_bind(struct sched_context *sc, struct tcb *thread);

// [SCU]: takes the context from its thread, if it has one. The call stack stays.
void sc_unbind_thread(struct sched_context *sc);

// A notification may have a context to lend to those who wait for it (objects §9.6).
void sc_bind_notification(struct sched_context *sc, struct notification *notification);
void sc_unbind_notification(struct sched_context *sc); // no-op without one

// Moves the context from its present thread (if any) to one without; nobody is enqueued (DON-3).
void sc_donate(struct sched_context *sc, struct tcb *thread);

// Merge-on-unblock for a sporadic context that is not being charged (objects §0.5). `sc` may be
// null.
void sc_unblock_refill(struct sched_context *sc);

// Takes what was consumed, in µs, at most the largest value that can be reported at once.
word_t sc_take_consumed(struct sched_context *sc);

// Writes the result of a delayed YieldTo to its caller and forgets the record (YT-6).
void sc_complete_yield(struct tcb *yielder);

// Forgets the thread's YieldTo without a result (YT-5).
void sc_cancel_yield(struct tcb *yielder);

// The invariant checker looks at a context of 2^size_bits bytes.
struct invariants;
void sc_examine(struct invariants *v, struct sched_context *sc, word_t size_bits);
