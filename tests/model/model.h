// SPDX-License-Identifier: BSD-2-Clause
//
// The abstract model of the capability system: who holds which capability, what derives from what, in which state each
// thread is and what it waits for, and which message is delivered. Plain arrays, queues and a tree with parent pointers.
//
// The model does not keep up by itself: `model_read` reads a state out of the kernel's memory, the step is predicted on
// that copy by rules written from the specification alone, the kernel performs it, and `model_compare` demands that the
// kernel's new state reads the same. Of core/ only the declarations of layouts are used (capability fields, structures);
// no rule and no function of it.
//
// Not modelled: who runs next and how much time is left (see the `sched` target), and contents of frames other than IPC
// buffers.
#pragma once

#include <stdio.h>

#include "core/threads/state.h"

enum { M_LEAST_BUDGET = 1250 }; // ticks: 20 µs (threads §0.2, MIN)
enum { M_NODES = 1024, M_OBJECTS = 512, M_QUEUE = 64, M_BUFFERS = 64 };

// Slots are found by their place: in RAM (the first 512 KiB), or in the table of interrupt lines.
enum { M_RAM_BYTES = 0x80000, M_RAM_SLOTS = M_RAM_BYTES / 32, M_PLACES = M_RAM_SLOTS + NUM_IRQS + 1 };

typedef paddr_t m_id; // an object is its physical address; 0 = none

// A capability in a slot. The lists are the kernel's: pre-order of the derivation forest.
struct m_node {
    struct slot *slot;
    struct cap cap;
    struct m_node *parent, *previous, *next;
    bool may_have_children; // "Rev"
    bool exists;
};

struct m_thread {
    enum thread_state state;
    word_t priority, mcp, domain, flags;
    m_id sc, waits_on, reply, notification; // waits_on: endpoint or notification; notification: bound
    word_t badge;
    bool can_grant, can_grant_reply, is_call;
    struct fault fault;
    word_t x[31], sp, spsr, pc, fault_pc, tpidr_el0, tpidrro_el0;
    vaddr_t buffer_address;
    m_id yields_to;   // the scheduling context whose thread goes first
    bool is_sleeping; // until its context's budget is there
};

struct m_queue {
    m_id threads[M_QUEUE];
    int count;
};

struct m_endpoint {
    bool holds_senders; // meaningful if the queue is not empty
    struct m_queue queue;
};

struct m_notification {
    bool is_active;
    word_t word;
    m_id bound, sc;
    struct m_queue queue;
};

struct m_reply {
    m_id thread, older, newer, top_of; // newer: another reply; top_of: the scheduling context it is the top of
};

struct m_sc {
    m_id thread, notification, top, yielder;
    word_t badge;
    ticks_t consumed, uncommitted; // since last asked; of that not yet charged
    bool is_configured;
    bool is_ready; // configured, and the head refill may be used now
};

struct m_object {
    enum cap_kind kind;
    m_id id;
    union {
        struct m_thread thread;
        struct m_endpoint endpoint;
        struct m_notification notification;
        struct m_reply reply;
        struct m_sc sc;
    };
};

// The 1024 bytes that some thread uses as its IPC buffer; threads may share them.
struct m_buffer {
    paddr_t address;
    word_t words[128];
};

struct model {
    struct m_node nodes[M_NODES];
    int node_count;
    uint16_t node_at[M_PLACES]; // number of the node + 1, by the slot's place
    struct m_object objects[M_OBJECTS];
    int object_count;
    uint16_t object_at[M_RAM_BYTES / 16]; // number of the object + 1, by its place in RAM
    struct m_buffer buffers[M_BUFFERS];
    int buffer_count;
    uint8_t irq_state[NUM_IRQS];
    word_t domain_start;
    struct domain_slice domain_schedule[NUM_DOMAIN_SCHEDULES];
    m_id current;
    m_id charged_sc;
    word_t work_units; // since the last look for a reason to stop
    bool is_preempted; // the operation stopped at a preemption point
    bool ends_domain;  // the time of the current domain is over (several domains)
    bool is_lost;      // the model gave up on this step
    const char *lost_why;
};

// ------------------------------------------------------------------------------- reading and comparing

// Reads the kernel's state at clock `now`.
void model_read(struct model *m, ticks_t now);

// Reads also the slots that are expected to be in use but that nothing leads to any more: those of a container whose parked
// Zombie is alone in its list (objects §5.1 note 2).
void model_read_hidden(struct model *m, const struct model *predicted, ticks_t now);

// A state read before, brought up to date after user level has run: its registers, its IPC buffer, and the clock.
void model_refresh(struct model *m, ticks_t now);

// Prints the first differences between prediction and reality; returns whether there are none.
bool model_compare(const struct model *predicted, const struct model *actual, FILE *out);

