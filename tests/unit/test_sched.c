// SPDX-License-Identifier: BSD-2-Clause
//
// Who runs next: nominate and demand, the dispatch table, the order within a level (threads §4.1–4.4, §10.1).
#include "tests/unit/threads.h"

// The threads wait at the notification or endpoint, in this order. They must have the priority of the root thread.
static void given_waiter(const struct thread *thread, cptr_t where)
{
    as(thread);
    sys_wait(where);
    as(root);
}

// A message or a signal to a waiter of some priority, from the root thread at MIDDLE.
static const struct thread *given_waiter_of_priority(word_t priority, cptr_t where)
{
    const struct thread *thread = given_thread();
    given_waiter(thread, where);
    assert_ok(set_priority(thread, priority));
    return thread;
}

// ---------------------------------------------------------------------------------- one nominee

TEST(a_woken_thread_of_higher_priority_preempts) // threads §4.4 table: higher
{
    cptr_t notification = given_notification();
    const struct thread *a = given_waiter_of_priority(HIGH, notification), *peer = given_thread_of_priority(MIDDLE);
    assert_ok(set_priority(root, MIDDLE));
    sys_signal(notification);
    assert_runs(a);
    assert_ready(MIDDLE, root, peer);
}

TEST(a_woken_thread_of_equal_priority_goes_to_the_back) // threads §12 #51, §4.4 table: equal
{
    cptr_t notification = given_notification();
    const struct thread *a = given_waiter_of_priority(MIDDLE, notification), *peer = given_thread_of_priority(MIDDLE);
    assert_ok(set_priority(root, MIDDLE));
    sys_signal(notification);
    assert_runs(root);
    assert_ready(MIDDLE, peer, a);
}

TEST(a_woken_thread_of_lower_priority_goes_to_the_front) // threads §4.4 table: lower
{
    cptr_t notification = given_notification();
    const struct thread *a = given_waiter_of_priority(LOW, notification), *peer = given_thread_of_priority(LOW);
    sys_signal(notification);
    assert_runs(root);
    assert_ready(LOW, a, peer);
}

TEST(a_receiver_of_a_send_at_the_senders_priority_goes_to_the_back) // threads §12 #51
{
    cptr_t endpoint = given_endpoint();
    const struct thread *a = given_waiter_of_priority(255, endpoint), *peer = given_thread();
    sys_send(endpoint, MESSAGE(1));
    assert_runs(root);
    assert_ready(255, peer, a);
}

TEST(several_lower_waiters_woken_one_by_one_run_in_reverse_order) // threads §12 #52, NOM-3
{
    cptr_t endpoint = given_endpoint();
    const struct thread *a = given_waiter_of_priority(LOW, endpoint), *b = given_waiter_of_priority(LOW, endpoint),
                        *c = given_waiter_of_priority(LOW, endpoint), *d = given_waiter_of_priority(LOW, endpoint);
    sys_nbsend(endpoint, MESSAGE(1));
    sys_nbsend(endpoint, MESSAGE(2));
    sys_nbsend(endpoint, MESSAGE(3));
    sys_nbsend(endpoint, MESSAGE(4));
    assert_ready(LOW, d, c, b, a);
}

TEST(the_nominee_overtakes_its_equals_when_the_current_thread_blocks) // threads §4.4 table: cur not schedulable
{
    cptr_t endpoint = given_endpoint();
    const struct thread *a = given_waiter_of_priority(MIDDLE, endpoint), *peer = given_thread_of_priority(MIDDLE);
    assert_ok(set_priority(root, MIDDLE));
    (void)sys_call(endpoint, MESSAGE(1));
    assert_runs(a);
    assert_ready(MIDDLE, peer);
}

