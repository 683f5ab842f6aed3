// SPDX-License-Identifier: BSD-2-Clause
//
// The model's slots and derivation tree, and the rules about single capabilities (objects §1–3).
#include <string.h>

#include <sel4/errors.h>

#include "tests/model/model.h"

void m_give_up(struct model *m, const char *why)
{
    m->is_lost = true;
    m->lost_why = why;
}

// ------------------------------------------------------------------------------------- finding slots

struct cap m_cap(struct model *m, const struct slot *slot)
{
    const struct m_node *node = m_node(m, slot);
    return node ? node->cap : (struct cap){{0, 0}};
}

// The record of a slot, existing or not.
static struct m_node *record(struct model *m, struct slot *slot)
{
    uint16_t *number = &m->node_at[m_place(slot)];
    if (*number) {
        return &m->nodes[*number - 1];
    }
    if (m->node_count == M_NODES) {
        m_give_up(m, "too many slots");
        return &m->nodes[0];
    }
    struct m_node *node = &m->nodes[m->node_count++];
    memset(node, 0, sizeof *node);
    node->slot = slot;
    *number = (uint16_t)m->node_count;
    return node;
}

struct m_node *m_add(struct model *m, struct slot *slot, struct cap cap)
{
    struct m_node *node = record(m, slot);
    *node = (struct m_node){.slot = slot, .cap = cap, .exists = true};
    return node;
}

// ------------------------------------------------------------------------------------------ the tree

bool m_has_children(struct model *m, const struct slot *slot)
{
    const struct m_node *node = m_node(m, slot);
    return node && node->next && node->next->parent == node;
}

void m_remove(struct model *m, struct slot *slot)
{
    struct m_node *node = m_node(m, slot);
    if (!node) {
        return;
    }
    for (struct m_node *n = node->next; n; n = n->next) {
        n->parent = n->parent == node ? node->parent : n->parent;
    }
    if (node->previous) {
        node->previous->next = node->next;
    }
    if (node->next) {
        node->next->previous = node->previous;
    }
    node->exists = false;
}

// Everything that names `from` in the list names `to` instead.
static void rename_node(struct model *m, struct m_node *from, struct m_node *to)
{
    (void)m;
    if (from->previous) {
        from->previous->next = to;
    }
    if (from->next) {
        from->next->previous = to;
    }
    for (struct m_node *n = from->next; n; n = n->next) {
        n->parent = n->parent == from ? to : n->parent;
    }
}

void m_move(struct model *m, struct slot *from, struct slot *to, struct cap cap)
{
    struct m_node *source = m_node(m, from), *dest = record(m, to);
    if (!source || dest->exists) {
        m_give_up(m, "a move that is none");
        return;
    }
    *dest = *source;
    dest->slot = to;
    dest->cap = cap;
    rename_node(m, source, dest);
    source->exists = false;
}

void m_swap(struct model *m, struct slot *a, struct cap cap_a, struct slot *b, struct cap cap_b)
{
    static struct slot nowhere; // a slot that exists in the model only
    bool a_exists = m_node(m, a), b_exists = m_node(m, b);
    if (a_exists) {
        m_move(m, a, &nowhere, cap_b);
    }
    if (b_exists) {
        m_move(m, b, a, cap_a);
    }
    if (a_exists) {
        m_move(m, &nowhere, b, cap_b);
    }
}

static bool starts_family(struct cap cap, struct cap source)
{
    switch (cap_kind(cap)) {
    case kind_untyped:
        return true;
    case kind_endpoint:
    case kind_notification:
        return cap.words[1] != source.words[1]; // the badge
    case kind_irq_handler:
    case kind_sgi_signal:
        return cap_kind(source) == kind_irq_control;
    default:
        return false;
    }
}

