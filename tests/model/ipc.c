// SPDX-License-Identifier: BSD-2-Clause
//
// The model's communication: endpoints, notifications, faults, replies, transfer of messages and capabilities
// (objects §7–10, threads §6–7).
#include <string.h>

#include <sel4/errors.h>
#include <sel4/faults.h>

#include "tests/model/model.h"

// ------------------------------------------------------------------------------------------ messages

// Kernel-made message: MR0.. and the tag. Words that need a buffer are cut where there is none.
void m_write_reply(struct model *m, m_id thread, word_t label, const word_t *words, word_t count)
{
    struct m_thread *t = m_thread(m, thread);
    word_t length = count > 4 && !m_buffer(m, thread, true) ? 4 : count;
    for (word_t i = 0; i < length; i++) {
        *m_message_word(m, thread, i, true) = words[i];
    }
    t->x[0] = 0;
    t->x[1] = label << 12 | length;
}

enum { MAX_FAULT_WORDS = 13 };

// threads §7.3. Returns the length.
static word_t fault_message(struct model *m, m_id from, word_t words[MAX_FAULT_WORDS])
{
    const struct m_thread *t = m_thread(m, from);
    const struct fault *f = &t->fault;
    words[0] = t->fault_pc;
    switch (f->type) {
    case seL4_Fault_CapFault:
        words[1] = f->words[0];
        words[2] = f->words[1];
        words[3] = f->lookup.type;
        memcpy(&words[4], f->lookup.words, sizeof f->lookup.words);
        return 3 + f->lookup.type;
    case seL4_Fault_UnknownSyscall:
        memcpy(words, t->x, 8 * sizeof *words);
        words[8] = t->fault_pc;
        words[9] = t->sp;
        words[10] = t->pc;
        words[11] = t->spsr;
        words[12] = f->words[0];
        return 13;
    case seL4_Fault_UserException:
        words[1] = t->sp;
        words[2] = t->spsr;
        words[3] = f->words[0];
        words[4] = 0;
        return 5;
    case seL4_Fault_VMFault:
        words[1] = f->words[0];
        words[2] = f->words[1];
        words[3] = f->words[2];
        return 4;
    default: // Timeout: the badge was recorded, the time is taken now (TF-3)
        words[0] = f->words[0];
        words[1] = t->sc ? m_take_consumed(m_sc(m, t->sc)) : 0;
        return t->sc ? 2 : 1;
    }
}

static struct slot *receive_slot(struct model *m, m_id to, const word_t *buffer)
{
    struct lookup_failure why;
    struct slot *root = m_lookup(m, to, buffer[125], &why), *slot;
    if (!root || m_target(m, m_cap(m, root), buffer[126], buffer[127], M_DESTINATION, &slot).error != M_OK) {
        return NULL;
    }
    return m_node(m, slot) ? NULL : slot;
}

// objects §8.1
static word_t transfer_caps(struct model *m, m_id to, m_id endpoint, struct slot **slots, word_t count, word_t *unwrapped)
{
    word_t *buffer = m_buffer(m, to, true);
    if (count == 0 || !buffer) {
        return 0;
    }
    struct slot *dest = receive_slot(m, to, buffer);
    for (word_t i = 0; i < count; i++) {
        struct cap cap = m_cap(m, slots[i]);
        if (endpoint && cap_kind(cap) == kind_endpoint && endpoint_cap_object(cap) == endpoint) {
            *unwrapped |= BIT(i);
            buffer[122 + i] = endpoint_cap_badge(cap);
            continue;
        }
        if (!dest || cap_is_null(cap) || m_derive(m, slots[i], &cap) != M_OK) {
            return i;
        }
        m_derive_into(m, slots[i], dest, cap, false);
        dest = NULL;
    }
    return count;
}

