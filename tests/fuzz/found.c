// SPDX-License-Identifier: BSD-2-Clause
//
// Step lists worth keeping as tests: paste here what `./lab4 fuzz --replay` prints, name it after the rule, shorten it. A
// step that breaks an invariant, a refusal that changes something, or a disagreement with the model ends the program.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/fuzz/machine.h"
#include "tests/fuzz/replay.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/world.h"
#include "tests/model/lockstep.h"

const size_t fuzz_max_steps = MAX_STEPS;

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

static void given_the_fuzz_world(void)
{
    machine_observer = NULL;
    world_build(true);
    machine_snapshot();
    machine_reset();
    lockstep_forget();
    machine_observer = &observer;
}

static void run_steps(const struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        machine_settle();
        replay_step(&steps[i]);
    }
}

// objects §5.5 #5: a Revoke whose own thread is destroyed on the way just ends.
static void a_revoke_that_destroys_the_revoker_ends_with_the_next_preemption_point(void **state)
{
    (void)state;
    static const struct step steps[] = {
        // NBRecv from slot 0x7, reply UT_PARENT: the root thread faults and T1 runs
        {.kind = STEP_CALL, .number = (word_t)-8, .cap = 7, .reply = W_UT_PARENT},
        // Call to ROOT_CNODE: CNodeRevoke(index = UT_PARENT, depth = 64) length 2
        {.kind = STEP_CALL, .number = (word_t)-1, .cap = W_ROOT_CNODE, .label = 18, .length = 2, .word_count = 2, .words = {W_UT_PARENT, 64}},
    };
    given_the_fuzz_world();
    run_steps(steps, ARRAY_LENGTH(steps));
    assert_ptr_equal(ks.current, &ks.idle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_revoke_that_destroys_the_revoker_ends_with_the_next_preemption_point),
    };
    return cmocka_run_group_tests_name("fuzz found", tests, NULL, NULL);
}
