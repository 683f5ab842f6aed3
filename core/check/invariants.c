// SPDX-License-Identifier: BSD-2-Clause
//
// The invariant checker, first part: slots, the derivation list, capabilities and address spaces.
// Every slot is found by starting at the slots of threads and interrupt lines and following CNode
// capabilities and Zombies; containers that no CSpace leads to any more are found through the
// derivation lists. Each slot is looked at twice: first everything about it is checked and all
// references are collected, then the capabilities answer for what was referred to.
//
// Lists are walked from their ends; only if a reference remains without a capability, from every
// member (that is slow, and rare). A derivation list all of whose slots are hidden is out of sight:
// rule 28 may then accuse its objects wrongly (docs/INVARIANTS.md).
#include "core/check/invariants.h"

#include "core/arch/aarch64/translation.h"
#include "core/arch/aarch64/vspace.h"
#include "core/caps/cdt.h"
#include "core/caps/kind.h"
#include "core/check/check.h"
#include "core/check/check_threads.h"

enum { MIN_SCRATCH = 64 };

// --------------------------------------------------------------------------------- derivation list

static word_t region_end(struct region r)
{
    return r.base + BIT(r.size_bits);
}

static bool is_device(struct cap cap)
{
    return (cap_kind(cap) == kind_untyped && untyped_cap_is_device(cap)) ||
           (cap_kind(cap) == kind_frame && frame_cap_is_device(cap));
}

// A capability directly behind an untyped, inside its region: a child.
static void check_child(struct invariants *v, const struct slot *untyped, const struct slot *child,
                        struct region inner)
{
    HOLDS(region_end(inner) - untyped_cap_base(untyped->cap) <= untyped_cap_watermark(untyped->cap),
          5, "an object lies above the watermark of its untyped", child);
    HOLDS(is_device(untyped->cap) == is_device(child->cap), 4,
          "device memory and ordinary memory are mixed", child);
}

// Neighbours in the list. By induction over the list: no two objects overlap, descendants follow
// their untyped contiguously, and the youngest child comes first.
static void check_neighbours(struct invariants *v, const struct slot *a, const struct slot *b)
{
    struct region outer, inner;
    bool a_is_memory = cap_region(a->cap, &outer), b_is_memory = cap_region(b->cap, &inner);
    HOLDS(a_is_memory == b_is_memory, 2, "a memory object is a neighbour of something else", b);
    if (!a_is_memory || !b_is_memory) {
        HOLDS(cap_kind(a->cap) == kind_irq_control || cap_same_object(a->cap, b->cap) ||
                  cap_kind(a->cap) == kind_sgi_signal || cap_kind(a->cap) == kind_irq_handler,
              2, "neighbours that do not derive from one another", b);
        return;
    }
    if (!region_contains(outer, inner)) {
        HOLDS(region_end(inner) <= outer.base, 2, "siblings are out of order, or overlap", b);
        return;
    }
    if (cap_kind(a->cap) == kind_untyped) {
        check_child(v, a, b, inner);
    } else {
        HOLDS(cap_same_object(a->cap, b->cap), 3, "an object inside another object", b);
    }
}

static bool is_mutual(const struct slot *slot)
{
    const struct slot *previous = cdt_previous(slot), *next = cdt_next(slot);
    return !(previous && cdt_next(previous) != slot) && !(next && cdt_previous(next) != slot);
}

static bool is_list_end(const struct slot *slot)
{
    return !cdt_previous(slot) || !cdt_next(slot);
}

// -------------------------------------------------------------------------------------- containers

static void add_container(struct invariants *v, struct cap cap)
{
    if (cap_kind(cap) == kind_cnode) {
        set_add(v, &v->containers, cnode_cap_object(cap) | cnode_cap_radix(cap) << 48);
    } else if (cap_kind(cap) == kind_zombie) {
        set_add(v, &v->containers, zombie_cap_base(cap) | zombie_cap_radix(cap) << 48);
    }
}

// Containers that no CSpace leads to are still in the list of their untyped.
static void add_containers_of_list(struct invariants *v, const struct slot *from)
{
    for (const struct slot *slot = cdt_next(from); slot && is_mutual(slot); slot = cdt_next(slot)) {
        add_container(v, slot->cap);
    }
    for (const struct slot *slot = cdt_previous(from); slot && is_mutual(slot);
         slot = cdt_previous(slot)) {
        add_container(v, slot->cap);
    }
}