static void transfer(struct model *m, m_id from, m_id to, m_id endpoint, word_t badge, bool can_grant)
{
    struct m_thread *s = m_thread(m, from), *d = m_thread(m, to);
    struct slot *slots[3];
    word_t unwrapped = 0, length, caps, words[MAX_FAULT_WORDS] = {0};
    if (s->fault.type) {
        length = fault_message(m, from, words);
        m_write_reply(m, to, s->fault.type, words, length);
        d->x[0] = badge;
        return;
    }
    const word_t *source = m_buffer(m, from, false);
    length = s->x[1] & 127;
    length = length > 120 ? 120 : length;
    caps = can_grant && source ? s->x[1] >> 7 & 3 : 0;
    for (word_t i = 0; i < caps; i++) {
        struct lookup_failure why;
        slots[i] = m_lookup(m, from, source[122 + i], &why);
        caps = slots[i] ? caps : 0;
    }
    if (length > 4 && (!source || !m_buffer(m, to, true))) {
        length = 4;
    }
    for (word_t i = 0; i < length; i++) {
        *m_message_word(m, to, i, true) = *m_message_word(m, from, i, false);
    }
    caps = transfer_caps(m, to, endpoint, slots, caps, &unwrapped);
    d->x[1] = (s->x[1] >> 12) << 12 | unwrapped << 9 | caps << 7 | length;
    d->x[0] = badge;
}

// ----------------------------------------------------------------------------------------- endpoints

// objects §10.3
static void push(struct model *m, m_id reply, m_id caller, m_id callee, bool may_donate)
{
    struct m_reply *r = m_reply(m, reply);
    struct m_thread *c = m_thread(m, caller);
    m_id sc = c->sc;
    r->thread = caller;
    c->reply = reply;
    c->state = THREAD_BLOCKED_ON_REPLY;
    if (!may_donate || !sc || m_thread(m, callee)->sc) {
        return;
    }
    m_id old = m_sc(m, sc)->top;
    if (old) {
        m_reply(m, old)->top_of = 0;
        m_reply(m, old)->newer = reply;
    }
    r->older = old;
    r->top_of = sc;
    m_sc(m, sc)->top = reply;
    m_move_sc(m, sc, callee);
}

// objects §7.2
void m_send(struct model *m, m_id thread, const struct m_send *send)
{
    struct m_thread *t = m_thread(m, thread);
    struct m_endpoint *e = m_endpoint(m, send->endpoint);
    if (e->queue.count == 0 || e->holds_senders) {
        if (send->is_blocking) {
            t->state = THREAD_BLOCKED_ON_SEND;
            t->badge = send->badge;
            t->can_grant = send->can_grant;
            t->can_grant_reply = send->can_grant_reply;
            t->is_call = send->is_call;
            t->waits_on = send->endpoint;
            e->holds_senders = true;
            m_queue_insert(m, &e->queue, thread);
        }
        return;
    }
    m_id receiver = e->queue.threads[0];
    struct m_thread *d = m_thread(m, receiver);
    m_queue_remove(&e->queue, receiver);
    d->waits_on = 0;
    transfer(m, thread, receiver, send->endpoint, send->badge, send->can_grant);
    m_id reply = d->reply;
    if (reply) {
        m_unlink_reply(m, reply);
    }
    if (send->is_call || t->fault.type) {
        if (reply && (send->can_grant || send->can_grant_reply)) {
            push(m, reply, thread, receiver, send->can_donate);
        } else {
            t->state = THREAD_INACTIVE;
        }
    } else if (send->can_donate && !d->sc && t->sc) {
        m_move_sc(m, t->sc, receiver);
    }
    d->state = THREAD_RUNNING;
}

static void give_sc(struct model *m, m_id notification, m_id thread)
{
    m_id sc = m_notification(m, notification)->sc;
    if (!m_thread(m, thread)->sc && sc && !m_sc(m, sc)->thread) {
        m_move_sc(m, sc, thread);
    }
}

static void return_sc(struct model *m, m_id notification, m_id thread)
{
    m_id sc = m_notification(m, notification)->sc;
    if (sc && m_thread(m, thread)->sc == sc) {
        m_move_sc(m, sc, 0);
    }
}

static void take_word(struct model *m, m_id notification, m_id thread)
{
    struct m_notification *n = m_notification(m, notification);
    m_thread(m, thread)->x[0] = n->word;
    n->word = 0;
    n->is_active = false;
    give_sc(m, notification, thread);
}

