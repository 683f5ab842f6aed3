// SPDX-License-Identifier: BSD-2-Clause
//
// The model's methods on threads and scheduling contexts (threads §2–3). Order of checks as specified.
#include <sel4/errors.h>

#include <lab4/invocations.h>

#include "tests/model/model.h"

enum label { LAB4_INVOCATIONS(LAB4_LABEL_ENUMERATOR) };

static const struct m_answer success = {.error = M_OK};

// ------------------------------------------------------------------------------------ slots of a TCB

static bool is_handler(struct cap cap)
{
    return cap_is_null(cap) || (cap_kind(cap) == kind_endpoint && endpoint_cap_can_send(cap) &&
                                (endpoint_cap_can_grant(cap) || endpoint_cap_can_grant_reply(cap)));
}

static bool holds_last_container(struct model *m, m_id thread, enum tcb_slot which)
{
    const struct slot *slot = m_tcb_slot(thread, which);
    enum cap_kind kind = cap_kind(m_cap(m, slot));
    return kind == kind_zombie || ((kind == kind_cnode || kind == kind_tcb) && m_is_last(m, slot));
}

// threads SP-1
static void install(struct model *m, const struct m_args *a, m_id thread, enum tcb_slot which, struct cap cap, struct slot *source)
{
    struct slot *slot = m_tcb_slot(thread, which);
    struct cap before = source ? m_cap(m, source) : (struct cap){{0, 0}};
    m_delete(m, slot);
    if (cap_is_null(cap) || m->is_preempted) {
        return;
    }
    struct cap invoked = m_cap(m, a->slot);
    bool can_install = cap_kind(invoked) == kind_tcb && tcb_cap_object(invoked) == thread && m_is_same_object(m_cap(m, source), before);
    if (can_install) { // the deletion left it what it needs
        m_derive_into(m, source, slot, cap, false);
    }
}

static word_t check_buffer(struct model *m, const struct m_args *a, word_t i, word_t address, struct cap *cap)
{
    *cap = (struct cap){{0, 0}};
    if (address == 0) {
        return M_OK;
    }
    struct cap frame = m_cap(m, a->extra[i]);
    word_t result = m_derive(m, a->extra[i], &frame);
    if (result != M_OK && result != M_DERIVES_NULL) {
        return result;
    }
    if (result == M_DERIVES_NULL || cap_kind(frame) != kind_frame || frame_cap_is_device(frame)) {
        return seL4_IllegalOperation;
    }
    *cap = frame;
    return address % 1024 == 0 ? M_OK : seL4_AlignmentError;
}

// A new CSpace or VSpace root from extra capability i.
static word_t check_root(struct model *m, const struct m_args *a, word_t i, word_t data, enum cap_kind kind, struct cap *cap)
{
    *cap = m_cap(m, a->extra[i]);
    if (data != 0 && !m_update(cap, data, false)) {
        return seL4_IllegalOperation;
    }
    word_t result = m_derive(m, a->extra[i], cap);
    if (result != M_OK) {
        return result == M_DERIVES_NULL ? seL4_IllegalOperation : result;
    }
    bool fits = cap_kind(*cap) == kind && (kind != kind_vspace || vspace_cap_is_assigned(*cap));
    return fits ? M_OK : seL4_IllegalOperation;
}

