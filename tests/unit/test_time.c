// SPDX-License-Identifier: BSD-2-Clause
//
// Who pays for time: stamps, the entry check, charging, deadlines, the sleep list, preemption points
// (threads §4.6–4.8, §10).
#include "tests/unit/threads.h"

enum { MIN_TICKS = 1250 };

static struct notification *notification_of(cptr_t slot)
{
    return (struct notification *)object_of(slot);
}

static bool is_active(cptr_t notification)
{
    return notification_of(notification)->state == NOTIFICATION_ACTIVE;
}

// A thread that runs, with 1 ms every 100 ms, all of it left. The others are asleep.
static const struct thread *given_running_thread_with_1_ms(void)
{
    const struct thread *a = given_thread_of_priority(LOW);
    given_budget(a, 1000, 100000);
    root_sleeps();
    assert_runs(a);
    return a;
}

// ------------------------------------------------------------------------------------ entry check

TEST(a_call_that_leaves_exactly_the_minimum_is_done) // threads §4.7 A, CH-3
{
    cptr_t notification = given_notification();
    const struct thread *a = given_running_thread_with_1_ms();
    wind_clock_ticks(us_to_ticks(1000) - MIN_TICKS);
    sys_signal(notification);
    assert_runs(a);
    assert_true(is_active(notification));
}

TEST(a_call_that_leaves_less_is_not_done_and_restarts_later_with_the_same_registers) // threads §12 #44, CH-3
{
    cptr_t notification = given_notification();
    const struct thread *a = given_running_thread_with_1_ms();
    word_t pc = a->tcb->regs.pc;
    wind_clock_ticks(us_to_ticks(1000) - MIN_TICKS + 1);
    sys_signal(notification);
    assert_idle();
    assert_state(a, THREAD_RESTART);
    assert_false(is_active(notification));
    pass_time_us(99500);
    assert_runs(a);
    assert_int_equal(a->tcb->regs.pc, pc);
    (void)again();
    assert_true(is_active(notification));
}

TEST(an_nbsend_without_time_is_repeated_and_not_lost) // threads §12 #45
{
    cptr_t endpoint = given_endpoint();
    const struct thread *receiver = given_thread(), *a = given_thread_of_priority(LOW);
    as(receiver), sys_wait(endpoint);
    given_budget(a, 1000, 100000);
    root_sleeps();
    wind_clock_us(990);
    sys_nbsend(endpoint, MESSAGE(5, 55));
    assert_waiting(endpoint, receiver);
    pass_time_us(99500);
    (void)again();
    assert_message(received(receiver), 0, 5, 55);
}

TEST(a_receive_without_time_is_repeated) // threads §12 #45
{
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    const struct thread *a = given_running_thread_with_1_ms();
    wind_clock_us(990);
    sys_recv(endpoint, reply);
    assert_state(a, THREAD_RESTART);
    assert_waiting(endpoint);
    pass_time_us(99500);
    (void)again();
    assert_waiting(endpoint, a);
}

TEST(a_method_without_time_is_repeated) // threads §12 #45
{
    const struct thread *a = given_running_thread_with_1_ms();
    wind_clock_us(990);
    (void)set_tls_base(a, 0x55);
    assert_int_not_equal(a->tcb->regs.tpidr_el0, 0x55);
    pass_time_us(99500);
    assert_ok(again());
    assert_int_equal(a->tcb->regs.tpidr_el0, 0x55);
}

TEST(an_interrupt_without_time_is_delivered_all_the_same) // threads §12 #46, §4.7 A
{
    const struct thread *a = given_running_thread_with_1_ms();
    wind_clock_us(990);
    root_wakes();
    assert_true(a->tcb->is_sleeping);
    assert_state(a, THREAD_RUNNING);
}

TEST(a_fault_without_time_is_dropped_and_happens_again) // threads FLT-10
{
    cptr_t endpoint = given_endpoint();
    const struct thread *a = given_thread_of_priority(LOW);
    assert_ok(set_fault_handler(a, endpoint));
    given_budget(a, 1000, 100000);
    root_sleeps();
    wind_clock_us(990);
    vm_fault(0x1000, false, 0);
    assert_state(a, THREAD_RESTART);
    assert_true(a->tcb->is_sleeping);
    assert_waiting(endpoint);
    assert_int_equal(a->tcb->fault.type, 0);
}

