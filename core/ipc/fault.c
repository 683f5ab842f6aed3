// SPDX-License-Identifier: BSD-2-Clause
//
// Faults: what happens when a thread cannot go on by itself. A fault is recorded in the thread and
// sent as a message through the handler capability in one of its TCB's slots. The thread then waits
// like a caller, and the handler's reply lets it go on (reply.c). Without a handler the thread
// stops and, in a kernel that prints, says why.
//
// Only the kind of fault and a few words are recorded. The message is made when it is delivered,
// from the registers of that moment (arch/aarch64/fault_message.c): a debugger may have written
// them while the thread was waiting for its handler, and an old copy would undo that.
//
// A fault lends the thread's scheduling context to a passive handler. A timeout fault does not: the
// context has just run out of time, so the handler could not run on it.
#include "core/ipc/fault.h"

#include "core/base/print.h"
#include "core/ipc/endpoint.h"
#include "core/time/sched.h"

bool fault_is_handler(struct cap cap)
{
    return cap_is_null(cap) || (cap_kind(cap) == kind_endpoint && endpoint_cap_can_send(cap) &&
                                (endpoint_cap_can_grant(cap) || endpoint_cap_can_grant_reply(cap)));
}

// ---------------------------------------------------------------------------------------- raising

static void send_to_handler(struct tcb *thread, const struct fault *fault, struct cap handler,
                            bool can_donate)
{
    KASSERT(fault_is_handler(handler) && !cap_is_null(handler));
    thread->fault = *fault;
    endpoint_send(thread, handler, SEND_BLOCKS | (can_donate ? SEND_DONATES : 0));
}

static void report_unhandled(const struct tcb *thread, const struct fault *fault)
{
    static const char *const names[] = {"no fault",       "cap fault",       "unknown syscall",
                                        "user exception", "debug exception", "timeout",
                                        "vm fault"};
    print("lab4: thread '%s' has no fault handler and stops: %s at pc 0x%x (0x%x, 0x%x, 0x%x)\n",
          thread->name, names[fault->type], thread->regs.fault_pc, fault->words[0], fault->words[1],
          fault->words[2]);
}

void fault_raise(struct tcb *thread, const struct fault *fault)
{
    struct cap handler = thread->slots[TCB_FAULT_HANDLER].cap;
    if (cap_is_null(handler)) {
        report_unhandled(thread, fault);
        plat_fault_unhandled(thread, fault);
        tcb_set_state(thread, THREAD_INACTIVE);
        return;
    }
    send_to_handler(thread, fault, handler, thread->sc != NULL);
}

void fault_raise_cap(struct tcb *thread, cptr_t address, bool in_receive_phase,
                     struct lookup_failure failure)
{
    fault_raise(thread, &(struct fault){seL4_Fault_CapFault, {address, in_receive_phase}, failure});
}

void fault_raise_timeout(struct tcb *thread)
{
    // the badge of now (threads §12 #39)
    struct fault fault = {.type = seL4_Fault_Timeout, .words = {thread->sc->badge}};
    send_to_handler(thread, &fault, thread->slots[TCB_TIMEOUT_HANDLER].cap, false);
}