static struct m_answer set_spaces(struct model *m, const struct m_args *a, m_id thread)
{
    bool is_configure = a->label == TCBConfigure, sets_buffer = a->label != TCBSetSpace, sets_roots = a->label != TCBSetIPCBuffer;
    word_t buffer_cap = is_configure ? 2 : 0, root_cap = is_configure ? 0 : 1, address = 0, result;
    struct cap buffer = {{0, 0}}, cspace = buffer, vspace = buffer;
    DEMAND(a->length >= (is_configure ? 3u : sets_roots ? 2u : 1u) && a->extra_count >= (sets_roots ? 3u : 1u), seL4_TruncatedMessage);
    if (sets_buffer) {
        address = a->words[is_configure ? 2 : 0];
        result = check_buffer(m, a, buffer_cap, address, &buffer);
        DEMAND(result == M_OK, result);
    }
    if (sets_roots) {
        DEMAND(!holds_last_container(m, thread, TCB_CSPACE) && !holds_last_container(m, thread, TCB_VSPACE), seL4_IllegalOperation);
        result = check_root(m, a, root_cap, a->words[0], kind_cnode, &cspace);
        DEMAND(result == M_OK, result);
        result = check_root(m, a, root_cap + 1, a->words[1], kind_vspace, &vspace);
        DEMAND(result == M_OK, result);
    }
    if (a->label == TCBSetSpace) {
        DEMAND(is_handler(m_cap(m, a->extra[0])), seL4_InvalidCapability, 1);
        install(m, a, thread, TCB_FAULT_HANDLER, m_cap(m, a->extra[0]), a->extra[0]);
    }
    if (sets_roots) {
        install(m, a, thread, TCB_CSPACE, cspace, a->extra[root_cap]);
        install(m, a, thread, TCB_VSPACE, vspace, a->extra[root_cap + 1]);
    }
    if (sets_buffer) {
        install(m, a, thread, TCB_BUFFER, buffer, a->extra[buffer_cap]);
        m_thread(m, thread)->buffer_address = address;
    }
    return success;
}

// --------------------------------------------------------------------------------------- scheduling

static void set_priority(struct model *m, m_id thread, word_t priority)
{
    struct m_thread *t = m_thread(m, thread);
    t->priority = priority;
    struct m_queue *queue = NULL;
    if (t->state == THREAD_BLOCKED_ON_SEND || t->state == THREAD_BLOCKED_ON_RECEIVE) {
        queue = &m_endpoint(m, t->waits_on)->queue;
    } else if (t->state == THREAD_BLOCKED_ON_NOTIFICATION) {
        queue = &m_notification(m, t->waits_on)->queue;
    }
    if (queue) {
        m_queue_remove(queue, thread);
        m_queue_insert(m, queue, thread);
    }
}

static struct m_answer set_priorities(struct model *m, const struct m_args *a, m_id thread)
{
    DEMAND(a->length >= 1 && a->extra_count >= 1, seL4_TruncatedMessage);
    struct cap authority = m_cap(m, a->extra[0]);
    DEMAND(cap_kind(authority) == kind_tcb, seL4_InvalidCapability, 1);
    word_t mcp = m_thread(m, tcb_cap_object(authority))->mcp;
    DEMAND(a->words[0] <= mcp, seL4_RangeError, 0, mcp);
    if (a->label == TCBSetMCPriority) {
        m_thread(m, thread)->mcp = a->words[0];
    } else {
        set_priority(m, thread, a->words[0]);
    }
    return success;
}

static struct m_answer set_sched_params(struct model *m, const struct m_args *a, m_id thread)
{
    struct m_thread *t = m_thread(m, thread);
    m_id sc = 0;
    DEMAND(a->length >= 2 && a->extra_count >= 3, seL4_TruncatedMessage);
    struct cap authority = m_cap(m, a->extra[0]), sc_cap = m_cap(m, a->extra[1]), handler = m_cap(m, a->extra[2]);
    DEMAND(cap_kind(authority) == kind_tcb, seL4_InvalidCapability, 1);
    word_t mcp = m_thread(m, tcb_cap_object(authority))->mcp;
    DEMAND(a->words[0] <= mcp && a->words[1] <= mcp, seL4_RangeError, 0, mcp);
    if (cap_kind(sc_cap) == kind_sched_context) {
        sc = sched_context_cap_object(sc_cap);
        DEMAND(sc == t->sc || (!t->sc && !m_sc(m, sc)->thread), seL4_IllegalOperation);
        DEMAND(!m_is_blocked(t) || m_sc(m, sc)->is_ready, seL4_IllegalOperation);
    } else {
        DEMAND(cap_is_null(sc_cap), seL4_InvalidCapability, 2);
        DEMAND(thread != m->current, seL4_IllegalOperation);
    }
    DEMAND(is_handler(handler), seL4_InvalidCapability, 3);
    install(m, a, thread, TCB_FAULT_HANDLER, handler, a->extra[2]);
    t->mcp = a->words[0];
    set_priority(m, thread, a->words[1]);
    if (sc && !t->sc) {
        m_move_sc(m, sc, thread);
    } else if (!sc && t->sc) {
        m_unbind_sc_thread(m, t->sc);
    }
    return success;
}

