// SPDX-License-Identifier: BSD-2-Clause
//
// Target `sequence`: up to 300 steps by ten threads of nearly equal priority: system calls, time, interrupts, faults.
// Oracles: asserts and sanitizers; the invariant checker after each step; refused calls change nothing; and the abstract
// model of tests/model, run in lock-step.
#include "tests/fuzz/machine.h"
#include "tests/fuzz/replay.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/world.h"

const size_t fuzz_max_steps = MAX_STEPS;

static struct step steps[MAX_STEPS];

static void start(void)
{
    machine_clear(WORLD_RAM_BYTES);
    world_build(true);
    machine_snapshot();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    if (!started) {
        started = true;
        start();
    }
    machine_reset();
    size_t count = steps_decode(data, size, steps, MAX_STEPS);
    replay_begin(steps, count);
    for (size_t i = 0; i < count; i++) {
        machine_settle();
        replay_step(&steps[i]);
    }
    return 0;
}
