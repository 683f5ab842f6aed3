// SPDX-License-Identifier: BSD-2-Clause
//
// CSpace addressing (objects §3): from a CPtr to a slot. Pure look-up: nothing is changed, and what
// is found may be an empty slot. Two ways in: `lookup_slot` for the CPtrs of system calls and
// messages, always 64 bits deep and content with less than all of them; `lookup_target` for the
// slots that methods name, which must be exact.
#pragma once

#include "core/threads/objects.h"

// Resolves the low `bits` (1..64) bits of `address` from `root`. On success *slot is set and
// *bits_left is what remained when a non-CNode slot ended the walk; otherwise *failure tells why.
bool lookup_resolve(struct cap root, cptr_t address, word_t bits, struct slot **slot,
                    word_t *bits_left, struct lookup_failure *failure);

// lookup_slot for what takes more than one step, or fails.
struct slot *lookup_slot_by_steps(struct cap root, cptr_t address, struct lookup_failure *failure);

// Is the CSpace one CNode, whose guard and radix use up all 64 bits, and does the guard match?
static inline bool lookup_takes_one_step(struct cap root, cptr_t address)
{
    return cap_kind(root) == kind_cnode &&
           cnode_cap_radix(root) + cnode_cap_guard_size(root) == WORD_BITS &&
           address >> cnode_cap_radix(root) == cnode_cap_guard(root);
}

// The slot that the low bits of an address index.
static inline struct slot *lookup_last_step(struct cap cnode, cptr_t address)
{
    return &cap_cnode(cnode)[address & LOW_BITS(cnode_cap_radix(cnode))];
}

// The slot a thread means by a CPtr: full depth, left-over bits ignored, possibly empty.
// Returns null and sets *failure if it does not resolve.
static inline struct slot *lookup_slot(const struct tcb *thread, cptr_t address,
                                       struct lookup_failure *failure)
{
    struct cap root = thread->slots[TCB_CSPACE].cap;
    return UNLIKELY(!lookup_takes_one_step(root, address))
               ? lookup_slot_by_steps(root, address, failure)
               : lookup_last_step(root, address);
}

// Slot addressing of methods (objects §3.2): (root, index, depth) must name a slot exactly.
// Refuses with FailedLookup or RangeError; is_source is the flag word of FailedLookup.
struct refusal lookup_target(struct cap root, word_t index, word_t depth, bool is_source,
                             struct slot **slot);

// lookup_target for a destination that must be empty (DeleteFirst).
struct refusal lookup_empty_target(struct cap root, word_t index, word_t depth, struct slot **slot);
