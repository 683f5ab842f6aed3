// SPDX-License-Identifier: BSD-2-Clause
//
// Untyped memory: the only place where objects come from (objects §6).
//
// Each Untyped capability carries a watermark, the offset of the first byte never handed out.
// Objects are placed at the watermark, rounded up to their size. Whether the range may be used
// again is decided by the derivation list alone: an untyped without children starts anew, and what
// lies below the old watermark is cleared first, in chunks from the top down, each followed by a
// preemption point. So all memory above the watermark of a non-device untyped reads zero, and every
// object starts out zero-filled.
#include <sel4/objecttype.h>

#include "core/caps/cdt.h"
#include "core/caps/lookup.h"
#include "core/caps/method.h"
#include "core/check/check.h"
#include "core/time/time.h"

enum {
    UNTYPED_MIN_BITS = seL4_MinUntypedBits,
    UNTYPED_MAX_BITS = seL4_MaxUntypedBits,
    RESET_CHUNK_BITS = 8,
    MAX_OBJECTS = 256,
};

struct retype_plan {
    struct slot *untyped;
    const struct object_type *type;
    word_t object_bits; // log2 of the bytes of one
    struct slot *slots; // `count` empty ones
    word_t count;
    bool resets;
};

// What Retype makes of a type number (abi §6, objects §6.2). `bits` is log2 of the object's bytes
// or, where the user chooses the size, what is added to the size_bits given; then min_size_bits is
// the smallest.
struct object_type {
    const struct kind *kind;
    uint8_t bits, min_size_bits;
    bool is_sized, may_be_device;
};

/* clang-format off */
static const struct object_type object_types[seL4_ObjectTypeCount] = {
    [seL4_UntypedObject] = {.kind = &untyped_kind, .is_sized = true,
                            .min_size_bits = UNTYPED_MIN_BITS, .may_be_device = true},
    [seL4_TCBObject] = {.kind = &tcb_kind, .bits = seL4_TCBBits},
    [seL4_EndpointObject] = {.kind = &endpoint_kind, .bits = seL4_EndpointBits},
    [seL4_NotificationObject] = {.kind = &notification_kind, .bits = seL4_NotificationBits},
    [seL4_CapTableObject] = {.kind = &cnode_kind, .is_sized = true,
                             .bits = seL4_SlotBits, .min_size_bits = 1},
    [seL4_SchedContextObject] = {.kind = &sched_context_kind, .is_sized = true,
                                 .min_size_bits = SC_MIN_BITS},
    [seL4_ReplyObject] = {.kind = &reply_kind, .bits = seL4_ReplyBits},
    [seL4_ARM_HugePageObject] = {.kind = &frame_kind,
                                 .bits = seL4_HugePageBits, .may_be_device = true},
    [seL4_ARM_VSpaceObject] = {.kind = &vspace_kind, .bits = seL4_VSpaceBits},
    [seL4_ARM_SmallPageObject] = {.kind = &frame_kind,
                                  .bits = seL4_PageBits, .may_be_device = true},
    [seL4_ARM_LargePageObject] = {.kind = &frame_kind,
                                  .bits = seL4_LargePageBits, .may_be_device = true},
    [seL4_ARM_PageTableObject] = {.kind = &page_table_kind, .bits = seL4_PageTableBits},
};
/* clang-format on */

static struct refusal decode_type(const struct args *a, struct retype_plan *plan)
{
    word_t number = arg(a, 0), size_bits = arg(a, 1);
    REQUIRE(number < seL4_ObjectTypeCount, seL4_InvalidArgument, 0);
    const struct object_type *type = &object_types[number];
    plan->type = type;
    plan->object_bits = type->is_sized ? size_bits + type->bits : type->bits;
    REQUIRE(size_bits < WORD_BITS && plan->object_bits <= UNTYPED_MAX_BITS, seL4_RangeError, 0,
            UNTYPED_MAX_BITS);
    REQUIRE(size_bits >= type->min_size_bits, seL4_InvalidArgument, 1);
    return ACCEPTED;
}

// The window of slots that the new capabilities go to. Depth 0 means the root capability itself.
static struct refusal decode_window(const struct args *a, struct retype_plan *plan)
{
    word_t depth = arg(a, 3), offset = arg(a, 4), count = arg(a, 5);
    struct cap cnode = extra_cap(a, 0);
    if (depth != 0) {
        struct slot *slot;
        REQUIRE_ACCEPTED(lookup_target(cnode, arg(a, 2), depth, false, &slot));
        cnode = slot->cap;
    }
    if (cap_kind(cnode) != kind_cnode) {
        return refuse_missing(false, depth);
    }
    word_t slots = BIT(cnode_cap_radix(cnode));
    REQUIRE(offset <= slots - 1, seL4_RangeError, 0, slots - 1);
    REQUIRE(count >= 1 && count <= MAX_OBJECTS, seL4_RangeError, 1, MAX_OBJECTS);
    REQUIRE(count <= slots - offset, seL4_RangeError, 1, slots - offset);
    plan->slots = cap_cnode(cnode) + offset;
    plan->count = count;
    for (word_t i = 0; i < count; i++) {
        REQUIRE(slot_is_empty(&plan->slots[i]), seL4_DeleteFirst);
    }
    return ACCEPTED;
}

