// SPDX-License-Identifier: BSD-2-Clause
//
// The small objects that threads meet at: endpoints, notifications, reply objects, scheduling contexts and
// ASID pools. Their sizes are ABI (abi §6); their meaning is told in the file that owns each:
// endpoint.c, notification.c, reply.c, sched_context.c, asid.c.
#pragma once

#include <sel4/constants.h>

#include "core/tcb_queue.h"

enum endpoint_state { ENDPOINT_IDLE, ENDPOINT_SEND, ENDPOINT_RECEIVE };

// 16 bytes: two pointers to 2 KiB-aligned TCBs; the state lives in the low bits of the tail.
struct endpoint {
    struct tcb *head;
    word_t tail_and_state;
};
_Static_assert(sizeof(struct endpoint) == 16, "endpoint size is ABI");

enum notification_state { NOTIFICATION_IDLE, NOTIFICATION_WAITING, NOTIFICATION_ACTIVE };

struct notification {
    word_t word; // ACTIVE: the accumulated badges
    enum notification_state state;
    struct tcb_queue queue; // WAITING
    struct tcb *bound_tcb;
    struct sched_context *sc;
    word_t unused[1];
};
_Static_assert(sizeof(struct notification) <= 64, "notification size is ABI");

// An element of the call stack of a scheduling context, newest first. `newer` of the top is the SC itself.
struct reply {
    struct tcb *thread; // reserved by a receiver, or holding a caller; null = free
    struct reply *older;
    word_t newer; // struct reply *, or struct sched_context * with bit 0 set
};
_Static_assert(sizeof(struct reply) <= 32, "reply size is ABI");

// A future amount of time: usable from `time` on.
struct refill {
    ticks_t time, amount;
};

enum { SC_MIN_BITS = seL4_MinSchedContextBits, SC_CORE_BYTES = 96, SC_MIN_REFILLS = 2 };

// A circular queue of refills follows the fixed fields; its capacity depends on the object's size.
struct sched_context {
    ticks_t period;   // 0 = round robin
    ticks_t consumed; // since last asked
    struct tcb *thread;
    struct notification *notification;
    struct reply *top_reply; // newest lender
    struct tcb *yielder;     // waits in YieldTo for this SC's thread
    word_t badge;
    word_t capacity; // refills it may hold; 0 = not configured
    word_t head, count;
    word_t is_sporadic;
    word_t unused[1];
    struct refill refills[];
};
_Static_assert(sizeof(struct sched_context) == SC_CORE_BYTES, "SC layout (threads C-2)");
_Static_assert(SC_CORE_BYTES + SC_MIN_REFILLS * sizeof(struct refill) == BIT(SC_MIN_BITS), "SC size is ABI");

enum { ASID_POOLS = 128, ASIDS_PER_POOL = 512, ASID_POOL_BITS = seL4_ASIDPoolBits };

// Which VSpace (level-0 table) has each ASID of the pool; 0 = free.
struct asid_pool {
    paddr_t vspaces[ASIDS_PER_POOL];
};
_Static_assert(sizeof(struct asid_pool) == BIT(ASID_POOL_BITS), "ASID pool size is ABI");
