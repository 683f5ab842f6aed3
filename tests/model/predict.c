// SPDX-License-Identifier: BSD-2-Clause
//
// What a system call or fault of the current thread does in the model (objects §11).
#include <sel4/errors.h>
#include <sel4/faults.h>
#include <sel4/shared_types.h>

#include "tests/model/model.h"

enum { X0 = 0, X1 = 1, X2 = 2, X6 = 6, X7 = 7, X8 = 8 };

struct phase {
    bool exists;
    word_t address;
    bool is_call, is_blocking, can_donate, is_combined;
};

static void cap_fault(struct model *m, m_id thread, word_t address, bool in_receive, struct lookup_failure why)
{
    m_raise(m, thread, (struct fault){seL4_Fault_CapFault, {address, in_receive}, why});
}

// The invoked capability is no good.
static const struct m_answer not_invokable = {.error = seL4_InvalidCapability, .words = {0}, .count = 1};

static const struct lookup_failure missing = {.type = seL4_MissingCapability};

// -------------------------------------------------------------------------------------------- sending

// What the caller of a method sees.
static void answer_call(struct model *m, const struct m_args *a, const struct m_answer *answer)
{
    if (a->is_call) {
        m_write_reply(m, a->invoker, answer->error, answer->words, answer->count);
    }
}

static void invoke_method(struct model *m, struct m_args *a, bool is_combined)
{
    struct m_thread *t = m_thread(m, a->invoker);
    enum cap_kind kind = cap_kind(a->cap);
    bool is_barred = is_combined && (kind == kind_tcb || kind == kind_cnode || kind == kind_domain || kind == kind_sched_control ||
                                     kind == kind_sched_context);
    struct m_answer answer = not_invokable;
    if (kind != kind_null && kind != kind_zombie && !is_barred) {
        t->state = THREAD_RESTART; // while it is performed, where it is not refused
        answer = m_method(m, a);
        if (m->is_preempted || !m_object(m, a->invoker)) {
            return; // to be repeated; or it deleted itself
        }
        t = m_thread(m, a->invoker);
        if (answer.error == M_OK && t->state != THREAD_RESTART) {
            return; // it stopped itself
        }
    }
    answer_call(m, a, &answer);
    t->state = THREAD_RUNNING;
}

static bool find_caps(struct model *m, struct m_args *a, word_t count, const word_t *buffer, word_t *address, struct lookup_failure *why)
{
    for (word_t i = 0; i < count; i++) {
        *address = buffer[122 + i];
        a->extra[i] = m_lookup(m, a->invoker, *address, why);
        if (!a->extra[i]) {
            return false;
        }
        a->extra_count++;
    }
    return true;
}

static void refuse(struct model *m, const struct m_args *a)
{
    answer_call(m, a, &not_invokable);
}

static void succeed(struct model *m, const struct m_args *a)
{
    struct m_answer answer = {.error = M_OK};
    struct m_thread *t = m_thread(m, a->invoker);
    if (t->state == THREAD_RUNNING) { // still
        answer_call(m, a, &answer);
    }
}

static void invoke(struct model *m, struct m_args *a, const struct phase *p)
{
    struct cap cap = a->cap;
    switch (cap_kind(cap)) {
    case kind_endpoint:
        if (!endpoint_cap_can_send(cap)) {
            refuse(m, a);
            return;
        }
        m_send(m, a->invoker, &(struct m_send){
                                  .endpoint = endpoint_cap_object(cap),
                                  .badge = endpoint_cap_badge(cap),
                                  .can_grant = endpoint_cap_can_grant(cap),
                                  .can_grant_reply = endpoint_cap_can_grant_reply(cap),
                                  .is_call = p->is_call,
                                  .is_blocking = p->is_blocking,
                                  .can_donate = p->can_donate,
                              });
        return;
    case kind_notification:
        if (!notification_cap_can_send(cap)) {
            refuse(m, a);
            return;
        }
        m_signal(m, notification_cap_object(cap), notification_cap_badge(cap));
        succeed(m, a);
        return;
    case kind_reply:
        m_reply_to(m, reply_cap_object(cap), a->invoker, reply_cap_can_grant(cap));
        succeed(m, a);
        return;
    case kind_sgi_signal:
        succeed(m, a);
        return;
    default:
        invoke_method(m, a, p->is_combined);
        return;
    }
}

