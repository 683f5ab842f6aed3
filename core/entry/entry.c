// SPDX-License-Identifier: BSD-2-Clause
//
// The ways into the kernel: system calls, faults and interrupts. Each stamps the time, checks that
// the current thread can pay for the entry, does what was asked, and dispatches (threads TM-2).
#include "core/caps/lookup.h"
#include "core/entry/debug.h"
#include "core/entry/fastpath.h"
#include "core/entry/invoke.h"
#include "core/ipc/endpoint.h"
#include "core/ipc/fault.h"
#include "core/ipc/notification.h"
#include "core/irq/irq.h"
#include "core/time/dispatch.h"
#include "core/time/slice.h"

// ------------------------------------------------------------------------------- the eleven calls

// One row a system call (objects §11.2): what to invoke, then what to receive on.
struct syscall {
    _Alignas(8) bool sends; // a row is a shift away
    uint8_t send_register;  // holds the CPtr to invoke
    uint8_t how;            // enum send_how
    bool receives, wants_reply, is_blocking_receive;
};

enum { NUM_SYSCALLS = 11 };

/* clang-format off */
static const struct syscall syscalls[NUM_SYSCALLS + 1] = {
    [1] = {.sends = true, REG_CAP, SEND_CALL | SEND_BLOCKS | SEND_DONATES},              // Call
    // ReplyRecv
    [2] = {.sends = true, REG_REPLY, SEND_DONATES | SEND_COMBINED,
           .receives = true, .wants_reply = true, .is_blocking_receive = true},
    // NBSendRecv
    [3] = {.sends = true, REG_DEST, SEND_DONATES | SEND_COMBINED,
           .receives = true, .wants_reply = true, .is_blocking_receive = true},
    // NBSendWait
    [4] = {.sends = true, REG_REPLY, SEND_DONATES | SEND_COMBINED,
           .receives = true, .is_blocking_receive = true},
    [5] = {.sends = true, REG_CAP, SEND_BLOCKS},                                         // Send
    [6] = {.sends = true, REG_CAP},                                                      // NBSend
    [7] = {.receives = true, .wants_reply = true, .is_blocking_receive = true},          // Recv
    [8] = {.receives = true, .wants_reply = true},                                       // NBRecv
    [9] = {.receives = true, .is_blocking_receive = true},                               // Wait
    [10] = {.receives = true},                                                           // NBWait
    [11] = {0},                                                                          // Yield
};
/* clang-format on */

static const struct lookup_failure missing_capability = {seL4_MissingCapability, {0}};

// Finds the reply object named by a receive. Returns false after raising a fault.
static bool find_reply(struct tcb *thread, struct reply **reply)
{
    struct lookup_failure failure = missing_capability;
    cptr_t address = thread->regs.x[REG_REPLY];
    struct slot *slot = lookup_slot(thread, address, &failure);
    if (!slot || cap_kind(slot->cap) != kind_reply) {
        fault_raise_cap(thread, address, true, failure);
        return false;
    }
    *reply = cap_reply(slot->cap);
    return true;
}

// The receive phase (objects §11.5). A bad capability is a fault even for the non-blocking calls.
static void receive(const struct syscall *syscall)
{
    struct tcb *thread = here()->current;
    struct lookup_failure failure = missing_capability;
    cptr_t address = thread->regs.x[REG_CAP];
    struct slot *slot = lookup_slot(thread, address, &failure);
    struct cap cap = slot ? slot->cap : cap_null();
    if (cap_kind(cap) == kind_endpoint && endpoint_cap_can_receive(cap)) {
        struct reply *reply = NULL;
        if (!syscall->wants_reply || find_reply(thread, &reply)) {
            endpoint_receive(thread, cap_endpoint(cap), reply, syscall->is_blocking_receive);
        }
        return;
    }
    if (cap_kind(cap) == kind_notification && notification_cap_can_receive(cap)) {
        struct notification *notification = cap_notification(cap);
        if (!notification->bound_tcb || notification->bound_tcb == thread) {
            notification_receive(thread, notification, syscall->is_blocking_receive);
            return;
        }
    }
    fault_raise_cap(thread, address, true, failure);
}

// An operation backed out at a preemption point: take the interrupt that may have caused it.
static void after_preemption(void)
{
    slice_after_preemption();
    if (plat_irq_pending()) {
        irq_handle();
    }
}

static void perform_syscall(word_t number)
{
    const struct syscall *syscall = &syscalls[-number];
    if (syscall->sends &&
        invoke(here()->current->regs.x[syscall->send_register], syscall->how) == PREEMPTED) {
        after_preemption();
        return;
    }
    if (syscall->receives) {
        receive(syscall);
    } else if (!syscall->sends) {
        slice_yield();
    }
}

// ------------------------------------------------------------------------------------ the entries

void core_syscall(void)
{
    if (!core_syscall_fast()) {
        core_syscall_slow();
    }
}

void core_syscall_slow(void)
{
    word_t number = here()->current->regs.x[REG_SYSCALL];
    if (debug_syscall(number)) {
        return;
    }
    time_stamp();
    if (slice_entry_check(false)) {
        if (-number >= 1 && -number <= NUM_SYSCALLS) { // a full 64-bit comparison (memory §11 #54)
            perform_syscall(number);
        } else {
            fault_raise(here()->current,
                        &(struct fault){.type = seL4_Fault_UnknownSyscall, .words = {number}});
        }
    }
    dispatch();
}

static struct fault fault_of(const struct hw_fault *fault)
{
    switch (fault->kind) {
    case HW_FAULT_VM:
        return (struct fault){.type = seL4_Fault_VMFault,
                              .words = {fault->address, fault->is_fetch, fault->syndrome}};
    case HW_FAULT_USER_EXCEPTION:
        return (struct fault){.type = seL4_Fault_UserException, .words = {fault->syndrome}};
    default:
        KASSERT(fault->kind == HW_FAULT_UNKNOWN_SYSCALL);
        return (struct fault){.type = seL4_Fault_UnknownSyscall, .words = {fault->number}};
    }
}

static void raise_slowly(const struct fault *fault)
{
    time_stamp();
    if (slice_entry_check(false)) {
        fault_raise(here()->current, fault);
    }
    dispatch();
}

void core_fault(const struct hw_fault *hw_fault)
{
    struct fault fault = fault_of(hw_fault);
    if (!fastpath_fault(&fault)) {
        raise_slowly(&fault);
    }
}

void core_fault_slow(const struct hw_fault *hw_fault)
{
    struct fault fault = fault_of(hw_fault);
    raise_slowly(&fault);
}

HOT void core_irq(void)
{
    time_stamp();
    slice_entry_check(true);
    irq_handle();
    dispatch();
}
