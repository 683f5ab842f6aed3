// SPDX-License-Identifier: BSD-2-Clause
//
// The model's threads, scheduling contexts and reply objects: suspension, lending and returning (objects §7.7, §10;
// threads §2.4, §6).
#include <string.h>

#include <sel4/shared_types.h>

#include "tests/model/model.h"

bool m_is_blocked(const struct m_thread *t)
{
    return t->state == THREAD_BLOCKED_ON_RECEIVE || t->state == THREAD_BLOCKED_ON_SEND || t->state == THREAD_BLOCKED_ON_REPLY ||
           t->state == THREAD_BLOCKED_ON_NOTIFICATION;
}

static struct m_buffer *buffer_at(struct model *m, paddr_t address)
{
    for (int i = 0; i < m->buffer_count; i++) {
        if (m->buffers[i].address == address) {
            return &m->buffers[i];
        }
    }
    if (m->buffer_count == M_BUFFERS) {
        m_give_up(m, "too many IPC buffers");
        m->buffer_count--;
    }
    struct m_buffer *buffer = &m->buffers[m->buffer_count++];
    buffer->address = address;
    memcpy(buffer->words, plat_ptr(address), sizeof buffer->words); // prediction is before the kernel's turn
    return buffer;
}

static struct m_buffer *buffer_of(struct model *m, m_id thread, bool for_writing)
{
    struct cap cap = m_cap(m, m_tcb_slot(thread, TCB_BUFFER));
    if (cap_kind(cap) != kind_frame || frame_cap_is_device(cap) || frame_cap_access(cap) == ACCESS_NONE) {
        return NULL;
    }
    if (for_writing && frame_cap_access(cap) != ACCESS_READ_WRITE) {
        return NULL;
    }
    word_t bytes = BIT(12 + 9 * frame_cap_size(cap));
    return buffer_at(m, frame_cap_base(cap) + m_thread(m, thread)->buffer_address % bytes);
}

word_t *m_buffer(struct model *m, m_id thread, bool for_writing)
{
    struct m_buffer *buffer = buffer_of(m, thread, for_writing);
    return buffer ? buffer->words : NULL;
}

void m_read_buffer(struct model *m, m_id thread)
{
    struct m_buffer *buffer = buffer_of(m, thread, false);
    if (buffer) {
        memcpy(buffer->words, plat_ptr(buffer->address), sizeof buffer->words);
    }
}

word_t *m_message_word(struct model *m, m_id thread, word_t i, bool for_writing)
{
    if (i < 4) {
        return &m_thread(m, thread)->x[2 + i];
    }
    word_t *buffer = m_buffer(m, thread, for_writing);
    return buffer ? &buffer[1 + i] : NULL;
}

// ------------------------------------------------------------------------------------------ registers

word_t *m_context_word(struct m_thread *t, word_t i)
{
    static const uint8_t x_numbers[] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  16, 17, 18, 29, 30, 9,  10, 11, 12, 13, 14, 15, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
    };
    word_t *const others[] = {[0] = &t->fault_pc, [1] = &t->sp, [2] = &t->spsr, [34] = &t->tpidr_el0, [35] = &t->tpidrro_el0};
    return i >= 3 && i < 34 ? &t->x[x_numbers[i - 3]] : others[i];
}

word_t m_sanitise_spsr(word_t value)
{
    return (value & 0xf0000000) | (KERNEL_DEBUG ? 0x40 : 0x140);
}

// -------------------------------------------------------------------------------- scheduling contexts

// What is charged counts, what is still pending does not (CON-1). 62.5 ticks are a microsecond; there is a largest amount
// that is reported at once.
word_t m_take_consumed(struct m_sc *s)
{
    const ticks_t largest = ~UINT64_C(0) / 62500;
    ticks_t reported = s->consumed < largest ? s->consumed : largest;
    s->consumed -= reported;
    return reported * 1000 / 62500;
}

// threads DON-3: the SC leaves whoever has it.
void m_move_sc(struct model *m, m_id sc, m_id thread)
{
    struct m_sc *s = m_sc(m, sc);
    if (s->thread) {
        m_thread(m, s->thread)->sc = 0;
    }
    s->thread = thread;
    if (thread) {
        m_thread(m, thread)->sc = sc;
    }
}