void m_derive_into(struct model *m, struct slot *source_slot, struct slot *dest_slot, struct cap cap, bool is_original)
{
    struct m_node *source = m_node(m, source_slot);
    if (!source || m_node(m, dest_slot)) {
        m_give_up(m, "a derivation that is none");
        return;
    }
    struct m_node *dest = m_add(m, dest_slot, cap);
    dest->may_have_children = is_original || starts_family(cap, source->cap);
    dest->parent = source->may_have_children ? source : source->parent;
    dest->previous = source;
    dest->next = source->next;
    if (source->next) {
        source->next->previous = dest;
    }
    source->next = dest;
    if (cap_kind(cap) == kind_untyped && cap_kind(source->cap) == kind_untyped &&
        untyped_cap_base(cap) == untyped_cap_base(source->cap) && untyped_cap_size_bits(cap) == untyped_cap_size_bits(source->cap)) {
        source->cap = untyped_cap_set_watermark(source->cap, BIT(untyped_cap_size_bits(cap)));
    }
}

// ------------------------------------------------------------------------------------ capabilities

bool m_region(struct cap cap, m_id *base, word_t *bits)
{
    switch (cap_kind(cap)) {
#define REGION(kind, at, size)    \
    case kind_##kind:             \
        *base = kind##_cap_##at(cap); \
        *bits = (size);           \
        return true;
        REGION(untyped, base, untyped_cap_size_bits(cap))
        REGION(endpoint, object, 4)
        REGION(notification, object, 6)
        REGION(reply, object, 5)
        REGION(cnode, object, cnode_cap_radix(cap) + 5)
        REGION(tcb, object, 11)
        REGION(zombie, base, zombie_cap_radix(cap) ? zombie_cap_radix(cap) + 5 : 11)
        REGION(sched_context, object, sched_context_cap_size_bits(cap))
        REGION(frame, base, 12 + 9 * frame_cap_size(cap))
        REGION(page_table, base, 12)
        REGION(vspace, base, 12)
        REGION(asid_pool, base, 12)
    default:
        return false;
    }
}

// Do the two name exactly the same thing? Untyped, IRQControl and SGISignal have no object of their own.
bool m_is_same_object(struct cap a, struct cap b)
{
    m_id base_a = 0, base_b = 0;
    word_t bits_a = 0, bits_b = 0;
    enum cap_kind kind = cap_kind(a);
    if (kind != cap_kind(b) || kind == kind_untyped || kind == kind_irq_control || kind == kind_sgi_signal || kind == kind_zombie) {
        return false;
    }
    if (kind == kind_irq_handler) {
        return irq_handler_cap_irq(a) == irq_handler_cap_irq(b);
    }
    m_region(a, &base_a, &bits_a);
    m_region(b, &base_b, &bits_b);
    return base_a == base_b && bits_a == bits_b && (kind != kind_frame || frame_cap_is_device(a) == frame_cap_is_device(b));
}

bool m_is_within(struct cap outer, struct cap inner)
{
    m_id base, inner_base;
    word_t bits, inner_bits;
    switch (cap_kind(outer)) {
    case kind_untyped:
    case kind_frame:
        if (cap_kind(outer) == kind_frame && cap_kind(inner) != kind_frame) {
            return false;
        }
        m_region(outer, &base, &bits);
        return m_region(inner, &inner_base, &inner_bits) && inner_base >= base && inner_base + BIT(inner_bits) <= base + BIT(bits);
    case kind_irq_control:
        return cap_kind(inner) == kind_irq_control || cap_kind(inner) == kind_irq_handler || cap_kind(inner) == kind_sgi_signal;
    case kind_sgi_signal:
        return cap_kind(inner) == kind_sgi_signal && outer.words[1] == inner.words[1];
    default:
        return m_is_same_object(outer, inner);
    }
}

bool m_is_last(struct model *m, const struct slot *slot)
{
    struct cap cap = m_cap(m, slot);
    for (int i = 0; i < m->node_count; i++) {
        const struct m_node *n = &m->nodes[i];
        if (n->exists && n->slot != slot && m_is_same_object(n->cap, cap)) {
            return false;
        }
    }
    return true;
}

