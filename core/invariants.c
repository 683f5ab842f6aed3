// SPDX-License-Identifier: BSD-2-Clause
//
// The invariant checker, first part: slots, the derivation list, capabilities and address spaces. Every slot is found by
// starting at the slots of threads and interrupt lines and following CNode capabilities and Zombies; containers that no
// CSpace leads to any more are found through the derivation lists. Each slot is looked at twice: first everything about it
// is checked and all references are collected, then the capabilities answer for what was referred to.
//
// Lists are walked from their ends; only if a reference remains without a capability, from every member (that is slow, and
// rare). A derivation list all of whose slots are hidden is out of sight: rule 28 may then accuse its objects wrongly
// (docs/INVARIANTS.md).
#include "core/invariants_walk.h"

#include "core/asid.h"
#include "core/fault.h"
#include "core/vspace.h"

enum { MIN_SCRATCH = 64, MARK = 1 };

void invariants_broken(struct invariants *v, int number, const char *what, const void *subject)
{
    v->holds = false;
    if (v->report) {
        v->report(number, what, subject);
    }
}

// -------------------------------------------------------------------------------------------- sets

// Where `key` is, or could be put; null if it is absent and the set is full.
static word_t *set_place(const struct word_set *set, word_t key)
{
    word_t i = (key * UINT64_C(0x9e3779b97f4a7c15)) >> 32;
    for (word_t n = 0; n < set->size; n++) {
        word_t *place = &set->words[(i + n) & (set->size - 1)];
        if (*place == 0 || (*place & ~(word_t)MARK) == key) {
            return place;
        }
    }
    return NULL;
}

static void set_add(struct invariants *v, struct word_set *set, word_t key)
{
    word_t *place = set_place(set, key);
    if (!place || (*place == 0 && set->count + 1 == set->size)) {
        invariants_broken(v, 0, "the checker has too little scratch memory", NULL);
    } else if (*place == 0) {
        *place = key;
        set->count++;
    }
}

static void set_mark(struct word_set *set, const void *object)
{
    word_t *place = set_place(set, (word_t)object);
    if (place && *place && !(*place & MARK)) {
        *place |= MARK;
        set->marked++;
    }
}

void invariants_refer(struct invariants *v, const void *object)
{
    if (object) {
        set_add(v, &v->references, (word_t)object);
    }
}

// --------------------------------------------------------------------------------- derivation list

static word_t region_end(struct region r)
{
    return r.base + BIT(r.size_bits);
}

static bool region_contains(struct region outer, struct region inner)
{
    return inner.base >= outer.base && region_end(inner) <= region_end(outer);
}

static bool is_device(struct cap cap)
{
    return (cap_kind(cap) == kind_untyped && untyped_cap_is_device(cap)) || (cap_kind(cap) == kind_frame && frame_cap_is_device(cap));
}

// A capability directly behind an untyped, inside its region: a child.
static void check_child(struct invariants *v, const struct slot *untyped, const struct slot *child, struct region inner)
{
    HOLDS(region_end(inner) - untyped_cap_base(untyped->cap) <= untyped_cap_watermark(untyped->cap), 5,
          "an object lies above the watermark of its untyped", child);
    HOLDS(is_device(untyped->cap) == is_device(child->cap), 4, "device memory and ordinary memory are mixed", child);
}