static word_t container_size(word_t container)
{
    word_t radix = (container >> 48) & LOW_BITS(6);
    return radix == 0 ? (word_t)TCB_SLOTS : BIT(radix);
}

static struct slot *container_slots(word_t container)
{
    return plat_ptr(container & LOW_BITS(48) & ~(word_t)MARK);
}

// ------------------------------------------------------------------------------------ capabilities

static const struct kind_check *const kind_checks[] = {
#define CHECK_ROW(name, number, ...) [number] = &name##_check,
    CAP_KINDS(CHECK_ROW)
#undef CHECK_ROW
};

static void check_capability(struct invariants *v, const struct slot *slot)
{
    const struct kind_check *kind = kind_checks[cap_kind(slot->cap)];
    const struct slot *previous = cdt_previous(slot);
    struct region region;
    bool is_legal = !kind->is_legal || kind->is_legal(slot);
    HOLDS(is_legal, 6, "a capability with impossible contents", slot);
    HOLDS(!is_legal || !cap_region(slot->cap, &region) || is_aligned(region.base, region.size_bits),
          6, "a misaligned object", slot);
    if (kind->object && !(previous && cap_same_object(previous->cap, slot->cap))) {
        kind->object(v, slot);
    }
}

static void check_slot(struct invariants *v, const struct slot *slot)
{
    if (slot_is_empty(slot)) {
        HOLDS(slot->cap.words[0] == 0 && slot->cap.words[1] == 0 && slot->previous == 0 &&
                  slot->next == 0,
              1, "an empty slot that is not all zero", slot);
        return;
    }
    if (!is_mutual(slot)) {
        invariants_broken(v, 1, "neighbours in the derivation list do not point at each other",
                          slot);
        return;
    }
    check_capability(v, slot);
    if (cdt_next(slot)) {
        check_neighbours(v, slot, cdt_next(slot));
    }
    if (v->is_exhaustive || is_list_end(slot)) {
        add_containers_of_list(v, slot);
    }
    add_container(v, slot->cap);
}

// --------------------------------------------------------------------------------- address spaces

// One valid entry of a table that covers 2^bits bytes: refers to a page or to a further table,
// which is returned.
static const word_t *check_entry(struct invariants *v, const word_t *entry, word_t bits)
{
    struct walk w = {(word_t *)entry, bits};
    invariants_refer(v, entry);
    if (walk_is_page(w)) {
        HOLDS(bits <= 30 && is_aligned(desc_address(*entry), bits), 24,
              "a page descriptor of an impossible size", entry);
        return NULL;
    }
    return plat_ptr(desc_address(*entry));
}

// The first valid entry from number i on, or TABLE_ENTRIES. Most entries of most tables are not:
// this loop is where the time goes.
static word_t next_valid(const word_t *table, word_t i)
{
    while (i < TABLE_ENTRIES && !(table[i] & DESC_VALID)) {
        i++;
    }
    return i;
}

// All tables of an address space, depth first without recursion.
static void check_tables(struct invariants *v, paddr_t root)
{
    struct {
        const word_t *table;
        word_t i;
    } levels[4] = {{plat_ptr(root), 0}};
    word_t depth = 0;
    for (;;) {
        levels[depth].i = next_valid(levels[depth].table, levels[depth].i);
        if (levels[depth].i == TABLE_ENTRIES) {
            if (depth == 0) {
                return;
            }
            depth--;
            continue;
        }
        word_t bits = PAGE_BITS + (3 - depth) * TABLE_INDEX_BITS;
        const word_t *table = check_entry(v, &levels[depth].table[levels[depth].i++], bits);
        if (table) {
            depth++;
            levels[depth].table = table;
            levels[depth].i = 0;
        }
    }
}

