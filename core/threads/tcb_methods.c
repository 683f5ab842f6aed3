// SPDX-License-Identifier: BSD-2-Clause
//
// TCB methods other than those on registers: spaces and handlers, priorities and scheduling
// parameters, suspend and resume, notification binding, flags (threads §2).
//
// The five slots of a TCB are ordinary slots of the derivation list. Replacing one destroys what it
// held, which may take away the new capability's source or the invoked TCB capability itself: then
// the slot stays empty (SP-1).
#include "core/arch/aarch64/vspace.h"
#include "core/caps/cdt.h"
#include "core/caps/delete.h"
#include "core/caps/method.h"
#include "core/ipc/fault.h"
#include "core/ipc/notification.h"
#include "core/threads/tcb.h"
#include "core/time/sched_context.h"

// A capability to be put into a slot of the TCB, and where it comes from.
struct new_cap {
    struct cap cap;
    struct slot *source;
};

struct space_plan {
    struct tcb *thread;
    struct slot *invoked; // the slot of the TCB capability used
    bool sets_buffer, sets_spaces, sets_handler;
    vaddr_t buffer_address;
    struct new_cap buffer, cspace, vspace, handler;
    enum tcb_slot handler_slot;
};

static struct new_cap as_it_is(const struct args *a, word_t i)
{
    return (struct new_cap){extra_cap(a, i), a->extra[i]};
}

// ---------------------------------------------------------------------------------- decoding parts

// Address 0 removes the buffer, whatever the capability is (threads §2.2 check 2).
static struct refusal decode_buffer(const struct args *a, word_t cap_index, vaddr_t address,
                                    struct space_plan *plan)
{
    plan->sets_buffer = true;
    plan->buffer_address = address;
    if (address == 0) {
        return ACCEPTED;
    }
    plan->buffer.source = a->extra[cap_index];
    REQUIRE_ACCEPTED(cap_derive(plan->buffer.source, extra_cap(a, cap_index), &plan->buffer.cap));
    REQUIRE(cap_kind(plan->buffer.cap) == kind_frame, seL4_IllegalOperation);
    REQUIRE(!frame_cap_is_device(plan->buffer.cap), seL4_IllegalOperation);
    REQUIRE(is_aligned(address, 10), seL4_AlignmentError);
    return ACCEPTED;
}

// Would replacing the slot take a container apart, which may be long?
static bool holds_last_container(const struct slot *slot)
{
    enum cap_kind kind = cap_kind(slot->cap);
    return (kind == kind_cnode || kind == kind_tcb || kind == kind_zombie) && cdt_is_final(slot);
}

static struct refusal derive_root(const struct args *a, word_t cap_index, word_t data,
                                  struct new_cap *root)
{
    struct cap cap = extra_cap(a, cap_index);
    if (data != 0) {
        cap = cap_update_data(cap, data, false);
    }
    root->source = a->extra[cap_index];
    return cap_derive(root->source, cap, &root->cap);
}

static struct refusal decode_spaces(const struct args *a, word_t first_cap, word_t cspace_data,
                                    word_t vspace_data, struct space_plan *plan)
{
    const struct slot *slots = plan->thread->slots;
    REQUIRE(!holds_last_container(&slots[TCB_CSPACE]) && !holds_last_container(&slots[TCB_VSPACE]),
            seL4_IllegalOperation);
    plan->sets_spaces = true;
    REQUIRE_ACCEPTED(derive_root(a, first_cap, cspace_data, &plan->cspace));
    REQUIRE(cap_kind(plan->cspace.cap) == kind_cnode, seL4_IllegalOperation);
    REQUIRE_ACCEPTED(derive_root(a, first_cap + 1, vspace_data, &plan->vspace));
    REQUIRE(cap_kind(plan->vspace.cap) == kind_vspace && vspace_cap_is_assigned(plan->vspace.cap),
            seL4_IllegalOperation);
    return ACCEPTED;
}

