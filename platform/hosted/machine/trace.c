// SPDX-License-Identifier: BSD-2-Clause
//
// --trace: turns what happens around an entry into the core into records for the front end (../trace_records.h). Everything
// is read off the kernel's data before and after; the core knows nothing about it.
//
// What an entry did to other threads shows in their states, which are compared with those after the entry before; so an
// entry costs time in proportion to the number of threads while a trace is written.
#include <lab4/syscall_table.h>
#include <sel4/constants.h>

#include "core/caps/cdt.h"
#include "core/caps/lookup.h"
#include "core/entry/invoke.h"
#include "core/ipc/fault.h"
#include "core/threads/state.h"
#include "platform/hosted/machine/call.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/tlb.h"
#include "platform/hosted/machine/trace.h"
#include "platform/hosted/trace_records.h"

enum { CODE_BITS = 10, REG_FRAME = 29 };
_Static_assert(TRACE_CODE_BYTES == 1 << CODE_BITS, "trace_records.h");
_Static_assert(MAX_EXTRA_CAPS * 2 <= TRACE_WORDS, "trace_records.h");

static struct {
    uint32_t thread_count; // numbers given
    ticks_t time;          // of the entry
    struct tcb *cause;     // current thread at the entry
    uint32_t cause_id;
    bool is_interrupt, is_fault, is_putchar, is_naming;
    word_t character; // if is_putchar
    enum cap_kind sent_to; // kind of the capability that the call sends to; null = it does not send
} entry;

// -------------------------------------------------------------------------------------------- the ring

static void put(struct trace_record record)
{
    struct machine_control *c = control();
    struct trace_record *ring = (struct trace_record *)LAYOUT_TRACE;
    uint32_t read;
    while (c->trace_written - (read = __atomic_load_n(&c->trace_read, __ATOMIC_SEQ_CST)) == TRACE_RECORDS) {
        host_futex_wait(&c->trace_read, read, ~UINT64_C(0));
    }
    record.time = entry.time;
    ring[c->trace_written % TRACE_RECORDS] = record;
    __atomic_store_n(&c->trace_written, c->trace_written + 1, __ATOMIC_SEQ_CST);
}

// --------------------------------------------------------------------------------------------- threads

static uint32_t hash_of_name(const struct tcb *thread)
{
    uint32_t hash = 2166136261u; // FNV-1a
    for (const char *c = thread->name; *c; c++) {
        hash = (hash ^ (uint8_t)*c) * 16777619u;
    }
    return hash;
}

static void put_name(const struct tcb *thread, struct plat_thread *host)
{
    host->traced.name_hash = hash_of_name(thread);
    bool has_ended = false;
    for (uint16_t at = 0; at < TCB_NAME_BYTES && !has_ended; at += sizeof((struct trace_record *)0)->words) {
        struct trace_record record = {.thread = host->traced.id, .kind = TRACE_NAME, .detail = at};
        char *text = (char *)record.words;
        for (uint16_t i = 0; i < sizeof record.words && at + i < TCB_NAME_BYTES && !has_ended; i++) {
            text[i] = thread->name[at + i];
            has_ended = text[i] == '\0';
        }
        put(record);
    }
}

static uint32_t id_of(struct tcb *thread)
{
    struct plat_thread *host = host_of(thread);
    if (thread == &ks.idle) {
        return TRACE_IDLE_THREAD;
    }
    if (host->traced.id == 0) {
        host->traced = (struct traced){.id = ++entry.thread_count, .state = (uint8_t)thread->state};
        put((struct trace_record){.thread = host->traced.id, .kind = TRACE_CREATED, .words = {plat_paddr(thread)}});
        put_name(thread, host);
    }
    return host->traced.id;
}

void trace_thread_gone(struct tcb *thread)
{
    if (host_of(thread)->traced.id != 0) {
        put((struct trace_record){.thread = host_of(thread)->traced.id, .kind = TRACE_DELETED});
    }
    if (thread == entry.cause) {
        entry.cause = NULL;
    }
}

// ---------------------------------------------------------------------------------------- an entry begins