// objects §7.3
void m_receive(struct model *m, m_id thread, m_id endpoint, m_id reply, bool is_blocking)
{
    struct m_thread *t = m_thread(m, thread);
    struct m_endpoint *e = m_endpoint(m, endpoint);
    if (reply) {
        m_id other = m_reply(m, reply)->thread;
        if (other && other != thread) {
            m_cancel_ipc(m, other);
        }
    }
    if (t->notification && m_notification(m, t->notification)->is_active) {
        take_word(m, t->notification, thread);
        return;
    }
    if (t->notification && is_blocking) {
        return_sc(m, t->notification, thread);
    }
    if (e->queue.count == 0 || !e->holds_senders) {
        if (!is_blocking) {
            t->x[0] = 0;
            return;
        }
        t->state = THREAD_BLOCKED_ON_RECEIVE;
        t->waits_on = endpoint;
        t->reply = reply;
        if (reply) {
            m_reply(m, reply)->thread = thread;
        }
        e->holds_senders = false;
        m_queue_insert(m, &e->queue, thread);
        return;
    }
    m_id sender = e->queue.threads[0];
    struct m_thread *s = m_thread(m, sender);
    m_queue_remove(&e->queue, sender);
    s->waits_on = 0;
    transfer(m, sender, thread, endpoint, s->badge, s->can_grant);
    if (!s->is_call && !s->fault.type) {
        s->state = THREAD_RUNNING;
    } else if (reply && (s->can_grant || s->can_grant_reply)) {
        push(m, reply, sender, thread, s->sc && s->fault.type != seL4_Fault_Timeout);
    } else {
        s->state = THREAD_INACTIVE;
    }
}

static void release_waiter(struct model *m, m_id thread)
{
    struct m_thread *t = m_thread(m, thread);
    m_queue_remove(&m_endpoint(m, t->waits_on)->queue, thread);
    t->waits_on = 0;
    if (t->reply) {
        m_unlink_reply(m, t->reply);
    }
    t->state = t->fault.type ? THREAD_INACTIVE : THREAD_RESTART;
    t->fault = (struct fault){0};
}

// objects §7.8
void m_cancel_endpoint(struct model *m, m_id endpoint, const word_t *badge)
{
    struct m_endpoint *e = m_endpoint(m, endpoint);
    if (badge && !e->holds_senders) {
        return;
    }
    for (int i = 0; i < e->queue.count;) {
        if (badge && m_thread(m, e->queue.threads[i])->badge != *badge) {
            i++;
        } else {
            release_waiter(m, e->queue.threads[i]);
        }
    }
}

// ------------------------------------------------------------------------------------- notifications

// objects §9.3
void m_signal(struct model *m, m_id notification, word_t badge)
{
    struct m_notification *n = m_notification(m, notification);
    m_id woken = 0;
    if (n->is_active) {
        n->word |= badge;
        return;
    }
    if (n->queue.count > 0) {
        woken = n->queue.threads[0];
        m_queue_remove(&n->queue, woken);
        m_thread(m, woken)->waits_on = 0;
    } else if (n->bound && m_thread(m, n->bound)->state == THREAD_BLOCKED_ON_RECEIVE) {
        woken = n->bound;
        m_cancel_ipc(m, woken);
    }
    if (woken) {
        m_thread(m, woken)->state = THREAD_RUNNING;
        m_thread(m, woken)->x[0] = badge;
        give_sc(m, notification, woken);
    } else {
        n->is_active = true;
        n->word = badge;
    }
}

// objects §9.4
void m_wait(struct model *m, m_id thread, m_id notification, bool is_blocking)
{
    struct m_notification *n = m_notification(m, notification);
    struct m_thread *t = m_thread(m, thread);
    if (n->is_active) {
        take_word(m, notification, thread);
    } else if (!is_blocking) {
        t->x[0] = 0;
    } else {
        t->state = THREAD_BLOCKED_ON_NOTIFICATION;
        t->waits_on = notification;
        m_queue_insert(m, &n->queue, thread);
        return_sc(m, notification, thread);
    }
}