static struct space_plan start_space_plan(const struct args *a)
{
    return (struct space_plan){
        .thread = cap_tcb(a->cap), .invoked = a->slot, .handler_slot = TCB_FAULT_HANDLER};
}

// ----------------------------------------------------------------------------- replacing TCB slots

static enum progress replace_slot(const struct space_plan *plan, enum tcb_slot which,
                                  const struct new_cap *new_cap)
{
    struct slot *slot = &plan->thread->slots[which];
    if (delete_slot(slot) == PREEMPTED) {
        return PREEMPTED;
    }
    struct cap own = MAKE_CAP(tcb, .object = plat_paddr(plan->thread));
    if (!cap_is_null(new_cap->cap) && cap_same_object(new_cap->cap, new_cap->source->cap) &&
        cap_same_object(own, plan->invoked->cap)) {
        cdt_insert(new_cap->cap, new_cap->source, slot);
    }
    return DONE;
}

static enum progress perform_space_plan(const struct space_plan *plan, struct answer *answer)
{
    (void)answer;
    if (plan->sets_handler && replace_slot(plan, plan->handler_slot, &plan->handler) == PREEMPTED) {
        return PREEMPTED;
    }
    if (plan->sets_spaces && (replace_slot(plan, TCB_CSPACE, &plan->cspace) == PREEMPTED ||
                              replace_slot(plan, TCB_VSPACE, &plan->vspace) == PREEMPTED)) {
        return PREEMPTED;
    }
    if (plan->sets_buffer) {
        if (replace_slot(plan, TCB_BUFFER, &plan->buffer) == PREEMPTED) {
            return PREEMPTED;
        }
        plan->thread->buffer_address = plan->buffer_address;
        if (plan->thread == here()->current) {
            sched_demand();
        }
    }
    return DONE;
}

static struct refusal decode_TCBConfigure(const struct args *a, struct space_plan *plan)
{
    *plan = start_space_plan(a);
    REQUIRE_ACCEPTED(decode_buffer(a, 2, arg(a, 2), plan));
    return decode_spaces(a, 0, arg(a, 0), arg(a, 1), plan);
}
#define perform_TCBConfigure perform_space_plan
DEFINE_METHOD(TCBConfigure, struct space_plan)

static struct refusal decode_TCBSetIPCBuffer(const struct args *a, struct space_plan *plan)
{
    *plan = start_space_plan(a);
    return decode_buffer(a, 0, arg(a, 0), plan);
}
#define perform_TCBSetIPCBuffer perform_space_plan
DEFINE_METHOD(TCBSetIPCBuffer, struct space_plan)

static struct refusal decode_TCBSetSpace(const struct args *a, struct space_plan *plan)
{
    *plan = start_space_plan(a);
    REQUIRE_ACCEPTED(decode_spaces(a, 1, arg(a, 0), arg(a, 1), plan));
    plan->sets_handler = true;
    plan->handler = as_it_is(a, 0);
    REQUIRE(fault_is_handler(plan->handler.cap), seL4_InvalidCapability, 1);
    return ACCEPTED;
}
#define perform_TCBSetSpace perform_space_plan
DEFINE_METHOD(TCBSetSpace, struct space_plan)

static struct refusal decode_TCBSetTimeoutEndpoint(const struct args *a, struct space_plan *plan)
{
    *plan = start_space_plan(a);
    plan->sets_handler = true;
    plan->handler = as_it_is(a, 0);
    plan->handler_slot = TCB_TIMEOUT_HANDLER;
    REQUIRE(fault_is_handler(plan->handler.cap), seL4_InvalidCapability, 1);
    return ACCEPTED;
}
#define perform_TCBSetTimeoutEndpoint perform_space_plan
DEFINE_METHOD(TCBSetTimeoutEndpoint, struct space_plan)

// --------------------------------------------------------------- priorities, scheduling parameters

