// SPDX-License-Identifier: BSD-2-Clause
//
// YieldTo (threads §3.3, §6.5).
#include "tests/unit/threads.h"

// ------------------------------------------------------------------------------------------ checks

TEST(yield_to_a_context_without_a_thread_is_illegal) // threads §3.3 YieldTo 1
{
    cptr_t sc = given_sc(1000, 1000);
    assert_refused(yield_to(sc), seL4_IllegalOperation);
}

TEST(yield_to_oneself_is_illegal) // threads §3.3 YieldTo 2
{
    assert_refused(yield_to(SC), seL4_IllegalOperation);
}

TEST(yield_to_a_thread_above_ones_mcp_is_illegal) // threads §3.3 YieldTo 3, INT-1
{
    const struct thread *a = given_thread_of_priority(MIDDLE);
    assert_ok(set_mcp(root, MIDDLE - 1));
    assert_refused(yield_to(a->sc), seL4_IllegalOperation);
}

TEST(yield_to_a_thread_at_ones_mcp_is_fine) // threads §3.3 YieldTo 3
{
    const struct thread *a = given_thread_of_priority(MIDDLE);
    assert_ok(set_mcp(root, MIDDLE));
    assert_answer(yield_to(a->sc), 0);
}

TEST(yield_to_looks_at_the_mcp_and_not_at_the_priority) // threads §3.3 YieldTo 3
{
    const struct thread *a = given_thread_of_priority(MIDDLE);
    assert_ok(set_priority(root, MIDDLE));
    assert_ok(set_priority(a, MIDDLE));
    (void)yield_to(a->sc);
    assert_runs(a);
}

// ---------------------------------------------------------------------------- immediate completion

TEST(yield_to_an_inactive_thread_succeeds_at_once) // threads §12 #87, YT-2
{
    const struct thread *a = given_inactive_thread();
    sc_of(a)->consumed = 625;
    assert_answer(yield_to(a->sc), 10);
    assert_answer(consumed(a->sc), 0);
}

TEST(yield_to_a_blocked_thread_succeeds_at_once) // threads §12 #87
{
    const struct thread *a = given_thread();
    cptr_t endpoint = given_endpoint();
    as(a), sys_wait(endpoint);
    assert_answer(yield_to(a->sc), 0);
    assert_waiting(endpoint, a);
}

TEST(yield_to_a_sleeping_thread_succeeds_at_once) // threads §12 #87
{
    const struct thread *a = given_thread();
    given_budget(a, 1000, 100000);
    as(a), sys_yield();
    assert_answer(yield_to(a->sc), 0);
    assert_true(a->tcb->is_sleeping);
}

TEST(yield_to_a_lower_thread_moves_it_to_the_front_and_succeeds_at_once) // threads §12 #88, YT-3
{
    const struct thread *a = given_thread_of_priority(LOW), *b = given_thread_of_priority(LOW);
    assert_ready(LOW, b, a);
    assert_answer(yield_to(a->sc), 0);
    assert_runs(root);
    assert_ready(LOW, a, b);
}

TEST(yield_to_by_send_has_its_effect_but_no_answer) // threads I-3
{
    const struct thread *a = given_thread_of_priority(LOW), *b = given_thread_of_priority(LOW);
    struct result r = sys_send(a->sc, MESSAGE(SchedContextYieldTo, 0x77));
    assert_int_equal(r.mr[0], 0x77);
    assert_int_equal(r.label, SchedContextYieldTo);
    assert_ready(LOW, a, b);
}

// ------------------------------------------------------------------------------ delayed completion

TEST(yield_to_an_equal_runs_it_with_the_caller_behind_it) // threads YT-4
{
    const struct thread *a = given_thread(), *b = given_thread();
    (void)yield_to(b->sc);
    assert_runs(b);
    assert_ready(255, root, a);
    assert_ptr_equal(sc_of(b)->yielder, root->tcb);
}

TEST(yield_to_gets_its_result_when_it_runs_again) // threads YT-4, YT-6
{
    const struct thread *b = given_thread();
    (void)yield_to(b->sc);
    assert_ok(received(root)); // provisional
    wind_clock_us(500);
    sys_yield();
    assert_runs(root);
    assert_answer(received(root), 500);
    assert_int_equal(sc_of(b)->consumed, 0);
    assert_null(sc_of(b)->yielder);
}

TEST(a_delayed_result_is_written_even_for_send) // threads YT-6, I-3
{
    const struct thread *b = given_thread();
    sys_send(b->sc, MESSAGE(SchedContextYieldTo, 0x77));
    assert_runs(b);
    sys_yield();
    assert_runs(root);
    assert_answer(received(root), 0);
}