static void begin(void)
{
    uint32_t count = entry.thread_count;
    entry = (__typeof__(entry)){.thread_count = count, .time = plat_now(), .cause = here()->current};
    entry.cause_id = id_of(here()->current);
}

static word_t object_of(struct cap cap)
{
    switch (cap_kind(cap)) {
    case kind_endpoint:
        return endpoint_cap_object(cap);
    case kind_notification:
        return notification_cap_object(cap);
    case kind_reply:
        return reply_cap_object(cap);
    default: {
        struct region region;
        return cap_region(cap, &region) ? region.base : 0;
    }
    }
}

static word_t badge_of(struct cap cap)
{
    return cap_kind(cap) == kind_endpoint ? endpoint_cap_badge(cap) : cap_kind(cap) == kind_notification ? notification_cap_badge(cap) : 0;
}

// The decoder finds the program whose file has this code at this address.
static void put_code(void)
{
    static uint8_t code[TRACE_CODE_BYTES];
    struct traced *traced = &host_of(here()->current)->traced;
    const vaddr_t start = align_down(here()->current->regs.fault_pc, CODE_BITS);
    if (traced->root == machine.active_root || !tlb_read_user(start, code, sizeof code)) {
        return;
    }
    word_t hash = 0xcbf29ce484222325; // FNV-1a
    for (word_t i = 0; i < sizeof code; i++) {
        hash = (hash ^ code[i]) * 0x100000001b3;
    }
    traced->root = machine.active_root;
    put((struct trace_record){.thread = entry.cause_id, .kind = TRACE_CODE, .words = {start, hash, machine.active_root}});
}

static bool is_invocation(enum cap_kind kind)
{
    return kind != kind_null && kind != kind_endpoint && kind != kind_notification && kind != kind_reply && kind != kind_zombie;
}

static void put_arguments(word_t length)
{
    const struct tcb *thread = here()->current;
    struct trace_record record = {.thread = entry.cause_id, .kind = TRACE_ARGUMENTS};
    const word_t *buffer = length > NUM_REG_MRS ? tcb_buffer(thread, BUFFER_FOR_READING) : NULL;
    for (word_t i = 1; i < length && i <= TRACE_WORDS; i++) {
        record.words[i - 1] = i < NUM_REG_MRS ? thread->regs.x[REG_MR0 + i] : buffer != NULL ? buffer[BUFFER_MESSAGE + i] : 0;
    }
    put(record);
}

static void put_caps(word_t count)
{
    struct trace_record record = {.thread = entry.cause_id, .kind = TRACE_CAPS};
    const word_t *buffer = tcb_buffer(here()->current, BUFFER_FOR_READING);
    for (word_t i = 0; buffer != NULL && i < count; i++) {
        struct lookup_failure failure;
        const struct slot *slot = lookup_slot(here()->current, buffer[BUFFER_CAPS + i], &failure);
        record.words[2 * i] = buffer[BUFFER_CAPS + i];
        record.words[2 * i + 1] = slot != NULL ? object_of(slot->cap) : 0;
    }
    put(record);
}

// Who called the stub; more of it for a Retype, as functions that make objects are called by those that need them.
static void put_stack(word_t records)
{
    const struct thread_regs *regs = &here()->current->regs;
    const word_t frame = (regs->x[REG_FRAME] - regs->sp) / sizeof(word_t);
    for (word_t i = 0; i < records; i++) {
        struct trace_record record = {
            .thread = entry.cause_id, .kind = TRACE_STACK, .detail = (uint16_t)(i == 0 && frame <= UINT16_MAX ? frame : 0)};
        if (!tlb_read_user(regs->sp + i * sizeof record.words, (uint8_t *)record.words, sizeof record.words)) {
            break;
        }
        put(record);
    }
}

static void put_untyped(const struct slot *untyped)
{
    const word_t used = cdt_has_children(untyped) ? untyped_cap_watermark(untyped->cap) : 0;
    put((struct trace_record){.thread = entry.cause_id, .kind = TRACE_UNTYPED, .words = {untyped_cap_base(untyped->cap) + used}});
}

