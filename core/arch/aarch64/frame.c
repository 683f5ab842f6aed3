// SPDX-License-Identifier: BSD-2-Clause
//
// Frames: mapping, unmapping, and the cache operations on a page (memory §2.4–2.6).
//
// A mapping belongs to the frame capability that made it. The capability can become stale: it
// remembers a mapping that is gone or was replaced. Every use therefore walks the tables and
// compares the frame.
#include "core/arch/aarch64/translation.h"
#include "core/arch/aarch64/vspace.h"
#include "core/caps/method.h"
#include "core/check/check.h"

// ---------------------------------------------------------------------------------- map and unmap

// Access class of a frame reduced by a rights word (memory §2.4).
static enum frame_access access_mask(enum frame_access access, word_t rights)
{
    if (access == ACCESS_READ_WRITE && (rights & RIGHT_READ) && (rights & RIGHT_WRITE)) {
        return ACCESS_READ_WRITE;
    }
    return access != ACCESS_NONE && (rights & RIGHT_READ) ? ACCESS_READ_ONLY : ACCESS_NONE;
}

struct map_plan {
    struct slot *slot;
    struct walk walk;
    word_t desc;
    asid_t asid;
    vaddr_t address;
};

// May this capability be mapped at the address? (memory §2.4 Map step 5)
static struct refusal check_placement(struct cap frame, asid_t asid, vaddr_t address)
{
    if (frame_cap_asid(frame) != 0) {
        REQUIRE(frame_cap_asid(frame) == asid, seL4_InvalidCapability, 1);
        REQUIRE(frame_cap_address(frame) == address, seL4_InvalidArgument, 0);
    } else {
        REQUIRE(address + LOW_BITS(frame_cap_size_bits(frame)) <= USER_TOP, seL4_InvalidArgument,
                0);
    }
    return ACCEPTED;
}

static struct refusal decode_ARMPageMap(const struct args *a, struct map_plan *plan)
{
    struct cap frame = a->cap, vspace = extra_cap(a, 0);
    vaddr_t address = arg(a, 0);
    word_t size_bits = frame_cap_size_bits(frame);
    paddr_t root;
    REQUIRE_ACCEPTED(vspace_require_live(vspace, 1, &root));
    REQUIRE(is_aligned(address, size_bits), seL4_AlignmentError);
    REQUIRE_ACCEPTED(check_placement(frame, vspace_cap_asid(vspace), address));
    plan->walk = translation_walk(root, address);
    if (plan->walk.bits != size_bits) {
        return refuse_missing(false, plan->walk.bits);
    }
    enum frame_access access = access_mask((enum frame_access)frame_cap_access(frame), arg(a, 1));
    plan->slot = a->slot;
    plan->desc = desc_page(frame_cap_base(frame), size_bits, access, arg(a, 2));
    plan->asid = vspace_cap_asid(vspace);
    plan->address = address;
    return ACCEPTED;
}

static enum progress perform_ARMPageMap(const struct map_plan *plan, struct answer *answer)
{
    (void)answer;
    bool replaces = walk_is_valid(plan->walk);
    if (UNLIKELY(replaces && desc_must_break(*plan->walk.entry, plan->desc))) {
        desc_write(plan->walk.entry, 0);
        plat_tlb_flush_page(plan->asid, plan->address, plan->walk.bits);
        replaces = false;
    }
    desc_write(plan->walk.entry, plan->desc);
    if (replaces) {
        plat_tlb_flush_page(plan->asid, plan->address, plan->walk.bits);
    }
    plan->slot->cap =
        frame_cap_set_asid(frame_cap_set_address(plan->slot->cap, plan->address), plan->asid);
    plat_page_mapped(plan->asid, plan->address);
    return DONE;
}
DEFINE_METHOD(ARMPageMap, struct map_plan)

// The entry that the capability's mapping lives in; false if the capability is stale.
static bool find_mapping(struct cap frame, paddr_t root, struct walk *walk)
{
    *walk = translation_walk(root, frame_cap_address(frame));
    return walk->bits == frame_cap_size_bits(frame) && walk_is_page(*walk) &&
           desc_address(*walk->entry) == frame_cap_base(frame);
}

// Removes the mapping that a frame capability remembers, if it is still its own (memory §2.4
// "remove the page").
static void page_remove(struct cap frame)
{
    asid_t asid = frame_cap_asid(frame);
    paddr_t root = asid == 0 ? 0 : vspace_root(asid);
    struct walk walk;
    if (root && find_mapping(frame, root, &walk)) {
        desc_write(walk.entry, 0);
        plat_tlb_flush_page(asid, frame_cap_address(frame), walk.bits);
    }
}

static struct refusal decode_ARMPageUnmap(const struct args *a, struct map_plan *plan)
{
    plan->slot = a->slot;
    return ACCEPTED;
}

static enum progress perform_ARMPageUnmap(const struct map_plan *plan, struct answer *answer)
{
    (void)answer;
    page_remove(plan->slot->cap);
    plan->slot->cap = frame_cap_set_asid(frame_cap_set_address(plan->slot->cap, 0), 0);
    return DONE;
}
DEFINE_METHOD(ARMPageUnmap, struct map_plan)