void m_unbind_sc_thread(struct model *m, m_id sc)
{
    if (m_sc(m, sc)->thread) {
        m_move_sc(m, sc, 0);
    }
}

void m_detach_stack(struct model *m, m_id sc)
{
    struct m_sc *s = m_sc(m, sc);
    if (s->top) {
        m_reply(m, s->top)->top_of = 0;
        s->top = 0;
    }
}

// ------------------------------------------------------------------------------------- reply objects

void m_unlink_reply(struct model *m, m_id reply)
{
    struct m_reply *r = m_reply(m, reply);
    struct m_thread *t = m_thread(m, r->thread);
    r->thread = 0;
    t->reply = 0;
    t->state = THREAD_INACTIVE;
}

static void cut(struct model *m, m_id reply)
{
    struct m_reply *r = m_reply(m, reply);
    if (r->newer) {
        m_reply(m, r->newer)->older = 0;
    }
    if (r->older) {
        m_reply(m, r->older)->newer = 0;
    }
    r->newer = r->older = 0;
}

// objects §10.4 "remove"
void m_remove_caller(struct model *m, m_id reply)
{
    struct m_reply *r = m_reply(m, reply);
    m_id sc = r->top_of, older = r->older, caller = r->thread;
    if (!sc) {
        cut(m, reply);
    } else {
        m_sc(m, sc)->top = older;
        if (older) {
            m_reply(m, older)->newer = 0;
            m_reply(m, older)->top_of = sc;
        }
        r->older = r->top_of = 0;
        if (!m_thread(m, caller)->sc) {
            m_move_sc(m, sc, caller);
        }
    }
    m_unlink_reply(m, reply);
}

// objects §10.4 "drop caller"
static void drop_caller(struct model *m, m_id caller)
{
    m_id reply = m_thread(m, caller)->reply;
    struct m_reply *r = m_reply(m, reply);
    if (r->top_of) {
        m_sc(m, r->top_of)->top = 0;
        r->top_of = 0;
    }
    cut(m, reply);
    m_unlink_reply(m, reply);
}

// ------------------------------------------------------------------------------------------ threads

static void leave_endpoint(struct model *m, struct m_thread *t, m_id thread)
{
    m_queue_remove(&m_endpoint(m, t->waits_on)->queue, thread);
    t->waits_on = 0;
}

// objects §7.7
void m_cancel_ipc(struct model *m, m_id thread)
{
    struct m_thread *t = m_thread(m, thread);
    t->fault = (struct fault){0};
    switch (t->state) {
    case THREAD_BLOCKED_ON_SEND:
        leave_endpoint(m, t, thread);
        break;
    case THREAD_BLOCKED_ON_RECEIVE:
        leave_endpoint(m, t, thread);
        if (t->reply) {
            m_unlink_reply(m, t->reply);
        }
        break;
    case THREAD_BLOCKED_ON_NOTIFICATION:
        m_queue_remove(&m_notification(m, t->waits_on)->queue, thread);
        t->waits_on = 0;
        break;
    case THREAD_BLOCKED_ON_REPLY:
        drop_caller(m, thread);
        break;
    default:
        return;
    }
    t->state = THREAD_INACTIVE;
}

// threads YT-5
static void forget_yield(struct model *m, struct m_thread *t)
{
    if (t->yields_to) {
        m_sc(m, t->yields_to)->yielder = 0;
        t->yields_to = 0;
    }
}

// threads YT-6
void m_complete_yield(struct model *m, m_id yielder)
{
    struct m_thread *t = m_thread(m, yielder);
    word_t consumed = m_take_consumed(m_sc(m, t->yields_to));
    forget_yield(m, t);
    m_write_reply(m, yielder, 0, &consumed, 1);
}

// threads [SUS]
void m_suspend(struct model *m, m_id thread)
{
    struct m_thread *t = m_thread(m, thread);
    m_cancel_ipc(m, thread);
    if (t->state == THREAD_RUNNING) {
        t->fault_pc = t->pc;
    }
    forget_yield(m, t);
    t->state = THREAD_INACTIVE;
}

// threads [RES]
void m_resume(struct model *m, m_id thread)
{
    struct m_thread *t = m_thread(m, thread);
    if (m_is_blocked(t) || t->state == THREAD_INACTIVE) {
        m_cancel_ipc(m, thread);
        t->state = THREAD_RESTART;
    }
}
