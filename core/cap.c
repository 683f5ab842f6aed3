// SPDX-License-Identifier: BSD-2-Clause
//
// Pure questions about capabilities: what memory they name, how two of them relate, and what becomes of one
// when rights are masked or data is applied. Nothing here reads or writes kernel state.
#include "core/cap.h"
#include "core/cdt.h"

enum { RIGHT_WRITE = BIT(0), RIGHT_READ = BIT(1), RIGHT_GRANT = BIT(2), RIGHT_GRANT_REPLY = BIT(3) };

bool cap_region(struct cap cap, struct region *region)
{
    switch (cap_kind(cap)) {
    case kind_untyped:
        *region = (struct region){untyped_cap_base(cap), untyped_cap_size_bits(cap)};
        return true;
    case kind_endpoint:
        *region = (struct region){endpoint_cap_object(cap), 4};
        return true;
    case kind_notification:
        *region = (struct region){notification_cap_object(cap), 6};
        return true;
    case kind_reply:
        *region = (struct region){reply_cap_object(cap), 5};
        return true;
    case kind_cnode:
        *region = (struct region){cnode_cap_object(cap), cnode_cap_radix(cap) + SLOT_BITS};
        return true;
    case kind_tcb:
        *region = (struct region){tcb_cap_object(cap), 11};
        return true;
    case kind_zombie: {
        word_t radix = zombie_cap_radix(cap);
        *region = (struct region){zombie_cap_base(cap), radix == 0 ? 11 : radix + SLOT_BITS};
        return true;
    }
    case kind_sched_context:
        *region = (struct region){sched_context_cap_object(cap), sched_context_cap_size_bits(cap)};
        return true;
    case kind_frame:
        *region = (struct region){frame_cap_base(cap), frame_cap_size_bits(cap)};
        return true;
    case kind_page_table:
        *region = (struct region){page_table_cap_base(cap), 12};
        return true;
    case kind_vspace:
        *region = (struct region){vspace_cap_base(cap), 12};
        return true;
    case kind_asid_pool:
        *region = (struct region){asid_pool_cap_base(cap), 12};
        return true;
    case kind_null:
    case kind_asid_control:
    case kind_irq_control:
    case kind_irq_handler:
    case kind_domain:
    case kind_sched_control:
    case kind_sgi_signal:
        return false;
    }
    return false;
}

static bool region_contains(struct region outer, struct region inner)
{
    return inner.base >= outer.base && inner.base + LOW_BITS(inner.size_bits) <= outer.base + LOW_BITS(outer.size_bits);
}

bool cap_same_region(struct cap a, struct cap b)
{
    enum cap_kind kind = cap_kind(b);
    struct region outer, inner;
    switch (cap_kind(a)) {
    case kind_untyped:
        return cap_region(a, &outer) && cap_region(b, &inner) && region_contains(outer, inner);
    case kind_frame:
        return kind == kind_frame && cap_region(a, &outer) && cap_region(b, &inner) && region_contains(outer, inner);
    case kind_endpoint:
        return kind == kind_endpoint && endpoint_cap_object(a) == endpoint_cap_object(b);
    case kind_notification:
        return kind == kind_notification && notification_cap_object(a) == notification_cap_object(b);
    case kind_tcb:
        return kind == kind_tcb && tcb_cap_object(a) == tcb_cap_object(b);
    case kind_reply:
        return kind == kind_reply && reply_cap_object(a) == reply_cap_object(b);
    case kind_cnode:
        return kind == kind_cnode && cnode_cap_object(a) == cnode_cap_object(b) && cnode_cap_radix(a) == cnode_cap_radix(b);
    case kind_sched_context:
        return kind == kind_sched_context && sched_context_cap_object(a) == sched_context_cap_object(b) &&
               sched_context_cap_size_bits(a) == sched_context_cap_size_bits(b);
    case kind_domain:
    case kind_sched_control:
    case kind_asid_control:
        return kind == cap_kind(a);
    case kind_irq_control:
        return kind == kind_irq_control || kind == kind_irq_handler || kind == kind_sgi_signal;
    case kind_irq_handler:
        return kind == kind_irq_handler && irq_handler_cap_irq(a) == irq_handler_cap_irq(b);
    case kind_sgi_signal:
        return kind == kind_sgi_signal && sgi_signal_cap_sgi(a) == sgi_signal_cap_sgi(b) &&
               sgi_signal_cap_target(a) == sgi_signal_cap_target(b);
    case kind_page_table:
        return kind == kind_page_table && page_table_cap_base(a) == page_table_cap_base(b);
    case kind_vspace:
        return kind == kind_vspace && vspace_cap_base(a) == vspace_cap_base(b);
    case kind_asid_pool:
        return kind == kind_asid_pool && asid_pool_cap_base(a) == asid_pool_cap_base(b);
    case kind_null:
    case kind_zombie:
        return false;
    }
    return false;
}

