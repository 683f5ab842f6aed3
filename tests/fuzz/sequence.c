// SPDX-License-Identifier: BSD-2-Clause
//
// Target `sequence`: up to 300 steps by ten threads of nearly equal priority: system calls, time, interrupts, faults.
// Oracles: asserts and sanitizers; the invariant checker after each step; refused calls change nothing; and the abstract
// model of tests/model, run in lock-step.
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/machine.h"
#include "tests/fuzz/replay.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/world.h"
#include "tests/model/lockstep.h"

const size_t fuzz_max_steps = MAX_STEPS;

static struct step steps[MAX_STEPS];

static void before(enum machine_entry entry, const struct hw_fault *fault, word_t line)
{
    lockstep_before((enum kernel_entry)entry, fault, line, plat_now());
}

static void after(void)
{
    if (!lockstep_after(plat_now())) {
        machine_fail("the kernel and the model disagree");
    }
}

static const struct machine_observer observer = {before, after};

static void print_statistics(void)
{
    lockstep_print_statistics(stderr);
}

static void start(void)
{
    if (getenv("LAB4_FUZZ_STATS")) {
        atexit(print_statistics);
    }
    world_build(true);
    machine_snapshot();
    machine_observer = &observer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    if (!started) {
        started = true;
        start();
    }
    machine_reset();
    lockstep_forget();
    size_t count = steps_decode(data, size, steps, MAX_STEPS);
    replay_begin(steps, count);
    for (size_t i = 0; i < count; i++) {
        machine_settle();
        replay_step(&steps[i]);
    }
    return 0;
}
