// SPDX-License-Identifier: BSD-2-Clause
//
// What the machine has to tell people about the program is told by somebody else, in words and with source lines: the
// reporter, a process of the front end's that reads the kernel's data meanwhile. The machine only says that there is something.
#include "core/ipc/fault.h"
#include "core/threads/state.h"
#include "platform/hosted/machine/clock.h"
#include "platform/hosted/machine/console.h"
#include "platform/hosted/machine/events.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/state.h"

static bool is_answered(const struct machine_control *c)
{
    return __atomic_load_n(&c->event_taken, __ATOMIC_SEQ_CST) == c->event_posted ||
           __atomic_load_n(&c->reporter_is_gone, __ATOMIC_SEQ_CST);
}

// The reporter may die, or the front end be stopped: neither is waited for for ever.
void event_post(enum machine_event kind)
{
    struct machine_control *c = control();
    console_flush();
    c->event_kind = kind;
    __atomic_store_n(&c->event_posted, c->event_posted + 1, __ATOMIC_SEQ_CST);
    host_futex_wake(&c->event_posted);
    host_notify(c->frontend_pid);
    const uint64_t end = host_monotonic_ns() + MACHINE_PAUSE_SECONDS * UINT64_C(1000000000);
    while (!is_answered(c) && host_monotonic_ns() < end) {
        host_futex_wait(&c->event_taken, c->event_posted - 1, end);
    }
}

static void keep_fault(const struct tcb *thread, const struct fault *fault)
{
    struct machine_control *c = control();
    struct machine_fault *kept = &c->faults[c->fault_count++ % MACHINE_FAULTS_KEPT];
    *kept = (struct machine_fault){.thread = (uint64_t)thread, .type = fault->type, .pc = thread->regs.fault_pc};
    __builtin_memcpy(kept->words, fault->words, sizeof kept->words);
    if (fault->type == seL4_Fault_CapFault) {
        kept->lookup_type = fault->lookup.type;
        __builtin_memcpy(kept->lookup_words, fault->lookup.words, sizeof kept->lookup_words);
    }
}

void plat_fault_unhandled(const struct tcb *thread, const struct fault *fault)
{
    keep_fault(thread, fault);
    if ((control()->flags & MACHINE_FLAG_REPORT_FAULTS) && control()->fault_count <= MACHINE_FAULTS_DESCRIBED) {
        clock_stop();
        event_post(MACHINE_EVENT_FAULT);
        clock_go_on();
    }
}
