// SPDX-License-Identifier: BSD-2-Clause
//
// CNode methods: moving capabilities around (objects §4). The invoked CNode is the root of the
// destination lookup.
#include "core/caps/cdt.h"
#include "core/caps/delete.h"
#include "core/caps/lookup.h"
#include "core/caps/method.h"
#include "core/check/check.h"
#include "core/ipc/endpoint.h"

struct cnode_plan {
    struct slot *dest, *source, *pivot;
    struct cap cap;       // for the destination
    struct cap pivot_cap; // Rotate: for the pivot slot
};

static struct refusal decode_dest(const struct args *a, struct cnode_plan *plan)
{
    *plan = (struct cnode_plan){0};
    return lookup_target(a->cap, arg(a, 0), arg(a, 1), false, &plan->dest);
}

// ------------------------------------------------------------------- Copy, Mint, Move, Mutate

// The part that the four have in common (objects §4.2 checks 1–5); min_length is the method's own.
static struct refusal decode_source(const struct args *a, word_t min_length,
                                    struct cnode_plan *plan)
{
    REQUIRE_ACCEPTED(decode_dest(a, plan));
    REQUIRE(a->length >= 4 && a->extra_count >= 1, seL4_TruncatedMessage);
    REQUIRE(slot_is_empty(plan->dest), seL4_DeleteFirst);
    REQUIRE_ACCEPTED(lookup_target(extra_cap(a, 0), arg(a, 2), arg(a, 3), true, &plan->source));
    if (slot_is_empty(plan->source)) {
        return refuse_missing(true, arg(a, 3));
    }
    REQUIRE(a->length >= min_length, seL4_TruncatedMessage);
    plan->cap = plan->source->cap;
    return ACCEPTED;
}

static struct refusal decode_CNodeCopy(const struct args *a, struct cnode_plan *plan)
{
    REQUIRE_ACCEPTED(decode_source(a, 5, plan));
    REQUIRE_ACCEPTED(cap_derive(plan->source, cap_mask_rights(plan->cap, arg(a, 4)), &plan->cap));
    REQUIRE(!cap_is_null(plan->cap), seL4_IllegalOperation);
    return ACCEPTED;
}

static struct refusal decode_CNodeMint(const struct args *a, struct cnode_plan *plan)
{
    REQUIRE_ACCEPTED(decode_source(a, 6, plan));
    struct cap cap = cap_update_data(cap_mask_rights(plan->cap, arg(a, 4)), arg(a, 5), false);
    REQUIRE_ACCEPTED(cap_derive(plan->source, cap, &plan->cap));
    REQUIRE(!cap_is_null(plan->cap), seL4_IllegalOperation);
    return ACCEPTED;
}

static enum progress perform_insert(const struct cnode_plan *plan, struct answer *answer)
{
    (void)answer;
    cdt_insert(plan->cap, plan->source, plan->dest);
    return DONE;
}
#define perform_CNodeCopy perform_insert
DEFINE_METHOD(CNodeCopy, struct cnode_plan)
#define perform_CNodeMint perform_insert
DEFINE_METHOD(CNodeMint, struct cnode_plan)

static struct refusal decode_CNodeMove(const struct args *a, struct cnode_plan *plan)
{
    return decode_source(a, 4, plan);
}

static struct refusal decode_CNodeMutate(const struct args *a, struct cnode_plan *plan)
{
    REQUIRE_ACCEPTED(decode_source(a, 5, plan));
    plan->cap = cap_update_data(plan->cap, arg(a, 4), true);
    REQUIRE(!cap_is_null(plan->cap), seL4_IllegalOperation);
    return ACCEPTED;
}

static enum progress perform_relocate(const struct cnode_plan *plan, struct answer *answer)
{
    (void)answer;
    cdt_relocate(plan->cap, plan->source, plan->dest);
    return DONE;
}
#define perform_CNodeMove perform_relocate
DEFINE_METHOD(CNodeMove, struct cnode_plan)
#define perform_CNodeMutate perform_relocate
DEFINE_METHOD(CNodeMutate, struct cnode_plan)

// ----------------------------------------------------------------------------------------- Rotate

// Source → pivot, pivot → dest; source = dest swaps the two (objects §4.5).
static struct refusal decode_CNodeRotate(const struct args *a, struct cnode_plan *plan)
{
    REQUIRE_ACCEPTED(decode_dest(a, plan));
    REQUIRE(a->length >= 8 && a->extra_count >= 2, seL4_TruncatedMessage);
    REQUIRE_ACCEPTED(lookup_target(extra_cap(a, 1), arg(a, 6), arg(a, 7), true, &plan->source));
    REQUIRE_ACCEPTED(lookup_target(extra_cap(a, 0), arg(a, 3), arg(a, 4), true, &plan->pivot));
    REQUIRE(plan->pivot != plan->source && plan->pivot != plan->dest, seL4_IllegalOperation);
    if (plan->source != plan->dest) {
        REQUIRE(slot_is_empty(plan->dest), seL4_DeleteFirst);
    }
    if (slot_is_empty(plan->source)) {
        return refuse_missing(true, arg(a, 7));
    }
    if (slot_is_empty(plan->pivot)) {
        return refuse_missing(false, arg(a, 4));
    }
    plan->pivot_cap = cap_update_data(plan->source->cap, arg(a, 5), true);
    plan->cap = cap_update_data(plan->pivot->cap, arg(a, 2), true);
    REQUIRE(!cap_is_null(plan->pivot_cap), seL4_IllegalOperation);
    REQUIRE(!cap_is_null(plan->cap), seL4_IllegalOperation);
    return ACCEPTED;
}

