// SPDX-License-Identifier: BSD-2-Clause
//
// What happens around each entry into the core if somebody watches: --check looks at the kernel afterwards, --trace writes
// down what has changed, --report refused tells what was refused. Nobody watching costs a predictable branch an entry (run.c: machine.is_watched).
//
// The machine's clock stands still meanwhile, so that watching uses up nobody's budget.
#include "core/threads/state.h"
#include "platform/hosted/machine/check.h"
#include "platform/hosted/machine/clock.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/panic.h"
#include "platform/hosted/machine/refusals.h"
#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/trace.h"
#include "platform/hosted/machine/watch.h"

static struct {
    const char *event; // what the core was entered for
    word_t number;     // of a system call
    char thread[TCB_NAME_BYTES];
} last;

static bool traces(void)
{
    return control()->flags & MACHINE_FLAG_TRACE;
}

static bool tells_refusals(void)
{
    return control()->flags & MACHINE_FLAG_REPORT_REFUSED;
}

static void note(const char *event, word_t number)
{
    last.event = event;
    last.number = number;
    __builtin_memcpy(last.thread, here()->current->name, sizeof last.thread);
}

static void watch_report(void)
{
    if (last.event) {
        host_print(HOST_STDERR, "  last entry: %s %ld of '%s'\n", last.event, (long)last.number, last.thread);
    }
}

void watch_start(void)
{
    machine.is_watched = control()->flags & (MACHINE_FLAG_CHECK | MACHINE_FLAG_TRACE | MACHINE_FLAG_REPORT_REFUSED);
    panic_report_with(watch_report);
    panic_report_with(check_report);
}

void watch_call(void)
{
    clock_stop();
    note("system call", here()->current->regs.x[REG_SYSCALL]);
    if (traces()) {
        trace_call();
    }
    if (tells_refusals()) {
        refusals_call();
    }
    clock_go_on();
}

void watch_fault(const struct hw_fault *fault)
{
    clock_stop();
    note("fault", 0);
    if (traces()) {
        trace_fault(fault);
    }
    clock_go_on();
}

void watch_interrupt(void)
{
    clock_stop();
    note("interrupt", 0);
    if (traces()) {
        trace_interrupt();
    }
    clock_go_on();
}

void watch_line(word_t line)
{
    if (traces()) {
        trace_line(line);
    }
}

void watch_thread_gone(struct tcb *thread)
{
    if (traces()) {
        trace_thread_gone(thread);
    }
    if (tells_refusals()) {
        refusals_thread_gone(thread);
    }
}

void watch_after(void)
{
    clock_stop();
    if (traces()) {
        trace_after();
    }
    if (tells_refusals()) {
        refusals_after();
    }
    if (control()->flags & MACHINE_FLAG_CHECK) {
        check_kernel();
    }
    clock_go_on();
}

// Nothing is in the middle of anything here. The inspector may have died: it is not waited for for ever.
void watch_pause(void)
{
    struct machine_control *c = control();
    if (!__atomic_load_n(&c->pause_wanted, __ATOMIC_SEQ_CST)) {
        return;
    }
    clock_stop();
    uint64_t end = host_monotonic_ns() + MACHINE_PAUSE_SECONDS * UINT64_C(1000000000);
    __atomic_store_n(&c->pause_reached, 1, __ATOMIC_SEQ_CST);
    host_futex_wake(&c->pause_reached);
    while (__atomic_load_n(&c->pause_wanted, __ATOMIC_SEQ_CST) && host_monotonic_ns() < end) {
        host_futex_wait(&c->pause_wanted, 1, end);
    }
    __atomic_store_n(&c->pause_reached, 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&c->pause_wanted, 0, __ATOMIC_SEQ_CST);
    clock_go_on();
}