TEST(yield_to_leaves_the_callers_budget_alone) // threads YT-7
{
    const struct thread *b = given_thread();
    (void)yield_to(b->sc);
    wind_clock_us(500);
    sys_yield();
    assert_int_equal(head_of(root).amount, 312500);
}

TEST(a_second_yielder_completes_the_first_ones_call) // threads §12 #89, YT-1
{
    const struct thread *a = given_thread(), *b = given_thread();
    (void)yield_to(b->sc);
    computes_us(300);
    as(a);
    (void)yield_to(b->sc);
    assert_runs(b);
    assert_answer(received(root), 300);
    assert_ptr_equal(sc_of(b)->yielder, a->tcb);
    assert_null(root->tcb->yielding_to);
}

TEST(a_suspended_yielder_sees_an_empty_success_when_it_is_resumed) // threads §12 #90, YT-5
{
    const struct thread *a = given_thread(), *b = given_thread();
    as(a), (void)yield_to(b->sc);
    word_t next = a->tcb->regs.pc;
    as(root);
    assert_ok(suspend(a));
    assert_null(sc_of(b)->yielder);
    assert_ok(received(a));
    assert_ok(resume(a));
    as(a);
    assert_int_equal(a->tcb->regs.pc, next);
    assert_ok(received(a));
}

TEST(a_deleted_yielder_is_forgotten) // threads §9.1
{
    const struct thread *a = given_thread(), *b = given_thread();
    as(a), (void)yield_to(b->sc);
    as(root), assert_ok(cnode_delete(AT(a->cap)));
    assert_null(sc_of(b)->yielder);
}

TEST(deleting_the_target_completes_the_call) // threads YT-6, §9.1
{
    const struct thread *a = given_thread(), *b = given_thread();
    as(a), (void)yield_to(b->sc);
    computes_us(200);
    as(root), assert_ok(cnode_delete(AT(b->cap)));
    assert_answer(received(a), 200);
    assert_null(a->tcb->yielding_to);
}

TEST(deleting_the_context_completes_the_call) // threads YT-6, §9.2
{
    const struct thread *a = given_thread(), *b = given_thread();
    as(a), (void)yield_to(b->sc);
    computes_us(200);
    as(root), assert_ok(cnode_delete(AT(b->sc)));
    assert_answer(received(a), 200);
    assert_null(a->tcb->yielding_to);
}

TEST(unbinding_the_target_leaves_the_yielder_waiting) // threads §3.3 Unbind: a pending yielder is not affected
{
    const struct thread *a = given_thread(), *b = given_thread();
    as(a), (void)yield_to(b->sc);
    as(root), assert_ok(unbind_sc(b->sc));
    assert_ptr_equal(a->tcb->yielding_to, sc_of(b));
    as(a);
    assert_null(a->tcb->yielding_to);
}

TEST(yield_to_a_blocked_thread_of_higher_priority_succeeds_at_once) // threads §3.3 YieldTo 3, YT-2
{
    const struct thread *b = given_thread();
    cptr_t notification = given_notification();
    assert_ok(set_priority(root, MIDDLE));
    assert_runs(b);
    sys_wait(notification);
    assert_runs(root);
    assert_answer(yield_to(b->sc), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(yield_to_a_context_without_a_thread_is_illegal),
        RUN(yield_to_oneself_is_illegal),
        RUN(yield_to_a_thread_above_ones_mcp_is_illegal),
        RUN(yield_to_a_thread_at_ones_mcp_is_fine),
        RUN(yield_to_looks_at_the_mcp_and_not_at_the_priority),
        RUN(yield_to_an_inactive_thread_succeeds_at_once),
        RUN(yield_to_a_blocked_thread_succeeds_at_once),
        RUN(yield_to_a_sleeping_thread_succeeds_at_once),
        RUN(yield_to_a_lower_thread_moves_it_to_the_front_and_succeeds_at_once),
        RUN(yield_to_by_send_has_its_effect_but_no_answer),
        RUN(yield_to_an_equal_runs_it_with_the_caller_behind_it),
        RUN(yield_to_gets_its_result_when_it_runs_again),
        RUN(a_delayed_result_is_written_even_for_send),
        RUN(yield_to_leaves_the_callers_budget_alone),
        RUN(a_second_yielder_completes_the_first_ones_call),
        RUN(a_suspended_yielder_sees_an_empty_success_when_it_is_resumed),
        RUN(a_deleted_yielder_is_forgotten),
        RUN(deleting_the_target_completes_the_call),
        RUN(deleting_the_context_completes_the_call),
        RUN(unbinding_the_target_leaves_the_yielder_waiting),
        RUN(yield_to_a_blocked_thread_of_higher_priority_succeeds_at_once),
    };
    return RUN_ALL("YieldTo", tests);
}