TEST(the_nominee_waits_for_a_higher_ready_thread_when_the_current_one_blocks) // threads §4.4 table: cur not schedulable
{
    cptr_t endpoint = given_endpoint();
    const struct thread *a = given_waiter_of_priority(LOW, endpoint), *third = given_thread_of_priority(MIDDLE),
                        *peer = given_thread_of_priority(LOW);
    assert_ok(set_priority(root, MIDDLE));
    (void)sys_call(endpoint, MESSAGE(1));
    assert_runs(third);
    assert_ready(LOW, a, peer);
}

TEST(an_interrupt_wakes_a_thread_from_idle) // threads §4.4 table: cur is idle, §10.2
{
    root_sleeps();
    assert_idle();
    root_wakes();
    assert_int_equal(root->tcb->regs.x[REG_BADGE], 0);
}

TEST(an_interrupt_preempts_a_lower_thread_which_comes_back_first_with_the_rest_of_its_slice) // threads §12 #53, IRQ-1
{
    const struct thread *a = given_thread_of_priority(LOW), *b = given_thread_of_priority(LOW);
    root_sleeps();
    assert_runs(b);
    computes_us(1000);
    root_wakes();
    assert_ready(LOW, b, a);
    assert_int_equal(head_of(b).amount, us_to_ticks(9000));
}

TEST(an_interrupt_for_a_thread_of_equal_priority_does_not_preempt) // threads IRQ-1
{
    const struct thread *a = given_thread_of_priority(LOW), *b = given_thread_of_priority(LOW);
    assert_ok(set_priority(root, LOW));
    root_sleeps();
    assert_runs(b);
    raise_irq(BELL_IRQ);
    assert_runs(b);
    assert_ready(LOW, a, root);
}

// ------------------------------------------------------------------------------ several nominees

TEST(a_second_nominee_in_one_entry_goes_ahead_of_the_first) // threads NOM-1, NOM-3, §12 #50
{
    cptr_t endpoint = given_endpoint();
    const struct thread *a = given_waiter_of_priority(LOW, endpoint), *b = given_waiter_of_priority(LOW, endpoint),
                        *peer = given_thread_of_priority(LOW);
    assert_ok(cnode_delete(AT(endpoint)));
    assert_ready(LOW, b, a, peer);
}

TEST(two_waiters_of_a_deleted_endpoint_at_the_current_priority_run_in_reverse_before_older_peers) // threads §12 #50
{
    cptr_t endpoint = given_endpoint();
    const struct thread *a = given_waiter_of_priority(255, endpoint), *b = given_waiter_of_priority(255, endpoint), *peer = given_thread();
    assert_ok(cnode_delete(AT(endpoint)));
    assert_runs(root);
    assert_ready(255, b, a, peer);
}

TEST(even_a_single_waiter_of_a_deleted_endpoint_goes_to_the_front) // threads NOM-4
{
    cptr_t endpoint = given_endpoint();
    const struct thread *a = given_waiter_of_priority(255, endpoint), *peer = given_thread();
    assert_ok(cnode_delete(AT(endpoint)));
    assert_ready(255, a, peer);
}

TEST(a_single_waiter_of_a_deleted_notification_goes_to_the_front) // threads NOM-4
{
    cptr_t notification = given_notification();
    const struct thread *a = given_waiter_of_priority(255, notification), *peer = given_thread();
    assert_ok(cnode_delete(AT(notification)));
    assert_ready(255, a, peer);
}

TEST(cancelled_badged_senders_go_to_the_front) // threads NOM-4, §9.3
{
    cptr_t endpoint = given_endpoint(), badged = given_minted(endpoint, ALL_RIGHTS, 7);
    const struct thread *a = given_thread(), *b = given_thread(), *peer = given_thread();
    as(a), sys_send(badged, MESSAGE(1));
    as(b), sys_send(endpoint, MESSAGE(1));
    as(root), assert_ok(cnode_cancel_badged_sends(AT(badged)));
    assert_ready(255, a, peer);
    assert_waiting(endpoint, b);
}

