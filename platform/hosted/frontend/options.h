// SPDX-License-Identifier: BSD-2-Clause
//
// The command line of lab4-hosted.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "platform/hosted/interface.h"

enum { MAX_IRQ_SIGNALS = 16 };

// A signal to this process that raises an interrupt of the machine.
struct irq_signal {
    uint32_t line;
    int number;
};
enum { MAX_GDB_COMMANDS = 32, MAX_TRACE_ONLY = 32 };

struct options {
    const char *program;  // path of the root task
    char *const *arguments; // of the program, from its name on; see <lab4/arguments.h>
    int argument_count;
    const char *machine;  // path of lab4-machine; NULL = beside this executable
    uint64_t ram_bytes;   // a multiple of 2 MiB
    uint64_t timeout_ns;  // 0 = none
    enum machine_time time;
    enum machine_protect protect;
    int host_cpu;         // a CPU, or MACHINE_CPU_CURRENT, MACHINE_CPU_NONE
    bool spin;
    bool statistics;
    bool check;
    uint32_t check_every; // 0 = as the machine thinks fit
    bool gdb;
    bool gdb_mi;
    const char *gdb_commands[MAX_GDB_COMMANDS];
    int gdb_command_count;
    bool reports_faults, reports_state, reports_refused; // --report
    const char *post_mortem; // path of the file; NULL = none
    bool stay;
    bool verbose;         // the state also if the run is interrupted
    const char *trace;    // path of the file; NULL = none
    const char *trace_format; // "text", "json" or "raw"; NULL = by the file's name
    const char *trace_only[MAX_TRACE_ONLY];
    int trace_only_count;
    struct irq_signal irqs[MAX_IRQ_SIGNALS];
    unsigned irq_count;
};

// Reads the command line; the result is complete and consistent. A bad one ends the process: one sentence, status 2.
// --help prints to stdout and ends the process with status 0.
void options_read(int argc, char **argv, struct options *options);
