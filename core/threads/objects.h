// SPDX-License-Identifier: BSD-2-Clause
//
// The objects that user level makes out of memory and that threads run on, wait at and run out of:
// TCBs, endpoints, notifications, reply objects and scheduling contexts. This header is data and
// its layout only. Who may change what, and which invariants hold, is told where the protocol is:
//
//     tcb.c                                      a thread's life
//     wait.h, endpoint.c, notification.c         who waits where, and for what
//     sched.c, dispatch.c                        who may run, and who does
//     call_stack.h, reply.c, sched_context.c     whose time a thread runs on
//     refill.h                                   how much of it there is, and when
//
// Sizes are ABI (abi §6), so that a program's arithmetic over untyped memory comes out as on the
// reference.
#pragma once

#include <sel4/constants.h>
#include <sel4/sel4_arch/types_gen.h>

#include "core/arch/aarch64/registers.h"
#include "core/base/refusal.h"
#include "core/caps/slot.h"
#include "platform_types.h"

// ----------------------------------------------------------------------------------------- threads

enum thread_state {
    THREAD_INACTIVE,
    THREAD_RUNNING,
    THREAD_RESTART,
    THREAD_BLOCKED_ON_RECEIVE,
    THREAD_BLOCKED_ON_SEND,
    THREAD_BLOCKED_ON_REPLY,
    THREAD_BLOCKED_ON_NOTIFICATION,
    THREAD_IDLE,
};

enum tcb_slot {
    TCB_CSPACE,
    TCB_VSPACE,
    TCB_BUFFER,
    TCB_FAULT_HANDLER,
    TCB_TIMEOUT_HANDLER,
    TCB_SLOTS
};

// A pending fault; type is a seL4_Fault_tag. The message is made from it and from the thread's
// registers.
struct fault {
    word_t type;
    // cap fault: address, in receive phase; VM: address, fetch, syndrome; …
    word_t words[3];
    struct lookup_failure lookup; // cap fault only
};

enum { TCB_FLAG_FPU_DISABLED = 1, TCB_FLAG_MASK = 1 };
enum { TCB_BITS = seL4_TCBBits, TCB_NAME_BYTES = 128 };

struct tcb {
    struct slot slots[TCB_SLOTS];
    struct thread_regs regs;
    // what the machine keeps of a thread beside its registers
    _Alignas(16) struct plat_thread platform;

    // --- scheduling
    enum thread_state state;
    bool is_queued;   // in a ready list
    bool is_sleeping; // in the sleep list
    word_t priority, mcp, domain;
    word_t flags;
    struct sched_context *sc;
    struct sched_context *yielding_to; // this thread waits in YieldTo on it

    // --- links: one queue of any kind at a time (objects §7.1); ready, sleep, endpoint or
    //     notification
    struct tcb *queue_next, *queue_previous;

    // --- what the thread is blocked on
    struct endpoint *endpoint;         // BLOCKED_ON_SEND / _RECEIVE
    struct notification *notification; // BLOCKED_ON_NOTIFICATION
    struct reply *reply;               // BLOCKED_ON_RECEIVE (may be none) / _REPLY
    word_t badge;                      // BLOCKED_ON_SEND: of the capability used
    bool can_grant, can_grant_reply, is_call;

    struct fault fault; // type 0 = none
    struct notification *bound_notification;
    vaddr_t buffer_address; // of the IPC buffer: only its offset in the frame counts

    struct tcb *all_next, *all_previous; // every TCB, newest first (debug calls)
    char name[TCB_NAME_BYTES];           // NUL-terminated
};
_Static_assert(sizeof(struct tcb) <= BIT(TCB_BITS), "TCB size is ABI (abi §6)");
_Static_assert(offsetof(struct tcb, regs) == 160, "platform entry code depends on this offset");

static inline bool tcb_is_blocked(const struct tcb *thread)
{
    return thread->state >= THREAD_BLOCKED_ON_RECEIVE &&
           thread->state <= THREAD_BLOCKED_ON_NOTIFICATION;
}

static inline bool tcb_is_runnable(const struct tcb *thread)
{
    return thread->state == THREAD_RUNNING || thread->state == THREAD_RESTART;
}

static inline bool tcb_is_stopped(const struct tcb *thread)
{
    return tcb_is_blocked(thread) || thread->state == THREAD_INACTIVE;
}

// ------------------------------------------------------------------------------------------ queues

// Threads in a row: a ready list, the sleepers, the waiters of an endpoint or a notification
// (core/threads/queue.h).
struct tcb_queue {
    struct tcb *head, *tail;
};

// ---------------------------------------------------------------- what threads meet at, and run on

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

// An element of the call stack of a scheduling context, newest first. `newer` of the top is the SC
// itself.
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
// It is no member, so that the idle thread's context can be one of struct kernel.
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
    // struct refill [capacity] follows (refill.h)
};
_Static_assert(sizeof(struct sched_context) == SC_CORE_BYTES, "SC layout (threads C-2)");
_Static_assert(SC_CORE_BYTES + SC_MIN_REFILLS * sizeof(struct refill) == BIT(SC_MIN_BITS),
               "SC size is ABI");