TEST(equal_time_sleepers_wake_in_order_and_run_in_reverse) // threads §12 #49, SL-1
{
    const struct thread *a = given_thread(), *b = given_thread();
    given_budget(a, 1000, 100000);
    given_budget(b, 1000, 100000);
    as(a), sys_yield();
    as(b), sys_yield();
    assert_ptr_equal(here()->sleepers.head, a->tcb);
    assert_ok(set_priority(a, LOW));
    assert_ok(set_priority(b, LOW));
    pass_time_us(100000);
    assert_ready(LOW, b, a);
}

TEST(sleepers_are_in_order_of_their_time) // threads SL-1
{
    const struct thread *a = given_thread(), *b = given_thread(), *c = given_thread();
    given_budget(a, 1000, 300000);
    given_budget(b, 1000, 100000);
    given_budget(c, 1000, 200000);
    as(a), sys_yield();
    as(b), sys_yield();
    as(c), sys_yield();
    assert_ptr_equal(here()->sleepers.head, b->tcb);
    assert_ptr_equal(b->tcb->queue_next, c->tcb);
    assert_ptr_equal(c->tcb->queue_next, a->tcb);
}

// ------------------------------------------------------------------------------------------- Yield

TEST(yield_of_a_round_robin_thread_refills_it_and_puts_it_behind_its_equals) // threads Y-1
{
    const struct thread *a = given_thread(), *b = given_thread();
    as(a);
    computes_us(4000);
    sys_yield();
    assert_runs(b);
    assert_ready(255, root, a);
    assert_int_equal(head_of(a).amount, us_to_ticks(10000));
}

TEST(yield_without_equals_returns_at_once) // threads Y-1, Y-4
{
    struct thread_regs before = root->tcb->regs;
    struct result r = sys_yield();
    assert_runs(root);
    assert_int_equal(r.label, 0x777);
    assert_int_equal(root->tcb->regs.x[28], before.x[28]);
}

TEST(yield_does_not_run_lower_threads) // threads §4.4
{
    const struct thread *a = given_thread_of_priority(LOW);
    sys_yield();
    assert_runs(root);
    assert_ready(LOW, a);
}

TEST(yield_forfeits_the_head_refill_until_a_period_after_its_start) // threads Y-2
{
    const struct thread *a = given_thread();
    given_budget(a, 1000, 10000);
    as(a);
    ticks_t start = head_of(a).time;
    sys_yield();
    assert_true(a->tcb->is_sleeping);
    assert_int_equal(head_of(a).time, start + us_to_ticks(10000));
    assert_int_equal(head_of(a).amount, us_to_ticks(1000));
}

TEST(yield_forfeits_only_the_head_and_not_other_due_refills) // threads §12 #40
{
    const struct thread *a = given_thread();
    assert_ok(configure_sc(a->sc, 4000, 10000, 0, 0, 1)); // sporadic: refills are not merged at a switch
    as(a), computes_us(1000);
    as(root), assert_ok(suspend(a));
    computes_us(4000);
    assert_ok(resume(a)); // from now on 3000; 1000 more at 10000
    computes_us(7000);
    assert_runs(a);
    sys_yield();
    assert_false(a->tcb->is_sleeping);
    assert_int_equal(head_of(a).amount, us_to_ticks(1000));
}

TEST(yield_counts_only_the_time_really_used_as_consumed) // threads §12 #41, Y-3
{
    const struct thread *a = given_thread();
    given_budget(a, 5000, 10000);
    as(a);
    wind_clock_us(700);
    sys_yield();
    assert_answer(consumed(a->sc), 700);
}

TEST(yield_never_raises_a_timeout_fault) // threads §12 #41, TF-4
{
    const struct thread *a = given_thread();
    given_budget(a, 5000, 10000);
    assert_ok(set_timeout_handler(a, given_endpoint()));
    as(a);
    sys_yield();
    assert_state(a, THREAD_RUNNING);
    assert_true(a->tcb->is_sleeping);
}

