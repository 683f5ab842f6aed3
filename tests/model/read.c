// SPDX-License-Identifier: BSD-2-Clause
//
// Reads a model state out of the kernel's memory, and compares two of them.
#include <string.h>

#include "core/ipc/endpoint.h"
#include "core/time/refill.h"
#include "tests/model/model.h"

static m_id id_of(const void *object)
{
    return object && object != &ks.idle && object != &ks.idle_sc ? plat_paddr(object) : 0;
}

// ------------------------------------------------------------------------------------------ objects

static void read_queue(struct m_queue *queue, const struct tcb *head)
{
    for (; head && queue->count < M_QUEUE; head = head->queue_next) {
        queue->threads[queue->count++] = id_of(head);
    }
}

static void read_thread(struct m_thread *t, const struct tcb *tcb)
{
    t->state = tcb->state;
    t->priority = tcb->priority;
    t->mcp = tcb->mcp;
    t->domain = tcb->domain;
    t->flags = tcb->flags;
    t->sc = id_of(tcb->sc);
    t->reply = id_of(tcb->reply);
    t->notification = id_of(tcb->bound_notification);
    t->waits_on = tcb->endpoint ? id_of(tcb->endpoint) : id_of(tcb->notification);
    if (tcb->state == THREAD_BLOCKED_ON_SEND) {
        t->badge = tcb->badge;
        t->can_grant = tcb->can_grant;
        t->can_grant_reply = tcb->can_grant_reply;
        t->is_call = tcb->is_call;
    }
    if (tcb->fault.type != 0) {
        t->fault = tcb->fault;
    }
    memcpy(t->x, tcb->regs.x, sizeof t->x);
    t->sp = tcb->regs.sp;
    t->spsr = tcb->regs.spsr;
    t->tpidr_el0 = tcb->regs.tpidr_el0;
    t->tpidrro_el0 = tcb->regs.tpidrro_el0;
    t->pc = tcb->regs.pc;
    t->fault_pc = tcb->regs.fault_pc;
    t->buffer_address = tcb->buffer_address;
    t->yields_to = id_of(tcb->yielding_to);
    t->is_sleeping = tcb->is_sleeping;
}

static void read_reply(struct m_reply *r, const struct reply *reply)
{
    r->thread = id_of(reply->thread);
    r->older = id_of(reply->older);
    bool is_top = reply->newer & 1;
    r->newer = is_top ? 0 : id_of((const void *)reply->newer);
    r->top_of = is_top ? id_of((const void *)(reply->newer & ~UINT64_C(1))) : 0;
}

static void read_sc(struct m_sc *s, const struct sched_context *sc, ticks_t now)
{
    s->thread = id_of(sc->thread);
    s->notification = id_of(sc->notification);
    s->top = id_of(sc->top_reply);
    s->yielder = id_of(sc->yielder);
    s->badge = sc->badge;
    s->consumed = sc->consumed;
    s->uncommitted = sc == here()->charged_sc ? here()->pending + (now - here()->now) : 0;
    s->is_configured = sc->capacity > 0;
    const struct refill *head = refill_head((struct sched_context *)(uintptr_t)sc);
    s->is_ready = s->is_configured && head->time <= now && head->amount >= M_LEAST_BUDGET;
}

static void read_object(struct model *m, struct cap cap, ticks_t now)
{
    m_id id;
    word_t bits;
    if (!m_region(cap, &id, &bits) || m_object(m, id)) {
        return;
    }
    struct m_object *o;
    const void *memory;
    switch (cap_kind(cap)) {
    case kind_endpoint: {
        const struct endpoint *endpoint = plat_ptr(id);
        o = m_new_object(m, kind_endpoint, id);
        o->endpoint.holds_senders = (endpoint->tail_and_state & 3) == ENDPOINT_SEND;
        read_queue(&o->endpoint.queue, endpoint->head);
        return;
    }
    case kind_notification: {
        const struct notification *n = plat_ptr(id);
        o = m_new_object(m, kind_notification, id);
        o->notification.is_active = n->state == NOTIFICATION_ACTIVE;
        o->notification.word = n->word;
        o->notification.bound = id_of(n->bound_tcb);
        o->notification.sc = id_of(n->sc);
        read_queue(&o->notification.queue, n->queue.head);
        return;
    }
    case kind_reply:
        memory = plat_ptr(id);
        read_reply(&m_new_object(m, kind_reply, id)->reply, memory);
        return;
    case kind_sched_context:
        memory = plat_ptr(id);
        read_sc(&m_new_object(m, kind_sched_context, id)->sc, memory, now);
        return;
    default:
        return;
    }
}

// ------------------------------------------------------------------------------------------- slots

static struct m_node *read_slot(struct model *m, struct slot *slot)
{
    if (cap_is_null(slot->cap) || m_node(m, slot)) {
        return NULL;
    }
    struct m_node *node = m_add(m, slot, slot->cap);
    node->may_have_children = slot->next & 1;
    return node;
}

