// SPDX-License-Identifier: BSD-2-Clause
//
// The model's methods on CNodes and untyped memory: complete checks in the order of the specification (objects §4, §6);
// and on interrupts.
#include <sel4/errors.h>
#include <sel4/objecttype.h>

#include <lab4/invocations.h>

#include "tests/model/model.h"

enum label { LAB4_INVOCATIONS(LAB4_LABEL_ENUMERATOR) };

static const struct m_answer success = {.error = M_OK};
static const struct m_answer no_such_method = {.error = seL4_IllegalOperation};

static struct m_answer missing(enum m_role role, word_t bits_left)
{
    return m_failed_lookup(role, &(struct lookup_failure){seL4_MissingCapability, {bits_left}});
}

// --------------------------------------------------------------------------------------- CNode methods

static struct m_answer copy_or_mint(struct model *m, const struct m_args *a, struct slot *source, struct slot *dest)
{
    struct cap cap = m_mask(m_cap(m, source), a->words[4]);
    if (a->label == CNodeMint) {
        DEMAND(m_update(&cap, a->words[5], false), seL4_IllegalOperation);
    }
    word_t result = m_derive(m, source, &cap);
    DEMAND(result != M_DERIVES_NULL, seL4_IllegalOperation);
    DEMAND(result == M_OK, result);
    m_derive_into(m, source, dest, cap, false);
    return success;
}

static struct m_answer move_or_mutate(struct model *m, const struct m_args *a, struct slot *source, struct slot *dest)
{
    struct cap cap = m_cap(m, source);
    if (a->label == CNodeMutate) {
        DEMAND(m_update(&cap, a->words[4], true), seL4_IllegalOperation);
    }
    m_move(m, source, dest, cap);
    return success;
}

static struct m_answer two_slots(struct model *m, const struct m_args *a, struct slot *dest)
{
    static const word_t lengths[] = {[CNodeCopy] = 5, [CNodeMint] = 6, [CNodeMove] = 4, [CNodeMutate] = 5};
    struct slot *source;
    DEMAND(a->length >= 4 && a->extra_count >= 1, seL4_TruncatedMessage);
    DEMAND(!m_node(m, dest), seL4_DeleteFirst);
    DEMAND_OK(m_target(m, m_cap(m, a->extra[0]), a->words[2], a->words[3], M_SOURCE, &source));
    if (!m_node(m, source)) {
        return missing(M_SOURCE, a->words[3]);
    }
    DEMAND(a->length >= lengths[a->label], seL4_TruncatedMessage);
    if (a->label == CNodeCopy || a->label == CNodeMint) {
        return copy_or_mint(m, a, source, dest);
    }
    return move_or_mutate(m, a, source, dest);
}

static struct m_answer rotate(struct model *m, const struct m_args *a, struct slot *dest)
{
    struct slot *source, *pivot;
    DEMAND(a->length >= 8 && a->extra_count >= 2, seL4_TruncatedMessage);
    DEMAND_OK(m_target(m, m_cap(m, a->extra[1]), a->words[6], a->words[7], M_SOURCE, &source));
    DEMAND_OK(m_target(m, m_cap(m, a->extra[0]), a->words[3], a->words[4], M_SOURCE, &pivot));
    DEMAND(pivot != source && pivot != dest, seL4_IllegalOperation);
    DEMAND(source == dest || !m_node(m, dest), seL4_DeleteFirst);
    if (!m_node(m, source) || !m_node(m, pivot)) {
        return !m_node(m, source) ? missing(M_SOURCE, a->words[7]) : missing(M_DESTINATION, a->words[4]);
    }
    struct cap new_source = m_cap(m, source), new_pivot = m_cap(m, pivot);
    DEMAND(m_update(&new_source, a->words[5], true) && m_update(&new_pivot, a->words[2], true), seL4_IllegalOperation);
    if (source == dest) {
        m_swap(m, source, new_pivot, pivot, new_source);
    } else {
        m_move(m, pivot, dest, new_pivot);
        m_move(m, source, pivot, new_source);
    }
    return success;
}

static struct m_answer cancel_badged(struct model *m, struct slot *slot)
{
    struct cap cap = m_cap(m, slot);
    DEMAND(cap_kind(cap) == kind_endpoint && endpoint_cap_can_send(cap) && endpoint_cap_can_receive(cap) &&
               endpoint_cap_can_grant(cap) && endpoint_cap_can_grant_reply(cap),
           seL4_IllegalOperation);
    word_t badge = endpoint_cap_badge(cap);
    if (badge != 0) {
        m_cancel_endpoint(m, endpoint_cap_object(cap), &badge);
    }
    return success;
}

struct m_answer m_cnode_method(struct model *m, const struct m_args *a)
{
    struct slot *dest;
    DEMAND(a->label >= CNodeRevoke && a->label <= CNodeRotate, seL4_IllegalOperation);
    DEMAND(a->length >= 2, seL4_TruncatedMessage);
    DEMAND_OK(m_target(m, a->cap, a->words[0], a->words[1], M_DESTINATION, &dest));
    switch (a->label) {
    case CNodeRevoke:
        m_revoke(m, dest);
        return success;
    case CNodeDelete:
        m_delete(m, dest);
        return success;
    case CNodeCancelBadgedSends:
        return cancel_badged(m, dest);
    case CNodeRotate:
        return rotate(m, a, dest);
    default:
        return two_slots(m, a, dest);
    }
}

