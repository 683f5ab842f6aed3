// SPDX-License-Identifier: BSD-2-Clause
//
// The harness itself: what the other files rely on.
#include "tests/unit/harness/harness.h"

TEST(the_root_thread_runs_after_boot)
{
    assert_runs(root);
    assert_holds(TCB, tcb);
    assert_holds(sched_control, sched_control);
}

TEST(a_new_thread_takes_its_turn)
{
    const struct thread *thread = given_thread();
    assert_runs(root);
    as(thread);
    assert_runs(thread);
    as(root);
    assert_runs(root);
}

TEST(a_refusal_is_seen_to_change_nothing)
{
    assert_refused(cnode_delete(PLACE(CNODE, 5, 0)), seL4_RangeError, 1, 64);
}

TEST(a_call_without_effect_is_seen_to_have_none)
{
    cptr_t endpoint = given_endpoint();
    assert_no_effect(sys_nbsend(endpoint, MESSAGE(5, 1, 2, 3, 4, 5)));
}

TEST(debug_halt_ends_the_machine)
{
    here()->current->regs.x[0] = 7;
    here()->current->regs.x[1] = 0x3442414c;
    assert_halts(sys_number((word_t)-14), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(the_root_thread_runs_after_boot),
        RUN(a_new_thread_takes_its_turn),
        RUN(a_refusal_is_seen_to_change_nothing),
        RUN(a_call_without_effect_is_seen_to_have_none),
        RUN(debug_halt_ends_the_machine),
    };
    return RUN_ALL("harness", tests);
}