static void send_phase(struct model *m, m_id thread, const struct phase *p)
{
    struct m_thread *t = m_thread(m, thread);
    struct m_args a = {.invoker = thread, .label = t->x[X1] >> 12, .is_call = p->is_call};
    struct lookup_failure why;
    word_t address = p->address;
    a.length = t->x[X1] & 127;
    a.length = a.length > 120 ? 120 : a.length;
    a.slot = m_lookup(m, thread, address, &why);
    bool found = a.slot != NULL;
    const word_t *buffer = m_buffer(m, thread, false);
    if (found) {
        a.cap = m_cap(m, a.slot);
        found = find_caps(m, &a, buffer ? t->x[X1] >> 7 & 3 : 0, buffer, &address, &why);
    }
    if (!found) {
        if (p->is_blocking) {
            cap_fault(m, thread, address, false, why);
        }
        return;
    }
    a.length = buffer || a.length < 4 ? a.length : 4;
    for (word_t i = 0; i < ARRAY_LENGTH(a.words); i++) {
        a.words[i] = i < 4 ? t->x[X2 + i] : buffer ? buffer[1 + i] : 0;
    }
    invoke(m, &a, p);
}

// ------------------------------------------------------------------------------------------ receiving

static void receive_phase(struct model *m, m_id thread, bool wants_reply, bool is_blocking)
{
    struct m_thread *t = m_thread(m, thread);
    struct lookup_failure why = missing;
    word_t address = t->x[X0];
    struct slot *slot = m_lookup(m, thread, address, &why);
    struct cap cap = slot ? m_cap(m, slot) : (struct cap){{0, 0}};
    if (cap_kind(cap) == kind_notification && notification_cap_can_receive(cap)) {
        m_id id = notification_cap_object(cap), bound = m_notification(m, id)->bound;
        if (!bound || bound == thread) {
            m_wait(m, thread, id, is_blocking);
            return;
        }
    }
    if (cap_kind(cap) != kind_endpoint || !endpoint_cap_can_receive(cap)) {
        cap_fault(m, thread, address, true, slot ? missing : why);
        return;
    }
    m_id reply = 0;
    if (wants_reply) {
        struct slot *reply_slot = m_lookup(m, thread, t->x[X6], &why);
        if (!reply_slot || cap_kind(m_cap(m, reply_slot)) != kind_reply) {
            cap_fault(m, thread, t->x[X6], true, reply_slot ? missing : why);
            return;
        }
        reply = reply_cap_object(m_cap(m, reply_slot));
    }
    m_receive(m, thread, endpoint_cap_object(cap), reply, is_blocking);
}

// ----------------------------------------------------------------------------------------- the entries