// ---------------------------------------------------------------------------------------------- retype

static word_t size_of(word_t type, word_t size_bits)
{
    static const uint8_t sizes[seL4_ObjectTypeCount] = {
        [seL4_TCBObject] = 11, [seL4_EndpointObject] = 4, [seL4_NotificationObject] = 6, [seL4_ReplyObject] = 5,
        [seL4_ARM_HugePageObject] = 30, [seL4_ARM_VSpaceObject] = 12, [seL4_ARM_SmallPageObject] = 12,
        [seL4_ARM_LargePageObject] = 21, [seL4_ARM_PageTableObject] = 12,
    };
    return sizes[type] ? sizes[type] : type == seL4_CapTableObject ? size_bits + 5 : size_bits;
}

static struct cap first_cap(word_t type, m_id base, word_t size_bits, bool is_device)
{
    switch (type) {
    case seL4_UntypedObject:
        return MAKE_CAP(untyped, .base = base, .size_bits = size_bits, .is_device = is_device);
    case seL4_TCBObject:
        return MAKE_CAP(tcb, .object = base);
    case seL4_EndpointObject:
        return MAKE_CAP(endpoint, .object = base, .can_send = 1, .can_receive = 1, .can_grant = 1, .can_grant_reply = 1);
    case seL4_NotificationObject:
        return MAKE_CAP(notification, .object = base, .can_send = 1, .can_receive = 1);
    case seL4_CapTableObject:
        return MAKE_CAP(cnode, .object = base, .radix = size_bits);
    case seL4_SchedContextObject:
        return MAKE_CAP(sched_context, .object = base, .size_bits = size_bits);
    case seL4_ReplyObject:
        return MAKE_CAP(reply, .object = base, .can_grant = 1);
    case seL4_ARM_PageTableObject:
        return MAKE_CAP(page_table, .base = base);
    case seL4_ARM_VSpaceObject:
        return MAKE_CAP(vspace, .base = base);
    default:
        return MAKE_CAP(frame, .base = base, .size = (size_of(type, 0) - 12) / 9, .access = ACCESS_READ_WRITE, .is_device = is_device);
    }
}

static void create(struct model *m, enum cap_kind kind, m_id id)
{
    if (kind != kind_tcb && kind != kind_endpoint && kind != kind_notification && kind != kind_reply && kind != kind_sched_context) {
        return;
    }
    struct m_object *object = m_new_object(m, kind, id); // all zero: idle, inactive, unbound
    if (kind == kind_tcb) {
        object->thread.spsr = m_sanitise_spsr(0);
    }
}

// objects §6.4: 256 bytes at a time, from the top.
static void reset(struct model *m, struct m_node *untyped)
{
    word_t watermark = untyped_cap_watermark(untyped->cap);
    bool is_in_steps = !untyped_cap_is_device(untyped->cap) && untyped_cap_size_bits(untyped->cap) >= 8;
    while (watermark > 0 && !m->is_preempted) {
        watermark = is_in_steps ? (watermark - 1) / 256 * 256 : 0;
        untyped->cap = untyped_cap_set_watermark(untyped->cap, watermark);
        if (is_in_steps) {
            (void)m_stops(m);
        }
    }
}

static struct m_answer retype(struct model *m, const struct m_args *a)
{
    const word_t *w = a->words;
    word_t type = w[0], size_bits = w[1], depth = w[3], offset = w[4], count = w[5];
    DEMAND(a->length >= 6 && a->extra_count >= 1, seL4_TruncatedMessage);
    DEMAND(type < seL4_ObjectTypeCount, seL4_InvalidArgument, 0);
    DEMAND(size_bits < 64 && size_of(type, size_bits) <= 47, seL4_RangeError, 0, 47);
    DEMAND(type != seL4_CapTableObject || size_bits > 0, seL4_InvalidArgument, 1);
    DEMAND(type != seL4_UntypedObject || size_bits >= 4, seL4_InvalidArgument, 1);
    DEMAND(type != seL4_SchedContextObject || size_bits >= 7, seL4_InvalidArgument, 1);
    struct cap root = m_cap(m, a->extra[0]);
    if (depth != 0) {
        struct slot *slot;
        DEMAND_OK(m_target(m, root, w[2], depth, M_DESTINATION, &slot));
        root = m_cap(m, slot);
    }
    if (cap_kind(root) != kind_cnode) {
        return missing(M_DESTINATION, depth);
    }
    word_t slots = BIT(cnode_cap_radix(root));
    DEMAND(offset < slots, seL4_RangeError, 0, slots - 1);
    DEMAND(count >= 1 && count <= 256, seL4_RangeError, 1, 256);
    DEMAND(count <= slots - offset, seL4_RangeError, 1, slots - offset);
    struct slot *dest = (struct slot *)plat_ptr(cnode_cap_object(root)) + offset;
    for (word_t i = 0; i < count; i++) {
        DEMAND(!m_node(m, &dest[i]), seL4_DeleteFirst);
    }
    word_t bits = size_of(type, size_bits), untyped_size = BIT(untyped_cap_size_bits(a->cap));
    word_t used = m_has_children(m, a->slot) ? untyped_cap_watermark(a->cap) : 0;
    DEMAND((untyped_size - used) >> bits >= count, seL4_NotEnoughMemory, untyped_size - used);
    bool is_device = untyped_cap_is_device(a->cap);
    bool may_be_device = type == seL4_UntypedObject || type == seL4_ARM_SmallPageObject || type == seL4_ARM_LargePageObject ||
                         type == seL4_ARM_HugePageObject;
    DEMAND(!is_device || may_be_device, seL4_InvalidArgument, 1);

