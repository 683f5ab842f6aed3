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
    assert_ptr_equal(here()->current, &ks.idle);
}

// objects §5.1 note 2: what is left of a thread whose last capability was in a container that was destroyed is a Zombie in the
// thread's first slot. Here nothing leads to it.
static void a_zombie_that_is_alone_in_its_list_is_still_there(void **state)
{
    (void)state;
    static const struct step steps[] = {
        // Call to UT_PARENT: UntypedRetype an untyped of 2^12 bytes into slot 0xdd
        {.kind = STEP_CALL, .number = (word_t)-1, .cap = W_UT_PARENT, .label = 1, .length = 6, .extra_caps = 1, .caps = {W_ROOT_CNODE},
         .word_count = 6, .words = {0, 12, 0, 0, 0xdd, 1}},
        // Call to slot 0xdd: UntypedRetype a CNode of 16 slots into slot 0xde
        {.kind = STEP_CALL, .number = (word_t)-1, .cap = 0xdd, .label = 1, .length = 6, .extra_caps = 1, .caps = {W_ROOT_CNODE},
         .word_count = 6, .words = {4, 4, 0, 0, 0xde, 1}},
        // Call to slot 0xde: CNodeCopy the caller's own TCB into slot 2
        {.kind = STEP_CALL, .number = (word_t)-1, .cap = 0xde, .label = 21, .length = 5, .extra_caps = 1, .caps = {W_ROOT_CNODE},
         .word_count = 5, .words = {2, 4, W_ROOT_TCB, 64, 15}},
        // Call to ROOT_CNODE: CNodeDelete(index = ROOT_TCB): the copy is the last one now
        {.kind = STEP_CALL, .number = (word_t)-1, .cap = W_ROOT_CNODE, .label = 19, .length = 2, .word_count = 2, .words = {W_ROOT_TCB, 64}},
        // Call to ROOT_CNODE: CNodeRevoke(index = slot 0xdd)
        {.kind = STEP_CALL, .number = (word_t)-1, .cap = W_ROOT_CNODE, .label = 18, .length = 2, .word_count = 2, .words = {0xdd, 64}},
    };
    given_the_fuzz_world();
    const struct tcb *root = here()->current;
    run_steps(steps, ARRAY_LENGTH(steps));
    assert_int_equal(cap_kind(root->slots[0].cap), kind_zombie);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_revoke_that_destroys_the_revoker_ends_with_the_next_preemption_point),
        cmocka_unit_test(a_zombie_that_is_alone_in_its_list_is_still_there),
    };
    return cmocka_run_group_tests_name("fuzz found", tests, NULL, NULL);
}
