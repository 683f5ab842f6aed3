// SPDX-License-Identifier: BSD-2-Clause
//
// The IPC fast path. Every condition is checked before the first write; whatever does not hold is left to the slow
// path (entry.c), which must end in the same state but for the time stamp. tests/unit/test_fastpath.c has a row for
// each condition, the fuzz target `fastpath` compares whole states.
//
// Why it may switch directly: in the slow path the receiver is put at the front of its priority level and the best
// queued thread is chosen. That is the receiver exactly if nobody queued has a higher priority (threads FP-1).
#include "core/fastpath.h"

#include "core/asid.h"
#include "core/endpoint.h"
#include "core/reply.h"
#include "core/sched.h"
#include "core/vspace.h"

enum { CALL = -1, REPLY_RECV = -2 };

// Length and extraCaps fields together: at most 4 means a message in registers without capabilities.
enum { SHORT_MESSAGE_MASK = 0x1ff };
// Label and length: what a receiver sees of the info word.
#define INFO_RECEIVED_MASK (~(word_t)0xf80)

static bool is_short(word_t info)
{
    return (info & SHORT_MESSAGE_MASK) <= NUM_REG_MRS;
}

// lookup_slot for an address that resolves; null otherwise.
static inline const struct slot *find_slot(const struct tcb *thread, cptr_t address)
{
    const struct slot *slot = &thread->slots[TCB_CSPACE];
    word_t bits = WORD_BITS;
    while (cap_kind(slot->cap) == kind_cnode) {
        word_t radix = cnode_cap_radix(slot->cap), guard_size = cnode_cap_guard_size(slot->cap);
        if (radix + guard_size > bits) {
            return NULL;
        }
        bits -= radix + guard_size;
        // Guard and index side by side; their sizes add up to at most 64, the radix is at least 1.
        word_t path = address >> bits;
        if (((path >> radix) & LOW_BITS(guard_size)) != cnode_cap_guard(slot->cap)) {
            return NULL;
        }
        slot = &cap_cnode(slot->cap)[path & LOW_BITS(radix)];
        if (bits == 0) {
            return slot;
        }
    }
    return bits == WORD_BITS ? NULL : slot;
}

// Can the thread be switched to directly: a live address space, the current domain?
static inline bool is_reachable(const struct tcb *thread)
{
    struct cap vspace = thread->slots[TCB_VSPACE].cap;
    return cap_kind(vspace) == kind_vspace && vspace_cap_is_assigned(vspace) &&
           asid_root(vspace_cap_asid(vspace)) == vspace_cap_base(vspace) && thread->domain == ks.current_domain;
}

// Hands the running thread's message, context and CPU to `to`.
static inline void switch_with_message(struct tcb *from, struct tcb *to, struct sched_context *sc, word_t badge)
{
    word_t info = from->regs.x[REG_INFO];
    word_t length = info & LOW_BITS(7);
    for (word_t i = 0; i < length; i++) {
        to->regs.x[REG_MR0 + i] = from->regs.x[REG_MR0 + i];
    }
    to->regs.x[REG_BADGE] = badge;
    to->regs.x[REG_INFO] = info & INFO_RECEIVED_MASK;
    from->sc = NULL;
    to->sc = sc;
    sc->thread = to;
    to->state = THREAD_RUNNING;
    struct cap vspace = to->slots[TCB_VSPACE].cap;
    plat_vspace_activate(vspace_cap_base(vspace), vspace_cap_asid(vspace));
    if (to->flags & TCB_FLAG_FPU_DISABLED) {
        plat_fpu_disable();
    } else {
        plat_fpu_enable(to);
    }
    ks.current = to;
}

// threads §11.1
static bool call(struct tcb *caller)
{
    const struct slot *slot = find_slot(caller, caller->regs.x[REG_CAP]);
    if (!slot || cap_kind(slot->cap) != kind_endpoint || !endpoint_cap_can_send(slot->cap) ||
        !(endpoint_cap_can_grant(slot->cap) || endpoint_cap_can_grant_reply(slot->cap))) {
        return false;
    }
    struct endpoint *endpoint = cap_endpoint(slot->cap);
    if (endpoint_state(endpoint) != ENDPOINT_RECEIVE) {
        return false;
    }
    struct tcb *callee = endpoint_head(endpoint);
    struct reply *reply = callee->reply;
    struct sched_context *sc = caller->sc;
    if (!reply || callee->sc || !is_reachable(callee)) {
        return false;
    }
    if (callee->priority < caller->priority && sched_highest_ready() > (int)callee->priority) {
        return false;
    }
    endpoint_dequeue(callee);
    callee->reply = NULL;
    caller->reply = reply;
    reply->thread = caller;
    caller->state = THREAD_BLOCKED_ON_REPLY;
    reply_lend(reply, sc);
    switch_with_message(caller, callee, sc, endpoint_cap_badge(slot->cap));
    return true;
}

// threads §11.2
static bool reply_recv(struct tcb *server)
{
    const struct slot *slot = find_slot(server, server->regs.x[REG_CAP]);
    const struct slot *reply_slot = find_slot(server, server->regs.x[REG_REPLY]);
    if (!slot || cap_kind(slot->cap) != kind_endpoint || !endpoint_cap_can_receive(slot->cap) || !reply_slot ||
        cap_kind(reply_slot->cap) != kind_reply) {
        return false;
    }
    struct endpoint *endpoint = cap_endpoint(slot->cap);
    const struct notification *bound = server->bound_notification;
    if (endpoint_state(endpoint) == ENDPOINT_SEND || (bound && bound->state == NOTIFICATION_ACTIVE)) {
        return false;
    }
    struct reply *reply = cap_reply(reply_slot->cap);
    struct tcb *caller = reply->thread;
    struct sched_context *sc = server->sc;
    // A top of a call stack holds a caller: its thread is BLOCKED_ON_REPLY.
    if (reply_stack_owner(reply) != sc || caller->fault.type != 0 || caller->sc || !is_reachable(caller)) {
        return false;
    }
    if (sched_highest_ready() > (int)caller->priority) {
        return false;
    }
    reply_take_back(reply, sc);
    caller->reply = NULL;
    reply->thread = server;
    server->reply = reply;
    server->state = THREAD_BLOCKED_ON_RECEIVE;
    endpoint_enqueue_receiver(endpoint, server);
    switch_with_message(server, caller, sc, 0);
    return true;
}

bool fastpath_syscall(word_t number)
{
    struct tcb *thread = ks.current;
    if (!is_short(thread->regs.x[REG_INFO])) {
        return false;
    }
    if ((sword_t)number == CALL) {
        return call(thread);
    }
    return (sword_t)number == REPLY_RECV && reply_recv(thread);
}