    word_t first = (used + BIT(bits) - 1) >> bits << bits;
    m_id base = untyped_cap_base(a->cap) + first;
    struct m_node *node = m_node(m, a->slot);
    if (!m_has_children(m, a->slot)) {
        reset(m, node);
    }
    if (m->is_preempted) {
        return success; // which nobody is told
    }
    node->cap = untyped_cap_set_watermark(node->cap, first + (count << bits));
    for (word_t i = 0; i < count; i++) {
        struct cap cap = first_cap(type, base + (i << bits), size_bits, is_device);
        m_derive_into(m, a->slot, &dest[i], cap, true);
        create(m, cap_kind(cap), base + (i << bits));
    }
    return success;
}

// ---------------------------------------------------------------------------------------- interrupts

static struct m_answer empty_target(struct model *m, struct cap root, word_t index, word_t depth, struct slot **slot)
{
    DEMAND_OK(m_target(m, root, index, depth, M_DESTINATION, slot));
    DEMAND(!m_node(m, *slot), seL4_DeleteFirst);
    return success;
}

static struct m_answer issue(struct model *m, const struct m_args *a)
{
    word_t at = a->label == IRQIssueIRQHandler ? 1 : 2, irq = a->words[0];
    struct slot *dest;
    DEMAND(a->length >= at + 2 && a->extra_count >= 1, seL4_TruncatedMessage);
    if (a->label == ARMIRQIssueSGISignal) {
        DEMAND(irq < 16, seL4_RangeError, 0, 15);
        DEMAND(a->words[1] < 8, seL4_InvalidArgument, 1);
    } else {
        DEMAND(irq < NUM_IRQS, seL4_RangeError, 0, NUM_IRQS - 1);
        DEMAND(m->irq_state[irq] == IRQ_INACTIVE, seL4_RevokeFirst);
    }
    DEMAND_OK(empty_target(m, m_cap(m, a->extra[0]), a->words[at], a->words[at + 1], &dest));
    if (a->label == ARMIRQIssueSGISignal) {
        m_derive_into(m, a->slot, dest, MAKE_CAP(sgi_signal, .sgi = irq, .target = a->words[1]), false);
    } else {
        m->irq_state[irq] = IRQ_SIGNAL;
        m_derive_into(m, a->slot, dest, MAKE_CAP(irq_handler, .irq = irq), false);
    }
    return success;
}

static struct m_answer handler_method(struct model *m, const struct m_args *a)
{
    struct slot *slot = &ks.irqs[irq_handler_cap_irq(a->cap)].slot;
    if (a->label == IRQSetIRQHandler) {
        DEMAND(a->extra_count >= 1, seL4_TruncatedMessage);
        struct cap cap = m_cap(m, a->extra[0]);
        DEMAND(cap_kind(cap) == kind_notification && notification_cap_can_send(cap), seL4_InvalidCapability, 0);
    }
    if (a->label != IRQAckIRQ && m_node(m, slot)) {
        m_delete(m, slot);
    }
    if (a->label == IRQSetIRQHandler) {
        m_derive_into(m, a->extra[0], slot, m_cap(m, a->extra[0]), false);
    }
    return success;
}

struct m_answer m_method(struct model *m, const struct m_args *a)
{
    word_t label = a->label;
    switch (cap_kind(a->cap)) {
    case kind_cnode:
        return m_cnode_method(m, a);
    case kind_tcb:
        return label >= TCBReadRegisters && label <= TCBSetFlags ? m_tcb_method(m, a) : no_such_method;
    case kind_sched_context:
        return label >= SchedContextBind && label <= SchedContextYieldTo ? m_sc_method(m, a) : no_such_method;
    case kind_untyped:
        return label == UntypedRetype ? retype(m, a) : no_such_method;
    case kind_irq_control:
        return label == IRQIssueIRQHandler || label == ARMIRQIssueIRQHandlerTrigger || label == ARMIRQIssueSGISignal ? issue(m, a) : no_such_method;
    case kind_irq_handler:
        return label >= IRQAckIRQ && label <= IRQClearIRQHandler ? handler_method(m, a) : no_such_method;
    case kind_sched_control:
        return m_configure_sc(m, a);
    case kind_domain:
        return m_domain_method(m, a);
    default: // frames, page tables, VSpaces, ASID pools and their control
        return m_mapping_method(m, a);
    }
}