// ------------------------------------------------------------------------------------ end of slice

TEST(a_round_robin_thread_whose_slice_ends_goes_behind_its_equals_with_a_fresh_one) // threads §4.7 B, §4.2
{
    const struct thread *a = given_thread_of_priority(LOW), *b = given_thread_of_priority(LOW);
    root_sleeps();
    assert_runs(b);
    pass_time_us(10000);
    assert_runs(a);
    assert_ready(LOW, b);
    assert_int_equal(head_of(b).amount, us_to_ticks(10000));
    assert_int_equal(refill_at(sc_of(b), 1)->amount, 0);
    assert_int_equal(sc_of(b)->consumed, us_to_ticks(10000));
}

TEST(what_a_preempted_round_robin_thread_used_is_kept_beside_its_rest_until_the_slice_ends) // threads §5 RR, §4.7 B, C
{
    const struct thread *a = given_thread_of_priority(LOW);
    root_sleeps();
    wind_clock_us(4000);
    root_wakes();
    assert_int_equal(head_of(a).amount, us_to_ticks(6000));
    assert_int_equal(refill_at(sc_of(a), 1)->amount, us_to_ticks(4000));
    root_sleeps();
    sys_yield();
    assert_int_equal(head_of(a).amount, us_to_ticks(10000));
    assert_int_equal(refill_at(sc_of(a), 1)->amount, 0);
}

TEST(a_fresh_slice_has_a_new_deadline) // threads §4.7 B: rearm
{
    const struct thread *a = given_thread_of_priority(LOW);
    root_sleeps();
    wind_clock_us(9990);
    sys_yield(); // not done: the slice is over
    assert_runs(a);
    assert_int_equal(fake.timer_deadline, here()->now + us_to_ticks(10000));
}

TEST(a_round_robin_thread_without_equals_goes_on_after_its_slice) // threads §12 #47
{
    const struct thread *a = given_thread_of_priority(LOW);
    assert_ok(set_timeout_handler(a, given_endpoint()));
    root_sleeps();
    pass_time_us(35000);
    assert_runs(a);
    assert_state(a, THREAD_RUNNING);
}

TEST(a_thread_that_used_its_budget_sleeps_until_a_period_after_it_began) // threads §4.7 B: postpone
{
    const struct thread *a = given_running_thread_with_1_ms();
    ticks_t start = head_of(a).time;
    pass_time_us(1000);
    assert_idle();
    assert_true(a->tcb->is_sleeping);
    assert_int_equal(head_of(a).time, start + us_to_ticks(100000));
    pass_time_us(98990);
    assert_idle();
    pass_time_us(20);
    assert_runs(a);
}

TEST(a_remainder_below_the_minimum_moves_into_the_next_refill) // threads §12 #48, REF-3
{
    const struct thread *a = given_running_thread_with_1_ms();
    ticks_t start = head_of(a).time;
    wind_clock_us(990);
    take_irq();
    assert_true(a->tcb->is_sleeping);
    assert_int_equal(head_of(a).time, start + us_to_ticks(100000) - us_to_ticks(10));
    assert_int_equal(head_of(a).amount, us_to_ticks(1000));
}

TEST(a_thread_with_another_refill_due_goes_behind_its_equals) // threads §4.2, §4.7 B
{
    const struct thread *a = given_thread(), *b = given_thread();
    assert_ok(configure_sc(a->sc, 4000, 10000, 0, 0, 1));
    as(a), computes_us(1000);
    as(root), assert_ok(suspend(a));
    computes_us(4000);
    assert_ok(resume(a)); // from now on 3000; 1000 more at 10000
    as(b), computes_us(6000);
    as(a), wind_clock_us(3000);
    take_irq();
    assert_false(a->tcb->is_sleeping);
    assert_true(tcb_is_runnable(a->tcb));
    assert_runs(root);
}

// -------------------------------------------------------------------------------------- accounting