void model_predict_syscall(struct model *m)
{
    m_id thread = m->current;
    struct m_thread *t = m_thread(m, thread);
    word_t x0 = t->x[X0], x6 = t->x[X6], x8 = t->x[X8];
    struct phase p = {.exists = true};
    bool receives = false, wants_reply = false, is_blocking = true;
    switch ((sword_t)t->x[X7]) {
    case -1: p = (struct phase){true, x0, true, true, true, false}; break;
    case -2: p = (struct phase){true, x6, false, false, true, true}; receives = wants_reply = true; break;
    case -3: p = (struct phase){true, x8, false, false, true, true}; receives = wants_reply = true; break;
    case -4: p = (struct phase){true, x6, false, false, true, true}; receives = true; break;
    case -5: p = (struct phase){true, x0, false, true, false, false}; break;
    case -6: p = (struct phase){true, x0, false, false, false, false}; break;
    case -7: p.exists = false; receives = wants_reply = true; break;
    case -8: p.exists = false; receives = wants_reply = true; is_blocking = false; break;
    case -9: p.exists = false; receives = true; break;
    case -10: p.exists = false; receives = true; is_blocking = false; break;
    case -11: return; // Yield
    default:
        m_raise(m, thread, (struct fault){.type = seL4_Fault_UnknownSyscall, .words = {t->x[X7]}});
        return;
    }
    if (p.exists) {
        send_phase(m, thread, &p);
    }
    if (m->is_preempted) {
        model_predict_irq(m, m_waiting_line(m)); // PRE-3; there is budget
    } else if (receives && !m->is_lost && m_object(m, thread)) {
        receive_phase(m, thread, wants_reply, is_blocking);
    }
}

// abi §11: only DebugCapIdentify changes anything, and the tags are the capability kinds.
void model_predict_debug_call(struct model *m)
{
    struct m_thread *t = m_thread(m, m->current);
    struct lookup_failure why;
    if ((sword_t)t->x[X7] == -15) {
        struct slot *slot = m_lookup(m, m->current, t->x[X0], &why);
        t->x[X0] = slot ? (word_t)cap_kind(m_cap(m, slot)) : 0;
    }
}

void model_predict_fault(struct model *m, const struct hw_fault *fault)
{
    struct fault f = {.type = seL4_Fault_UserException, .words = {fault->syndrome}};
    if (fault->kind == HW_FAULT_VM) {
        f = (struct fault){.type = seL4_Fault_VMFault, .words = {fault->address, fault->is_fetch, fault->syndrome}};
    } else if (fault->kind == HW_FAULT_UNKNOWN_SYSCALL) {
        f = (struct fault){.type = seL4_Fault_UnknownSyscall, .words = {fault->number}};
    }
    m_raise(m, m->current, f);
}

void model_predict_irq(struct model *m, word_t line)
{
    if (line >= NUM_IRQS || m->irq_state[line] != IRQ_SIGNAL) {
        return;
    }
    struct cap cap = m_cap(m, &ks.irqs[line].slot);
    if (cap_kind(cap) == kind_notification && notification_cap_can_send(cap)) {
        m_signal(m, notification_cap_object(cap), notification_cap_badge(cap));
    }
}

void model_predict_end_of_slice(struct model *m, bool may_fault)
{
    m_id thread = m->current;
    struct m_sc *s = m_sc(m, m_thread(m, thread)->sc);
    s->consumed += s->uncommitted;
    s->uncommitted = 0;
    if (may_fault) {
        m_raise_timeout(m, thread);
    }
}

void model_predict_postponement(struct model *m, bool repeats)
{
    struct m_thread *t = m_thread(m, m->current);
    if (repeats && t->state == THREAD_RUNNING) {
        t->state = THREAD_RESTART;
    }
}

// Whoever runs again after a YieldTo has another context than its thread; so that one's time is charged by now.
static void activate(struct model *m, m_id thread)
{
    struct m_thread *t = m_thread(m, thread);
    if (t->yields_to) {
        struct m_sc *s = m_sc(m, t->yields_to);
        if (t->sc == t->yields_to && s->uncommitted > 0) {
            m_give_up(m, "a YieldTo that ends on the context it was for"); // charged only if something else rearms
        }
        s->consumed += s->uncommitted;
        s->uncommitted = 0;
        m_complete_yield(m, thread);
    }
    if (t->state == THREAD_RESTART) {
        t->state = THREAD_RUNNING;
        t->pc = t->fault_pc;
    }
}

void model_predict_activation(struct model *m, m_id thread)
{
    if (m->ends_domain) {
        m->work_units = 0; // DOM-2
    }
    if (m_object(m, thread)) {
        activate(m, thread);
    }
}