static enum progress perform_CNodeRotate(const struct cnode_plan *plan, struct answer *answer)
{
    (void)answer;
    if (plan->source == plan->dest) {
        cdt_exchange(plan->cap, plan->source, plan->pivot_cap, plan->pivot);
    } else {
        cdt_relocate(plan->cap, plan->pivot, plan->dest);
        cdt_relocate(plan->pivot_cap, plan->source, plan->pivot);
    }
    return DONE;
}
DEFINE_METHOD(CNodeRotate, struct cnode_plan)

// ------------------------------------------------------------- Revoke, Delete, CancelBadgedSends

#define decode_CNodeRevoke decode_dest
static enum progress perform_CNodeRevoke(const struct cnode_plan *plan, struct answer *answer)
{
    (void)answer;
    return revoke_slot(plan->dest);
}
DEFINE_METHOD(CNodeRevoke, struct cnode_plan)

#define decode_CNodeDelete decode_dest
static enum progress perform_CNodeDelete(const struct cnode_plan *plan, struct answer *answer)
{
    (void)answer;
    return delete_slot(plan->dest);
}
DEFINE_METHOD(CNodeDelete, struct cnode_plan)

static bool has_all_endpoint_rights(struct cap cap)
{
    return cap_kind(cap) == kind_endpoint && endpoint_cap_can_send(cap) &&
           endpoint_cap_can_receive(cap) && endpoint_cap_can_grant(cap) &&
           endpoint_cap_can_grant_reply(cap);
}

static struct refusal decode_CNodeCancelBadgedSends(const struct args *a, struct cnode_plan *plan)
{
    REQUIRE_ACCEPTED(decode_dest(a, plan));
    REQUIRE(has_all_endpoint_rights(plan->dest->cap), seL4_IllegalOperation);
    plan->cap = plan->dest->cap;
    return ACCEPTED;
}

static enum progress perform_CNodeCancelBadgedSends(const struct cnode_plan *plan,
                                                    struct answer *answer)
{
    (void)answer;
    if (endpoint_cap_badge(plan->cap) != 0) {
        endpoint_cancel_badged(cap_endpoint(plan->cap), endpoint_cap_badge(plan->cap));
    }
    return DONE;
}
DEFINE_METHOD(CNodeCancelBadgedSends, struct cnode_plan)

// ---------------------------------------------------------------------------------- the kind's row

static struct cap kind_create(paddr_t base, word_t bits, bool is_device)
{
    (void)is_device;
    return MAKE_CAP(cnode, .object = base, .radix = bits - SLOT_BITS);
}

// seL4_CNode_CapData (abi §3): the low six bits are the guard's size, the rest its value.
static struct cap kind_update_data(struct cap cap, word_t data, bool keep)
{
    (void)keep;
    word_t guard_size = data & LOW_BITS(6), guard = data >> 6;
    if (guard_size + cnode_cap_radix(cap) > WORD_BITS) {
        return cap_null();
    }
    return cnode_cap_set_guard(cnode_cap_set_guard_size(cap, guard_size),
                               guard & LOW_BITS(guard_size));
}

static struct cap kind_finalise(struct cap cap)
{
    word_t radix = cnode_cap_radix(cap);
    return MAKE_CAP(zombie, .base = cnode_cap_object(cap), .radix = radix, .remaining = BIT(radix));
}

const struct kind cnode_kind = {
    .identity = IDENTITY(FIELD_MASK(cnode, object) | FIELD_MASK(cnode, radix), 0),
    .update_data = kind_update_data,
    .create = kind_create,
    .finalise = kind_finalise,
    .has_methods = true,
    .is_refused_in_combined_call = true,
};

// ------------------------------------------------------------------------------- the checker's row

static bool check_is_legal(const struct slot *slot)
{
    struct cap cap = slot->cap;
    word_t radix = cnode_cap_radix(cap), guard_size = cnode_cap_guard_size(cap);
    return check_is_size(radix + SLOT_BITS, SLOT_BITS + 1) && guard_size + radix <= WORD_BITS &&
           cnode_cap_guard(cap) <= LOW_BITS(guard_size);
}

const struct kind_check cnode_check = {.is_legal = check_is_legal};
