// SPDX-License-Identifier: BSD-2-Clause
//
// Target `decode`: one hostile invocation by the root thread against the fixed world. Oracles: asserts and sanitizers,
// the invariant checker, and "a refused call changes nothing".
#include "tests/fuzz/machine.h"
#include "tests/fuzz/replay.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/world.h"

const size_t fuzz_max_steps = 1;

static void start(void)
{
    world_build(false);
    machine_snapshot();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    struct step step;
    if (!started) {
        started = true;
        start();
    }
    machine_reset();
    step_decode(data, size, &step);
    replay_begin(&step, 1);
    replay_step(&step);
    return 0;
}
