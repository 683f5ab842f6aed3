// SPDX-License-Identifier: BSD-2-Clause
//
// Capabilities: two words whose layout is the table below and nothing else.
//
// Each kind of capability has one list of fields; the macros at the end expand it into
//     struct endpoint_cap               the fields by name
//     MAKE_CAP(endpoint, .badge = b)    packs named fields into a struct cap
//     endpoint_cap_badge(cap)           reads one field
//     endpoint_cap_set_badge(cap, b)    a copy with one field replaced
// and asserts that no two fields of a kind overlap. Addresses are physical, so that a capability
// means the same in every address space the kernel is mapped into.
//
// The kind's number is what seL4_DebugCapIdentify shows (objects §1.1).
#pragma once

#include <sel4/sel4_arch/constants.h>

#include "platform/platform.h"

struct cap {
    word_t words[2];
};

// K(name, number, address of the object's memory, log2 of its bytes), both read off the capability
// `cap`.
/* clang-format off */
#define CAP_KINDS(K)                                                              \
    K(null, 0, NO_MEMORY, 0)                                                      \
    K(frame, 1, frame_cap_base(cap), frame_cap_size_bits(cap))                    \
    K(untyped, 2, untyped_cap_base(cap), untyped_cap_size_bits(cap))              \
    K(page_table, 3, page_table_cap_base(cap), seL4_PageTableBits)                \
    K(endpoint, 4, endpoint_cap_object(cap), seL4_EndpointBits)                   \
    K(notification, 6, notification_cap_object(cap), seL4_NotificationBits)       \
    K(reply, 8, reply_cap_object(cap), seL4_ReplyBits)                            \
    K(vspace, 9, vspace_cap_base(cap), seL4_VSpaceBits)                           \
    K(cnode, 10, cnode_cap_object(cap), cnode_cap_radix(cap) + seL4_SlotBits)     \
    K(asid_control, 11, NO_MEMORY, 0)                                             \
    K(tcb, 12, tcb_cap_object(cap), seL4_TCBBits)                                 \
    K(asid_pool, 13, asid_pool_cap_base(cap), seL4_ASIDPoolBits)                  \
    K(irq_control, 14, NO_MEMORY, 0)                                              \
    K(irq_handler, 16, NO_MEMORY, 0)                                              \
    K(zombie, 18, zombie_cap_base(cap), zombie_cap_size_bits(cap))                \
    K(domain, 20, NO_MEMORY, 0)                                                   \
    K(sched_context, 22, sched_context_cap_object(cap), sched_context_cap_size_bits(cap)) \
    K(sched_control, 24, NO_MEMORY, 0)                                            \
    K(sgi_signal, 27, NO_MEMORY, 0)
/* clang-format on */

enum cap_kind {
#define CAP_KIND_CONSTANT(name, number, address, size) kind_##name = number,
    CAP_KINDS(CAP_KIND_CONSTANT)
#undef CAP_KIND_CONSTANT
};

//     F(kind, field, word, lowest bit, width, shift)
// value = ((words[word] >> lowest bit) & mask) << shift.
// An address is stored in place: its lowest bit equals its shift, the alignment of the object.
// Bits 59..63 of word 0 hold the kind.
/* clang-format off */
#define CAP_FIELDS_null(F)
#define CAP_FIELDS_endpoint(F)                  \
    F(endpoint, object, 0, 4, 44, 4)            \
    F(endpoint, can_send, 0, 0, 1, 0)           \
    F(endpoint, can_receive, 0, 1, 1, 0)        \
    F(endpoint, can_grant, 0, 2, 1, 0)          \
    F(endpoint, can_grant_reply, 0, 3, 1, 0)    \
    F(endpoint, badge, 1, 0, 64, 0)
#define CAP_FIELDS_notification(F)              \
    F(notification, object, 0, 6, 42, 6)        \
    F(notification, can_send, 0, 0, 1, 0)       \
    F(notification, can_receive, 0, 1, 1, 0)    \
    F(notification, badge, 1, 0, 64, 0)
#define CAP_FIELDS_reply(F)                     \
    F(reply, object, 0, 5, 43, 5)               \
    F(reply, can_grant, 0, 0, 1, 0)
#define CAP_FIELDS_cnode(F)                     \
    F(cnode, object, 0, 6, 42, 6)               \
    F(cnode, radix, 0, 48, 6, 0)                \
    F(cnode, guard_size, 0, 0, 6, 0)            \
    F(cnode, guard, 1, 0, 64, 0)
#define CAP_FIELDS_tcb(F)                       \
    F(tcb, object, 0, 11, 37, 11)
#define CAP_FIELDS_sched_context(F)             \
    F(sched_context, object, 0, 7, 41, 7)       \
    F(sched_context, size_bits, 0, 48, 6, 0)