// Neighbours in the list. By induction over the list: no two objects overlap, descendants follow their untyped
// contiguously, and the youngest child comes first.
static void check_neighbours(struct invariants *v, const struct slot *a, const struct slot *b)
{
    struct region outer, inner;
    bool a_is_memory = cap_region(a->cap, &outer), b_is_memory = cap_region(b->cap, &inner);
    HOLDS(a_is_memory == b_is_memory, 2, "a memory object is a neighbour of something else", b);
    if (!a_is_memory || !b_is_memory) {
        HOLDS(cap_kind(a->cap) == kind_irq_control || cap_same_object(a->cap, b->cap) || cap_kind(a->cap) == kind_sgi_signal ||
                  cap_kind(a->cap) == kind_irq_handler,
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
    for (const struct slot *slot = cdt_previous(from); slot && is_mutual(slot); slot = cdt_previous(slot)) {
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

static void check_zombie(struct invariants *v, const struct slot *slot)
{
    word_t container = zombie_cap_base(slot->cap) | zombie_cap_radix(slot->cap) << 48;
    word_t count = container_size(container), remaining = zombie_cap_remaining(slot->cap);
    const struct slot *slots = container_slots(container);
    HOLDS(remaining <= count, 7, "a Zombie counts more slots than it has", slot);
    for (word_t i = remaining; i < count; i++) {
        HOLDS(slot_is_empty(&slots[i]), 7, "a slot that its Zombie has finished with is not empty", &slots[i]);
    }
}

// ------------------------------------------------------------------------------------ capabilities

static bool is_size(word_t bits, word_t min)
{
    return bits >= min && bits <= 47;
}

static void check_fields(struct invariants *v, const struct slot *slot)
{
    struct cap cap = slot->cap;
    struct region region;
    bool is_legal = true;
    switch (cap_kind(cap)) {
    case kind_untyped:
        is_legal = is_size(untyped_cap_size_bits(cap), 4) && untyped_cap_watermark(cap) <= BIT(untyped_cap_size_bits(cap)) &&
                   cdt_is_revocable(slot);
        break;
    case kind_cnode:
        is_legal = is_size(cnode_cap_radix(cap) + SLOT_BITS, SLOT_BITS + 1) &&
                   cnode_cap_guard_size(cap) + cnode_cap_radix(cap) <= WORD_BITS &&
                   cnode_cap_guard(cap) <= LOW_BITS(cnode_cap_guard_size(cap));
        break;
    case kind_sched_context:
        is_legal = is_size(sched_context_cap_size_bits(cap), SC_MIN_BITS);
        break;
    case kind_frame:
        is_legal = frame_cap_size(cap) <= FRAME_HUGE && frame_cap_access(cap) != 2;
        break;
    case kind_irq_handler:
        is_legal = irq_handler_cap_irq(cap) < NUM_IRQS && ks.irqs[irq_handler_cap_irq(cap)].state == IRQ_SIGNAL;
        break;
    case kind_sched_control:
        is_legal = sched_control_cap_core(cap) == 0;
        break;
    default:
        break;
    }
    HOLDS(is_legal, 6, "a capability with impossible contents", slot);
    HOLDS(!is_legal || !cap_region(cap, &region) || is_aligned(region.base, region.size_bits), 6, "a misaligned object", slot);
}

// The object itself, once for all its capabilities.
static void check_object(struct invariants *v, const struct slot *slot)
{
    struct cap cap = slot->cap;
    const struct slot *previous = cdt_previous(slot);
    if (previous && cap_same_object(previous->cap, cap)) {
        return;
    }
    switch (cap_kind(cap)) {
    case kind_endpoint:
        invariants_check_endpoint(v, cap_endpoint(cap));
        break;
    case kind_notification:
        invariants_check_notification(v, cap_notification(cap));
        break;
    case kind_reply:
        invariants_check_reply(v, cap_reply(cap));
        break;
    case kind_sched_context:
        invariants_check_sc(v, cap_sched_context(cap), sched_context_cap_size_bits(cap));
        break;
    case kind_tcb:
        invariants_refer(v, cap_tcb(cap));
        HOLDS(cap_tcb(cap)->all_previous || ks.all_threads == cap_tcb(cap), 11, "a TCB that is not in the list of threads", slot);
        break;
    case kind_zombie:
        check_zombie(v, slot);
        break;
    default:
        break;
    }
}

static void check_slot(struct invariants *v, const struct slot *slot)
{
    if (slot_is_empty(slot)) {
        HOLDS(slot->cap.words[0] == 0 && slot->cap.words[1] == 0 && slot->previous == 0 && slot->next == 0, 1,
              "an empty slot that is not all zero", slot);
        return;
    }
    if (!is_mutual(slot)) {
        invariants_broken(v, 1, "neighbours in the derivation list do not point at each other", slot);
        return;
    }
    check_fields(v, slot);
    if (cdt_next(slot)) {
        check_neighbours(v, slot, cdt_next(slot));
    }
    if (v->is_exhaustive || is_list_end(slot)) {
        add_containers_of_list(v, slot);
    }
    add_container(v, slot->cap);
    check_object(v, slot);
}

// --------------------------------------------------------------------------------- address spaces

// One valid entry of a table that covers 2^bits bytes: refers to a page or to a further table, which is returned.
static const word_t *check_entry(struct invariants *v, const word_t *entry, word_t bits)
{
    struct walk w = {(word_t *)entry, bits};
    invariants_refer(v, entry);
    if (walk_is_page(w)) {
        HOLDS(bits <= 30 && is_aligned(desc_address(*entry), bits), 24, "a page descriptor of an impossible size", entry);
        return NULL;
    }
    return plat_ptr(desc_address(*entry));
}

// The first valid entry from number i on, or TABLE_ENTRIES. Most entries of most tables are not: this loop is where the time goes.
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

// ------------------------------------------------------------------------- answering for references

static void answer_frame(struct invariants *v, struct cap frame)
{
    paddr_t root = frame_cap_asid(frame) == 0 ? 0 : asid_root(frame_cap_asid(frame));
    if (root == 0) {
        return;
    }
    struct walk w = vspace_walk(root, frame_cap_address(frame));
    if (w.bits == frame_cap_size_bits(frame) && walk_is_page(w) && desc_address(*w.entry) == frame_cap_base(frame)) {
        set_mark(&v->references, w.entry);
    }
}

static void answer_page_table(struct invariants *v, struct cap cap)
{
    paddr_t root = page_table_cap_is_mapped(cap) ? asid_root(page_table_cap_asid(cap)) : 0;
    for (word_t bits = 39; root != 0 && bits > PAGE_BITS; bits -= TABLE_INDEX_BITS) {
        const word_t *table = plat_ptr(root), *entry = &table[(page_table_cap_address(cap) >> bits) & LOW_BITS(TABLE_INDEX_BITS)];
        if (*entry == desc_table(page_table_cap_base(cap))) {
            set_mark(&v->references, entry);
            return;
        }
        root = (*entry & (DESC_VALID | DESC_TABLE_OR_PAGE)) == (DESC_VALID | DESC_TABLE_OR_PAGE) ? desc_address(*entry) : 0;
    }
}

static void answer_vspace(struct invariants *v, struct cap cap)
{
    asid_t asid = vspace_cap_asid(cap);
    if (vspace_cap_is_assigned(cap) && asid_root(asid) == vspace_cap_base(cap)) {
        set_mark(&v->references, &ks.asid_pools[asid / ASIDS_PER_POOL]->vspaces[asid % ASIDS_PER_POOL]);
    }
}

static void answer(struct invariants *v, const struct slot *slot)
{
    struct cap cap = slot->cap;
    switch (cap_kind(cap)) {
    case kind_endpoint:
    case kind_notification:
    case kind_reply:
    case kind_sched_context:
    case kind_tcb: {
        struct region region;
        cap_region(cap, &region);
        set_mark(&v->references, plat_ptr(region.base));
        break;
    }
    case kind_asid_pool: {
        word_t i = asid_pool_cap_first_asid(cap) / ASIDS_PER_POOL;
        if (ks.asid_pools[i] == cap_asid_pool(cap)) {
            set_mark(&v->references, &ks.asid_pools[i]);
        }
        break;
    }
    case kind_vspace:
        answer_vspace(v, cap);
        break;
    case kind_page_table:
        answer_page_table(v, cap);
        break;
    case kind_frame:
        answer_frame(v, cap);
        break;
    default:
        break;
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
        HOLDS(member == 0 || (member & MARK), 28, "something refers to an object, or maps a frame, without a capability",
              (const void *)member);
    }
}

// ----------------------------------------------------------------------------------------- the walk

static void for_slots(struct invariants *v, const struct slot *slots, word_t count, bool is_answering)
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

// Looks at containers until no new one turns up: those found by the first round are marked, the second takes the marks away.
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
        HOLDS((line->state == IRQ_TIMER) == (i == TIMER_IRQ), 10, "the timer's line is not the kernel's", line);
        HOLDS(slot_is_empty(&line->slot) || (line->state == IRQ_SIGNAL && cap_kind(line->slot.cap) == kind_notification), 10,
              "an interrupt line holds a capability that it may not", line);
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
    invariants_check_threads(&v);
    invariants_check_scheduler(&v);
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