TEST(entries_that_change_nothing_leave_the_deadline_and_commit_nothing) // threads CH-1
{
    cptr_t notification = given_notification();
    const struct thread *a = given_running_thread_with_1_ms();
    ticks_t deadline = fake.timer_deadline;
    fake_forget_calls();
    wind_clock_us(100);
    sys_nbwait(notification);
    wind_clock_us(100);
    sys_nbwait(notification);
    assert_int_equal(here()->pending, us_to_ticks(200));
    assert_int_equal(fake_count_calls(FAKE_TIMER_ARM), 0);
    assert_int_equal(fake.timer_deadline, deadline);
    assert_int_equal(sc_of(a)->consumed, 0);
}

TEST(the_deadline_is_the_end_of_the_head_refill) // threads §4.7 E
{
    const struct thread *a = given_running_thread_with_1_ms();
    assert_int_equal(fake.timer_deadline, here()->now + head_of(a).amount);
}

TEST(the_deadline_is_the_first_sleepers_time_if_that_is_earlier) // threads §4.7 E
{
    const struct thread *a = given_thread();
    given_budget(a, 1000, 3000);
    as(a), sys_yield();
    assert_runs(root);
    assert_int_equal(fake.timer_deadline, head_of(a).time);
}

TEST(a_timer_interrupt_is_acknowledged_and_the_deadline_computed_anew) // threads CH-4
{
    const struct thread *a = given_thread();
    given_budget(a, 1000, 3000);
    as(a), sys_yield();
    fake_forget_calls();
    pass_time_us(3000);
    assert_int_equal(fake_nth_call(FAKE_TIMER_ARM, 0)->a, ~(ticks_t)0);
    assert_int_equal(fake_nth_call(FAKE_TIMER_ARM, 1)->a, fake.timer_deadline);
    assert_ready(255, a);
}

TEST(an_earlier_sleeper_makes_the_deadline_earlier) // threads CH-2
{
    const struct thread *a = given_thread(), *b = given_thread();
    given_budget(a, 1000, 4000);
    given_budget(b, 1000, 3000);
    as(a), sys_yield();
    as(b), sys_yield();
    assert_int_equal(fake.timer_deadline, head_of(b).time);
    assert_ok(suspend(b));
    assert_int_equal(fake.timer_deadline, head_of(a).time);
}

TEST(without_sleepers_the_idle_deadline_is_as_far_as_possible) // threads CH-5
{
    root_sleeps();
    assert_idle();
    assert_int_equal(fake.timer_deadline, here()->now + REFILL_MAX);
}

TEST(time_in_idle_is_charged_to_nobody) // threads CH-5, §10.2
{
    const struct thread *a = given_thread();
    given_budget(a, 1000, 3000);
    as(a), sys_yield();
    root_sleeps();
    assert_idle();
    pass_time_us(3000);
    assert_runs(a);
    assert_int_equal(here()->pending, 0);
    assert_int_equal(sc_of(a)->consumed, 0);
    assert_int_equal(head_of(a).amount, us_to_ticks(1000));
    assert_int_equal(idle_sc()->consumed, 0);
    assert_int_equal(refill_head(idle_sc())->amount, REFILL_MAX);
}

TEST(a_constant_bandwidth_context_is_dated_now_when_it_is_switched_to) // threads REF-6, §4.7 E
{
    const struct thread *a = given_thread();
    given_budget(a, 1000, 100000);
    computes_us(2000);
    as(a);
    assert_int_equal(head_of(a).time, here()->now);
}

TEST(a_sporadic_context_keeps_its_date_when_it_is_switched_to) // threads REF-6
{
    const struct thread *a = given_thread();
    assert_ok(configure_sc(a->sc, 1000, 100000, 0, 0, 1));
    ticks_t configured = head_of(a).time;
    computes_us(2000);
    as(a);
    assert_int_equal(head_of(a).time, configured);
}

TEST(the_time_of_a_preempted_thread_is_charged_to_it) // threads §4.7 E
{
    const struct thread *a = given_running_thread_with_1_ms();
    wind_clock_us(300);
    root_wakes();
    assert_int_equal(sc_of(a)->consumed, us_to_ticks(300));
    assert_int_equal(head_of(a).amount, us_to_ticks(700));
    assert_int_equal(here()->pending, 0);
}