#define CAP_FIELDS_sched_control(F)             \
    F(sched_control, core, 1, 0, 8, 0)
#define CAP_FIELDS_domain(F)
#define CAP_FIELDS_untyped(F)                   \
    F(untyped, base, 0, 4, 44, 4)               \
    F(untyped, size_bits, 0, 48, 6, 0)          \
    F(untyped, is_device, 0, 0, 1, 0)           \
    F(untyped, watermark, 1, 4, 44, 4)
#define CAP_FIELDS_irq_control(F)
#define CAP_FIELDS_irq_handler(F)               \
    F(irq_handler, irq, 1, 0, 8, 0)
#define CAP_FIELDS_sgi_signal(F)                \
    F(sgi_signal, sgi, 1, 0, 4, 0)              \
    F(sgi_signal, target, 1, 4, 3, 0)
// A container that is being taken apart: `remaining` slots from `base` are still to be destroyed.
// radix = 0 marks the slots of a TCB (a CNode's radix is at least 1).
#define CAP_FIELDS_zombie(F)                    \
    F(zombie, base, 0, 5, 43, 5)                \
    F(zombie, radix, 0, 48, 6, 0)               \
    F(zombie, remaining, 1, 0, 48, 0)
// asid = 0: not mapped. The mapping belongs to the capability, not to the frame (memory §1.2).
#define CAP_FIELDS_frame(F)                     \
    F(frame, base, 0, 12, 36, 12)               \
    F(frame, size, 0, 0, 2, 0)                  \
    F(frame, access, 0, 2, 2, 0)                \
    F(frame, is_device, 0, 4, 1, 0)             \
    F(frame, address, 1, 12, 36, 12)            \
    F(frame, asid, 1, 48, 16, 0)
#define CAP_FIELDS_page_table(F)                \
    F(page_table, base, 0, 12, 36, 12)          \
    F(page_table, is_mapped, 0, 0, 1, 0)        \
    F(page_table, address, 1, 12, 36, 12)       \
    F(page_table, asid, 1, 48, 16, 0)
#define CAP_FIELDS_vspace(F)                    \
    F(vspace, base, 0, 12, 36, 12)              \
    F(vspace, is_assigned, 0, 0, 1, 0)          \
    F(vspace, asid, 1, 48, 16, 0)
#define CAP_FIELDS_asid_control(F)
#define CAP_FIELDS_asid_pool(F)                 \
    F(asid_pool, base, 0, 12, 36, 12)           \
    F(asid_pool, first_asid, 1, 48, 16, 0)
/* clang-format on */

// ------------------------------------------------------------------------ expansion of the tables

enum { CAP_KIND_SHIFT = 59 };
#define CAP_KIND_MASK (~UINT64_C(0) << CAP_KIND_SHIFT)

