// SPDX-License-Identifier: BSD-2-Clause
//
// CSpace addressing (objects §3): from a CPtr to a slot.
#pragma once

#include "core/refusal.h"

// Resolves the low `bits` (1..64) bits of `address` from `root`. On success *slot is set and *bits_left is what
// remained when a non-CNode slot ended the walk; otherwise *failure tells why.
bool lookup_resolve(struct cap root, cptr_t address, word_t bits, struct slot **slot, word_t *bits_left,
                    struct lookup_failure *failure);

// The slot a thread means by a CPtr: full depth, left-over bits ignored, possibly empty.
// Returns null and sets *failure if it does not resolve.
struct slot *lookup_slot(const struct tcb *thread, cptr_t address, struct lookup_failure *failure);

// Slot addressing of methods (objects §3.2): (root, index, depth) must name a slot exactly.
// Refuses with FailedLookup or RangeError; is_source is the flag word of FailedLookup.
struct refusal lookup_target(struct cap root, word_t index, word_t depth, bool is_source, struct slot **slot);

// lookup_target for a destination that must be empty (DeleteFirst).
struct refusal lookup_empty_target(struct cap root, word_t index, word_t depth, struct slot **slot);