struct cap m_mask(struct cap cap, word_t rights)
{
    bool write = rights & 1, read = rights & 2, grant = rights & 4, grant_reply = rights & 8;
    switch (cap_kind(cap)) {
    case kind_endpoint:
        cap = write ? cap : endpoint_cap_set_can_send(cap, 0);
        cap = read ? cap : endpoint_cap_set_can_receive(cap, 0);
        cap = grant ? cap : endpoint_cap_set_can_grant(cap, 0);
        return grant_reply ? cap : endpoint_cap_set_can_grant_reply(cap, 0);
    case kind_notification:
        cap = write ? cap : notification_cap_set_can_send(cap, 0);
        return read ? cap : notification_cap_set_can_receive(cap, 0);
    case kind_reply:
        return grant ? cap : reply_cap_set_can_grant(cap, 0);
    case kind_frame:
        if (!read) {
            return frame_cap_set_access(cap, ACCESS_NONE);
        }
        return frame_cap_access(cap) == ACCESS_READ_WRITE && !write ? frame_cap_set_access(cap, ACCESS_READ_ONLY) : cap;
    default:
        return cap;
    }
}

bool m_update(struct cap *cap, word_t data, bool keep)
{
    word_t size = data & 63;
    switch (cap_kind(*cap)) {
    case kind_endpoint:
    case kind_notification:
        if (keep || cap->words[1] != 0) {
            return false;
        }
        cap->words[1] = data;
        return true;
    case kind_cnode:
        if (size + cnode_cap_radix(*cap) > 64) {
            return false;
        }
        *cap = cnode_cap_set_guard_size(*cap, size);
        *cap = cnode_cap_set_guard(*cap, size == 0 ? 0 : (data >> 6) & (~UINT64_C(0) >> (64 - size)));
        return true;
    default:
        return true;
    }
}

word_t m_derive(struct model *m, const struct slot *source, struct cap *cap)
{
    switch (cap_kind(*cap)) {
    case kind_untyped:
        return m_has_children(m, source) ? seL4_RevokeFirst : M_OK;
    case kind_page_table:
        return page_table_cap_is_mapped(*cap) ? M_OK : seL4_IllegalOperation;
    case kind_vspace:
        return vspace_cap_is_assigned(*cap) ? M_OK : seL4_IllegalOperation;
    case kind_frame:
        *cap = frame_cap_set_asid(*cap, 0);
        return M_OK;
    case kind_irq_control:
    case kind_zombie:
        return M_DERIVES_NULL;
    default:
        return M_OK;
    }
}

// ------------------------------------------------------------------------------------------- answers

struct m_answer m_refusal(const word_t *words, word_t count)
{
    struct m_answer answer = {.error = words[0], .count = count - 1};
    memcpy(answer.words, &words[1], answer.count * sizeof *words);
    return answer;
}

// abi §4: the type says how many words follow it, none for an invalid root.
struct m_answer m_failed_lookup(enum m_role role, const struct lookup_failure *why)
{
    return (struct m_answer){
        .error = seL4_FailedLookup,
        .words = {role, why->type, why->words[0], why->words[1], why->words[2]},
        .count = 1 + why->type,
    };
}

// ---------------------------------------------------------------------------------------- resolution

struct slot *m_resolve(struct model *m, struct cap root, word_t address, word_t bits, word_t *left, struct lookup_failure *why)
{
    *why = (struct lookup_failure){.type = seL4_InvalidRoot};
    if (cap_kind(root) != kind_cnode) {
        return NULL;
    }
    for (;;) {
        word_t size = cnode_cap_guard_size(root), radix = cnode_cap_radix(root);
        word_t found = size == 0 ? 0 : size > bits ? ~cnode_cap_guard(root) : (address >> (bits - size)) & (~UINT64_C(0) >> (64 - size));
        if (size > bits || found != cnode_cap_guard(root)) {
            *why = (struct lookup_failure){seL4_GuardMismatch, {bits, cnode_cap_guard(root), size}};
            return NULL;
        }
        if (radix + size > bits) {
            *why = (struct lookup_failure){seL4_DepthMismatch, {bits, radix + size}};
            return NULL;
        }
        bits -= radix + size;
        struct slot *slot = (struct slot *)plat_ptr(cnode_cap_object(root)) + ((address >> bits) & (BIT(radix) - 1));
        *left = bits;
        root = m_cap(m, slot);
        if (bits == 0 || cap_kind(root) != kind_cnode) {
            return slot;
        }
    }
}

