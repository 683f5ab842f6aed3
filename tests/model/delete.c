// SPDX-License-Identifier: BSD-2-Clause
//
// The model's deletion: objects §5, with "the last capability" decided by counting all slots.
#include "platform/fake/fake.h"
#include "tests/model/model.h"

// What remains in the slot after its object has been told; null: nothing.
static struct cap finalise(struct model *m, struct slot *slot);

static void finalise_thread(struct model *m, m_id thread)
{
    struct m_thread *t = m_thread(m, thread);
    if (t->notification) {
        m_notification(m, t->notification)->bound = 0;
        t->notification = 0;
    }
    m_id sc = t->sc;
    if (sc) {
        m_unbind_sc_thread(m, sc);
        if (m_sc(m, sc)->yielder) {
            m_complete_yield(m, m_sc(m, sc)->yielder);
        }
    }
    m_suspend(m, thread);
    m_forget_object(m, thread);
}

static void finalise_sc(struct model *m, m_id sc)
{
    struct m_sc *s = m_sc(m, sc);
    m_unbind_sc_thread(m, sc);
    if (s->notification) {
        m_notification(m, s->notification)->sc = 0;
        s->notification = 0;
    }
    m_detach_stack(m, sc);
    if (s->yielder) {
        m_complete_yield(m, s->yielder);
    }
    s->is_configured = s->is_ready = false;
    s->uncommitted = 0; // threads §4.7 D: lost
}

static void finalise_reply(struct model *m, m_id reply)
{
    m_id thread = m_reply(m, reply)->thread;
    if (!thread) {
        return;
    }
    if (m_thread(m, thread)->state == THREAD_BLOCKED_ON_REPLY) {
        m_remove_caller(m, reply);
    } else {
        m_cancel_ipc(m, thread);
    }
}

static void finalise_handler(struct model *m, word_t irq)
{
    struct slot *slot = &ks.irqs[irq].slot; // an address, not its content
    if (m_node(m, slot)) {
        (void)finalise(m, slot);
        m_remove(m, slot);
    }
    m->irq_state[irq] = IRQ_INACTIVE;
}

static struct cap zombie(struct cap cap)
{
    if (cap_kind(cap) == kind_tcb) {
        return MAKE_CAP(zombie, .base = tcb_cap_object(cap), .radix = 0, .remaining = 5);
    }
    return MAKE_CAP(zombie, .base = cnode_cap_object(cap), .radix = cnode_cap_radix(cap), .remaining = BIT(cnode_cap_radix(cap)));
}

static struct cap finalise(struct model *m, struct slot *slot)
{
    struct cap cap = m_cap(m, slot), nothing = {{0, 0}};
    m_id id = 0;
    word_t bits;
    if (cap_kind(cap) == kind_zombie) {
        return cap;
    }
    if (!m_is_last(m, slot)) {
        return nothing;
    }
    m_region(cap, &id, &bits);
    switch (cap_kind(cap)) {
    case kind_endpoint:
        m_cancel_endpoint(m, id, NULL);
        break;
    case kind_notification:
        m_cancel_notification(m, id);
        break;
    case kind_reply:
        finalise_reply(m, id);
        break;
    case kind_sched_context:
        finalise_sc(m, id);
        break;
    case kind_tcb:
        finalise_thread(m, id);
        return zombie(cap);
    case kind_cnode:
        return zombie(cap);
    case kind_irq_handler:
        finalise_handler(m, irq_handler_cap_irq(cap));
        return nothing;
    default:
        return nothing;
    }
    m_forget_object(m, id);
    return nothing;
}

static struct slot *first_slot(struct cap zombie_cap)
{
    return plat_ptr(zombie_cap_base(zombie_cap));
}

static bool is_used_up(struct cap rest, const struct slot *slot)
{
    if (cap_is_null(rest)) {
        return true;
    }
    word_t remaining = zombie_cap_remaining(rest);
    return remaining == 0 || (remaining == 1 && first_slot(rest) == slot);
}

static void set_cap(struct model *m, struct slot *slot, struct cap cap)
{
    struct m_node *node = m_node(m, slot);
    if (node) {
        node->cap = cap;
    }
}

static void destroy(struct model *m, struct slot *slot, bool is_inner);

// A line that nobody handles any more is masked.
word_t m_waiting_line(const struct model *m)
{
    for (word_t irq = 0; irq < NUM_IRQS; irq++) {
        bool is_raised = fake.irq_is_raised[irq] || (irq == TIMER_IRQ && fake.now >= fake.timer_deadline);
        if (is_raised && fake.irq_is_enabled[irq] && m->irq_state[irq] != IRQ_INACTIVE) {
            return irq;
        }
    }
    return PLAT_NO_IRQ;
}

// The clock stands still meanwhile, so that budget which covered the entry still does.
bool m_stops(struct model *m)
{
    if (++m->work_units < 100) {
        return false;
    }
    m->work_units = 0;
    const struct m_object *sc = m_object(m, m->charged_sc);
    m->is_preempted = m_waiting_line(m) != PLAT_NO_IRQ || !sc || !sc->sc.is_configured;
    return m->is_preempted;
}

// objects §5.1 "shrink"
static void shrink(struct model *m, struct slot *slot, bool is_inner)
{
    struct cap z = m_cap(m, slot);
    struct slot *first = first_slot(z);
    if (is_inner) {
        m_swap(m, slot, m_cap(m, first), first, z);
        return;
    }
    word_t remaining = zombie_cap_remaining(z);
    destroy(m, &first[remaining - 1], true);
    if (m->is_preempted) {
        return;
    }
    struct cap now = m_cap(m, slot);
    if (now.words[0] == z.words[0] && now.words[1] == z.words[1]) {
        set_cap(m, slot, zombie_cap_set_remaining(z, remaining - 1));
    }
}

static void destroy(struct model *m, struct slot *slot, bool is_inner)
{
    for (int limit = 0; m_node(m, slot) && !m->is_lost; limit++) {
        struct cap rest = finalise(m, slot);
        if (is_used_up(rest, slot)) {
            m_remove(m, slot);
            return;
        }
        set_cap(m, slot, rest);
        if (is_inner && first_slot(rest) == slot) {
            return;
        }
        shrink(m, slot, is_inner);
        if (m->is_preempted || m_stops(m)) {
            return;
        }
        if (limit > 2000) {
            m_give_up(m, "a deletion without end");
        }
    }
}

void m_delete(struct model *m, struct slot *slot)
{
    destroy(m, slot, false);
}

void m_revoke(struct model *m, struct slot *slot)
{
    while (m_has_children(m, slot) && !m->is_lost) {
        destroy(m, m_node(m, slot)->next->slot, false);
        if (m->is_preempted || m_stops(m)) {
            return;
        }
    }
}
