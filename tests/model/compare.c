// SPDX-License-Identifier: BSD-2-Clause
//
// Comparison of a prediction with what the kernel did.
#include <stdarg.h>
#include <string.h>

#include "tests/model/model.h"

enum { MAX_DIFFERENCES = 12 };

struct comparison {
    FILE *out;
    int differences;
};

static void differ(struct comparison *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void differ(struct comparison *c, const char *format, ...)
{
    if (++c->differences > MAX_DIFFERENCES || !c->out) {
        return;
    }
    va_list args;
    va_start(args, format);
    fprintf(c->out, "  model: ");
    vfprintf(c->out, format, args);
    fprintf(c->out, "\n");
    va_end(args);
}

typedef unsigned long long ull;

static const struct slot *slot_of(const struct m_node *node)
{
    return node ? node->slot : NULL;
}

static void print_cap(FILE *out, const char *who, const struct cap *cap)
{
    if (out && cap) {
        fprintf(out, "    %s: kind %d, %#llx %#llx\n", who, cap_kind(*cap), (ull)cap->words[0], (ull)cap->words[1]);
    } else if (out) {
        fprintf(out, "    %s: empty\n", who);
    }
}

static void compare_slot(struct comparison *c, const struct m_node *p, const struct m_node *a)
{
    const struct slot *slot = p ? p->slot : a->slot;
    if (!p || !a || memcmp(&p->cap, &a->cap, sizeof p->cap) != 0) {
        differ(c, "slot %#llx holds another capability", (ull)plat_paddr(slot));
        print_cap(c->out, "predicted", p ? &p->cap : NULL);
        print_cap(c->out, "kernel   ", a ? &a->cap : NULL);
        return;
    }
    if (slot_of(p->previous) != slot_of(a->previous) || slot_of(p->next) != slot_of(a->next)) {
        differ(c, "slot %#llx (kind %d) has other neighbours in the derivation list", (ull)plat_paddr(slot), cap_kind(p->cap));
    }
    if (slot_of(p->parent) != slot_of(a->parent)) {
        differ(c, "slot %#llx (kind %d) derives from slot %#llx, in the kernel from %#llx", (ull)plat_paddr(slot), cap_kind(p->cap),
               p->parent ? (ull)plat_paddr(p->parent->slot) : 0, a->parent ? (ull)plat_paddr(a->parent->slot) : 0);
    }
    if (p->may_have_children != a->may_have_children) {
        differ(c, "slot %#llx (kind %d): may have children: %d, in the kernel %d", (ull)plat_paddr(slot), cap_kind(p->cap),
               p->may_have_children, a->may_have_children);
    }
}

#define FIELD(type, field)                                                                                    \
    if (p->field != a->field) {                                                                               \
        differ(c, "%s %#llx: %s is %#llx, in the kernel %#llx", type, (ull)id, #field, (ull)p->field, (ull)a->field); \
    }

static void compare_queue(struct comparison *c, m_id id, const struct m_queue *p, const struct m_queue *a)
{
    if (p->count != a->count || memcmp(p->threads, a->threads, (size_t)p->count * sizeof p->threads[0]) != 0) {
        differ(c, "object %#llx: another queue of waiting threads (%d, in the kernel %d)", (ull)id, p->count, a->count);
    }
}

static void compare_registers(struct comparison *c, m_id id, const struct m_thread *p, const struct m_thread *a)
{
    for (int i = 0; i < 31; i++) {
        if (p->x[i] != a->x[i]) {
            differ(c, "thread %#llx: x%d is %#llx, in the kernel %#llx", (ull)id, i, (ull)p->x[i], (ull)a->x[i]);
        }
    }
}

static void compare_thread(struct comparison *c, m_id id, const struct m_thread *p, const struct m_thread *a)
{
    FIELD("thread", state)
    FIELD("thread", pc)
    FIELD("thread", fault_pc)
    FIELD("thread", sp)
    FIELD("thread", spsr)
    FIELD("thread", tpidr_el0)
    FIELD("thread", tpidrro_el0)
    FIELD("thread", priority)
    FIELD("thread", mcp)
    FIELD("thread", domain)
    FIELD("thread", flags)
    FIELD("thread", sc)
    FIELD("thread", waits_on)
    FIELD("thread", reply)
    FIELD("thread", notification)
    FIELD("thread", buffer_address)
    FIELD("thread", fault.type)
    if (p->state == THREAD_BLOCKED_ON_SEND) {
        FIELD("thread", badge)
        FIELD("thread", can_grant)
        FIELD("thread", can_grant_reply)
        FIELD("thread", is_call)
    }
    if (p->fault.type == a->fault.type && p->fault.type != 0) {
        FIELD("thread", fault.words[0])
        FIELD("thread", fault.words[1])
        FIELD("thread", fault.words[2])
        FIELD("thread", fault.lookup.type)
        FIELD("thread", fault.lookup.words[0])
        FIELD("thread", fault.lookup.words[1])
        FIELD("thread", fault.lookup.words[2])
    }
    FIELD("thread", yields_to)
    compare_registers(c, id, p, a);
}

// When what is pending is charged depends on who runs next; the sum does not.
static void compare_time(struct comparison *c, m_id id, const struct m_sc *p, const struct m_sc *a)
{
    if (p->consumed + p->uncommitted != a->consumed + a->uncommitted) {
        differ(c, "scheduling context %#llx consumed %llu ticks, in the kernel %llu", (ull)id, (ull)(p->consumed + p->uncommitted),
               (ull)(a->consumed + a->uncommitted));
    }
}

static void compare_object(struct comparison *c, const struct m_object *predicted, const struct m_object *actual)
{
    m_id id = predicted->id;
    switch (predicted->kind) {
    case kind_tcb:
        compare_thread(c, id, &predicted->thread, &actual->thread);
        return;
    case kind_endpoint: {
        const struct m_endpoint *p = &predicted->endpoint, *a = &actual->endpoint;
        compare_queue(c, id, &p->queue, &a->queue);
        if (p->queue.count) {
            FIELD("endpoint", holds_senders)
        }
        return;
    }
    case kind_notification: {
        const struct m_notification *p = &predicted->notification, *a = &actual->notification;
        compare_queue(c, id, &p->queue, &a->queue);
        FIELD("notification", is_active)
        FIELD("notification", word)
        FIELD("notification", bound)
        FIELD("notification", sc)
        return;
    }
    case kind_reply: {
        const struct m_reply *p = &predicted->reply, *a = &actual->reply;
        FIELD("reply", thread)
        FIELD("reply", older)
        FIELD("reply", newer)
        FIELD("reply", top_of)
        return;
    }
    case kind_sched_context: {
        const struct m_sc *p = &predicted->sc, *a = &actual->sc;
        FIELD("scheduling context", thread)
        FIELD("scheduling context", notification)
        FIELD("scheduling context", top)
        FIELD("scheduling context", yielder)
        FIELD("scheduling context", badge)
        compare_time(c, id, p, a);
        FIELD("scheduling context", is_configured)
        return;
    }
    default:
        return;
    }
}

// The kernel's words are those in memory now.
static void compare_buffer(struct comparison *c, const struct m_buffer *buffer)
{
    const word_t *words = plat_ptr(buffer->address);
    if (memcmp(buffer->words, words, sizeof buffer->words) == 0) {
        return;
    }
    for (int i = 0; i < 128; i++) {
        if (buffer->words[i] != words[i]) {
            differ(c, "IPC buffer %#llx: word %d is %#llx, in the kernel %#llx", (ull)buffer->address, i, (ull)buffer->words[i], (ull)words[i]);
        }
    }
}

bool model_compare(const struct model *predicted, const struct model *actual, FILE *out)
{
    struct comparison c = {.out = out};
    struct model *p = (struct model *)predicted, *a = (struct model *)actual; // lookups only
    for (int i = 0; i < p->node_count; i++) {
        if (p->nodes[i].exists) {
            compare_slot(&c, &p->nodes[i], m_node(a, p->nodes[i].slot));
        }
    }
    for (int i = 0; i < a->node_count; i++) {
        if (!m_node(p, a->nodes[i].slot)) {
            compare_slot(&c, NULL, &a->nodes[i]);
        }
    }
    for (int i = 0; i < p->object_count; i++) {
        const struct m_object *o = m_object(a, p->objects[i].id);
        if (!o || o->kind != p->objects[i].kind) {
            differ(&c, "object %#llx (kind %d) is gone in the kernel", (ull)p->objects[i].id, p->objects[i].kind);
        } else {
            compare_object(&c, &p->objects[i], o);
        }
    }
    for (int i = 0; i < a->object_count; i++) {
        if (!m_object(p, a->objects[i].id)) {
            differ(&c, "object %#llx (kind %d) exists in the kernel only", (ull)a->objects[i].id, a->objects[i].kind);
        }
    }
    if (p->domain_start != a->domain_start || memcmp(p->domain_schedule, a->domain_schedule, sizeof p->domain_schedule) != 0) {
        differ(&c, "the domain schedules differ");
    }
    if (p->work_units != a->work_units) {
        differ(&c, "%llu work units since the last look for a reason to stop, in the kernel %llu", (ull)p->work_units, (ull)a->work_units);
    }
    for (int i = 0; i < p->buffer_count; i++) {
        compare_buffer(&c, &p->buffers[i]);
    }
    if (memcmp(p->irq_state, a->irq_state, sizeof p->irq_state) != 0) {
        differ(&c, "the states of the interrupt lines differ");
    }
    return c.differences == 0;
}
