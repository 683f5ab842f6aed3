// SPDX-License-Identifier: BSD-2-Clause
//
// Deletion. The last capability to a container (a CNode, or the five slots of a TCB) cannot disappear at once: it
// turns into a Zombie in the same slot, which counts the container's slots down from the highest. Destroying such
// a slot may meet the last capability to a further container. That one is not taken apart: its Zombie is parked in
// its own slot 0, by exchange with the capability that was there, which is destroyed instead. So the nesting is
// outer, then inner, never deeper: there is no recursion and no stack that grows with the capability graph.
//
// After every step there is a preemption point; what has been done stays done (objects §5.5).
#include "core/delete.h"

#include "core/asid.h"
#include "core/endpoint.h"
#include "core/irq.h"
#include "core/notification.h"
#include "core/reply.h"
#include "core/sched_context.h"
#include "core/vspace.h"

enum { NO_RELEASE = -1 };

// What is left of a capability after its object was told, and the line to free once the slot is empty.
struct remainder {
    struct cap cap;
    int released_irq;
};

static struct cap make_zombie(struct cap container)
{
    if (cap_kind(container) == kind_tcb) {
        return MAKE_CAP(zombie, .base = tcb_cap_object(container), .radix = 0, .remaining = TCB_SLOTS);
    }
    word_t radix = cnode_cap_radix(container);
    return MAKE_CAP(zombie, .base = cnode_cap_object(container), .radix = radix, .remaining = BIT(radix));
}

void delete_notification_slot(struct slot *slot)
{
    if (!slot_is_empty(slot)) {
        if (cdt_is_final(slot)) {
            notification_finalise(cap_notification(slot->cap));
        }
        cdt_remove(slot);
    }
}

// The last capability to an object goes (objects §5.2).
static struct remainder finalise_last(struct cap cap)
{
    struct remainder nothing = {cap_null(), NO_RELEASE};
    switch (cap_kind(cap)) {
    case kind_endpoint:
        endpoint_cancel_all(cap_endpoint(cap));
        return nothing;
    case kind_notification:
        notification_finalise(cap_notification(cap));
        return nothing;
    case kind_reply:
        reply_finalise(cap_reply(cap));
        return nothing;
    case kind_sched_context:
        sc_finalise(cap_sched_context(cap));
        return nothing;
    case kind_tcb:
        tcb_finalise(cap_tcb(cap));
        return (struct remainder){make_zombie(cap), NO_RELEASE};
    case kind_cnode:
        return (struct remainder){make_zombie(cap), NO_RELEASE};
    case kind_irq_handler: {
        word_t irq = irq_handler_cap_irq(cap);
        delete_notification_slot(&ks.irqs[irq].slot);
        return (struct remainder){cap_null(), (int)irq};
    }
    case kind_page_table:
        page_table_unlink(cap);
        return nothing;
    case kind_vspace:
        asid_release_vspace(cap);
        return nothing;
    case kind_asid_pool:
        asid_release_pool(cap);
        return nothing;
    default:
        return nothing;
    }
}

static struct remainder finalise(const struct slot *slot)
{
    struct cap cap = slot->cap;
    if (cap_kind(cap) == kind_zombie) {
        return (struct remainder){cap, NO_RELEASE};
    }
    if (cap_kind(cap) == kind_frame) {
        page_remove(cap); // every frame capability has a mapping of its own
    } else if (cdt_is_final(slot)) {
        return finalise_last(cap);
    }
    return (struct remainder){cap_null(), NO_RELEASE};
}

static struct slot *zombie_slots(struct cap zombie)
{
    return plat_ptr(zombie_cap_base(zombie));
}

// May the slot be emptied with this remainder in it?
static bool is_removable(const struct slot *slot, struct cap rest)
{
    if (cap_is_null(rest)) {
        return true;
    }
    word_t remaining = zombie_cap_remaining(rest);
    return remaining == 0 || (remaining == 1 && zombie_slots(rest) == slot);
}

static void empty_slot(struct slot *slot, int released_irq)
{
    cdt_remove(slot);
    if (released_irq != NO_RELEASE) {
        irq_release((word_t)released_irq);
    }
}

// Destroys a slot inside a container that is itself being destroyed. It may end up holding the parked Zombie of
// the container that it is slot 0 of.
static enum progress delete_inner(struct slot *slot)
{
    while (!slot_is_empty(slot)) {
        struct remainder rest = finalise(slot);
        if (is_removable(slot, rest.cap)) {
            empty_slot(slot, rest.released_irq);
            return DONE;
        }
        slot->cap = rest.cap;
        struct slot *first = zombie_slots(rest.cap);
        if (first == slot) {
            return DONE;
        }
        cdt_exchange(first->cap, slot, rest.cap, first);
        if (preemption_point()) {
            return PREEMPTED;
        }
    }
    return DONE;
}

static bool is_same_zombie(struct cap a, struct cap b)
{
    return a.words[0] == b.words[0] && a.words[1] == b.words[1];
}

// Destroys the highest slot that the Zombie still counts.
static enum progress shrink_zombie(struct slot *slot)
{
    struct cap zombie = slot->cap;
    word_t remaining = zombie_cap_remaining(zombie);
    if (delete_inner(&zombie_slots(zombie)[remaining - 1]) == PREEMPTED) {
        return PREEMPTED;
    }
    if (is_same_zombie(slot->cap, zombie)) { // else emptied, or another one was swapped in
        slot->cap = zombie_cap_set_remaining(zombie, remaining - 1);
    }
    return DONE;
}

enum progress delete_slot(struct slot *slot)
{
    while (!slot_is_empty(slot)) {
        struct remainder rest = finalise(slot);
        if (is_removable(slot, rest.cap)) {
            empty_slot(slot, rest.released_irq);
            return DONE;
        }
        slot->cap = rest.cap;
        if (shrink_zombie(slot) == PREEMPTED || preemption_point()) {
            return PREEMPTED;
        }
    }
    return DONE;
}

enum progress revoke_slot(struct slot *slot)
{
    while (cdt_has_children(slot)) {
        if (delete_slot(cdt_next(slot)) == PREEMPTED || preemption_point()) {
            return PREEMPTED;
        }
    }
    return DONE;
}