void m_cancel_notification(struct model *m, m_id notification)
{
    struct m_notification *n = m_notification(m, notification);
    if (n->sc) {
        m_sc(m, n->sc)->notification = 0;
        n->sc = 0;
    }
    if (n->bound) {
        m_thread(m, n->bound)->notification = 0;
        n->bound = 0;
    }
    while (n->queue.count > 0) {
        m_id thread = n->queue.threads[0];
        m_queue_remove(&n->queue, thread);
        m_thread(m, thread)->waits_on = 0;
        m_thread(m, thread)->state = THREAD_RESTART;
    }
}

// ------------------------------------------------------------------------------------ faults, replies

static void send_fault(struct model *m, m_id thread, struct fault fault, enum tcb_slot which, bool can_donate)
{
    struct cap handler = m_cap(m, m_tcb_slot(thread, which));
    struct m_thread *t = m_thread(m, thread);
    if (cap_is_null(handler)) {
        t->state = THREAD_INACTIVE;
        return;
    }
    t->fault = fault;
    m_send(m, thread, &(struct m_send){
                          .endpoint = endpoint_cap_object(handler),
                          .badge = endpoint_cap_badge(handler),
                          .can_grant = endpoint_cap_can_grant(handler),
                          .can_grant_reply = endpoint_cap_can_grant_reply(handler),
                          .is_blocking = true,
                          .can_donate = can_donate,
                      });
}

void m_raise(struct model *m, m_id thread, struct fault fault)
{
    send_fault(m, thread, fault, TCB_FAULT_HANDLER, m_thread(m, thread)->sc != 0);
}

void m_raise_timeout(struct model *m, m_id thread)
{
    if (m_node(m, m_tcb_slot(thread, TCB_TIMEOUT_HANDLER))) {
        word_t badge = m_sc(m, m_thread(m, thread)->sc)->badge; // as it is now (TF-3)
        send_fault(m, thread, (struct fault){.type = seL4_Fault_Timeout, .words = {badge}}, TCB_TIMEOUT_HANDLER, false);
    }
}

// Where the words of a reply to a fault go (threads §7.5); null: nowhere.
static word_t *answered_register(struct m_thread *c, word_t i)
{
    word_t *const of_syscall[] = {&c->fault_pc, &c->sp, &c->pc, &c->spsr};
    switch (c->fault.type) {
    case seL4_Fault_UnknownSyscall:
        return i < 8 ? &c->x[i] : i < 12 ? of_syscall[i - 8] : NULL;
    case seL4_Fault_UserException:
        return i < 3 ? m_context_word(c, i) : NULL;
    case seL4_Fault_Timeout:
        return i < 34 ? m_context_word(c, i) : NULL;
    default:
        return NULL;
    }
}

// Returns whether the thread is restarted.
static bool answer_fault(struct model *m, struct m_thread *c, m_id replier)
{
    word_t info = m_thread(m, replier)->x[1];
    for (word_t i = 0; i < (info & 127); i++) {
        const word_t *word = m_message_word(m, replier, i, false);
        word_t *target = answered_register(c, i);
        if (word && target) {
            *target = target == &c->spsr ? m_sanitise_spsr(*word) : *word;
        }
    }
    bool ignores_label = c->fault.type == seL4_Fault_CapFault || c->fault.type == seL4_Fault_VMFault;
    return ignores_label || info >> 12 == 0;
}

// objects §10.5
void m_reply_to(struct model *m, m_id reply, m_id replier, bool can_grant)
{
    m_id caller = m_reply(m, reply)->thread;
    if (!caller || m_thread(m, caller)->state != THREAD_BLOCKED_ON_REPLY) {
        return;
    }
    struct m_thread *c = m_thread(m, caller);
    m_remove_caller(m, reply);
    word_t answered = c->fault.type;
    if (!answered) {
        transfer(m, replier, caller, 0, 0, can_grant);
        c->state = THREAD_RUNNING;
    } else {
        bool restarts = answer_fault(m, c, replier);
        c->fault = (struct fault){0};
        c->state = restarts ? THREAD_RESTART : THREAD_INACTIVE;
    }
    bool is_runnable = c->state == THREAD_RUNNING || c->state == THREAD_RESTART;
    if (is_runnable && c->sc && !m_sc(m, c->sc)->is_ready && answered != seL4_Fault_Timeout) {
        m_raise_timeout(m, caller);
    }
}