// What the current thread is about to do: its registers say it all. Predicts on the state `m`.
void model_predict_syscall(struct model *m);
void model_predict_debug_call(struct model *m);
void model_predict_fault(struct model *m, const struct hw_fault *fault);
void model_predict_irq(struct model *m, word_t line);

// The kernel has chosen `thread` (0: idle) to return to: the next domain, a restart, the end of a YieldTo (threads §4.4).
void model_predict_activation(struct model *m, m_id thread);

// The current thread's budget does not cover the entry (threads §4.7 B); what it asked for is not done (§4.7 A).
void model_predict_end_of_slice(struct model *m, bool may_fault);
void model_predict_postponement(struct model *m, bool repeats);

// ------------------------------------------------------------------------------------------- slots

// Where node_at has the slot's number.
static inline word_t m_place(const struct slot *slot)
{
    word_t offset = plat_paddr(slot) - fake_memory.base;
    if (offset < M_RAM_BYTES) {
        return offset / sizeof *slot;
    }
    word_t irq = ((word_t)slot - (word_t)&ks.irqs[0].slot) / sizeof ks.irqs[0];
    return M_RAM_SLOTS + (irq < NUM_IRQS ? irq : NUM_IRQS); // the last place: a slot of the model's own (m_swap)
}

// Null if the slot is empty.
static inline struct m_node *m_node(struct model *m, const struct slot *slot)
{
    word_t number = m->node_at[m_place(slot)];
    return number && m->nodes[number - 1].exists ? &m->nodes[number - 1] : NULL;
}

struct cap m_cap(struct model *m, const struct slot *slot);      // null capability if empty
struct m_node *m_add(struct model *m, struct slot *slot, struct cap cap);
void m_remove(struct model *m, struct slot *slot); // children go to the grandparent
void m_move(struct model *m, struct slot *from, struct slot *to, struct cap cap);
void m_swap(struct model *m, struct slot *a, struct cap cap_a, struct slot *b, struct cap cap_b);

// Puts a derived capability directly behind its source; `is_original` as Retype does.
void m_derive_into(struct model *m, struct slot *source, struct slot *dest, struct cap cap, bool is_original);
bool m_has_children(struct model *m, const struct slot *slot);

// ----------------------------------------------------------------------------------------- answers

// What a method answers: an error with its payload, or a result. M_DERIVES_NULL: not an answer by itself, the method
// decides.
enum { M_OK = 0, M_DERIVES_NULL = 100 };
struct m_answer {
    word_t error;
    word_t words[36], count;
};

// An error number and its payload. What a lookup that failed was for: pivots count as sources.
enum m_role { M_DESTINATION = 0, M_SOURCE = 1 };
struct m_answer m_refusal(const word_t *words, word_t count);
struct m_answer m_failed_lookup(enum m_role role, const struct lookup_failure *why);

// DEMAND(length >= 2, seL4_TruncatedMessage); DEMAND(irq < 16, seL4_RangeError, 0, 15);
#define DEMAND(condition, ...)                                      \
    do {                                                            \
        if (!(condition)) {                                         \
            const word_t refusal[] = {__VA_ARGS__};                 \
            return m_refusal(refusal, ARRAY_LENGTH(refusal));       \
        }                                                           \
    } while (0)

// A check that has an answer of its own.
#define DEMAND_OK(check)                      \
    do {                                      \
        struct m_answer answer_ = (check);    \
        if (answer_.error != M_OK) {          \
            return answer_;                   \
        }                                     \
    } while (0)

// ------------------------------------------------------------------------------------ capabilities

bool m_region(struct cap cap, m_id *base, word_t *bits);
bool m_is_same_object(struct cap a, struct cap b); // objects §1.6; false for what has no object of its own
bool m_is_within(struct cap outer, struct cap inner); // objects §1.5
bool m_is_last(struct model *m, const struct slot *slot); // nobody else holds a capability to the object
struct cap m_mask(struct cap cap, word_t rights);
bool m_update(struct cap *cap, word_t data, bool keep); // false: null result
word_t m_derive(struct model *m, const struct slot *source, struct cap *cap); // error, M_OK or M_DERIVES_NULL

// Resolution of an address from a root (objects §3.1). Returns the slot, or null with a failure descriptor.
struct slot *m_resolve(struct model *m, struct cap root, word_t address, word_t bits, word_t *left, struct lookup_failure *why);
struct slot *m_lookup(struct model *m, m_id thread, word_t address, struct lookup_failure *why);
// A slot named by (root, index, depth): the answer if there is none, M_OK otherwise.
struct m_answer m_target(struct model *m, struct cap root, word_t index, word_t depth, enum m_role role, struct slot **slot);