static void put_details(const struct slot *slot)
{
    const word_t info = here()->current->regs.x[REG_INFO];
    if (info_length(info) > 1) {
        put_arguments(info_length(info));
    }
    if (info_extra_caps(info) > 0) {
        put_caps(info_extra_caps(info));
    }
    if (cap_kind(slot->cap) == kind_untyped) {
        put_untyped(slot);
    }
}

void trace_call(void)
{
    const struct thread_regs *regs = &here()->current->regs;
    sword_t number = (sword_t)regs->x[REG_SYSCALL];
    begin();
    entry.is_putchar = number == LAB4_SYS_DebugPutChar;
    entry.is_naming = number == LAB4_SYS_DebugNameThread;
    entry.character = regs->x[0] & 0xff;
    if (entry.is_putchar) {
        return;
    }
    put_code();
    struct lookup_failure failure;
    const struct slot *slot = lookup_slot(here()->current, call_target(regs), &failure);
    struct cap cap = slot ? slot->cap : cap_null();
    entry.sent_to = call_sends(number) ? cap_kind(cap) : kind_null;
    put((struct trace_record){
        .thread = entry.cause_id,
        .kind = TRACE_CALL,
        .detail = (uint16_t)((unsigned)cap_kind(cap) | (unsigned)(uint8_t)number << 8),
        .words = {[TRACE_CALL_PC] = regs->fault_pc,
                  [TRACE_CALL_CAP] = call_target(regs),
                  [TRACE_CALL_INFO] = regs->x[REG_INFO],
                  [TRACE_CALL_OBJECT] = object_of(cap),
                  [TRACE_CALL_MR0] = regs->x[REG_MR0],
                  [TRACE_CALL_BADGE] = badge_of(cap)},
    });
    if (is_invocation(entry.sent_to)) {
        put_details(slot);
    }
    if (number > LAB4_SYS_Yield) {
        put_stack(entry.sent_to == kind_untyped ? TRACE_RETYPE_STACK_RECORDS : TRACE_STACK_RECORDS);
    }
}

void trace_fault(const struct hw_fault *fault)
{
    static const uint16_t types[] = {[HW_FAULT_VM] = seL4_Fault_VMFault,
                                     [HW_FAULT_USER_EXCEPTION] = seL4_Fault_UserException,
                                     [HW_FAULT_UNKNOWN_SYSCALL] = seL4_Fault_UnknownSyscall};
    word_t first = fault->kind == HW_FAULT_VM ? fault->address : fault->kind == HW_FAULT_UNKNOWN_SYSCALL ? fault->number : fault->syndrome;
    begin();
    entry.is_fault = true;
    put_code();
    put((struct trace_record){.thread = entry.cause_id,
                              .kind = TRACE_FAULT,
                              .detail = types[fault->kind],
                              .words = {first, fault->is_fetch, fault->syndrome, here()->current->regs.fault_pc}});
}

void trace_interrupt(void)
{
    begin();
    entry.is_interrupt = true;
}

void trace_line(word_t line)
{
    entry.is_interrupt = true; // at a preemption point of a call, perhaps
    put((struct trace_record){.thread = entry.cause_id, .kind = TRACE_INTERRUPT, .words = {line}});
}

// ------------------------------------------------------------------------------------------ what it did

static void put_message(uint32_t from, uint32_t to, enum trace_message how)
{
    put((struct trace_record){.thread = from, .kind = TRACE_MESSAGE, .detail = (uint16_t)how, .words = {to}});
}

static bool has_fault(const struct tcb *thread)
{
    return thread->fault.type != seL4_Fault_NullFault;
}

// Somebody who waited for a message or signal runs: who sent it, and how?
static void note_arrival(uint32_t to)
{
    if (entry.cause && has_fault(entry.cause)) {
        put_message(entry.cause_id, to, TRACE_BY_FAULT);
    } else if (entry.is_interrupt) {
        put_message(TRACE_INTERRUPTS, to, TRACE_BY_SIGNAL);
    } else {
        put_message(entry.cause_id, to, entry.sent_to == kind_notification ? TRACE_BY_SIGNAL : TRACE_BY_MESSAGE);
    }
}

