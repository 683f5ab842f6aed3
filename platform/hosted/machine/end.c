// SPDX-License-Identifier: BSD-2-Clause
#include "platform/hosted/machine/console.h"
#include "platform/hosted/machine/end.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/state.h"

#include <asm/signal.h>


static void print_statistics(void)
{
    const struct machine_control *c = control();
    host_print(HOST_STDERR,
               "lab4: %lu calls, %lu faults, %lu interrupts, %lu waits; %lu fills of %lu pages, %lu flushes, at most %lu mappings dropped at "
               "once; %lu hand-offs, %lu processes made, %lu reused\n",
               c->statistics.gate_calls, c->statistics.faults, c->statistics.interrupts, c->statistics.idles, c->statistics.fills,
               c->statistics.filled_pages, c->statistics.flushes, c->statistics.most_dropped, c->statistics.handoffs,
               c->statistics.spawns, c->statistics.reuses);
}

// The end in the zygote: take everything down, then leave with the status.
_Noreturn void end_in_zygote(void)
{
    int status;
    for (uint32_t i = 1; i < MAX_PROCESSES; i++) {
        if (machine.processes[i].pid != 0) {
            host_kill(machine.processes[i].pid, SIGKILL);
        }
    }
    while (host_wait(&status, true) != -ECHILD) {
    }
    console_flush(); // not before: the CPU may have been printing
    if (control()->flags & MACHINE_FLAG_STATISTICS) {
        print_statistics();
    }
    host_exit((int)control()->status);
}

// --stay: everything is as it was when the machine would have ended, for the inspector and for debuggers.
static _Noreturn void stay(int status)
{
    control()->status = (uint32_t)status;
    __atomic_store_n(&control()->stays, 1, __ATOMIC_SEQ_CST);
    host_notify(control()->frontend_pid);
    for (;;) {
        host_futex_wait(&control()->stays, 1, ~UINT64_C(0));
    }
}

_Noreturn void machine_end(int status)
{
    if (self.process) {
        console_flush();
    }
    const bool is_for_people = control()->end == MACHINE_END_DEADLOCK || control()->end == MACHINE_END_PANIC;
    if (self.process && (control()->flags & MACHINE_FLAG_STAY) && is_for_people) {
        stay(status);
    }
    if (!control()->has_ended) {
        control()->status = (uint32_t)status;
        __atomic_store_n(&control()->has_ended, 1, __ATOMIC_SEQ_CST);
    }
    if (!self.process) {
        end_in_zygote();
    }
    end_note_death();
    host_futex_wake(&machine.zygote_event);
    host_exit(status);
}

void end_note_death(void)
{
    __atomic_fetch_add(&machine.zygote_event, 1, __ATOMIC_SEQ_CST);
}
