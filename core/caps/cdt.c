// SPDX-License-Identifier: BSD-2-Clause
//
// The derivation list: insertion, movement and removal of nodes, and the questions that the list
// answers. Only this file changes the links and flags of slots; what they mean is told in slot.h,
// the rules are objects §1.7 and §2.
//
// There is no pointer to a parent: the list is the forest in pre-order, so "has it children?" and
// "is it the last one to its object?" look at direct neighbours only and take constant time,
// however many capabilities there are. The price is that every insertion must go directly behind
// its source.
#include "core/caps/cdt.h"

#include "core/caps/kind.h"

static void set_previous(struct slot *slot, struct slot *previous)
{
    slot->previous = (word_t)previous | (slot->previous & 1);
}

static void set_next(struct slot *slot, struct slot *next)
{
    slot->next = (word_t)next | (slot->next & 1);
}

static void set_node(struct slot *slot, struct slot *previous, struct slot *next, bool flags)
{
    slot->previous = (word_t)previous | flags;
    slot->next = (word_t)next | flags;
}

// Makes the neighbours named by the slot's own node point back at it.
static void repoint_neighbours(struct slot *slot)
{
    if (cdt_previous(slot)) {
        set_next(cdt_previous(slot), slot);
    }
    if (cdt_next(slot)) {
        set_previous(cdt_next(slot), slot);
    }
}

static void link_behind(struct slot *source, struct slot *dest, struct cap cap, bool flags)
{
    KASSERT(slot_is_empty(dest) && !slot_is_empty(source) && !cap_is_null(cap));
    dest->cap = cap;
    set_node(dest, source, cdt_next(source), flags);
    repoint_neighbours(dest);
}

// Whether a capability derived from `source` starts a family of its own (objects §1.7).
static bool starts_family(struct cap cap, struct cap source)
{
    const struct kind *kind = kind_of(cap);
    return kind->starts_family && kind->starts_family(cap, source);
}

static bool is_same_untyped(struct cap a, struct cap b)
{
    return cap_kind(a) == kind_untyped && cap_kind(b) == kind_untyped &&
           untyped_cap_base(a) == untyped_cap_base(b) &&
           untyped_cap_size_bits(a) == untyped_cap_size_bits(b);
}

void cdt_insert(struct cap cap, struct slot *source, struct slot *dest)
{
    link_behind(source, dest, cap, starts_family(cap, source->cap));
    if (is_same_untyped(cap, source->cap)) {
        source->cap = untyped_cap_set_watermark(source->cap, BIT(untyped_cap_size_bits(cap)));
    }
}

void cdt_attach(struct cap cap, struct slot *parent, struct slot *dest)
{
    link_behind(parent, dest, cap, true);
}

void cdt_plant(struct cap cap, struct slot *dest)
{
    KASSERT(slot_is_empty(dest) && !cap_is_null(cap));
    dest->cap = cap;
    set_node(dest, NULL, NULL, true);
}

void cdt_relocate(struct cap cap, struct slot *source, struct slot *dest)
{
    KASSERT(slot_is_empty(dest) && !slot_is_empty(source) && !cap_is_null(cap));
    *dest = (struct slot){.cap = cap, .previous = source->previous, .next = source->next};
    *source = (struct slot){0};
    repoint_neighbours(dest);
}

// After a swap of nodes a slot that was its partner's neighbour names itself.
static void redirect_self(struct slot *slot, struct slot *partner)
{
    if (cdt_previous(slot) == slot) {
        set_previous(slot, partner);
    }
    if (cdt_next(slot) == slot) {
        set_next(slot, partner);
    }
}

void cdt_exchange(struct cap cap_a, struct slot *a, struct cap cap_b, struct slot *b)
{
    KASSERT(a != b);
    struct slot node_a = *a;
    *a = (struct slot){.cap = cap_a, .previous = b->previous, .next = b->next};
    *b = (struct slot){.cap = cap_b, .previous = node_a.previous, .next = node_a.next};
    redirect_self(a, b);
    redirect_self(b, a);
    repoint_neighbours(a);
    repoint_neighbours(b);
}

void cdt_remove(struct slot *slot)
{
    if (slot_is_empty(slot)) {
        return;
    }
    struct slot *previous = cdt_previous(slot), *next = cdt_next(slot);
    if (previous) {
        set_next(previous, next);
    }
    if (next) {
        set_previous(next, previous);
        // the family's next member becomes its head (objects §2.3)
        next->previous |= slot->previous & 1;
    }
    *slot = (struct slot){0};
}

bool cdt_is_parent(const struct slot *a, const struct slot *b)
{
    if (!cdt_is_revocable(a) || !cap_same_region(a->cap, b->cap)) {
        return false;
    }
    const struct kind *kind = kind_of(a->cap);
    return !kind->is_child || kind->is_child(a, b);
}

bool cdt_has_children(const struct slot *slot)
{
    const struct slot *next = cdt_next(slot);
    return next && cdt_is_parent(slot, next);
}

bool cdt_is_final(const struct slot *slot)
{
    if (kind_of(slot->cap)->stands_alone) {
        return true;
    }
    const struct slot *previous = cdt_previous(slot), *next = cdt_next(slot);
    return !(previous && cap_same_object(previous->cap, slot->cap)) &&
           !(next && cap_same_object(slot->cap, next->cap));
}
