// SPDX-License-Identifier: BSD-2-Clause
//
// Deletion. The last capability to a container (a CNode, or the five slots of a TCB) cannot
// disappear at once: it turns into a Zombie in the same slot, which counts the container's slots
// down from the highest. Destroying such a slot may meet the last capability to a further
// container. That one is not taken apart: its Zombie is parked in its own slot 0, by exchange with
// the capability that was there, which is destroyed instead. So the nesting is outer, then inner,
// never deeper: there is no recursion and no stack that grows with the capability graph.
//
// After every step there is a preemption point; what has been done stays done (objects §5.5).
#include "core/caps/delete.h"

#include "core/caps/cdt.h"
#include "core/caps/kind.h"
#include "core/check/check.h"
#include "core/time/time.h"

// What the capability leaves in its slot: nothing, or the Zombie of a container.
static struct cap finalise(const struct slot *slot)
{
    const struct kind *kind = kind_of(slot->cap);
    if (kind->release) {
        kind->release(slot->cap);
    }
    return kind->finalise && cdt_is_final(slot) ? kind->finalise(slot->cap) : cap_null();
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

// Destroys a slot inside a container that is itself being destroyed. It may end up holding the
// parked Zombie of the container that it is slot 0 of.
static enum progress delete_inner(struct slot *slot)
{
    while (!slot_is_empty(slot)) {
        struct cap rest = finalise(slot);
        if (is_removable(slot, rest)) {
            cdt_remove(slot);
            return DONE;
        }
        slot->cap = rest;
        struct slot *first = zombie_slots(rest);
        if (first == slot) {
            return DONE;
        }
        cdt_exchange(first->cap, slot, rest, first);
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
        struct cap rest = finalise(slot);
        if (is_removable(slot, rest)) {
            cdt_remove(slot);
            return DONE;
        }
        slot->cap = rest;
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

// -------------------------------------------------------------------------------- the Zombie's row

static struct cap zombie_finalise(struct cap cap)
{
    return cap;
}

const struct kind zombie_kind = {
    .stands_alone = true,
    .derive = derive_null,
    .finalise = zombie_finalise,
};

// ------------------------------------------------------------------------------- the checker's row

static void check_object(struct invariants *v, const struct slot *slot)
{
    word_t radix = zombie_cap_radix(slot->cap), remaining = zombie_cap_remaining(slot->cap);
    word_t count = radix == 0 ? (word_t)TCB_SLOTS : BIT(radix);
    const struct slot *slots = zombie_slots(slot->cap);
    HOLDS(remaining <= count, 7, "a Zombie counts more slots than it has", slot);
    for (word_t i = remaining; i < count; i++) {
        HOLDS(slot_is_empty(&slots[i]), 7, "a slot that its Zombie has finished with is not empty",
              &slots[i]);
    }
}

const struct kind_check zombie_check = {.object = check_object};
