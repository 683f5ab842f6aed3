// SPDX-License-Identifier: BSD-2-Clause
//
// Slots and the derivation list.
//
// A slot is 32 bytes: a capability and a node of a doubly linked list. The lists hold the derivation forest
// in pre-order, without parent pointers: the descendants of a slot follow it contiguously, and whether b is
// below a is computed from the two capabilities and two flags of the node (objects §2).
//
//   revocable   the slot may have children
//   first       the slot is the first of its badge family
//
// An empty slot (null capability) is in no list and has clear flags.
#pragma once

#include "core/cap.h"

struct slot {
    struct cap cap;
    word_t previous; // struct slot *; bit 0 = first
    word_t next;     // struct slot *; bit 0 = revocable
};

enum { SLOT_BITS = seL4_SlotBits };
_Static_assert(sizeof(struct slot) == BIT(SLOT_BITS), "slot size is ABI (abi §6)");

static inline struct slot *cdt_previous(const struct slot *slot)
{
    return (struct slot *)(slot->previous & ~(word_t)1);
}

static inline struct slot *cdt_next(const struct slot *slot)
{
    return (struct slot *)(slot->next & ~(word_t)1);
}

static inline bool cdt_is_first(const struct slot *slot)
{
    return slot->previous & 1;
}

static inline bool cdt_is_revocable(const struct slot *slot)
{
    return slot->next & 1;
}

static inline bool slot_is_empty(const struct slot *slot)
{
    return cap_is_null(slot->cap);
}

// Puts `cap`, derived from the one in `source`, into the empty slot `dest`, directly behind `source`.
// Deriving an untyped of equal extent hands the watermark over (objects §1.7, side rule).
void cdt_insert(struct cap cap, struct slot *source, struct slot *dest);

// As cdt_insert, but as an original: both flags set. Used by Retype.
void cdt_attach(struct cap cap, struct slot *parent, struct slot *dest);

// Starts a list of its own in the empty slot `dest`: an initial capability (objects §1.7).
void cdt_plant(struct cap cap, struct slot *dest);

// Moves the node of `source` into the empty slot `dest`, with a (possibly updated) capability.
void cdt_relocate(struct cap cap, struct slot *source, struct slot *dest);

// a receives cap_a and b's node, b receives cap_b and a's node. Either may be empty; they may be neighbours.
void cdt_exchange(struct cap cap_a, struct slot *a, struct cap cap_b, struct slot *b);

// Empties the slot and unlinks its node; its `first` flag passes to the successor. No-op on an empty slot.
void cdt_remove(struct slot *slot);

// The parent test P(a, b) of objects §2.2.
bool cdt_is_parent(const struct slot *a, const struct slot *b);

// Has the slot a child? Only the direct successor can be the first one.
bool cdt_has_children(const struct slot *slot);

// Is this the last capability to its object? Only direct neighbours are examined (objects §2.4).
bool cdt_is_final(const struct slot *slot);