// ------------------------------------------------------------------------------------ activation

TEST(a_thread_that_restarts_continues_at_its_fault_pc) // threads §4.4 step 6, REG-4
{
    const struct thread *a = given_thread();
    a->tcb->regs.fault_pc = 0x1000;
    a->tcb->regs.pc = 0x2000;
    as(a);
    assert_state(a, THREAD_RUNNING);
    assert_int_equal(a->tcb->regs.pc, 0x1000);
}

TEST(switching_loads_the_address_space) // threads DSP-1
{
    const struct thread *a = given_thread();
    fake.vspace_root = 0;
    as(a);
    assert_int_equal(fake.vspace_root, vspace_cap_base(a->tcb->slots[TCB_VSPACE].cap));
    assert_ptr_equal(fake.fpu_owner, a->tcb);
}

TEST(a_thread_whose_vspace_has_gone_stale_runs_in_the_empty_address_space) // threads TCB-2, DSP-1
{
    cptr_t vspace = given_object(seL4_ARM_VSpaceObject, 0);
    const struct thread *a = given_thread();
    assert_ok(method(ASID_POOL, ARMASIDPoolAssign, CAPS(vspace), ));
    assert_ok(method(a->cap, TCBSetSpace, CAPS(NULL_CAP, CNODE, vspace), 0, 0));
    asid_t asid = vspace_cap_asid(cap_of(vspace));
    ks.asid_pools[0]->vspaces[asid] = 0; // as if the pool had been deleted
    as(a);
    assert_int_equal(fake.vspace_root, 0);
    ks.asid_pools[0]->vspaces[asid] = vspace_cap_base(cap_of(vspace));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_woken_thread_of_higher_priority_preempts),
        RUN(a_woken_thread_of_equal_priority_goes_to_the_back),
        RUN(a_woken_thread_of_lower_priority_goes_to_the_front),
        RUN(a_receiver_of_a_send_at_the_senders_priority_goes_to_the_back),
        RUN(several_lower_waiters_woken_one_by_one_run_in_reverse_order),
        RUN(the_nominee_overtakes_its_equals_when_the_current_thread_blocks),
        RUN(the_nominee_waits_for_a_higher_ready_thread_when_the_current_one_blocks),
        RUN(an_interrupt_wakes_a_thread_from_idle),
        RUN(an_interrupt_preempts_a_lower_thread_which_comes_back_first_with_the_rest_of_its_slice),
        RUN(an_interrupt_for_a_thread_of_equal_priority_does_not_preempt),
        RUN(a_second_nominee_in_one_entry_goes_ahead_of_the_first),
        RUN(two_waiters_of_a_deleted_endpoint_at_the_current_priority_run_in_reverse_before_older_peers),
        RUN(even_a_single_waiter_of_a_deleted_endpoint_goes_to_the_front),
        RUN(a_single_waiter_of_a_deleted_notification_goes_to_the_front),
        RUN(cancelled_badged_senders_go_to_the_front),
        RUN(equal_time_sleepers_wake_in_order_and_run_in_reverse),
        RUN(sleepers_are_in_order_of_their_time),
        RUN(yield_of_a_round_robin_thread_refills_it_and_puts_it_behind_its_equals),
        RUN(yield_without_equals_returns_at_once),
        RUN(yield_does_not_run_lower_threads),
        RUN(yield_forfeits_the_head_refill_until_a_period_after_its_start),
        RUN(yield_forfeits_only_the_head_and_not_other_due_refills),
        RUN(yield_counts_only_the_time_really_used_as_consumed),
        RUN(yield_never_raises_a_timeout_fault),
        RUN(a_thread_that_restarts_continues_at_its_fault_pc),
        RUN(switching_loads_the_address_space),
        RUN(a_thread_whose_vspace_has_gone_stale_runs_in_the_empty_address_space),
    };
    return RUN_ALL("scheduler", tests);
}
