// SPDX-License-Identifier: BSD-2-Clause
//
// Page tables: linking one into a VSpace, and out of it (memory §2.3). A mapped table remembers
// where; the entry there may have been replaced since, so every use walks down and compares.
#include "core/arch/aarch64/translation.h"
#include "core/arch/aarch64/vspace.h"
#include "core/caps/cdt.h"
#include "core/caps/method.h"
#include "core/check/check.h"

struct table_plan {
    struct slot *slot;
    struct walk walk;
    asid_t asid;
    vaddr_t address; // start of the range that the table will cover
};

static struct refusal decode_ARMPageTableMap(const struct args *a, struct table_plan *plan)
{
    struct cap vspace = extra_cap(a, 0);
    vaddr_t address = arg(a, 0);
    paddr_t root;
    REQUIRE(!page_table_cap_is_mapped(a->cap), seL4_InvalidCapability, 0);
    REQUIRE(cap_kind(vspace) == kind_vspace && vspace_cap_is_assigned(vspace),
            seL4_InvalidCapability, 1);
    REQUIRE(address <= USER_TOP, seL4_InvalidArgument, 0);
    REQUIRE_ACCEPTED(vspace_require_live(vspace, 1, &root));
    plan->walk = translation_walk(root, address);
    REQUIRE(plan->walk.bits != PAGE_BITS && !walk_is_valid(plan->walk), seL4_DeleteFirst);
    plan->slot = a->slot;
    plan->asid = vspace_cap_asid(vspace);
    plan->address = align_down(address, plan->walk.bits);
    return ACCEPTED;
}

static enum progress perform_ARMPageTableMap(const struct table_plan *plan, struct answer *answer)
{
    (void)answer;
    paddr_t table = page_table_cap_base(plan->slot->cap);
    desc_write(plan->walk.entry, desc_table(table));
    plan->slot->cap = MAKE_CAP(page_table, .base = table, .is_mapped = 1, .asid = plan->asid,
                               .address = plan->address);
    return DONE;
}
DEFINE_METHOD(ARMPageTableMap, struct table_plan)

// The entry that links a mapped page table; null if it is no longer there.
static word_t *find_link(struct cap page_table)
{
    word_t wanted = desc_table(page_table_cap_base(page_table));
    paddr_t table = vspace_root(page_table_cap_asid(page_table));
    for (word_t bits = PAGE_BITS + 3 * TABLE_INDEX_BITS; table != 0 && bits > PAGE_BITS;
         bits -= TABLE_INDEX_BITS) {
        word_t index = (page_table_cap_address(page_table) >> bits) & LOW_BITS(TABLE_INDEX_BITS);
        word_t *entry = (word_t *)plat_ptr(table) + index;
        if (*entry == wanted) {
            return entry;
        }
        table = desc_is_table(*entry) ? desc_address(*entry) : 0;
    }
    return NULL;
}

// Removes the link to a mapped page table, if it is still there (memory §2.3).
static void unlink(struct cap page_table)
{
    word_t *entry = page_table_cap_is_mapped(page_table) ? find_link(page_table) : NULL;
    if (entry) {
        desc_write(entry, 0);
        plat_tlb_flush_asid(page_table_cap_asid(page_table));
    }
}

static struct refusal decode_ARMPageTableUnmap(const struct args *a, struct table_plan *plan)
{
    REQUIRE(cdt_is_final(a->slot), seL4_RevokeFirst);
    plan->slot = a->slot;
    return ACCEPTED;
}

static enum progress perform_ARMPageTableUnmap(const struct table_plan *plan, struct answer *answer)
{
    (void)answer;
    struct cap cap = plan->slot->cap;
    if (page_table_cap_is_mapped(cap)) {
        unlink(cap);
        void *table = plat_ptr(page_table_cap_base(cap));
        __builtin_memset(table, 0, BIT(PAGE_BITS));
        plat_clean_to_memory(table, BIT(PAGE_BITS));
        plan->slot->cap = page_table_cap_set_is_mapped(cap, 0);
    }
    return DONE;
}
DEFINE_METHOD(ARMPageTableUnmap, struct table_plan)

// ---------------------------------------------------------------------------------- the kind's row

static struct cap kind_create(paddr_t base, word_t bits, bool is_device)
{
    (void)is_device;
    plat_clean_to_memory(plat_ptr(base), BIT(bits));
    return MAKE_CAP(page_table, .base = base);
}

static struct refusal kind_derive(const struct slot *source, struct cap cap, struct cap *derived)
{
    (void)source, (void)derived;
    REQUIRE(page_table_cap_is_mapped(cap), seL4_IllegalOperation);
    return ACCEPTED;
}

static struct cap kind_finalise(struct cap cap)
{
    unlink(cap);
    return cap_null();
}

const struct kind page_table_kind = {
    .identity = IDENTITY(FIELD_MASK(page_table, base), 0),
    .derive = kind_derive,
    .create = kind_create,
    .finalise = kind_finalise,
    .has_methods = true,
};

// ------------------------------------------------------------------------------- the checker's row

static const void *check_answers_for(struct cap page_table)
{
    return page_table_cap_is_mapped(page_table) ? find_link(page_table) : NULL;
}

const struct kind_check page_table_check = {.answers_for = check_answers_for};