// Where a field lies, as constants, and as a mask over its word.
#define CAP_FIELD_PLACE(kind, field, word, low, width, shift) \
    enum { kind##_##field##_low = (low), kind##_##field##_width = (width) };
#define FIELD_MASK(kind, field) (LOW_BITS(kind##_##field##_width) << kind##_##field##_low)

/* clang-format off */
#define CAP_FIELD_MEMBER(kind, field, word, low, width, shift) word_t field;
#define CAP_FIELD_PACK(kind, field, word, low, width, shift)                              \
    KASSERT((((f.field >> (shift)) & LOW_BITS(width)) << (shift)) == f.field);            \
    cap.words[word] |= (f.field >> (shift)) << (low);
#define CAP_FIELD_ACCESS(kind, field, word, low, width, shift)                            \
    static inline word_t kind##_cap_##field(struct cap cap)                               \
    {                                                                                     \
        return ((cap.words[word] >> (low)) & LOW_BITS(width)) << (shift);                 \
    }                                                                                     \
    static inline struct cap kind##_cap_set_##field(struct cap cap, word_t value)         \
    {                                                                                     \
        KASSERT((((value >> (shift)) & LOW_BITS(width)) << (shift)) == value);            \
        cap.words[word] &= ~(LOW_BITS(width) << (low));                                   \
        cap.words[word] |= (value >> (shift)) << (low);                                   \
        return cap;                                                                       \
    }
#define CAP_FIELD_SUM(kind, field, word, low, width, shift)                             \
    +((word) == 0 ? LOW_BITS(width) << (low) : 0)
#define CAP_FIELD_OR(kind, field, word, low, width, shift)                              \
    | ((word) == 0 ? LOW_BITS(width) << (low) : 0)
#define CAP_FIELD_SUM1(kind, field, word, low, width, shift)                            \
    +((word) == 1 ? LOW_BITS(width) << (low) : 0)
#define CAP_FIELD_OR1(kind, field, word, low, width, shift)                             \
    | ((word) == 1 ? LOW_BITS(width) << (low) : 0)

#define CAP_KIND_FUNCTIONS(kind, number, address, size)                                   \
    struct kind##_cap {                                                                   \
        CAP_FIELDS_##kind(CAP_FIELD_MEMBER) char unused;                                  \
    };                                                                                    \
    static inline struct cap cap_pack_##kind(struct kind##_cap f)                         \
    {                                                                                     \
        struct cap cap = {{(word_t)(number) << CAP_KIND_SHIFT, 0}};                       \
        (void)f;                                                                          \
        CAP_FIELDS_##kind(CAP_FIELD_PACK) return cap;                                     \
    }                                                                                     \
    CAP_FIELDS_##kind(CAP_FIELD_PLACE)                                                    \
    CAP_FIELDS_##kind(CAP_FIELD_ACCESS)                                                   \
    _Static_assert((word_t)(0 CAP_FIELDS_##kind(CAP_FIELD_SUM)) ==                        \
                       (word_t)(0 CAP_FIELDS_##kind(CAP_FIELD_OR)) &&                     \
                   ((word_t)(0 CAP_FIELDS_##kind(CAP_FIELD_OR)) >> CAP_KIND_SHIFT) == 0,  \
                   #kind ": fields of word 0 overlap");                                   \
    _Static_assert((word_t)(0 CAP_FIELDS_##kind(CAP_FIELD_SUM1)) ==                       \
                       (word_t)(0 CAP_FIELDS_##kind(CAP_FIELD_OR1)),                      \
                   #kind ": fields of word 1 overlap");
/* clang-format on */

CAP_KINDS(CAP_KIND_FUNCTIONS)

#define MAKE_CAP(kind, ...) cap_pack_##kind((struct kind##_cap){__VA_ARGS__})

static inline enum cap_kind cap_kind(struct cap cap)
{
    return (enum cap_kind)(cap.words[0] >> CAP_KIND_SHIFT);
}

static inline struct cap cap_null(void)
{
    return (struct cap){{0, 0}};
}

static inline bool cap_is_null(struct cap cap)
{
    return cap_kind(cap) == kind_null;
}

// The object a capability designates, as a kernel pointer.
#define CAP_OBJECT(type, kind, field) \
    static inline struct type *cap_##type(struct cap cap) \
    { \
        KASSERT(cap_kind(cap) == kind_##kind); \
        return plat_ptr(kind##_cap_##field(cap)); \
    }

struct endpoint;
struct notification;
struct reply;
struct sched_context;
struct asid_pool;
struct slot;
CAP_OBJECT(endpoint, endpoint, object)
CAP_OBJECT(notification, notification, object)
CAP_OBJECT(reply, reply, object)
CAP_OBJECT(tcb, tcb, object)
CAP_OBJECT(sched_context, sched_context, object)
CAP_OBJECT(asid_pool, asid_pool, base)

// The slot array of a CNode.
static inline struct slot *cap_cnode(struct cap cap)
{
    KASSERT(cap_kind(cap) == kind_cnode);
    return plat_ptr(cnode_cap_object(cap));
}

// Access class of a frame (memory §2.4).
enum frame_access { ACCESS_NONE = 0, ACCESS_READ_WRITE = 1, ACCESS_READ_ONLY = 3 };

// log2 of a frame's bytes by size class (0, 1, 2 = small, large, huge): 12, 21, 30.
enum { FRAME_SMALL, FRAME_LARGE, FRAME_HUGE };
static inline word_t frame_cap_size_bits(struct cap cap)
{
    return seL4_PageBits + seL4_PageTableIndexBits * frame_cap_size(cap);
}

// log2 of the bytes of the container that is being taken apart; radix 0 = the TCB with its slots.
static inline word_t zombie_cap_size_bits(struct cap cap)
{
    word_t radix = zombie_cap_radix(cap);
    return radix == 0 ? seL4_TCBBits : radix + seL4_SlotBits;
}

// ------------------------------------------------------------------------------------------ memory

// A range of physical memory: 2^size_bits bytes from base.
struct region {
    paddr_t base;
    word_t size_bits;
};

enum { NO_MEMORY = 1 }; // no object's address: each is aligned

// The memory a capability designates. Returns false for kinds without any (objects §1.1,
// "Physical?").
static inline bool cap_region(struct cap cap, struct region *region)
{
    switch (cap_kind(cap)) {
#define CAP_KIND_REGION(name, number, address, size) \
    case kind_##name: \
        *region = (struct region){address, size}; \
        return region->base != NO_MEMORY;
        CAP_KINDS(CAP_KIND_REGION)
#undef CAP_KIND_REGION
    }
    *region = (struct region){NO_MEMORY, 0}; // a number that no kind has
    return false;
}

static inline bool region_contains(struct region outer, struct region inner)
{
    return inner.base >= outer.base &&
           inner.base + LOW_BITS(inner.size_bits) <= outer.base + LOW_BITS(outer.size_bits);
}