// ------------------------------------------------------------------------------------------ registers

static struct m_answer read_registers(struct model *m, const struct m_args *a, m_id thread)
{
    DEMAND(a->length >= 2, seL4_TruncatedMessage);
    DEMAND(a->words[1] >= 1 && a->words[1] <= 36, seL4_RangeError, 1, 36);
    DEMAND(thread != m->current, seL4_IllegalOperation);
    if (a->words[0] & 1) {
        m_suspend(m, thread);
    }
    struct m_answer answer = {.error = M_OK, .count = a->words[1]};
    for (word_t i = 0; i < answer.count; i++) {
        answer.words[i] = *m_context_word(m_thread(m, thread), i);
    }
    return answer;
}

static struct m_answer write_registers(struct model *m, const struct m_args *a, m_id thread)
{
    DEMAND(a->length >= 2, seL4_TruncatedMessage);
    DEMAND(a->length - 2 >= a->words[1], seL4_TruncatedMessage);
    DEMAND(thread != m->current, seL4_IllegalOperation);
    struct m_thread *t = m_thread(m, thread);
    for (word_t i = 0; i < a->words[1] && i < 36; i++) {
        *m_context_word(t, i) = i == 2 ? m_sanitise_spsr(a->words[2 + i]) : a->words[2 + i];
    }
    t->pc = t->fault_pc;
    if (a->words[0] & 1) {
        m_resume(m, thread);
    }
    return success;
}

static struct m_answer copy_registers(struct model *m, const struct m_args *a, m_id thread)
{
    DEMAND(a->length >= 1 && a->extra_count >= 1, seL4_TruncatedMessage);
    DEMAND(cap_kind(m_cap(m, a->extra[0])) == kind_tcb, seL4_InvalidCapability, 1);
    m_id source = tcb_cap_object(m_cap(m, a->extra[0]));
    if (a->words[0] & 1) {
        m_suspend(m, source);
    }
    if (a->words[0] & 2) {
        m_resume(m, thread);
    }
    struct m_thread *d = m_thread(m, thread), *s = m_thread(m, source);
    for (word_t i = 0; i < 36; i++) {
        if (a->words[0] & (i < 17 ? 4 : 8)) { // frame registers, general registers
            *m_context_word(d, i) = *m_context_word(s, i);
        }
    }
    if (a->words[0] & 4) {
        d->pc = d->fault_pc;
    }
    return success;
}

// --------------------------------------------------------------------------------------- TCB methods

static struct m_answer bind_notification(struct model *m, const struct m_args *a, m_id thread)
{
    DEMAND(a->extra_count >= 1, seL4_TruncatedMessage);
    struct cap cap = m_cap(m, a->extra[0]);
    DEMAND(!m_thread(m, thread)->notification, seL4_IllegalOperation);
    DEMAND(cap_kind(cap) == kind_notification && notification_cap_can_receive(cap), seL4_IllegalOperation);
    struct m_notification *n = m_notification(m, notification_cap_object(cap));
    DEMAND(n->queue.count == 0 && !n->bound, seL4_IllegalOperation);
    n->bound = thread;
    m_thread(m, thread)->notification = notification_cap_object(cap);
    return success;
}

