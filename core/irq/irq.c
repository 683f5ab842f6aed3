// SPDX-License-Identifier: BSD-2-Clause
//
// Interrupts. A line is INACTIVE, the kernel's TIMER, or SIGNAL: claimed through IRQControl and
// delivered by signalling the notification in the line's hidden slot. Delivery disables the line,
// whether or not somebody was told; only Ack enables it again, so an interrupt that stays asserted
// is delivered once an Ack.
#include "core/irq/irq.h"

#include "core/base/print.h"
#include "core/caps/cdt.h"
#include "core/caps/lookup.h"
#include "core/caps/method.h"
#include "core/check/check.h"
#include "core/ipc/notification.h"

enum { NUM_SGIS = 16, NUM_SGI_TARGETS = 8, FIRST_SPECIAL_IRQ = 1020 };

void irq_init(void)
{
    for (word_t irq = 0; irq < NUM_IRQS; irq++) {
        ks.irqs[irq].state = irq == TIMER_IRQ ? IRQ_TIMER : IRQ_INACTIVE;
    }
    plat_irq_enable(TIMER_IRQ, true);
}

static void deliver(word_t irq)
{
    struct cap cap = ks.irqs[irq].slot.cap;
    if (cap_kind(cap) == kind_notification && notification_cap_can_send(cap)) {
        notification_signal(cap_notification(cap), notification_cap_badge(cap));
    } else {
        print("lab4: interrupt %d is claimed but no notification is bound: undelivered\n", irq);
    }
    plat_irq_enable(irq, false);
}

void irq_handle(void)
{
    word_t irq = plat_irq_acknowledge();
    if (irq >= FIRST_SPECIAL_IRQ) {
        return; // spurious
    }
    enum irq_state state = irq < NUM_IRQS ? ks.irqs[irq].state : IRQ_INACTIVE;
    switch (state) {
    case IRQ_TIMER:
        plat_timer_arm(~(ticks_t)0); // de-asserts it
        here()->rearm = true;
        break;
    case IRQ_SIGNAL:
        deliver(irq);
        break;
    case IRQ_INACTIVE:
        print("lab4: interrupt %d is not claimed: dropped\n", irq);
        plat_irq_enable(irq, false);
        break;
    }
    plat_irq_end(irq);
}

// -------------------------------------------------------------------------------------- IRQControl

struct issue_plan {
    struct slot *control, *dest;
    word_t irq, target;
    bool sets_trigger, is_edge;
};

static struct refusal decode_issue(const struct args *a, word_t index_arg, struct issue_plan *plan)
{
    *plan = (struct issue_plan){.control = a->slot, .irq = arg(a, 0)};
    REQUIRE(plan->irq < NUM_IRQS, seL4_RangeError, 0, NUM_IRQS - 1);
    REQUIRE(ks.irqs[plan->irq].state == IRQ_INACTIVE, seL4_RevokeFirst);
    return lookup_empty_target(extra_cap(a, 0), arg(a, index_arg), arg(a, index_arg + 1),
                               &plan->dest);
}

static struct refusal decode_IRQIssueIRQHandler(const struct args *a, struct issue_plan *plan)
{
    return decode_issue(a, 1, plan);
}

static enum progress perform_issue(const struct issue_plan *plan, struct answer *answer)
{
    (void)answer;
    if (plan->sets_trigger) {
        plat_irq_set_trigger(plan->irq, plan->is_edge);
    }
    ks.irqs[plan->irq].state = IRQ_SIGNAL;
    plat_irq_enable(plan->irq, true);
    cdt_insert(MAKE_CAP(irq_handler, .irq = plan->irq), plan->control, plan->dest);
    return DONE;
}
#define perform_IRQIssueIRQHandler perform_issue
DEFINE_METHOD(IRQIssueIRQHandler, struct issue_plan)

static struct refusal decode_ARMIRQIssueIRQHandlerTrigger(const struct args *a,
                                                          struct issue_plan *plan)
{
    REQUIRE_ACCEPTED(decode_issue(a, 2, plan));
    plan->sets_trigger = true;
    plan->is_edge = arg(a, 1) != 0;
    return ACCEPTED;
}
#define perform_ARMIRQIssueIRQHandlerTrigger perform_issue
DEFINE_METHOD(ARMIRQIssueIRQHandlerTrigger, struct issue_plan)

static struct refusal decode_ARMIRQIssueSGISignal(const struct args *a, struct issue_plan *plan)
{
    *plan = (struct issue_plan){.control = a->slot, .irq = arg(a, 0), .target = arg(a, 1)};
    REQUIRE(plan->irq < NUM_SGIS, seL4_RangeError, 0, NUM_SGIS - 1);
    REQUIRE(plan->target < NUM_SGI_TARGETS, seL4_InvalidArgument, 1);
    return lookup_empty_target(extra_cap(a, 0), arg(a, 2), arg(a, 3), &plan->dest);
}