TEST(time_of_a_thread_whose_context_is_destroyed_is_discarded) // threads §4.7 D
{
    const struct thread *a = given_thread();
    wind_clock_us(1000);
    assert_ok(cnode_delete(AT(SC)));
    assert_runs(a);
    assert_int_equal(here()->pending, 0);
    assert_int_equal(sc_of(a)->consumed, 0);
}

// ---------------------------------------------------------------------------------- debug calls

TEST(debug_calls_neither_stamp_nor_charge) // threads §12 #96, TM-2
{
    ticks_t now = here()->now;
    wind_clock_us(1000);
    (void)sys_number((word_t)-15);
    assert_int_equal(here()->now, now);
    assert_int_equal(here()->pending, 0);
}

TEST(debug_calls_do_not_end_a_slice) // threads §12 #96
{
    const struct thread *a = given_running_thread_with_1_ms();
    wind_clock_us(5000);
    (void)sys_number((word_t)-15);
    assert_runs(a);
    assert_state(a, THREAD_RUNNING);
    sys_yield();
    assert_state(a, THREAD_RESTART);
}

TEST(an_unknown_system_call_is_an_entry_like_any_other) // threads §4.6 table
{
    const struct thread *a = given_running_thread_with_1_ms();
    wind_clock_us(5000);
    (void)sys_number((word_t)-18);
    assert_state(a, THREAD_RESTART);
    assert_true(a->tcb->is_sleeping);
}

// ------------------------------------------------------------------------------------- interrupts

TEST(one_interrupt_is_handled_an_entry) // threads IRQ-3
{
    cptr_t other = given_notification(), handler = new_slot();
    assert_ok(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), 70, handler, 64));
    assert_ok(method(handler, IRQSetIRQHandler, CAPS(other), ));
    root_sleeps();
    fake_irq_raise(BELL_IRQ);
    fake_irq_raise(70);
    take_irq();
    assert_runs(root);
    assert_false(is_active(other));
    take_irq();
    assert_true(is_active(other));
}

TEST(a_spurious_interrupt_is_only_a_stamp) // threads §10.1 step 2
{
    wind_clock_us(100);
    take_irq();
    assert_runs(root);
    assert_int_equal(here()->pending, us_to_ticks(100));
    assert_int_equal(fake_count_calls(FAKE_IRQ_END), 0);
}

TEST(an_interrupt_keeps_the_current_thread_running_at_its_instruction) // threads §10.1 step 1
{
    const struct thread *a = given_running_thread_with_1_ms();
    word_t pc = a->tcb->regs.pc;
    root_wakes();
    assert_state(a, THREAD_RUNNING);
    assert_int_equal(a->tcb->regs.pc, pc);
}

// ------------------------------------------------------------------------------- preemption points

static void given_copies(cptr_t slot, word_t count)
{
    for (word_t i = 0; i < count; i++) {
        (void)given_copy(slot, ALL_RIGHTS);
    }
}

// A slot whose capability has `count` copies.
static cptr_t given_slot_with_copies(word_t count)
{
    cptr_t endpoint = given_endpoint();
    given_copies(endpoint, count);
    return endpoint;
}

static word_t copies_of(cptr_t slot)
{
    word_t count = 0;
    for (struct slot *next = cdt_next(slot_of(slot)); next && cdt_is_parent(slot_of(slot), next); next = cdt_next(next)) {
        count++;
    }
    return count;
}

TEST(a_long_operation_lets_an_interrupt_in_after_100_steps_and_is_repeated) // threads PRE-1..PRE-4, I-4
{
    cptr_t endpoint = given_slot_with_copies(150);
    const struct thread *a = given_thread_of_priority(LOW);
    root_sleeps();
    here()->work_units = 0;
    fake_irq_raise(BELL_IRQ);
    (void)cnode_revoke(AT(endpoint));
    assert_runs(root);
    assert_int_equal(copies_of(endpoint), 50);
    assert_state(a, THREAD_RESTART);
    root_sleeps();
    assert_ok(again());
    assert_int_equal(copies_of(endpoint), 0);
}

TEST(a_long_operation_without_an_interrupt_runs_to_its_end) // threads PRE-2
{
    cptr_t endpoint = given_slot_with_copies(150);
    assert_ok(cnode_revoke(AT(endpoint)));
    assert_int_equal(copies_of(endpoint), 0);
}