static struct refusal decode_UntypedRetype(const struct args *a, struct retype_plan *plan)
{
    *plan = (struct retype_plan){.untyped = a->slot, .resets = !cdt_has_children(a->slot)};
    REQUIRE_ACCEPTED(decode_type(a, plan));
    REQUIRE_ACCEPTED(decode_window(a, plan));
    word_t used = plan->resets ? 0 : untyped_cap_watermark(a->cap);
    word_t free = BIT(untyped_cap_size_bits(a->cap)) - used;
    REQUIRE(free >> plan->object_bits >= plan->count, seL4_NotEnoughMemory, free);
    REQUIRE(!untyped_cap_is_device(a->cap) || plan->type->may_be_device, seL4_InvalidArgument, 1);
    return ACCEPTED;
}

// ------------------------------------------------------------------------------------------ reset

static void set_watermark(struct slot *untyped, word_t watermark)
{
    untyped->cap = untyped_cap_set_watermark(untyped->cap, watermark);
}

static enum progress reset(struct slot *untyped)
{
    struct cap cap = untyped->cap;
    word_t watermark = untyped_cap_watermark(cap);
    if (watermark == 0) {
        return DONE;
    }
    if (untyped_cap_is_device(cap)) {
        set_watermark(untyped, 0);
        return DONE;
    }
    uint8_t *memory = plat_ptr(untyped_cap_base(cap));
    if (untyped_cap_size_bits(cap) < RESET_CHUNK_BITS) {
        __builtin_memset(memory, 0, BIT(untyped_cap_size_bits(cap)));
        set_watermark(untyped, 0);
        return DONE;
    }
    while (watermark > 0) {
        watermark = align_down(watermark - 1, RESET_CHUNK_BITS);
        __builtin_memset(memory + watermark, 0, BIT(RESET_CHUNK_BITS));
        set_watermark(untyped, watermark);
        if (preemption_point()) {
            return PREEMPTED;
        }
    }
    return DONE;
}

// --------------------------------------------------------------------------------------- creation

static enum progress perform_UntypedRetype(const struct retype_plan *plan, struct answer *answer)
{
    (void)answer;
    struct slot *untyped = plan->untyped;
    if (plan->resets && reset(untyped) == PREEMPTED) {
        return PREEMPTED;
    }
    word_t first = align_up(untyped_cap_watermark(untyped->cap), plan->object_bits);
    word_t end = first + (plan->count << plan->object_bits);
    KASSERT(end <= BIT(untyped_cap_size_bits(untyped->cap)));
    set_watermark(untyped, end);
    paddr_t base = untyped_cap_base(untyped->cap) + first;
    bool is_device = untyped_cap_is_device(untyped->cap);
    const struct kind *kind = plan->type->kind;
    for (word_t i = 0; i < plan->count; i++) {
        cdt_attach(kind->create(base + (i << plan->object_bits), plan->object_bits, is_device),
                   untyped, &plan->slots[i]);
    }
    return DONE;
}
DEFINE_METHOD(UntypedRetype, struct retype_plan)

// ---------------------------------------------------------------------------------- the kind's row

// All that was made of its memory, whatever kind it is.
static bool kind_covers(struct cap a, struct cap b)
{
    struct region inner;
    return cap_region(b, &inner) &&
           region_contains((struct region){untyped_cap_base(a), untyped_cap_size_bits(a)}, inner);
}

static struct cap kind_create(paddr_t base, word_t bits, bool is_device)
{
    return MAKE_CAP(untyped, .base = base, .size_bits = bits, .is_device = is_device);
}

// An untyped with children must not be copied: two could hand out the same memory.
static struct refusal kind_derive(const struct slot *source, struct cap cap, struct cap *derived)
{
    (void)cap, (void)derived;
    REQUIRE(!cdt_has_children(source), seL4_RevokeFirst);
    return ACCEPTED;
}

static bool kind_starts_family(struct cap cap, struct cap source)
{
    (void)cap, (void)source;
    return true;
}

const struct kind untyped_kind = {
    .stands_alone = true,
    .covers = kind_covers,
    .derive = kind_derive,
    .starts_family = kind_starts_family,
    .create = kind_create,
    .has_methods = true,
};

// ------------------------------------------------------------------------------- the checker's row

static bool check_is_legal(const struct slot *slot)
{
    struct cap cap = slot->cap;
    word_t bits = untyped_cap_size_bits(cap);
    return check_is_size(bits, UNTYPED_MIN_BITS) && untyped_cap_watermark(cap) <= BIT(bits) &&
           cdt_is_revocable(slot);
}

const struct kind_check untyped_check = {.is_legal = check_is_legal};
