// SPDX-License-Identifier: BSD-2-Clause
//
// The zygote: the machine's first process. Single-threaded, never the CPU, so that every process is forked from the same
// clean state and dies with it (PR_SET_PDEATHSIG). It forks on request, notices deaths, and ends the machine.
#include <asm/signal.h>

#include "core/state.h"
#include "platform/hosted/machine/machine.h"

static struct self *const me = &self;

static void print_statistics(void)
{
    const struct machine_control *c = control();
    host_print(HOST_STDERR,
               "lab4: %lu calls, %lu faults, %lu interrupts, %lu waits; %lu fills of %lu pages, %lu flushes; %lu hand-offs, %lu processes "
               "made, %lu reused\n",
               c->statistics.gate_calls, c->statistics.faults, c->statistics.interrupts, c->statistics.idles, c->statistics.fills,
               c->statistics.filled_pages, c->statistics.flushes, c->statistics.handoffs, c->statistics.spawns, c->statistics.reuses);
}

// The end in the zygote: take everything down, then leave with the status.
static _Noreturn void finish(void)
{
    int status;
    for (uint32_t i = 1; i < MAX_PROCESSES; i++) {
        if (machine.processes[i].pid != 0) {
            host_kill(machine.processes[i].pid, SIGKILL);
        }
    }
    while (host_wait(&status, true) != -ECHILD) {
    }
    if (control()->flags & MACHINE_FLAG_STATISTICS) {
        print_statistics();
    }
    host_exit((int)control()->status);
}

_Noreturn void machine_end(int status)
{
    console_flush();
    if (!control()->has_ended) {
        control()->status = (uint32_t)status;
        __atomic_store_n(&control()->has_ended, 1, __ATOMIC_SEQ_CST);
    }
    if (!me->process) {
        finish();
    }
    zygote_note_death();
    host_futex_wake(&machine.zygote_event);
    host_exit(status);
}

void zygote_note_death(void)
{
    __atomic_fetch_add(&machine.zygote_event, 1, __ATOMIC_SEQ_CST);
}

static void report_death(long pid, int status)
{
    enum { SIGNAL_MASK = 0x7f };
    int signal = status & SIGNAL_MASK;
    const char *reason = signal == SIGSYS ? "; user code must have jumped into the machine" : "";
    host_print(HOST_STDERR, "lab4: process %ld of the machine was ended by signal %d%s\n", pid, signal, reason);
    machine_end(MACHINE_STATUS_PANIC);
}

// Forks process `number`; only the parent returns, with its id or an error.
static long fork_process(uint32_t number)
{
    long pid = host_fork();
    if (pid == 0) {
        process_start(number);
    }
    if (pid > 0) {
        machine.processes[number].pid = (uint32_t)pid;
    }
    return pid;
}

static void serve_spawn(void)
{
    uint32_t number = machine.spawn_request;
    if (number == 0) {
        return;
    }
    machine.spawn_request = 0;
    machine.spawn_result = (int32_t)fork_process(number);
    __atomic_store_n(&machine.spawn_done, 1, __ATOMIC_SEQ_CST);
    host_futex_wake(&machine.spawn_done);
}

static void check_deaths(void)
{
    int status;
    long pid = host_wait(&status, false);
    if (__atomic_load_n(&control()->has_ended, __ATOMIC_SEQ_CST)) {
        finish();
    }
    if (pid > 0) {
        report_death(pid, status);
    }
}

_Noreturn void zygote_run(void)
{
    machine.process_count = 1;
    machine.processes[1].turn = TURN_MINE;
    process_release(&machine.processes[1]);
    long pid = fork_process(1);
    if (pid < 0) {
        panic_at("the host refuses to make a process", NULL);
    }
    for (;;) {
        uint32_t event = __atomic_load_n(&machine.zygote_event, __ATOMIC_SEQ_CST);
        check_deaths();
        serve_spawn();
        host_futex_wait(&machine.zygote_event, event, ~UINT64_C(0));
    }
}
