// SPDX-License-Identifier: BSD-2-Clause
//
// The methods of VSpaces, which are cache operations on ranges of virtual addresses (memory §2.7),
// and their kind's row.
#include "core/arch/aarch64/asid.h"
#include "core/arch/aarch64/translation.h"
#include "core/arch/aarch64/vspace.h"
#include "core/caps/method.h"
#include "core/check/check.h"

struct range_plan {
    enum cache_operation operation;
    bool is_mapped;
    paddr_t address;
    word_t bytes;
};

// memory §2.7
static struct refusal decode_range(const struct args *a, enum cache_operation operation,
                                   struct range_plan *plan)
{
    vaddr_t start = arg(a, 0), end = arg(a, 1);
    paddr_t root;
    *plan = (struct range_plan){.operation = operation};
    REQUIRE(end > start, seL4_InvalidArgument, 1);
    REQUIRE(end <= USER_TOP, seL4_IllegalOperation);
    REQUIRE_ACCEPTED(vspace_require_live(a->cap, 0, &root));
    struct walk w = translation_walk(root, start);
    if (!walk_is_page(w)) {
        return ACCEPTED; // nothing is mapped there: nothing to do
    }
    vaddr_t page = align_down(start, w.bits), last = page + LOW_BITS(w.bits);
    REQUIRE(end - 1 <= last, seL4_RangeError, start, last);
    if (operation == CACHE_INVALIDATE) {
        REQUIRE((*w.entry & DESC_ACCESS_MASK) == DESC_ACCESS_READ_WRITE, seL4_IllegalOperation);
    }
    plan->is_mapped = true;
    plan->address = desc_address(*w.entry) + (start - page);
    plan->bytes = end - start;
    return ACCEPTED;
}

static enum progress perform_range(const struct range_plan *plan, struct answer *answer)
{
    (void)answer;
    if (plan->is_mapped) {
        plat_cache_operation(plan->operation, plan->address, plan->bytes);
    }
    return DONE;
}

#define DEFINE_RANGE_METHOD(label, operation) \
    static struct refusal decode_##label(const struct args *a, struct range_plan *plan) \
    { \
        return decode_range(a, operation, plan); \
    } \
    static enum progress perform_##label(const struct range_plan *plan, struct answer *answer) \
    { \
        return perform_range(plan, answer); \
    } \
    DEFINE_METHOD(label, struct range_plan)

DEFINE_RANGE_METHOD(ARMVSpaceClean_Data, CACHE_CLEAN)
DEFINE_RANGE_METHOD(ARMVSpaceInvalidate_Data, CACHE_INVALIDATE)
DEFINE_RANGE_METHOD(ARMVSpaceCleanInvalidate_Data, CACHE_CLEAN_INVALIDATE)
DEFINE_RANGE_METHOD(ARMVSpaceUnify_Instruction, CACHE_UNIFY_INSTRUCTION)

// ---------------------------------------------------------------------------------- the kind's row

static struct cap kind_create(paddr_t base, word_t bits, bool is_device)
{
    (void)is_device;
    plat_clean_to_memory(plat_ptr(base), BIT(bits));
    return MAKE_CAP(vspace, .base = base);
}

static struct refusal kind_derive(const struct slot *source, struct cap cap, struct cap *derived)
{
    (void)source, (void)derived;
    REQUIRE(vspace_cap_is_assigned(cap), seL4_IllegalOperation);
    return ACCEPTED;
}

static struct cap kind_finalise(struct cap cap)
{
    asid_release_vspace(cap);
    return cap_null();
}

const struct kind vspace_kind = {
    .identity = IDENTITY(FIELD_MASK(vspace, base), 0),
    .derive = kind_derive,
    .create = kind_create,
    .finalise = kind_finalise,
    .has_methods = true,
};

// ------------------------------------------------------------------------------- the checker's row

static const void *check_answers_for(struct cap cap)
{
    asid_t asid = vspace_cap_asid(cap);
    return vspace_is_live(cap)
               ? &ks.asid_pools[asid / ASIDS_PER_POOL]->vspaces[asid % ASIDS_PER_POOL]
               : NULL;
}

const struct kind_check vspace_check = {.answers_for = check_answers_for};