TEST(a_long_operation_stops_when_the_context_it_runs_on_is_destroyed) // threads PRE-2, PRE-3
{
    const struct thread *a = given_thread();
    cptr_t untyped = given_untyped(16), sc = new_slot(), other = new_slot();
    assert_ok(retype_to(untyped, seL4_EndpointObject, 0, other));
    assert_ok(unbind_sc(a->sc));
    given_copies(other, 150);
    assert_ok(retype_to(untyped, seL4_SchedContextObject, 7, sc));
    assert_ok(configure_sc(sc, 10000, 10000, 0, 0, 0));
    assert_ok(bind_sc(sc, a->cap));
    as(a), here()->work_units = 0;
    (void)cnode_revoke(AT(untyped));
    assert_state(a, THREAD_RESTART);
    assert_runs(root);
    assert_true(cdt_has_children(slot_of(untyped)));
}

TEST(the_counter_of_work_is_global) // threads PRE-2
{
    cptr_t endpoint = given_slot_with_copies(30);
    const struct thread *a = given_thread_of_priority(LOW);
    root_sleeps();
    here()->work_units = 90;
    fake_irq_raise(BELL_IRQ);
    (void)cnode_revoke(AT(endpoint));
    assert_int_equal(copies_of(endpoint), 20);
    assert_state(a, THREAD_RESTART);
    assert_int_equal(here()->work_units, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_call_that_leaves_exactly_the_minimum_is_done),
        RUN(a_call_that_leaves_less_is_not_done_and_restarts_later_with_the_same_registers),
        RUN(an_nbsend_without_time_is_repeated_and_not_lost),
        RUN(a_receive_without_time_is_repeated),
        RUN(a_method_without_time_is_repeated),
        RUN(an_interrupt_without_time_is_delivered_all_the_same),
        RUN(a_fault_without_time_is_dropped_and_happens_again),
        RUN(a_round_robin_thread_whose_slice_ends_goes_behind_its_equals_with_a_fresh_one),
        RUN(what_a_preempted_round_robin_thread_used_is_kept_beside_its_rest_until_the_slice_ends),
        RUN(a_fresh_slice_has_a_new_deadline),
        RUN(a_round_robin_thread_without_equals_goes_on_after_its_slice),
        RUN(a_thread_that_used_its_budget_sleeps_until_a_period_after_it_began),
        RUN(a_remainder_below_the_minimum_moves_into_the_next_refill),
        RUN(a_thread_with_another_refill_due_goes_behind_its_equals),
        RUN(entries_that_change_nothing_leave_the_deadline_and_commit_nothing),
        RUN(the_deadline_is_the_end_of_the_head_refill),
        RUN(the_deadline_is_the_first_sleepers_time_if_that_is_earlier),
        RUN(a_timer_interrupt_is_acknowledged_and_the_deadline_computed_anew),
        RUN(an_earlier_sleeper_makes_the_deadline_earlier),
        RUN(without_sleepers_the_idle_deadline_is_as_far_as_possible),
        RUN(time_in_idle_is_charged_to_nobody),
        RUN(a_constant_bandwidth_context_is_dated_now_when_it_is_switched_to),
        RUN(a_sporadic_context_keeps_its_date_when_it_is_switched_to),
        RUN(the_time_of_a_preempted_thread_is_charged_to_it),
        RUN(time_of_a_thread_whose_context_is_destroyed_is_discarded),
        RUN(debug_calls_neither_stamp_nor_charge),
        RUN(debug_calls_do_not_end_a_slice),
        RUN(an_unknown_system_call_is_an_entry_like_any_other),
        RUN(one_interrupt_is_handled_an_entry),
        RUN(a_spurious_interrupt_is_only_a_stamp),
        RUN(an_interrupt_keeps_the_current_thread_running_at_its_instruction),
        RUN(a_long_operation_lets_an_interrupt_in_after_100_steps_and_is_repeated),
        RUN(a_long_operation_without_an_interrupt_runs_to_its_end),
        RUN(a_long_operation_stops_when_the_context_it_runs_on_is_destroyed),
        RUN(the_counter_of_work_is_global),
    };
    return RUN_ALL("time", tests);
}
