// SPDX-License-Identifier: BSD-2-Clause
//
// ASID pools and the table of pools: which VSpace is live under which identifier. Owns
// ks.asid_pools and the pools in it (boot.c enters the root task in the first one); vspace.h reads
// them.
//
// The hardware's ASID is the ASID. So nothing is flushed on a context switch; instead everything
// under an ASID is flushed when it is given up, and handing it out again needs no work.
// Capabilities to the VSpace are not told: they find out at their next use, by looking into the
// table (vspace.h).
#include "core/arch/aarch64/asid.h"

#include "core/arch/aarch64/vspace.h"
#include "core/caps/cdt.h"
#include "core/caps/lookup.h"
#include "core/caps/method.h"
#include "core/check/check.h"

static void retire(asid_t asid)
{
    plat_tlb_flush_asid(asid);
    plat_vspace_retire(asid);
}

void asid_release_vspace(struct cap vspace)
{
    paddr_t root;
    if (vspace_require_live(vspace, 0, &root).error != seL4_NoError) {
        return;
    }
    asid_t asid = vspace_cap_asid(vspace);
    ks.asid_pools[asid / ASIDS_PER_POOL]->vspaces[asid % ASIDS_PER_POOL] = 0;
    retire(asid);
    vspace_activate(here()->current);
}

// The last capability to a pool goes: every VSpace of the pool is dead.
static struct cap pool_finalise(struct cap cap)
{
    asid_t first = asid_pool_cap_first_asid(cap);
    struct asid_pool *pool = cap_asid_pool(cap);
    if (ks.asid_pools[first / ASIDS_PER_POOL] != pool) {
        return cap_null();
    }
    ks.asid_pools[first / ASIDS_PER_POOL] = NULL;
    for (word_t i = 0; i < ASIDS_PER_POOL; i++) {
        if (pool->vspaces[i] != 0) {
            retire(first + i);
        }
    }
    vspace_activate(here()->current);
    return cap_null();
}

// ---------------------------------------------------------------------------------------- MakePool

struct pool_plan {
    struct slot *untyped, *dest;
    word_t position;
};

static bool find_free_position(word_t *position)
{
    for (word_t i = 0; i < ASID_POOLS; i++) {
        if (!ks.asid_pools[i]) {
            *position = i;
            return true;
        }
    }
    return false;
}

static struct refusal decode_ARMASIDControlMakePool(const struct args *a, struct pool_plan *plan)
{
    struct cap untyped = extra_cap(a, 0);
    REQUIRE(find_free_position(&plan->position), seL4_DeleteFirst);
    REQUIRE(cap_kind(untyped) == kind_untyped && untyped_cap_size_bits(untyped) == ASID_POOL_BITS &&
                !untyped_cap_is_device(untyped),
            seL4_InvalidCapability, 1);
    plan->untyped = a->extra[0];
    REQUIRE(!cdt_has_children(plan->untyped), seL4_RevokeFirst);
    return lookup_empty_target(extra_cap(a, 1), arg(a, 0), arg(a, 1), &plan->dest);
}

static enum progress perform_ARMASIDControlMakePool(const struct pool_plan *plan,
                                                    struct answer *answer)
{
    (void)answer;
    struct slot *untyped = plan->untyped;
    paddr_t base = untyped_cap_base(untyped->cap);
    struct asid_pool *pool = plat_ptr(base);
    __builtin_memset(pool, 0, sizeof *pool);
    untyped->cap = untyped_cap_set_watermark(untyped->cap, BIT(ASID_POOL_BITS));
    ks.asid_pools[plan->position] = pool;
    cdt_insert(MAKE_CAP(asid_pool, .base = base, .first_asid = plan->position * ASIDS_PER_POOL),
               untyped, plan->dest);
    return DONE;
}
DEFINE_METHOD(ARMASIDControlMakePool, struct pool_plan)

// ------------------------------------------------------------------------------------------ Assign

struct assign_plan {
    struct slot *vspace;
    struct asid_pool *pool;
    asid_t asid;
};

static struct refusal decode_ARMASIDPoolAssign(const struct args *a, struct assign_plan *plan)
{
    struct cap vspace = extra_cap(a, 0);
    asid_t first = asid_pool_cap_first_asid(a->cap);
    REQUIRE(cap_kind(vspace) == kind_vspace && !vspace_cap_is_assigned(vspace),
            seL4_InvalidCapability, 1);
    plan->pool = ks.asid_pools[first / ASIDS_PER_POOL];
    REQUIRE(plan->pool, seL4_FailedLookup, 0, seL4_InvalidRoot);
    REQUIRE(plan->pool == cap_asid_pool(a->cap), seL4_InvalidCapability, 0);
    word_t i = first == 0 ? 1 : 0; // ASID 0 means "none"
    while (i < ASIDS_PER_POOL && plan->pool->vspaces[i] != 0) {
        i++;
    }
    REQUIRE(i < ASIDS_PER_POOL, seL4_DeleteFirst);
    plan->vspace = a->extra[0];
    plan->asid = first + i;
    return ACCEPTED;
}

static enum progress perform_ARMASIDPoolAssign(const struct assign_plan *plan,
                                               struct answer *answer)
{
    (void)answer;
    struct slot *slot = plan->vspace;
    plan->pool->vspaces[plan->asid % ASIDS_PER_POOL] = vspace_cap_base(slot->cap);
    slot->cap = vspace_cap_set_asid(vspace_cap_set_is_assigned(slot->cap, 1), plan->asid);
    return DONE;
}
DEFINE_METHOD(ARMASIDPoolAssign, struct assign_plan)

// --------------------------------------------------------------------------------- the kinds' rows

const struct kind asid_control_kind = {
    .identity = IDENTITY(0, 0),
    .has_methods = true,
};

const struct kind asid_pool_kind = {
    .identity = IDENTITY(FIELD_MASK(asid_pool, base), 0),
    .finalise = pool_finalise,
    .has_methods = true,
};

// ------------------------------------------------------------------------------- the checker's row

static const void *pool_answers_for(struct cap cap)
{
    struct asid_pool *const *place = &ks.asid_pools[asid_pool_cap_first_asid(cap) / ASIDS_PER_POOL];
    return *place == cap_asid_pool(cap) ? place : NULL;
}

const struct kind_check asid_control_check = {0};
const struct kind_check asid_pool_check = {.answers_for = pool_answers_for};
