// SPDX-License-Identifier: BSD-2-Clause
//
// The derivation list: how slots are put into it, moved and taken out, and the questions it answers
// (objects §2). The structure and its flags are told in slot.h.
#pragma once

#include "core/caps/slot.h"

// Puts `cap`, derived from the one in `source`, into the empty slot `dest`, directly behind
// `source`. Deriving an untyped of equal extent hands the watermark over (objects §1.7, side rule).
void cdt_insert(struct cap cap, struct slot *source, struct slot *dest);

// As cdt_insert, but as an original: both flags set. Used by Retype.
void cdt_attach(struct cap cap, struct slot *parent, struct slot *dest);

// Starts a list of its own in the empty slot `dest`: an initial capability (objects §1.7).
void cdt_plant(struct cap cap, struct slot *dest);

// Moves the node of `source` into the empty slot `dest`, with a (possibly updated) capability.
void cdt_relocate(struct cap cap, struct slot *source, struct slot *dest);

// a receives cap_a and b's node, b receives cap_b and a's node. Either may be empty; they may be
// neighbours.
void cdt_exchange(struct cap cap_a, struct slot *a, struct cap cap_b, struct slot *b);

// Empties the slot and unlinks its node; its `first` flag passes to the successor. No-op on an
// empty slot.
void cdt_remove(struct slot *slot);

// The parent test P(a, b) of objects §2.2.
bool cdt_is_parent(const struct slot *a, const struct slot *b);

// Has the slot a child? Only the direct successor can be the first one.
bool cdt_has_children(const struct slot *slot);

// Is this the last capability to its object? Only direct neighbours are examined (objects §2.4).
bool cdt_is_final(const struct slot *slot);
