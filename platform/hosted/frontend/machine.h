// SPDX-License-Identifier: BSD-2-Clause
//
// A machine as the front end sees it: a memory file and a process (platform/hosted/interface.h has the protocol).
//
//   machine_load   makes the memory file and puts device tree, root task and settings into it
//   machine_start  executes lab4-machine, which is from then on the leader of a session and process group of its own
//   machine_kill   ends it and everything that it started, and waits until nothing is left
//
// Whatever the host refuses ends the front end with a sentence and status 2.
#pragma once

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "platform/hosted/frontend/options.h"
#include "platform/hosted/interface.h"

struct machine {
    struct machine_control *control; // shared with the machine
    const void *trace_ring;          // NULL = no trace
    int memory;                      // the memory file
    const uint8_t *program;          // the root task's file
    size_t program_bytes;
    sigset_t mask;                   // the signal mask that other programs start with
    pid_t debugger;                  // gdb, which decides when the run ends; 0 = none
    pid_t pid;                       // the machine's first process (the zygote); not reaped before machine_kill
};

// `program` is the root task's file, `size` bytes of it.
void machine_load(struct machine *machine, const struct options *options, const uint8_t *program, size_t size);

// `mask`: the signal mask that the machine starts with.
void machine_start(struct machine *machine, const struct options *options, const sigset_t *mask);

// `is_memory_short`: the host gets the RAM back at once. Control page and trace stay in any case.
void machine_kill(struct machine *machine, bool is_memory_short);

// Interrupts a process of the machine, as machine_poke and its like ask for; nothing if `pid` is 0.
void machine_alarm(uint32_t pid);