static void check_address_spaces(struct invariants *v)
{
    HOLDS(!ks.asid_pools[0] || ks.asid_pools[0]->vspaces[0] == 0, 26, "ASID 0 is in use", NULL);
    for (word_t i = 0; i < ASID_POOLS; i++) {
        const struct asid_pool *pool = ks.asid_pools[i];
        if (!pool) {
            continue;
        }
        invariants_refer(v, &ks.asid_pools[i]);
        for (word_t j = 0; j < ASIDS_PER_POOL; j++) {
            if (pool->vspaces[j] != 0) {
                invariants_refer(v, &pool->vspaces[j]);
                check_tables(v, pool->vspaces[j]);
            }
        }
    }
}

// ------------------------------------------------------------------------ answering for references

static void answer(struct invariants *v, const struct slot *slot)
{
    const struct kind_check *kind = kind_checks[cap_kind(slot->cap)];
    const void *object = kind->answers_for ? kind->answers_for(slot->cap) : NULL;
    if (object) {
        set_mark(&v->references, object);
    }
}

static bool all_are_answered(const struct invariants *v)
{
    return v->references.marked == v->references.count;
}

static void check_references(struct invariants *v)
{
    for (word_t i = 0; i < v->references.size && !all_are_answered(v); i++) {
        word_t member = v->references.words[i];
        HOLDS(member == 0 || (member & MARK), 28,
              "something refers to an object, or maps a frame, without a capability",
              (const void *)member);
    }
}

// ---------------------------------------------------------------------------------------- the walk

static void for_slots(struct invariants *v, const struct slot *slots, word_t count,
                      bool is_answering)
{
    for (word_t i = 0; i < count; i++) {
        if (is_answering) {
            answer(v, &slots[i]);
        } else {
            check_slot(v, &slots[i]);
        }
    }
}

static void for_fixed_slots(struct invariants *v, bool is_answering)
{
    for (const struct tcb *thread = ks.all_threads; thread; thread = thread->all_next) {
        for_slots(v, thread->slots, TCB_SLOTS, is_answering);
    }
    for (word_t i = 0; i < NUM_IRQS; i++) {
        for_slots(v, &ks.irqs[i].slot, 1, is_answering);
    }
}

// Looks at containers until no new one turns up: those found by the first round are marked, the
// second takes the marks away.
static void for_containers(struct invariants *v, bool is_answering)
{
    struct word_set *set = &v->containers;
    for (word_t done = 0; done < set->count;) {
        for (word_t i = 0; i < set->size && done < set->count; i++) {
            if (set->words[i] == 0 || (set->words[i] & MARK) == !is_answering) {
                continue;
            }
            word_t container = set->words[i];
            set->words[i] ^= MARK;
            done++;
            for_slots(v, container_slots(container), container_size(container), is_answering);
        }
    }
}

static void check_slots(struct invariants *v)
{
    for_fixed_slots(v, false);
    for_containers(v, false);
    for_fixed_slots(v, true);
    for_containers(v, true);
}

static void check_irqs(struct invariants *v)
{
    for (word_t i = 0; i < NUM_IRQS; i++) {
        const struct irq_line *line = &ks.irqs[i];
        HOLDS((line->state == IRQ_TIMER) == (i == TIMER_IRQ), 10,
              "the timer's line is not the kernel's", line);
        HOLDS(slot_is_empty(&line->slot) ||
                  (line->state == IRQ_SIGNAL && cap_kind(line->slot.cap) == kind_notification),
              10, "an interrupt line holds a capability that it may not", line);
    }
}

bool invariants_check(word_t *scratch, word_t scratch_words, invariants_report *report)
{
    KASSERT(scratch_words >= MIN_SCRATCH);
    word_t half = BIT(log2_floor(scratch_words) - 1);
    struct invariants v = {
        .report = report,
        .holds = true,
        .containers = {.words = scratch, .size = half},
        .references = {.words = scratch + half, .size = half},
    };
    __builtin_memset(scratch, 0, 2 * half * sizeof *scratch);
    check_threads(&v);
    check_scheduler(&v);
    if (!v.holds) {
        return false; // what follows trusts the list of threads
    }
    check_irqs(&v);
    check_address_spaces(&v);
    check_slots(&v);
    if (v.holds && !all_are_answered(&v)) {
        v.is_exhaustive = true;
        check_slots(&v);
    }
    check_references(&v);
    return v.holds;
}