bool cap_same_object(struct cap a, struct cap b)
{
    switch (cap_kind(a)) {
    case kind_untyped:
    case kind_irq_control:
    case kind_sgi_signal:
        return false;
    case kind_frame:
        return cap_kind(b) == kind_frame && frame_cap_base(a) == frame_cap_base(b) && frame_cap_size(a) == frame_cap_size(b) &&
               frame_cap_is_device(a) == frame_cap_is_device(b);
    default:
        return cap_same_region(a, b);
    }
}

enum frame_access frame_access_mask(enum frame_access access, word_t rights)
{
    if (access == ACCESS_READ_WRITE && (rights & RIGHT_READ) && (rights & RIGHT_WRITE)) {
        return ACCESS_READ_WRITE;
    }
    return access != ACCESS_NONE && (rights & RIGHT_READ) ? ACCESS_READ_ONLY : ACCESS_NONE;
}

struct cap cap_mask_rights(struct cap cap, word_t rights)
{
    bool write = rights & RIGHT_WRITE, read = rights & RIGHT_READ;
    bool grant = rights & RIGHT_GRANT, grant_reply = rights & RIGHT_GRANT_REPLY;
    switch (cap_kind(cap)) {
    case kind_endpoint:
        cap = endpoint_cap_set_can_send(cap, endpoint_cap_can_send(cap) && write);
        cap = endpoint_cap_set_can_receive(cap, endpoint_cap_can_receive(cap) && read);
        cap = endpoint_cap_set_can_grant(cap, endpoint_cap_can_grant(cap) && grant);
        return endpoint_cap_set_can_grant_reply(cap, endpoint_cap_can_grant_reply(cap) && grant_reply);
    case kind_notification:
        cap = notification_cap_set_can_send(cap, notification_cap_can_send(cap) && write);
        return notification_cap_set_can_receive(cap, notification_cap_can_receive(cap) && read);
    case kind_reply:
        return reply_cap_set_can_grant(cap, reply_cap_can_grant(cap) && grant);
    case kind_frame:
        return frame_cap_set_access(cap, frame_access_mask((enum frame_access)frame_cap_access(cap), rights));
    default:
        return cap;
    }
}

struct cap cap_update_data(struct cap cap, word_t data, bool keep)
{
    switch (cap_kind(cap)) {
    case kind_endpoint:
        return !keep && endpoint_cap_badge(cap) == 0 ? endpoint_cap_set_badge(cap, data) : cap_null();
    case kind_notification:
        return !keep && notification_cap_badge(cap) == 0 ? notification_cap_set_badge(cap, data) : cap_null();
    case kind_cnode: {
        word_t guard_size = data & LOW_BITS(6); // seL4_CNode_CapData (abi §3)
        word_t guard = data >> 6;
        if (guard_size + cnode_cap_radix(cap) > WORD_BITS) {
            return cap_null();
        }
        return cnode_cap_set_guard(cnode_cap_set_guard_size(cap, guard_size), guard & LOW_BITS(guard_size));
    }
    default:
        return cap;
    }
}
