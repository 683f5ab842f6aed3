// SPDX-License-Identifier: BSD-2-Clause
//
// A slot: the place where a capability lives. 32 bytes: the capability, and a node of a doubly
// linked list.
//
// The lists hold the derivation forest in pre-order, without parent pointers: the descendants of a
// slot follow it contiguously, and whether b is below a is computed from the two capabilities and
// two flags of the node (objects §2). Only cdt.c changes the nodes.
//
//   revocable   the slot may have children
//   first       the slot is the first of its badge family
//
// An empty slot (null capability) is in no list and has clear flags.
#pragma once

#include "core/caps/cap.h"

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