static enum progress perform_ARMIRQIssueSGISignal(const struct issue_plan *plan,
                                                  struct answer *answer)
{
    (void)answer;
    cdt_insert(MAKE_CAP(sgi_signal, .sgi = plan->irq, .target = plan->target), plan->control,
               plan->dest);
    return DONE;
}
DEFINE_METHOD(ARMIRQIssueSGISignal, struct issue_plan)

// -------------------------------------------------------------------------------------- IRQHandler

struct handler_plan {
    word_t irq;
    struct slot *notification;
};

static struct refusal decode_handler(const struct args *a, struct handler_plan *plan)
{
    *plan = (struct handler_plan){.irq = irq_handler_cap_irq(a->cap)};
    return ACCEPTED;
}

static enum progress perform_IRQAckIRQ(const struct handler_plan *plan, struct answer *answer)
{
    (void)answer;
    plat_irq_enable(plan->irq, true);
    return DONE;
}
#define decode_IRQAckIRQ decode_handler
DEFINE_METHOD(IRQAckIRQ, struct handler_plan)

static struct refusal decode_IRQSetIRQHandler(const struct args *a, struct handler_plan *plan)
{
    struct cap cap = extra_cap(a, 0);
    *plan = (struct handler_plan){.irq = irq_handler_cap_irq(a->cap), .notification = a->extra[0]};
    REQUIRE(cap_kind(cap) == kind_notification && notification_cap_can_send(cap),
            seL4_InvalidCapability, 0);
    return ACCEPTED;
}

static enum progress perform_IRQSetIRQHandler(const struct handler_plan *plan,
                                              struct answer *answer)
{
    (void)answer;
    struct slot *slot = &ks.irqs[plan->irq].slot;
    notification_delete_slot(slot);
    cdt_insert(plan->notification->cap, plan->notification, slot);
    return DONE;
}
DEFINE_METHOD(IRQSetIRQHandler, struct handler_plan)

static enum progress perform_IRQClearIRQHandler(const struct handler_plan *plan,
                                                struct answer *answer)
{
    (void)answer;
    notification_delete_slot(&ks.irqs[plan->irq].slot);
    return DONE;
}
#define decode_IRQClearIRQHandler decode_handler
DEFINE_METHOD(IRQClearIRQHandler, struct handler_plan)

// --------------------------------------------------------------------------------- the kinds' rows

// A line, or a software-generated interrupt, is derived from the authority over all of them.
static bool control_covers(struct cap a, struct cap b)
{
    (void)a;
    enum cap_kind kind = cap_kind(b);
    return kind == kind_irq_control || kind == kind_irq_handler || kind == kind_sgi_signal;
}

// The line is free again.
static struct cap handler_finalise(struct cap cap)
{
    word_t irq = irq_handler_cap_irq(cap);
    notification_delete_slot(&ks.irqs[irq].slot);
    ks.irqs[irq].state = IRQ_INACTIVE;
    plat_irq_enable(irq, false);
    return cap_null();
}

static bool sgi_is_child(const struct slot *a, const struct slot *b)
{
    (void)a;
    return !cdt_is_first(b);
}

static bool sgi_send(struct tcb *invoker, struct cap cap, enum send_how how)
{
    (void)how;
    invoke_commit(invoker);
    plat_sgi_send(sgi_signal_cap_sgi(cap), sgi_signal_cap_target(cap));
    return true;
}

const struct kind irq_control_kind = {
    .stands_alone = true,
    .covers = control_covers,
    .derive = derive_null,
    .has_methods = true,
};

const struct kind irq_handler_kind = {
    .identity = IDENTITY(0, FIELD_MASK(irq_handler, irq)),
    .starts_family = issued_starts_family,
    .finalise = handler_finalise,
    .has_methods = true,
};

const struct kind sgi_signal_kind = {
    .identity = IDENTITY(0, FIELD_MASK(sgi_signal, sgi) | FIELD_MASK(sgi_signal, target)),
    .stands_alone = true,
    .starts_family = issued_starts_family,
    .is_child = sgi_is_child,
    .send = sgi_send,
};

// ------------------------------------------------------------------------------- the checker's row

static bool check_handler_is_legal(const struct slot *slot)
{
    word_t irq = irq_handler_cap_irq(slot->cap);
    return irq < NUM_IRQS && ks.irqs[irq].state == IRQ_SIGNAL;
}

const struct kind_check irq_control_check = {0};
const struct kind_check irq_handler_check = {.is_legal = check_handler_is_legal};
const struct kind_check sgi_signal_check = {0};
