// SPDX-License-Identifier: BSD-2-Clause
//
// Waits for the first of: the machine ends, --timeout, a signal that asks for the end, a console that nobody reads any more.
// Meanwhile it passes on what comes from outside: input, and signals that are interrupts (--irq).
//
// There is one thread and one place where it waits: ppoll on a descriptor for signals, on stdout, and on stdin if the machine
// wants input, until the deadline. SIGURG from the machine ends a wait: it has begun to want something.
// Signals stay blocked all the time and are only taken from the descriptor, so none can fall between a check and a wait.
// The machine writes its console output to our stdout itself: when it has ended, everything is written.
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "aftermath.h"
#include "input.h"
#include "report.h"
#include "reporter.h"

enum { SECOND_NS = 1000000000, STATUS_SIGNAL = 128, RUNNING = -1, TRACE_PERIOD_NS = 5000000 };

uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

// The signals that we wait for. One that our parent made us ignore (nohup, a shell's background job) stays ignored.
static sigset_t handled_signals(const struct options *options)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    sigset_t set;
    sigemptyset(&set);
    for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct sigaction action;
        sigaction(ends[i], NULL, &action);
        if (action.sa_handler != SIG_IGN) {
            sigaddset(&set, ends[i]);
        }
    }
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGURG);
    for (unsigned i = 0; i < options->irq_count; i++) {
        sigaddset(&set, options->irqs[i].number);
    }
    return set;
}

// A signal that is ignored never gets to the descriptor; these must.
static void stop_ignoring(const struct options *options)
{
    signal(SIGCHLD, SIG_DFL);
    signal(SIGURG, SIG_DFL);
    for (unsigned i = 0; i < options->irq_count; i++) {
        signal(options->irqs[i].number, SIG_DFL);
    }
}

sigset_t run_block_signals(const struct options *options)
{
    const sigset_t handled = handled_signals(options);
    sigset_t before;
    stop_ignoring(options);
    sigprocmask(SIG_BLOCK, &handled, &before);
    sigdelset(&before, SIGCHLD);
    return before;
}

// RUNNING, or the exit status of a machine that has ended by itself. It stays unreaped.
static int machine_end_status(const struct machine *machine)
{
    siginfo_t end = {.si_pid = 0};
    if (__atomic_load_n(&machine->control->stays, __ATOMIC_SEQ_CST)) {
        return (int)(machine->control->status & 0xff);
    }
    if (waitid(P_PID, (id_t)machine->pid, &end, WEXITED | WNOHANG | WNOWAIT) != 0 || end.si_pid == 0) {
        return RUNNING;
    }
    if (__atomic_load_n(&machine->control->has_ended, __ATOMIC_SEQ_CST)) {
        return (int)(machine->control->status & 0xff);
    }
    if (end.si_code == CLD_EXITED && end.si_status == MACHINE_STATUS_BOOT_FAILED) {
        return MACHINE_STATUS_BOOT_FAILED; // it has said why
    }
    if (end.si_code == CLD_EXITED) {
        report("the machine stopped without a report (exit status %d); this is a fault of lab4-machine, or it is another version.",
               end.si_status);
    } else if (end.si_status == SIGSYS) {
        report("the machine was ended by its own protection (SIGSYS): user code jumped into the kernel's text, or the kernel is wrong.");
    } else if (end.si_status == SIGKILL) {
        report("the machine was killed (SIGKILL); if nobody did that on purpose, the host is out of memory: end other programs, or give the "
               "machine less --mem.");
    } else {
        report("the machine was killed by signal %d (%s).", end.si_status, strsignal(end.si_status));
    }
    return STATUS_LOST_MACHINE;
}

// The status of a run whose debugger has left before the machine ended: 0 only if somebody told it to leave.
static int deserted_status(const siginfo_t *end)
{
    if (end->si_code == CLD_EXITED && end->si_status == 0) {
        return 0;
    }
    report("gdb was ended by %s %d before the program; the run was ended.", end->si_code == CLD_EXITED ? "exit status" : "signal",
           end->si_status);
    return STATUS_USAGE;
}

// The same with a debugger: it wants to see the end, so the run ends when it has left.
static int end_status(const struct machine *machine)
{
    siginfo_t end = {.si_pid = 0};
    if (machine->debugger == 0) {
        return machine_end_status(machine);
    }
    if (waitid(P_PID, (id_t)machine->debugger, &end, WEXITED | WNOHANG | WNOWAIT) != 0 || end.si_pid == 0) {
        return RUNNING;
    }
    if (end.si_code != CLD_EXITED) {
        return deserted_status(&end); // although the program, alone again, may have come to its end meanwhile
    }
    return __atomic_load_n(&machine->control->has_ended, __ATOMIC_SEQ_CST) ? (int)(machine->control->status & 0xff) : deserted_status(&end);
}

// Ctrl-Z: stop the machine and then ourselves; it goes on when we do.
static void stop_for_a_while(const struct machine *machine)
{
    kill(-machine->pid, SIGSTOP);
    raise(SIGSTOP);
    kill(-machine->pid, SIGCONT);
}

// Raises the interrupt that a signal stands for. False: it stands for none.
static bool raise_irq(const struct machine *machine, const struct options *options, uint32_t number)
{
    for (unsigned i = 0; i < options->irq_count; i++) {
        if ((uint32_t)options->irqs[i].number == number) {
            machine_alarm(machine_pulse_line(machine->control, options->irqs[i].line));
            return true;
        }
    }
    return false;
}