// The slots of the container that a capability leads to.
static void read_container(struct model *m, struct cap cap)
{
    struct slot *slots;
    word_t count;
    if (cap_kind(cap) == kind_cnode) {
        slots = plat_ptr(cnode_cap_object(cap));
        count = BIT(cnode_cap_radix(cap));
    } else if (cap_kind(cap) == kind_zombie) {
        slots = plat_ptr(zombie_cap_base(cap));
        count = zombie_cap_radix(cap) == 0 ? (word_t)TCB_SLOTS : BIT(zombie_cap_radix(cap));
    } else {
        return;
    }
    for (word_t i = 0; i < count; i++) {
        read_slot(m, &slots[i]);
    }
}

// P(a, b) of objects §2.2, from the flags in the slots.
static bool is_parent(const struct m_node *a, const struct m_node *b)
{
    bool b_is_first = b->slot->previous & 1;
    if (!a->may_have_children || !m_is_within(a->cap, b->cap)) {
        return false;
    }
    if (cap_kind(a->cap) == kind_sgi_signal) {
        return !b_is_first;
    }
    if (cap_kind(a->cap) == kind_endpoint || cap_kind(a->cap) == kind_notification) { // both keep the badge in word 1
        return a->cap.words[1] == 0 || (a->cap.words[1] == b->cap.words[1] && !b_is_first);
    }
    return true;
}

// Links the nodes as the kernel's lists are linked, and finds the parents: the nearest element before that is one.
static void read_tree(struct model *m)
{
    for (int i = 0; i < m->node_count; i++) {
        struct m_node *n = &m->nodes[i];
        n->previous = m_node(m, (const struct slot *)(n->slot->previous & ~UINT64_C(1)));
        n->next = m_node(m, (const struct slot *)(n->slot->next & ~UINT64_C(1)));
    }
    for (int i = 0; i < m->node_count; i++) {
        if (m->nodes[i].previous) {
            continue;
        }
        for (struct m_node *n = m->nodes[i].next; n; n = n->next) {
            struct m_node *parent = n->previous;
            while (parent && !is_parent(parent, n)) {
                parent = parent->parent;
            }
            n->parent = parent;
        }
    }
}

static void read_buffers(struct model *m)
{
    for (int i = 0; i < m->object_count; i++) {
        if (m->objects[i].kind == kind_tcb) {
            m_read_buffer(m, m->objects[i].id);
        }
    }
}

static void forget(struct model *m)
{
    for (int i = 0; i < m->node_count; i++) {
        m->node_at[m_place(m->nodes[i].slot)] = 0;
    }
    for (int i = 0; i < m->object_count; i++) {
        *m_object_number(m, m->objects[i].id) = 0;
    }
    m->node_count = m->object_count = m->buffer_count = 0;
    m->is_lost = m->is_preempted = m->ends_domain = false;
}

// What the nodes from `first` on lead to.
static void read_on(struct model *m, int first, ticks_t now)
{
    for (int i = first; i < m->node_count; i++) { // grows while it runs
        read_container(m, m->nodes[i].cap);
        struct m_node *node = &m->nodes[i];
        if (node->slot->next & ~UINT64_C(1)) { // lists lead to containers that no CSpace leads to
            read_slot(m, (struct slot *)(node->slot->next & ~UINT64_C(1)));
        }
        if (node->slot->previous & ~UINT64_C(1)) {
            read_slot(m, (struct slot *)(node->slot->previous & ~UINT64_C(1)));
        }
        read_object(m, node->cap, now);
    }
    read_tree(m);
}

void model_read_hidden(struct model *m, const struct model *predicted, ticks_t now)
{
    int first = m->node_count;
    for (int i = 0; i < predicted->node_count; i++) {
        if (predicted->nodes[i].exists) {
            read_slot(m, predicted->nodes[i].slot);
        }
    }
    read_on(m, first, now);
}

void model_read(struct model *m, ticks_t now)
{
    forget(m);
    for (struct tcb *tcb = ks.all_threads; tcb; tcb = tcb->all_next) {
        if (tcb == &ks.idle) {
            continue;
        }
        read_thread(&m_new_object(m, kind_tcb, plat_paddr(tcb))->thread, tcb);
        for (word_t i = 0; i < TCB_SLOTS; i++) {
            read_slot(m, &tcb->slots[i]);
        }
    }
    for (word_t i = 0; i < NUM_IRQS; i++) {
        m->irq_state[i] = (uint8_t)ks.irqs[i].state;
        read_slot(m, &ks.irqs[i].slot);
    }
    read_on(m, 0, now);
    read_buffers(m);
    m->domain_start = ks.domain_start;
    memcpy(m->domain_schedule, ks.domain_schedule, sizeof m->domain_schedule);
    m->current = id_of(here()->current);
    m->charged_sc = id_of(here()->charged_sc);
    m->work_units = here()->work_units;
}

void model_refresh(struct model *m, ticks_t now)
{
    for (int i = 0; i < m->object_count; i++) {
        struct m_object *o = &m->objects[i];
        if (o->kind == kind_sched_context) {
            const struct sched_context *sc = plat_ptr(o->id);
            read_sc(&o->sc, sc, now);
        } else if (o->kind == kind_tcb && o->id == m->current) {
            const struct tcb *tcb = plat_ptr(o->id);
            memset(&o->thread, 0, sizeof o->thread);
            read_thread(&o->thread, tcb);
        }
    }
    if (m->current) {
        m_read_buffer(m, m->current);
    }
}
