// SPDX-License-Identifier: BSD-2-Clause
//
// CSpace addressing; see lookup.h. Resolution reads capabilities only: rights play no role, and an
// empty slot is a found slot. Each step consumes at least one bit (a CNode's radix is at least 1),
// so the walk ends.
#include "core/caps/lookup.h"

static bool fail(struct lookup_failure *failure, word_t type, word_t a, word_t b, word_t c)
{
    *failure = (struct lookup_failure){type, {a, b, c}};
    return false;
}

// Do the `size` most significant of the remaining `bits` address bits equal the guard?
static bool guard_matches(word_t guard, word_t size, cptr_t address, word_t bits)
{
    if (size == 0) {
        return true; // also keeps the shift below 64
    }
    return size <= bits && ((address >> (bits - size)) & LOW_BITS(size)) == guard;
}

bool lookup_resolve(struct cap root, cptr_t address, word_t bits, struct slot **slot,
                    word_t *bits_left, struct lookup_failure *failure)
{
    KASSERT(bits >= 1 && bits <= WORD_BITS);
    if (cap_kind(root) != kind_cnode) {
        return fail(failure, seL4_InvalidRoot, 0, 0, 0);
    }
    for (;;) {
        word_t radix = cnode_cap_radix(root), guard_size = cnode_cap_guard_size(root),
               guard = cnode_cap_guard(root);
        if (!guard_matches(guard, guard_size, address, bits)) {
            return fail(failure, seL4_GuardMismatch, bits, guard, guard_size);
        }
        if (radix + guard_size > bits) {
            return fail(failure, seL4_DepthMismatch, bits, radix + guard_size, 0);
        }
        bits -= radix + guard_size;
        *slot = &cap_cnode(root)[(address >> bits) & LOW_BITS(radix)];
        *bits_left = bits;
        if (bits == 0 || cap_kind((*slot)->cap) != kind_cnode) {
            return true;
        }
        root = (*slot)->cap;
    }
}

COLD struct slot *lookup_slot_by_steps(struct cap root, cptr_t address,
                                       struct lookup_failure *failure)
{
    struct slot *slot;
    word_t bits_left;
    return lookup_resolve(root, address, WORD_BITS, &slot, &bits_left, failure) ? slot : NULL;
}

struct refusal lookup_target(struct cap root, word_t index, word_t depth, bool is_source,
                             struct slot **slot)
{
    struct lookup_failure failure;
    word_t bits_left;
    if (cap_kind(root) != kind_cnode) {
        return REFUSE(seL4_FailedLookup, is_source, seL4_InvalidRoot);
    }
    REQUIRE(depth >= 1 && depth <= WORD_BITS, seL4_RangeError, 1, WORD_BITS);
    if (!lookup_resolve(root, index, depth, slot, &bits_left, &failure)) {
        return refuse_lookup(is_source, failure);
    }
    REQUIRE(bits_left == 0, seL4_FailedLookup, is_source, seL4_DepthMismatch, bits_left, 0);
    return ACCEPTED;
}

struct refusal lookup_empty_target(struct cap root, word_t index, word_t depth, struct slot **slot)
{
    REQUIRE_ACCEPTED(lookup_target(root, index, depth, false, slot));
    REQUIRE(slot_is_empty(*slot), seL4_DeleteFirst);
    return ACCEPTED;
}
