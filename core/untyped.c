// SPDX-License-Identifier: BSD-2-Clause
//
// Untyped memory: the only place where objects come from (objects §6).
//
// Each Untyped capability carries a watermark, the offset of the first byte never handed out. Objects are placed at
// the watermark, rounded up to their size. Whether the range may be used again is decided by the derivation list
// alone: an untyped without children starts anew, and what lies below the old watermark is cleared first, in chunks
// from the top down, each followed by a preemption point. So all memory above the watermark of a non-device untyped
// reads zero, and every object starts out zero-filled.
#include <sel4/objecttype.h>

#include "core/lookup.h"
#include "core/methods.h"
#include "core/sched.h"

enum { UNTYPED_MIN_BITS = 4, UNTYPED_MAX_BITS = 47, RESET_CHUNK_BITS = 8, MAX_OBJECTS = 256 };

struct retype_plan {
    struct slot *untyped;
    word_t type, object_bits, size_bits; // size_bits: as the user gave it
    struct slot *slots;                  // `count` empty ones
    word_t count;
    bool resets;
};

// log2 of an object's bytes; > UNTYPED_MAX_BITS where there is no such object. size_bits < 64.
static word_t object_bits(word_t type, word_t size_bits)
{
    switch (type) {
    case seL4_UntypedObject:
    case seL4_SchedContextObject:
        return size_bits;
    case seL4_TCBObject:
        return 11;
    case seL4_EndpointObject:
        return 4;
    case seL4_NotificationObject:
        return 6;
    case seL4_CapTableObject:
        return size_bits + SLOT_BITS;
    case seL4_ReplyObject:
        return 5;
    case seL4_ARM_LargePageObject:
        return 21;
    case seL4_ARM_HugePageObject:
        return 30;
    default: // VSpace, page table, small page
        return 12;
    }
}

static bool may_be_device(word_t type)
{
    return type == seL4_UntypedObject || type == seL4_ARM_SmallPageObject || type == seL4_ARM_LargePageObject ||
           type == seL4_ARM_HugePageObject;
}

static struct refusal decode_type(const struct args *a, struct retype_plan *plan)
{
    word_t type = arg(a, 0), size_bits = arg(a, 1);
    REQUIRE(type < seL4_ObjectTypeCount, seL4_InvalidArgument, 0);
    REQUIRE(size_bits < WORD_BITS && object_bits(type, size_bits) <= UNTYPED_MAX_BITS, seL4_RangeError, 0, UNTYPED_MAX_BITS);
    REQUIRE(type != seL4_CapTableObject || size_bits > 0, seL4_InvalidArgument, 1);
    REQUIRE(type != seL4_UntypedObject || size_bits >= UNTYPED_MIN_BITS, seL4_InvalidArgument, 1);
    REQUIRE(type != seL4_SchedContextObject || size_bits >= SC_MIN_BITS, seL4_InvalidArgument, 1);
    plan->type = type;
    plan->size_bits = size_bits;
    plan->object_bits = object_bits(type, size_bits);
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
    REQUIRE(!untyped_cap_is_device(a->cap) || may_be_device(plan->type), seL4_InvalidArgument, 1);
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

static struct cap create_frame(paddr_t base, word_t size, bool is_device, word_t bits)
{
    if (!is_device) {
        plat_clean_to_memory(plat_ptr(base), BIT(bits));
    }
    return MAKE_CAP(frame, .base = base, .size = size, .access = ACCESS_READ_WRITE, .is_device = is_device);
}

// Makes zero-filled memory an object and returns its first capability (objects §6.5).
static struct cap create_object(const struct retype_plan *plan, paddr_t base, bool is_device)
{
    switch (plan->type) {
    case seL4_UntypedObject:
        return MAKE_CAP(untyped, .base = base, .size_bits = plan->size_bits, .is_device = is_device);
    case seL4_TCBObject:
        tcb_init_child(plat_ptr(base), ks.current);
        return MAKE_CAP(tcb, .object = base);
    case seL4_EndpointObject:
        return MAKE_CAP(endpoint, .object = base, .can_send = 1, .can_receive = 1, .can_grant = 1, .can_grant_reply = 1);
    case seL4_NotificationObject:
        return MAKE_CAP(notification, .object = base, .can_send = 1, .can_receive = 1);
    case seL4_CapTableObject:
        return MAKE_CAP(cnode, .object = base, .radix = plan->size_bits);
    case seL4_SchedContextObject:
        return MAKE_CAP(sched_context, .object = base, .size_bits = plan->size_bits);
    case seL4_ReplyObject:
        return MAKE_CAP(reply, .object = base, .can_grant = 1);
    case seL4_ARM_SmallPageObject:
        return create_frame(base, FRAME_SMALL, is_device, plan->object_bits);
    case seL4_ARM_LargePageObject:
        return create_frame(base, FRAME_LARGE, is_device, plan->object_bits);
    case seL4_ARM_HugePageObject:
        return create_frame(base, FRAME_HUGE, is_device, plan->object_bits);
    case seL4_ARM_PageTableObject:
        plat_clean_to_memory(plat_ptr(base), BIT(plan->object_bits));
        return MAKE_CAP(page_table, .base = base);
    default:
        KASSERT(plan->type == seL4_ARM_VSpaceObject);
        plat_clean_to_memory(plat_ptr(base), BIT(plan->object_bits));
        return MAKE_CAP(vspace, .base = base);
    }
}

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
    for (word_t i = 0; i < plan->count; i++) {
        cdt_attach(create_object(plan, base + (i << plan->object_bits), is_device), untyped, &plan->slots[i]);
    }
    return DONE;
}
DEFINE_METHOD(UntypedRetype, struct retype_plan)
