// SPDX-License-Identifier: BSD-2-Clause
//
// lab4-hosted: runs a root task on the hosted machine.
//
//   options_read ─ program_file_read ─ machine_load ─ machine_start ─ run_machine
//   what to do     the root task       memory file    lab4-machine    wait, end, exit status
//
// This program never runs kernel or user code: that is the business of lab4-machine (platform/hosted/machine), which shares
// a memory file with it (platform/hosted/interface.h).
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

#include "debugger.h"
#include "host_note.h"
#include "machine.h"
#include "options.h"
#include "program_file.h"
#include "report.h"
#include "run.h"
#include "status_file.h"
#include "trace.h"

// A descriptor 0, 1 or 2 that is closed would be taken by the next file that we open.
static void open_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0) {
            int null = open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR); // output that goes nowhere is an error
            (void)null; // it is the lowest free number, fd; without /dev/null there is nothing to be done
        }
    }
}

static bool wants_timing(const struct options *options)
{
    const char *variable = getenv("LAB4_TIMING");
    return options->statistics || (variable != NULL && strcmp(variable, "1") == 0);
}

static void report_timing(const struct machine *machine, uint64_t begin, uint64_t loaded)
{
    const uint64_t first_user = machine->control->first_user_ns;
    if (first_user == 0) {
        report("start-up: the root task was not reached.");
        return;
    }
    report("start-up: %.2f ms from the start of the front end to the root task's first instruction (%.2f of it before the machine "
           "was started).",
           (double)(first_user - begin) / 1e6, (double)(loaded - begin) / 1e6);
}

static int run(int argc, char **argv)
{
    const uint64_t begin = now_ns();
    struct options options;
    struct machine machine;
    size_t size;
    open_standard_descriptors();
    status_file_open(argc, argv);
    options_read(argc, argv, &options);
    struct trace *trace = options.trace != NULL ? trace_open(&options) : NULL;
    const uint8_t *program = program_file_read(options.program, &size);
    machine_load(&machine, &options, program, size);
    if (trace != NULL) {
        trace_begin(trace, machine.control, machine.trace_ring);
    }
    const bool may_warn = options.protect == MACHINE_PROTECT_AUTO && !host_note_exists();
    if (!may_warn) {
        machine.control->flags |= MACHINE_FLAG_IS_WARNED;
    }
    const uint64_t loaded = now_ns();
    if (options.gdb) {
        signal(SIGINT, SIG_IGN); // Ctrl-C is for the debugger
        signal(SIGQUIT, SIG_IGN);
    }
    machine.mask = run_block_signals(&options);
    machine_start(&machine, &options, &machine.mask);
    if (options.gdb) {
        debugger_start(&machine, &options, &machine.mask);
    }
    const int status = run_machine(&machine, &options, trace, options.timeout_ns != 0 ? begin + options.timeout_ns : 0);
    if (may_warn && machine.control->protection == MACHINE_PROTECT_NONE) {
        host_note_make(); // once is enough
    }
    if (wants_timing(&options)) {
        report_timing(&machine, begin, loaded);
    }
    status_file_note(machine.control->end == MACHINE_END_OF_PROGRAM && (int)machine.control->status == status, status);
    return status;
}

static struct {
    ucontext_t own, host;
    int argc, status;
    char **argv;
} start;

static void run_on_own_stack(void)
{
    start.status = run(start.argc, start.argv);
}

// However small the host's stack is (ulimit -s): it need not be for more than what comes before main.
int main(int argc, char **argv)
{
    static _Alignas(16) char stack[256 << 10];
    start.argc = argc;
    start.argv = argv;
    if (getcontext(&start.own) != 0) {
        return run(argc, argv); // perhaps the host's stack is large enough
    }
    start.own.uc_stack.ss_sp = stack;
    start.own.uc_stack.ss_size = sizeof(stack);
    start.own.uc_link = &start.host;
    makecontext(&start.own, run_on_own_stack, 0);
    if (swapcontext(&start.host, &start.own) != 0) {
        return run(argc, argv);
    }
    return start.status;
}
