// SPDX-License-Identifier: BSD-2-Clause
//
// The zygote: the machine's first process. Single-threaded, never the CPU, so that every process is forked from the same
// clean state and dies with it (PR_SET_PDEATHSIG). It forks on request, notices deaths, and ends the machine.
#include <asm/signal.h>
#include <linux/prctl.h>

#include "core/threads/state.h"
#include "platform/hosted/machine/end.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/process.h"
#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/zygote.h"

static _Noreturn void report_death(long pid, int status)
{
    enum { SIGNAL_MASK = 0x7f, STATUS_SHIFT = 8 };
    int signal = status & SIGNAL_MASK;
    if (signal == 0) {
        host_print(HOST_STDERR, "lab4: process %ld of the machine ended by itself (status %d); user code must have jumped into the machine.\n", pid,
                   status >> STATUS_SHIFT);
        machine_end(MACHINE_STATUS_PANIC);
    }
    const char *reason = "this is a fault of the machine";
    if (signal == SIGSYS) {
        reason = "user code must have jumped into the machine";
    } else if (signal == SIGKILL) {
        reason = "if nobody did that on purpose, the host is out of memory: end other programs, or give the machine less --mem";
    } else if (signal == SIGXCPU) {
        reason = "its CPU time is used up: run `ulimit -t unlimited` before";
    }
    host_print(HOST_STDERR, "lab4: process %ld of the machine was ended by signal %d; %s.\n", pid, signal, reason);
    machine_end(MACHINE_STATUS_PANIC);
}

// Forks process `number`; only the parent returns, with its id or an error.
static long fork_process(uint32_t number)
{
    struct process *process = &machine.processes[number];
    long pid = host_fork();
    if (pid == 0) {
        process_start(number);
    }
    if (pid > 0) {
        __atomic_store_n(&process->pid, (uint32_t)pid, __ATOMIC_SEQ_CST); // the child writes the same
        __atomic_store_n(&process->phase, PHASE_THERE, __ATOMIC_SEQ_CST);
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

// Was this process told to end? Then its number is free again.
static bool has_left(long pid)
{
    for (uint32_t i = FIRST_PROCESS; i < MAX_PROCESSES; i++) {
        struct process *process = &machine.processes[i];
        if (process->pid == (uint32_t)pid && __atomic_load_n(&process->phase, __ATOMIC_SEQ_CST) == PHASE_LEAVING) {
            process->pid = 0;
            __atomic_store_n(&process->phase, PHASE_ABSENT, __ATOMIC_SEQ_CST);
            return true;
        }
    }
    return false;
}

static void check_deaths(void)
{
    int status;
    long pid = host_wait(&status, false);
    while (pid > 0 && has_left(pid)) {
        pid = host_wait(&status, false);
    }
    if (__atomic_load_n(&control()->has_ended, __ATOMIC_SEQ_CST)) {
        end_in_zygote();
    }
    if (pid > 0) {
        report_death(pid, status);
    }
}

// Without a single process for user code nothing can run.
static _Noreturn void refuse_to_start(long error)
{
    const char *remedy = error == -EAGAIN ? "raise the limit on processes (ulimit -u, or that of the container), or end some processes" :
                         host_forbids(error) ? HOST_FORBIDS : "free some memory, or end some processes";
    host_print(HOST_STDERR, "lab4: the host gives no process for user code (error %ld); %s.\n", -error, remedy);
    machine_end(MACHINE_STATUS_BOOT_FAILED);
}

// --gdb: the debugger attaches to this process and then follows each fork.
static void wait_for_debugger(void)
{
    const uint64_t any_process = ~UINT64_C(0), period_ns = 20000000;
    host_prctl(PR_SET_PTRACER, any_process);
    while (!__atomic_load_n(&control()->debugger_ready, __ATOMIC_SEQ_CST)) {
        host_futex_wait(&control()->debugger_ready, 0, host_monotonic_ns() + period_ns);
    }
}

_Noreturn void zygote_run(void)
{
    if (control()->flags & MACHINE_FLAG_DEBUG) {
        wait_for_debugger();
    }
    struct process *first = &machine.processes[FIRST_PROCESS];
    first->turn = TURN_MINE;
    process_release(first);
    long pid = fork_process(FIRST_PROCESS);
    if (pid < 0) {
        refuse_to_start(pid);
    }
    for (;;) {
        uint32_t event = __atomic_load_n(&machine.zygote_event, __ATOMIC_SEQ_CST);
        check_deaths();
        serve_spawn();
        host_futex_wait(&machine.zygote_event, event, ~UINT64_C(0));
    }
}