struct m_answer m_tcb_method(struct model *m, const struct m_args *a)
{
    m_id thread = tcb_cap_object(a->cap);
    struct m_thread *t = m_thread(m, thread);
    switch (a->label) {
    case TCBReadRegisters:
        return read_registers(m, a, thread);
    case TCBWriteRegisters:
        return write_registers(m, a, thread);
    case TCBCopyRegisters:
        return copy_registers(m, a, thread);
    case TCBConfigure:
    case TCBSetIPCBuffer:
    case TCBSetSpace:
        return set_spaces(m, a, thread);
    case TCBSetPriority:
    case TCBSetMCPriority:
        return set_priorities(m, a, thread);
    case TCBSetSchedParams:
        return set_sched_params(m, a, thread);
    case TCBSetTimeoutEndpoint:
        DEMAND(a->extra_count >= 1, seL4_TruncatedMessage);
        DEMAND(is_handler(m_cap(m, a->extra[0])), seL4_InvalidCapability, 1);
        install(m, a, thread, TCB_TIMEOUT_HANDLER, m_cap(m, a->extra[0]), a->extra[0]);
        return success;
    case TCBSuspend:
        m_suspend(m, thread);
        return success;
    case TCBResume:
        m_resume(m, thread);
        return success;
    case TCBBindNotification:
        return bind_notification(m, a, thread);
    case TCBUnbindNotification:
        DEMAND(t->notification, seL4_IllegalOperation);
        m_notification(m, t->notification)->bound = 0;
        t->notification = 0;
        return success;
    case TCBSetTLSBase:
        DEMAND(a->length >= 1, seL4_TruncatedMessage);
        t->tpidr_el0 = a->words[0];
        return success;
    default: // SetFlags
        DEMAND(a->length >= 2, seL4_TruncatedMessage);
        t->flags = (t->flags & ~a->words[0]) | (a->words[1] & 1);
        return (struct m_answer){.words = {t->flags}, .count = 1};
    }
}

// ----------------------------------------------------------------------------------------- SC methods

static struct m_answer bind(struct model *m, const struct m_args *a, m_id sc, bool unbinds)
{
    struct m_sc *s = m_sc(m, sc);
    DEMAND(a->extra_count >= 1, seL4_TruncatedMessage);
    struct cap cap = m_cap(m, a->extra[0]);
    if (cap_kind(cap) == kind_tcb) {
        m_id thread = tcb_cap_object(cap);
        struct m_thread *t = m_thread(m, thread);
        if (unbinds) {
            DEMAND(s->thread == thread && thread != m->current, seL4_IllegalOperation);
            m_unbind_sc_thread(m, sc);
            return success;
        }
        DEMAND(!s->thread && !t->sc && (!m_is_blocked(t) || s->is_ready), seL4_IllegalOperation);
        m_move_sc(m, sc, thread);
        return success;
    }
    DEMAND(cap_kind(cap) == kind_notification, seL4_InvalidCapability, 1);
    m_id notification = notification_cap_object(cap);
    struct m_notification *n = m_notification(m, notification);
    if (unbinds) {
        DEMAND(s->notification == notification, seL4_IllegalOperation);
        s->notification = n->sc = 0;
        return success;
    }
    DEMAND(!s->notification && !n->sc, seL4_IllegalOperation);
    s->notification = notification;
    n->sc = sc;
    return success;
}

// threads §6.5
static struct m_answer yield_to(struct model *m, m_id sc)
{
    struct m_sc *s = m_sc(m, sc);
    struct m_thread *caller = m_thread(m, m->current);
    DEMAND(s->thread && s->thread != m->current, seL4_IllegalOperation);
    const struct m_thread *target = m_thread(m, s->thread);
    DEMAND(target->priority <= caller->mcp, seL4_IllegalOperation);
    if (s->yielder) {
        m_complete_yield(m, s->yielder);
    }
    bool is_runnable = target->state == THREAD_RUNNING || target->state == THREAD_RESTART;
    bool is_schedulable = is_runnable && !target->is_sleeping && s->is_ready;
    if (!is_schedulable || target->priority < caller->priority) {
        return (struct m_answer){.words = {m_take_consumed(s)}, .count = 1};
    }
    s->yielder = m->current;
    caller->yields_to = sc;
    return success;
}

