// SPDX-License-Identifier: BSD-2-Clause
//
// --report refused: finds the system calls that the kernel did not do, by looking at the capabilities before and at the answer
// afterwards; the core knows nothing about it. What was refused without an answer (an invocation by Send instead of Call) cannot
// be seen; a call that cannot even find its capability can.
#include <lab4/syscall_table.h>
#include <sel4/errors.h>

#include "core/ipc/fault.h"
#include "core/entry/invoke.h"
#include "core/caps/lookup.h"
#include "core/threads/state.h"
#include "platform/hosted/machine/call.h"
#include "platform/hosted/machine/events.h"
#include "platform/hosted/machine/refusals.h"
#include "platform/hosted/machine/state.h"

enum { MAY_SEND = 1, MAY_RECEIVE = 2 };

static struct {
    struct tcb *caller; // null: nothing to look at afterwards
    bool is_refused;    // for certain, whatever the answer
    bool has_answer;    // an invocation by Call
    uint32_t faults;    // how many had no handler before
    struct machine_refusal refusal;
} call;

static uint64_t object_of(struct cap cap)
{
    struct region region;
    switch (cap_kind(cap)) {
    case kind_endpoint:
        return endpoint_cap_object(cap);
    case kind_notification:
        return notification_cap_object(cap);
    case kind_reply:
        return reply_cap_object(cap);
    default:
        return cap_region(cap, &region) ? region.base : 0;
    }
}

static uint64_t rights_of(struct cap cap)
{
    switch (cap_kind(cap)) {
    case kind_endpoint:
        return (endpoint_cap_can_send(cap) ? MAY_SEND : 0) | (endpoint_cap_can_receive(cap) ? MAY_RECEIVE : 0);
    case kind_notification:
        return (notification_cap_can_send(cap) ? MAY_SEND : 0) | (notification_cap_can_receive(cap) ? MAY_RECEIVE : 0);
    default:
        return MAY_SEND | MAY_RECEIVE;
    }
}

// Fills in what the address leads to. False: to nothing.
static bool look_up(cptr_t address)
{
    struct machine_refusal *refusal = &call.refusal;
    struct lookup_failure failure;
    const struct slot *slot = lookup_slot(here()->current, address, &failure);
    refusal->cap = address;
    if (!slot) {
        refusal->lookup_type = failure.type;
        __builtin_memcpy(refusal->lookup_words, failure.words, sizeof refusal->lookup_words);
        return false;
    }
    refusal->kind = cap_kind(slot->cap);
    refusal->object = object_of(slot->cap);
    refusal->rights = rights_of(slot->cap);
    return !cap_is_null(slot->cap) && cap_kind(slot->cap) != kind_zombie;
}

static bool is_message_object(uint64_t kind)
{
    return kind == kind_endpoint || kind == kind_notification || kind == kind_reply || kind == kind_sgi_signal;
}

void refusals_call(void)
{
    const struct thread_regs *regs = &here()->current->regs;
    const sword_t number = (sword_t)regs->x[REG_SYSCALL];
    call.caller = number >= LAB4_SYS_NBWait && number <= LAB4_SYS_Call ? here()->current : NULL;
    if (!call.caller) {
        return; // a debug call, or none at all
    }
    call.faults = control()->fault_count;
    call.refusal = (struct machine_refusal){.thread = (uint64_t)here()->current, .pc = regs->fault_pc, .number = (uint64_t)number, .info = regs->x[REG_INFO]};
    __builtin_memcpy(call.refusal.words, &regs->x[REG_MR0], sizeof call.refusal.words);
    call.is_refused = call_sends(number) && (!look_up(call_target(regs)) || !(call.refusal.rights & MAY_SEND));
    call.has_answer = number == LAB4_SYS_Call && !is_message_object(call.refusal.kind);
    if (!call_sends(number)) {
        call.refusal.is_receiving = 1;
        look_up(regs->x[REG_CAP]);
    }
}

void refusals_thread_gone(const struct tcb *thread)
{
    if (thread == call.caller) {
        call.caller = NULL;
    }
}

// It will be made again: it was preempted, or its time was up before.
static bool is_repeated(const struct tcb *thread)
{
    return thread->state == THREAD_RESTART || (thread->state == THREAD_RUNNING && thread->regs.pc == thread->regs.fault_pc);
}

static void take_answer(const struct thread_regs *regs)
{
    call.refusal.error = info_label(regs->x[REG_INFO]);
    __builtin_memcpy(call.refusal.payload, &regs->x[REG_MR0], sizeof call.refusal.payload);
}

// The capability at fault may be another one than that of the call: one of the message, or that of the second half.
static void take_cap_fault(const struct fault *fault)
{
    struct machine_refusal *refusal = &call.refusal;
    refusal->is_receiving = fault->words[1];
    refusal->is_extra = !fault->words[1] && fault->words[0] != refusal->cap;
    refusal->cap = fault->words[0];
    refusal->lookup_type = fault->lookup.type;
    __builtin_memcpy(refusal->lookup_words, fault->lookup.words, sizeof refusal->lookup_words);
}

void refusals_after(void)
{
    const struct tcb *caller = call.caller;
    call.caller = NULL;
    if (!caller || is_repeated(caller)) {
        return;
    }
    const bool has_cap_fault = caller->fault.type == seL4_Fault_CapFault;
    if (call.has_answer && caller->state == THREAD_RUNNING) {
        take_answer(&caller->regs);
    }
    if (has_cap_fault) {
        take_cap_fault(&caller->fault);
    }
    const bool is_told = control()->fault_count != call.faults; // as a fault that nobody handles
    if ((call.is_refused || call.refusal.error != seL4_NoError || has_cap_fault) && !is_told) {
        control()->refusal = call.refusal;
        event_post(MACHINE_EVENT_REFUSED);
    }
}