struct priority_plan {
    struct tcb *thread;
    word_t priority, mcp;
    struct space_plan handler; // SetSchedParams
    // SetSchedParams: to be bound, if it is not the thread's already; null = unbind
    struct sched_context *sc;
};

// The authority's MCP bounds what may be set; there is no other rule (INT-1).
static struct refusal check_priority(struct cap authority, word_t value)
{
    word_t mcp = cap_tcb(authority)->mcp;
    REQUIRE(value <= mcp, seL4_RangeError, 0, mcp);
    return ACCEPTED;
}

static struct refusal decode_TCBSetPriority(const struct args *a, struct priority_plan *plan)
{
    REQUIRE(cap_kind(extra_cap(a, 0)) == kind_tcb, seL4_InvalidCapability, 1);
    plan->thread = cap_tcb(a->cap);
    plan->priority = arg(a, 0);
    return check_priority(extra_cap(a, 0), plan->priority);
}

static enum progress perform_TCBSetPriority(const struct priority_plan *plan, struct answer *answer)
{
    (void)answer;
    tcb_set_priority(plan->thread, plan->priority);
    return DONE;
}
DEFINE_METHOD(TCBSetPriority, struct priority_plan)

static struct refusal decode_TCBSetMCPriority(const struct args *a, struct priority_plan *plan)
{
    REQUIRE(cap_kind(extra_cap(a, 0)) == kind_tcb, seL4_InvalidCapability, 1);
    plan->thread = cap_tcb(a->cap);
    plan->mcp = arg(a, 0);
    return check_priority(extra_cap(a, 0), plan->mcp);
}

static enum progress perform_TCBSetMCPriority(const struct priority_plan *plan,
                                              struct answer *answer)
{
    (void)answer;
    plan->thread->mcp = plan->mcp;
    return DONE;
}
DEFINE_METHOD(TCBSetMCPriority, struct priority_plan)

static struct refusal decode_sched_context(struct cap cap, struct priority_plan *plan)
{
    struct tcb *thread = plan->thread;
    switch (cap_kind(cap)) {
    case kind_sched_context:
        plan->sc = cap_sched_context(cap);
        if (plan->sc != thread->sc) {
            REQUIRE(!thread->sc, seL4_IllegalOperation);
            REQUIRE(!plan->sc->thread, seL4_IllegalOperation);
        }
        REQUIRE(!tcb_is_blocked(thread) || sc_is_released(plan->sc, here()->now),
                seL4_IllegalOperation);
        return ACCEPTED;
    case kind_null:
        plan->sc = NULL;
        REQUIRE(thread != here()->current, seL4_IllegalOperation);
        return ACCEPTED;
    default:
        return REFUSE(seL4_InvalidCapability, 2);
    }
}

static struct refusal decode_TCBSetSchedParams(const struct args *a, struct priority_plan *plan)
{
    struct cap authority = extra_cap(a, 0);
    *plan = (struct priority_plan){.thread = cap_tcb(a->cap),
                                   .mcp = arg(a, 0),
                                   .priority = arg(a, 1),
                                   .handler = start_space_plan(a)};
    REQUIRE(cap_kind(authority) == kind_tcb, seL4_InvalidCapability, 1);
    REQUIRE_ACCEPTED(check_priority(authority, plan->mcp));
    REQUIRE_ACCEPTED(check_priority(authority, plan->priority));
    REQUIRE_ACCEPTED(decode_sched_context(extra_cap(a, 1), plan));
    plan->handler.handler = as_it_is(a, 2);
    REQUIRE(fault_is_handler(plan->handler.handler.cap), seL4_InvalidCapability, 3);
    return ACCEPTED;
}