// Takes the signals that have arrived. RUNNING, or the status to end with.
static int take_signals(const struct machine *machine, const struct options *options, int signals)
{
    struct signalfd_siginfo signal_info;
    while (read(signals, &signal_info, sizeof(signal_info)) == (ssize_t)sizeof(signal_info)) {
        if (signal_info.ssi_signo == SIGTSTP) {
            stop_for_a_while(machine);
        } else if (signal_info.ssi_signo != SIGCHLD && signal_info.ssi_signo != SIGURG &&
                   !raise_irq(machine, options, signal_info.ssi_signo)) {
            return STATUS_SIGNAL + (int)signal_info.ssi_signo;
        }
    }
    return RUNNING;
}

static int report_trace(const struct trace *trace)
{
    report("the trace cannot be written to %s (%s), so the run was ended; make room there, or leave out --trace.", trace->path,
           strerror(trace->error));
    return STATUS_USAGE;
}

// Takes what the machine has written so far. RUNNING, or the status to end with.
static int drain(struct trace *trace)
{
    return trace == NULL || trace_drain(trace) ? RUNNING : report_trace(trace);
}

// The machine has gone. Returns the status of the run: a trace that is not whole is a failure, unless its records are safe and
// the run has ended badly anyway (a decoder without memory on a host that has none).
static int finish_trace(struct trace *trace, int status)
{
    if (trace == NULL || trace->error != 0 || trace_end(trace, status)) {
        return status;
    }
    return trace->error != 0 ? report_trace(trace) : status != 0 ? status : STATUS_USAGE;
}

// One wait, at most until the deadline and for `longest_ns` (0 = any time), and what follows from it: RUNNING or the status to end with.
static int wait_once(const struct machine *machine, const struct options *options, int signals, uint64_t deadline_ns, uint64_t longest_ns)
{
    const uint64_t now = now_ns();
    if (deadline_ns != 0 && now >= deadline_ns) {
        report("--timeout expired; the run was ended.");
        return MACHINE_STATUS_TIMEOUT;
    }
    const bool is_limited = deadline_ns != 0 || longest_ns != 0;
    uint64_t left = deadline_ns != 0 ? deadline_ns - now : longest_ns;
    if (longest_ns != 0 && left > longest_ns) {
        left = longest_ns;
    }
    const struct timespec limit = {.tv_sec = (time_t)(left / SECOND_NS), .tv_nsec = (long)(left % SECOND_NS)};
    struct pollfd events[] = {{.fd = signals, .events = POLLIN},
                              {.fd = STDOUT_FILENO, .events = 0},
                              {.fd = input_is_wanted(machine->control) ? STDIN_FILENO : -1, .events = POLLIN}};
    if (ppoll(events, sizeof(events) / sizeof(events[0]), is_limited ? &limit : NULL, NULL) <= 0) {
        return RUNNING; // the deadline, or a signal that is not ours
    }
    if (events[2].revents != 0) {
        input_pass(machine->control);
    }
    const int status = take_signals(machine, options, signals);
    if (status == RUNNING && (events[1].revents & (POLLERR | POLLHUP))) {
        return machine_end_status(machine) == RUNNING ? STATUS_SIGNAL + SIGPIPE : RUNNING;
    }
    return status;
}

// The machine writes to the console as if it could wait. Returns the flags to restore, or -1.
static int make_console_blocking(void)
{
    int flags = fcntl(STDOUT_FILENO, F_GETFL);
    if (flags < 0 || !(flags & O_NONBLOCK) || fcntl(STDOUT_FILENO, F_SETFL, flags & ~O_NONBLOCK) != 0) {
        return -1;
    }
    return flags;
}

// A run whose output was lost has not done what it was to do, so it does not end with 0; another status stays, and the
// loss is told all the same.
static int console_status(const struct machine_control *control, int status)
{
    const int error = (int)control->console_error;
    if (error == 0) {
        return status;
    }
    if (error == EPIPE) { // as the shell has it; nobody wants to hear more
        return status != 0 ? status : STATUS_SIGNAL + SIGPIPE;
    }
    report("output was lost, because stdout cannot be written (%s); make room there, or send it to another place.", strerror(error));
    return status != 0 ? status : STATUS_USAGE;
}

int run_machine(struct machine *machine, const struct options *options, struct trace *trace, uint64_t deadline_ns)
{
    const sigset_t handled = handled_signals(options);
    const int signals = signalfd(-1, &handled, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signals < 0) {
        int error = errno;
        machine_kill(machine, false);
        refuse("the host gives no descriptor for signals (%s); raise the limit on open files (ulimit -n).", strerror(error));
    }
    const int console_flags = make_console_blocking();
    int status = end_status(machine);
    while (status == RUNNING) {
        status = wait_once(machine, options, signals, deadline_ns, trace != NULL ? TRACE_PERIOD_NS : 0);
        reporter_serve(machine, &machine->mask);
        if (status == RUNNING) {
            status = end_status(machine); // before the trace is written: if memory is short, that takes some
        }
        if (status == RUNNING) {
            status = drain(trace);
        }
    }
    aftermath(machine, options, status, signals);
    machine_kill(machine, status == STATUS_LOST_MACHINE); // lost perhaps because memory is short
    status = console_status(machine->control, finish_trace(trace, status));
    if (machine->control->spins_broken > 0) {
        report("user code ran on without entering the kernel, so time had to be moved on %u times: this run may not repeat exactly.",
               machine->control->spins_broken);
    }
    if (console_flags >= 0) {
        fcntl(STDOUT_FILENO, F_SETFL, console_flags);
    }
    close(signals);
    return status;
}