// ----------------------------------------------------------------------------------------- objects

// Where object_at has the object's number; null: nowhere.
static inline uint16_t *m_object_number(struct model *m, m_id id)
{
    word_t offset = id - fake_memory.base; // no object is smaller than 16 bytes
    return offset < M_RAM_BYTES ? &m->object_at[offset / 16] : NULL;
}

// Null if there is none.
static inline struct m_object *m_object(struct model *m, m_id id)
{
    const uint16_t *number = m_object_number(m, id);
    return number && *number ? &m->objects[*number - 1] : NULL;
}

struct m_thread *m_thread(struct model *m, m_id id);
struct m_endpoint *m_endpoint(struct model *m, m_id id);
struct m_notification *m_notification(struct model *m, m_id id);
struct m_reply *m_reply(struct model *m, m_id id);
struct m_sc *m_sc(struct model *m, m_id id);
struct m_object *m_new_object(struct model *m, enum cap_kind kind, m_id id);
void m_forget_object(struct model *m, m_id id);
struct slot *m_tcb_slot(m_id thread, enum tcb_slot which);
void m_give_up(struct model *m, const char *why);

void m_queue_insert(struct model *m, struct m_queue *queue, m_id thread); // by priority, behind equals
void m_queue_remove(struct m_queue *queue, m_id thread);

// ---------------------------------------------------------------------------------- threads and IPC

bool m_is_blocked(const struct m_thread *t);
// The 128 words of the thread's IPC buffer in the model, or null: abi §2.5.
word_t *m_buffer(struct model *m, m_id thread, bool for_writing);
void m_read_buffer(struct model *m, m_id thread); // if it has one: what is in memory
// Message word i of a thread; null: it is beyond MR3 and there is no buffer.
word_t *m_message_word(struct model *m, m_id thread, word_t i, bool for_writing);
// Word i of seL4_UserContext (abi §8), i < 36.
word_t *m_context_word(struct m_thread *t, word_t i);
word_t m_sanitise_spsr(word_t value); // threads REG-1
void m_cancel_ipc(struct model *m, m_id thread);
void m_suspend(struct model *m, m_id thread);
void m_resume(struct model *m, m_id thread);
void m_move_sc(struct model *m, m_id sc, m_id thread); // lends or returns
void m_unbind_sc_thread(struct model *m, m_id sc);
void m_detach_stack(struct model *m, m_id sc);
void m_remove_caller(struct model *m, m_id reply);
void m_unlink_reply(struct model *m, m_id reply);
void m_reply_to(struct model *m, m_id reply, m_id replier, bool can_grant);
void m_signal(struct model *m, m_id notification, word_t badge);
void m_cancel_notification(struct model *m, m_id notification);
void m_cancel_endpoint(struct model *m, m_id endpoint, const word_t *badge); // null = all

struct m_send {
    m_id endpoint;
    word_t badge;
    bool can_grant, can_grant_reply, is_call, is_blocking, can_donate;
};
void m_send(struct model *m, m_id thread, const struct m_send *send);
void m_receive(struct model *m, m_id thread, m_id endpoint, m_id reply, bool is_blocking);
void m_wait(struct model *m, m_id thread, m_id notification, bool is_blocking);
void m_raise(struct model *m, m_id thread, struct fault fault);
void m_raise_timeout(struct model *m, m_id thread); // if it has a handler
word_t m_take_consumed(struct m_sc *s);             // in µs; resets it
void m_complete_yield(struct model *m, m_id yielder);
void m_write_reply(struct model *m, m_id thread, word_t label, const word_t *words, word_t count);

// ---------------------------------------------------------------------------------------- deletion

// The interrupt that would be taken now, or PLAT_NO_IRQ.
word_t m_waiting_line(const struct model *m);
// One unit of work was done (objects §5.5). True: the operation stops here and is_preempted.
bool m_stops(struct model *m);

void m_delete(struct model *m, struct slot *slot);
void m_revoke(struct model *m, struct slot *slot);

// ----------------------------------------------------------------------------------------- methods

struct m_args {
    m_id invoker;
    struct slot *slot;
    struct cap cap;
    word_t label, length, words[40];
    struct slot *extra[3];
    word_t extra_count;
    bool is_call;
};

struct m_answer m_method(struct model *m, const struct m_args *a);
struct m_answer m_cnode_method(struct model *m, const struct m_args *a);
struct m_answer m_tcb_method(struct model *m, const struct m_args *a);
struct m_answer m_sc_method(struct model *m, const struct m_args *a);
struct m_answer m_configure_sc(struct model *m, const struct m_args *a);
struct m_answer m_domain_method(struct model *m, const struct m_args *a);
struct m_answer m_mapping_method(struct model *m, const struct m_args *a);