static enum progress perform_TCBSetSchedParams(const struct priority_plan *plan,
                                               struct answer *answer)
{
    (void)answer;
    struct tcb *thread = plan->thread;
    if (replace_slot(&plan->handler, TCB_FAULT_HANDLER, &plan->handler.handler) == PREEMPTED) {
        return PREEMPTED;
    }
    thread->mcp = plan->mcp;
    tcb_set_priority(thread, plan->priority);
    if (plan->sc == thread->sc) {
        return DONE;
    }
    if (plan->sc) {
        sc_bind(plan->sc, thread);
    } else {
        sc_unbind_thread(thread->sc);
    }
    return DONE;
}
DEFINE_METHOD(TCBSetSchedParams, struct priority_plan)

// ----------------------------------------------------------------- suspend, resume, binding, flags

struct thread_plan {
    struct tcb *thread;
    struct notification *notification;
    word_t clear, set;
};

static struct refusal decode_thread(const struct args *a, struct thread_plan *plan)
{
    *plan = (struct thread_plan){.thread = cap_tcb(a->cap)};
    return ACCEPTED;
}

static enum progress perform_TCBSuspend(const struct thread_plan *plan, struct answer *answer)
{
    (void)answer;
    tcb_suspend(plan->thread);
    return DONE;
}
#define decode_TCBSuspend decode_thread
DEFINE_METHOD(TCBSuspend, struct thread_plan)

static enum progress perform_TCBResume(const struct thread_plan *plan, struct answer *answer)
{
    (void)answer;
    tcb_resume(plan->thread);
    return DONE;
}
#define decode_TCBResume decode_thread
DEFINE_METHOD(TCBResume, struct thread_plan)

static struct refusal decode_TCBBindNotification(const struct args *a, struct thread_plan *plan)
{
    struct cap cap = extra_cap(a, 0);
    *plan = (struct thread_plan){.thread = cap_tcb(a->cap)};
    REQUIRE(!plan->thread->bound_notification, seL4_IllegalOperation);
    REQUIRE(cap_kind(cap) == kind_notification, seL4_IllegalOperation);
    REQUIRE(notification_cap_can_receive(cap), seL4_IllegalOperation);
    plan->notification = cap_notification(cap);
    REQUIRE(plan->notification->state != NOTIFICATION_WAITING && !plan->notification->bound_tcb,
            seL4_IllegalOperation);
    return ACCEPTED;
}

static enum progress perform_TCBBindNotification(const struct thread_plan *plan,
                                                 struct answer *answer)
{
    (void)answer;
    notification_bind_tcb(plan->notification, plan->thread);
    return DONE;
}
DEFINE_METHOD(TCBBindNotification, struct thread_plan)

static struct refusal decode_TCBUnbindNotification(const struct args *a, struct thread_plan *plan)
{
    *plan = (struct thread_plan){.thread = cap_tcb(a->cap)};
    REQUIRE(plan->thread->bound_notification, seL4_IllegalOperation);
    return ACCEPTED;
}

static enum progress perform_TCBUnbindNotification(const struct thread_plan *plan,
                                                   struct answer *answer)
{
    (void)answer;
    notification_unbind_tcb(plan->thread);
    return DONE;
}
DEFINE_METHOD(TCBUnbindNotification, struct thread_plan)

static struct refusal decode_TCBSetFlags(const struct args *a, struct thread_plan *plan)
{
    *plan = (struct thread_plan){.thread = cap_tcb(a->cap), .clear = arg(a, 0), .set = arg(a, 1)};
    return ACCEPTED;
}

static enum progress perform_TCBSetFlags(const struct thread_plan *plan, struct answer *answer)
{
    struct tcb *thread = plan->thread;
    thread->flags = (thread->flags & ~plan->clear) | (plan->set & TCB_FLAG_MASK);
    if (thread->flags & TCB_FLAG_FPU_DISABLED) {
        plat_fpu_save(thread);
        if (thread == here()->current) {
            plat_fpu_disable();
        }
    } else if (thread == here()->current) {
        plat_fpu_enable(thread);
    }
    answer_word(answer, thread->flags);
    return DONE;
}
DEFINE_METHOD(TCBSetFlags, struct thread_plan)