struct m_answer m_sc_method(struct model *m, const struct m_args *a)
{
    m_id sc = sched_context_cap_object(a->cap);
    struct m_sc *s = m_sc(m, sc);
    switch (a->label) {
    case SchedContextBind:
    case SchedContextUnbindObject:
        return bind(m, a, sc, a->label == SchedContextUnbindObject);
    case SchedContextUnbind:
        DEMAND(s->thread != m->current || !s->thread, seL4_IllegalOperation);
        m_unbind_sc_thread(m, sc);
        if (s->notification) {
            m_notification(m, s->notification)->sc = 0;
            s->notification = 0;
        }
        m_detach_stack(m, sc);
        return success;
    case SchedContextConsumed:
        return (struct m_answer){.words = {m_take_consumed(s)}, .count = 1};
    default: // YieldTo
        return yield_to(m, sc);
    }
}

// threads §3.4
struct m_answer m_configure_sc(struct model *m, const struct m_args *a)
{
    const word_t min = 20, max = UINT64_C(36893488147419), *w = a->words;
    DEMAND(a->label == SchedControlConfigureFlags, seL4_IllegalOperation);
    DEMAND(a->extra_count >= 1 && a->length >= 5, seL4_TruncatedMessage);
    DEMAND(w[0] <= max && w[1] <= max && w[0] >= min && w[1] >= min, seL4_RangeError, min, max);
    DEMAND(w[0] * 62500 / 1000 <= w[1] * 62500 / 1000, seL4_RangeError, min, w[1]);
    struct cap target = m_cap(m, a->extra[0]);
    DEMAND(cap_kind(target) == kind_sched_context, seL4_InvalidCapability, 1);
    word_t max_extra = (BIT(sched_context_cap_size_bits(target)) - 128) / 16;
    DEMAND(w[2] <= max_extra, seL4_RangeError, 0, max_extra);
    struct m_sc *s = m_sc(m, sched_context_cap_object(target));
    s->is_configured = true;
    s->badge = w[3];
    return success;
}

// ------------------------------------------------------------------------------------ domain methods

static struct m_answer set_domain(struct model *m, const struct m_args *a)
{
    DEMAND(a->length >= 1, seL4_TruncatedMessage);
    DEMAND(a->words[0] < NUM_DOMAINS, seL4_InvalidArgument, 0);
    DEMAND(a->extra_count >= 1, seL4_TruncatedMessage);
    DEMAND(cap_kind(m_cap(m, a->extra[0])) == kind_tcb, seL4_InvalidArgument, 1);
    m_thread(m, tcb_cap_object(m_cap(m, a->extra[0])))->domain = a->words[0];
    return success;
}

static struct m_answer set_slice(struct model *m, const struct m_args *a)
{
    word_t index = a->words[0], domain = a->words[1], duration = a->words[2];
    DEMAND(a->length >= 3, seL4_TruncatedMessage);
    DEMAND(index < NUM_DOMAIN_SCHEDULES - 1, seL4_RangeError, 0, NUM_DOMAIN_SCHEDULES - 2);
    DEMAND(domain < NUM_DOMAINS, seL4_RangeError, 0, NUM_DOMAINS - 1);
    DEMAND(duration < BIT(56), seL4_InvalidArgument, 2);
    DEMAND(duration != 0 || domain == 0, seL4_InvalidArgument, 1);
    DEMAND(duration != 0 || index != m->domain_start, seL4_InvalidArgument, 2);
    m->domain_schedule[index] = (struct domain_slice){domain, duration};
    return success;
}

static struct m_answer set_start(struct model *m, const struct m_args *a)
{
    DEMAND(a->length >= 1, seL4_TruncatedMessage);
    DEMAND(a->words[0] < NUM_DOMAIN_SCHEDULES, seL4_RangeError, 0, NUM_DOMAIN_SCHEDULES - 1);
    DEMAND(m->domain_schedule[a->words[0]].duration != 0, seL4_InvalidArgument, 0);
    m->domain_start = a->words[0];
    m->ends_domain = NUM_DOMAINS > 1;
    return success;
}

// threads §3.5
struct m_answer m_domain_method(struct model *m, const struct m_args *a)
{
    switch (a->label) {
    case DomainSetSet:
        return set_domain(m, a);
    case DomainScheduleConfigure:
        return set_slice(m, a);
    case DomainScheduleSetStart:
        return set_start(m, a);
    default:
        return (struct m_answer){.error = seL4_IllegalOperation};
    }
}