static struct refusal decode_ARMPageGetAddress(const struct args *a, struct map_plan *plan)
{
    plan->slot = a->slot;
    return ACCEPTED;
}

static enum progress perform_ARMPageGetAddress(const struct map_plan *plan, struct answer *answer)
{
    answer_word(answer, frame_cap_base(plan->slot->cap));
    return DONE;
}
DEFINE_METHOD(ARMPageGetAddress, struct map_plan)

// -------------------------------------------------------------------------------- cache operations

struct cache_plan {
    enum cache_operation operation;
    paddr_t address;
    word_t bytes;
    bool is_device;
};

// memory §2.6
static struct refusal decode_cache(const struct args *a, enum cache_operation operation,
                                   struct cache_plan *plan)
{
    word_t start = arg(a, 0), end = arg(a, 1), size = BIT(frame_cap_size_bits(a->cap));
    struct walk walk;
    REQUIRE(frame_cap_asid(a->cap) != 0, seL4_IllegalOperation);
    paddr_t root = vspace_root(frame_cap_asid(a->cap));
    REQUIRE(root, seL4_FailedLookup, 0, seL4_InvalidRoot);
    REQUIRE(end > start, seL4_InvalidArgument, 1);
    REQUIRE(start < size && end <= size, seL4_InvalidArgument, 0);
    REQUIRE(find_mapping(a->cap, root, &walk), seL4_InvalidCapability, 0);
    if (operation == CACHE_INVALIDATE) {
        REQUIRE((*walk.entry & DESC_ACCESS_MASK) == DESC_ACCESS_READ_WRITE, seL4_IllegalOperation);
    }
    *plan = (struct cache_plan){operation, frame_cap_base(a->cap) + start, end - start,
                                frame_cap_is_device(a->cap)};
    return ACCEPTED;
}

static enum progress perform_cache(const struct cache_plan *plan, struct answer *answer)
{
    (void)answer;
    if (!plan->is_device) { // devices are not behind the kernel's cacheable window
        plat_cache_operation(plan->operation, plan->address, plan->bytes);
    }
    return DONE;
}

#define DEFINE_CACHE_METHOD(label, operation) \
    static struct refusal decode_##label(const struct args *a, struct cache_plan *plan) \
    { \
        return decode_cache(a, operation, plan); \
    } \
    static enum progress perform_##label(const struct cache_plan *plan, struct answer *answer) \
    { \
        return perform_cache(plan, answer); \
    } \
    DEFINE_METHOD(label, struct cache_plan)

DEFINE_CACHE_METHOD(ARMPageClean_Data, CACHE_CLEAN)
DEFINE_CACHE_METHOD(ARMPageInvalidate_Data, CACHE_INVALIDATE)
DEFINE_CACHE_METHOD(ARMPageCleanInvalidate_Data, CACHE_CLEAN_INVALIDATE)
DEFINE_CACHE_METHOD(ARMPageUnify_Instruction, CACHE_UNIFY_INSTRUCTION)

// --------------------------------------------------------------------------------- the kinds' rows

static bool frame_covers(struct cap a, struct cap b)
{
    return cap_kind(b) == kind_frame &&
           region_contains((struct region){frame_cap_base(a), frame_cap_size_bits(a)},
                           (struct region){frame_cap_base(b), frame_cap_size_bits(b)});
}

static struct cap frame_mask_rights(struct cap cap, word_t rights)
{
    return frame_cap_set_access(cap, access_mask((enum frame_access)frame_cap_access(cap), rights));
}

// The mapping stays with the original.
static struct refusal frame_derive(const struct slot *source, struct cap cap, struct cap *derived)
{
    (void)source;
    *derived = frame_cap_set_asid(cap, 0);
    return ACCEPTED;
}

static struct cap frame_create(paddr_t base, word_t bits, bool is_device)
{
    if (!is_device) {
        plat_clean_to_memory(plat_ptr(base), BIT(bits));
    }
    word_t size = (bits - PAGE_BITS) / TABLE_INDEX_BITS;
    return MAKE_CAP(frame, .base = base, .size = size, .access = ACCESS_READ_WRITE,
                    .is_device = is_device);
}

const struct kind frame_kind = {
    .identity = IDENTITY(
        FIELD_MASK(frame, base) | FIELD_MASK(frame, size) | FIELD_MASK(frame, is_device), 0),
    .covers = frame_covers,
    .mask_rights = frame_mask_rights,
    .derive = frame_derive,
    .create = frame_create,
    .release = page_remove, // every frame capability has a mapping of its own
    .has_methods = true,
};

// ------------------------------------------------------------------------------ the checker's rows

static bool check_frame_is_legal(const struct slot *slot)
{
    return frame_cap_size(slot->cap) <= FRAME_HUGE && frame_cap_access(slot->cap) != 2;
}

static const void *frame_answers_for(struct cap frame)
{
    paddr_t root = frame_cap_asid(frame) == 0 ? 0 : vspace_root(frame_cap_asid(frame));
    struct walk walk;
    return root != 0 && find_mapping(frame, root, &walk) ? walk.entry : NULL;
}

const struct kind_check frame_check = {.is_legal = check_frame_is_legal,
                                       .answers_for = frame_answers_for};