struct slot *m_lookup(struct model *m, m_id thread, word_t address, struct lookup_failure *why)
{
    word_t left;
    return m_resolve(m, m_cap(m, m_tcb_slot(thread, TCB_CSPACE)), address, 64, &left, why);
}

struct m_answer m_target(struct model *m, struct cap root, word_t index, word_t depth, enum m_role role, struct slot **slot)
{
    struct lookup_failure why = {.type = seL4_InvalidRoot};
    word_t left = 0;
    if (cap_kind(root) != kind_cnode) {
        return m_failed_lookup(role, &why);
    }
    DEMAND(depth >= 1 && depth <= 64, seL4_RangeError, 1, 64);
    *slot = m_resolve(m, root, index, depth, &left, &why);
    if (*slot && left > 0) {
        why = (struct lookup_failure){seL4_DepthMismatch, {left, 0}};
    }
    return *slot && left == 0 ? (struct m_answer){.error = M_OK} : m_failed_lookup(role, &why);
}

// ----------------------------------------------------------------------------------------- objects

struct m_object *m_new_object(struct model *m, enum cap_kind kind, m_id id)
{
    static struct m_object dummy;
    uint16_t *number = m_object_number(m, id);
    if (!number || m->object_count == M_OBJECTS) {
        m_give_up(m, "too many objects");
        return &dummy;
    }
    struct m_object *o = &m->objects[m->object_count++];
    memset(o, 0, sizeof *o);
    o->kind = kind;
    o->id = id;
    *number = (uint16_t)m->object_count;
    return o;
}

// The last one takes its place.
void m_forget_object(struct model *m, m_id id)
{
    struct m_object *o = m_object(m, id);
    if (o) {
        *o = m->objects[--m->object_count];
        *m_object_number(m, o->id) = *m_object_number(m, id);
        *m_object_number(m, id) = 0;
    }
}

// An object that must exist. Otherwise the model is lost, and a dummy takes the consequences.
static struct m_object *existing(struct model *m, m_id id, enum cap_kind kind)
{
    static struct m_object dummy;
    struct m_object *o = m_object(m, id);
    if (o && o->kind == kind) {
        return o;
    }
    m_give_up(m, "an object that nobody has a capability to");
    memset(&dummy, 0, sizeof dummy);
    return &dummy;
}

struct m_thread *m_thread(struct model *m, m_id id) { return &existing(m, id, kind_tcb)->thread; }
struct m_endpoint *m_endpoint(struct model *m, m_id id) { return &existing(m, id, kind_endpoint)->endpoint; }
struct m_notification *m_notification(struct model *m, m_id id) { return &existing(m, id, kind_notification)->notification; }
struct m_reply *m_reply(struct model *m, m_id id) { return &existing(m, id, kind_reply)->reply; }
struct m_sc *m_sc(struct model *m, m_id id) { return &existing(m, id, kind_sched_context)->sc; }

struct slot *m_tcb_slot(m_id thread, enum tcb_slot which)
{
    return (struct slot *)plat_ptr(thread) + which;
}

void m_queue_insert(struct model *m, struct m_queue *queue, m_id thread)
{
    int at = queue->count;
    while (at > 0 && m_thread(m, queue->threads[at - 1])->priority < m_thread(m, thread)->priority) {
        at--;
    }
    if (queue->count == M_QUEUE) {
        m_give_up(m, "a queue is too long");
        return;
    }
    memmove(&queue->threads[at + 1], &queue->threads[at], (size_t)(queue->count - at) * sizeof(m_id));
    queue->threads[at] = thread;
    queue->count++;
}

void m_queue_remove(struct m_queue *queue, m_id thread)
{
    for (int i = 0; i < queue->count; i++) {
        if (queue->threads[i] == thread) {
            queue->count--;
            memmove(&queue->threads[i], &queue->threads[i + 1], (size_t)(queue->count - i) * sizeof(m_id));
            return;
        }
    }
}