static void note_state(struct tcb *thread, uint32_t id, enum thread_state before)
{
    bool runs = thread->state == THREAD_RUNNING, waits = thread->state == THREAD_BLOCKED_ON_REPLY;
    bool sends = entry.sent_to == kind_endpoint || entry.sent_to == kind_notification;
    if ((before == THREAD_BLOCKED_ON_RECEIVE || before == THREAD_BLOCKED_ON_NOTIFICATION) && runs &&
        (sends || entry.is_fault || entry.is_interrupt || (entry.cause && has_fault(entry.cause)))) {
        note_arrival(id);
    } else if (before == THREAD_BLOCKED_ON_SEND && (runs || waits) && !entry.is_interrupt) {
        put_message(id, entry.cause_id, has_fault(thread) ? TRACE_BY_FAULT : TRACE_BY_MESSAGE);
    } else if (before == THREAD_BLOCKED_ON_REPLY && tcb_is_runnable(thread) && entry.sent_to == kind_reply) {
        put_message(entry.cause_id, id, TRACE_BY_REPLY);
    } else {
        put((struct trace_record){.thread = id, .kind = TRACE_STATE, .detail = (uint16_t)(before | thread->state << 8)});
    }
}

static void note_budget(struct tcb *thread, struct traced *traced, uint32_t id)
{
    if (traced->is_sleeping != thread->is_sleeping) {
        traced->is_sleeping = thread->is_sleeping;
        put((struct trace_record){.thread = id, .kind = TRACE_BUDGET, .detail = thread->is_sleeping ? TRACE_USED_UP : TRACE_REPLENISHED});
    }
}

static void note_fault(struct tcb *thread)
{
    struct traced *traced = &host_of(thread)->traced;
    uint32_t id = id_of(thread);
    if (traced->has_fault != has_fault(thread)) {
        traced->has_fault = has_fault(thread);
        if (has_fault(thread) && !(entry.is_fault && thread == entry.cause)) {
            const word_t *words = thread->fault.words;
            put((struct trace_record){.thread = id, .kind = TRACE_RAISED, .detail = (uint16_t)thread->fault.type, .words = {words[0], words[1], words[2]}});
        }
    }
}

static void note_thread(struct tcb *thread)
{
    struct traced *traced = &host_of(thread)->traced;
    uint32_t id = id_of(thread);
    enum thread_state before = traced->state;
    if (before != thread->state) {
        traced->state = (uint8_t)thread->state;
        bool is_own_doing = thread == entry.cause && thread->state != THREAD_INACTIVE;
        if (!is_own_doing && !(before == THREAD_RESTART && thread->state == THREAD_RUNNING)) {
            note_state(thread, id, before);
        }
    }
    note_budget(thread, traced, id);
    if (entry.is_naming && traced->name_hash != hash_of_name(thread)) {
        put_name(thread, host_of(thread));
    }
}

// Will the thread make its call again, because its time was up before anything was done?
static bool repeats(const struct tcb *thread)
{
    return thread->regs.pc == thread->regs.fault_pc;
}

void trace_after(void)
{
    if (entry.is_putchar && !repeats(entry.cause)) {
        put((struct trace_record){.thread = entry.cause_id, .kind = TRACE_PUTCHAR, .words = {entry.character}});
        return;
    }
    for (struct tcb *thread = ks.all_threads; thread; thread = thread->all_next) {
        note_fault(thread); // first: the message that it leads to comes after it
    }
    for (struct tcb *thread = ks.all_threads; thread; thread = thread->all_next) {
        if (thread != &ks.idle) {
            note_thread(thread);
        }
    }
    const struct thread_regs *regs = &here()->current->regs;
    uint32_t id = id_of(here()->current);
    entry.time = plat_now();
    put((struct trace_record){.thread = id, .kind = TRACE_LEAVE, .words = {regs->x[0], regs->x[1], regs->pc, repeats(here()->current), regs->x[REG_MR0]}});
}
