// SPDX-License-Identifier: BSD-2-Clause
//
// SchedControl_ConfigureFlags: the order of its checks, and what becomes of the time that a context has (threads §3.4).
#include "tests/unit/threads.h"

#define MAX_US UINT64_C(36893488147419)

static struct sched_context *context(cptr_t sc)
{
    return (struct sched_context *)object_of(sc);
}

// ------------------------------------------------------------------------------------------ checks

TEST(configure_flags_needs_a_capability) // threads §3.4 check 1
{
    assert_refused(method(sched_control, SchedControlConfigureFlags, CAPS(), 1, 1, 0, 0, 0), seL4_TruncatedMessage);
}

TEST(configure_flags_needs_five_words) // threads §3.4 check 2
{
    assert_refused(method(sched_control, SchedControlConfigureFlags, CAPS(SC), 1, 1, 0, 0), seL4_TruncatedMessage);
}

TEST(a_budget_above_the_maximum_is_out_of_range) // threads §3.4 check 3, §12 #34
{
    assert_refused(configure_sc(SC, MAX_US + 1, 1000, 0, 0, 0), seL4_RangeError, 20, MAX_US);
}

TEST(a_period_above_the_maximum_is_out_of_range) // threads §3.4 check 4, §12 #34
{
    assert_refused(configure_sc(SC, 1000, MAX_US + 1, 0, 0, 0), seL4_RangeError, 20, MAX_US);
}

TEST(a_budget_whose_ticks_would_overflow_is_out_of_range) // threads §3.4 check 3
{
    assert_refused(configure_sc(SC, ~UINT64_C(0), ~UINT64_C(0), 0, 0, 0), seL4_RangeError, 20, MAX_US);
}

TEST(a_budget_below_the_minimum_is_out_of_range) // threads §3.4 check 5, CFG-5
{
    assert_refused(configure_sc(SC, 19, 1000, 0, 0, 0), seL4_RangeError, 20, MAX_US);
}

TEST(a_period_below_the_minimum_is_out_of_range) // threads §3.4 check 6
{
    assert_refused(configure_sc(SC, 20, 19, 0, 0, 0), seL4_RangeError, 20, MAX_US);
}

TEST(a_budget_above_the_period_is_out_of_range_with_the_period_as_maximum) // threads §12 #34
{
    assert_refused(configure_sc(SC, 1001, 1000, 0, 0, 0), seL4_RangeError, 20, 1000);
}

TEST(a_budget_above_the_maximum_is_found_before_one_above_the_period) // threads §3.4 checks 3, 7
{
    assert_refused(configure_sc(SC, ~UINT64_C(0), 1000, 0, 0, 0), seL4_RangeError, 20, MAX_US);
}

TEST(a_period_too_long_is_found_before_a_budget_too_short) // threads §3.4 checks 4, 5
{
    assert_refused(configure_sc(SC, 19, MAX_US + 1, 0, 0, 0), seL4_RangeError, 20, MAX_US);
}

TEST(a_period_too_short_is_found_before_a_budget_too_long_for_it) // threads §3.4 checks 6, 7
{
    assert_refused(configure_sc(SC, 1000, 19, 0, 0, 0), seL4_RangeError, 20, MAX_US);
}

TEST(the_target_must_be_a_context) // threads §3.4 check 8, §12 #32
{
    assert_refused(configure_sc(TCB, 1000, 1000, 0, 0, 0), seL4_InvalidCapability, 1);
}

TEST(an_empty_slot_is_no_context) // threads §3.4 check 8
{
    assert_refused(configure_sc(NULL_CAP, 1000, 1000, 0, 0, 0), seL4_InvalidCapability, 1);
}

TEST(ranges_are_checked_before_the_target) // threads §12 #33
{
    assert_refused(configure_sc(TCB, 1001, 1000, 0, 0, 0), seL4_RangeError, 20, 1000);
}

TEST(the_target_is_checked_before_the_extra_refills) // threads §3.4 checks 8, 9
{
    assert_refused(configure_sc(TCB, 1000, 1000, 1000, 0, 0), seL4_InvalidCapability, 1);
}

TEST(a_context_of_128_bytes_has_no_room_for_extra_refills) // threads §0.2, C-2
{
    assert_refused(configure_sc(SC, 1000, 2000, 1, 0, 0), seL4_RangeError, 0, 0);
}

TEST(a_context_of_512_bytes_has_room_for_24_extra_refills) // threads §0.2, C-2
{
    cptr_t sc = given_object(seL4_SchedContextObject, 9);
    assert_refused(configure_sc(sc, 1000, 2000, 25, 0, 0), seL4_RangeError, 0, 24);
    assert_ok(configure_sc(sc, 1000, 2000, 24, 0, 0));
    assert_int_equal(context(sc)->capacity, 26);
}

TEST(extra_refills_are_checked_even_for_round_robin) // threads §12 #35
{
    cptr_t sc = given_object(seL4_SchedContextObject, 8);
    assert_refused(configure_sc(sc, 1000, 1000, 9, 0, 0), seL4_RangeError, 0, 8);
}

TEST(extra_refills_are_ignored_for_round_robin) // threads §12 #35
{
    cptr_t sc = given_object(seL4_SchedContextObject, 8);
    assert_ok(configure_sc(sc, 1000, 1000, 8, 0, 0));
    assert_int_equal(context(sc)->capacity, 2);
}

TEST(a_label_of_another_kind_of_object_is_illegal_on_sched_control) // threads §3.4
{
    assert_refused(method(sched_control, SchedContextConsumed, CAPS(), ), seL4_IllegalOperation);
}

// ------------------------------------------------------------------------------------------ limits

TEST(the_smallest_parameters_are_20_us) // threads CFG-5
{
    cptr_t sc = given_sc(20, 20);
    assert_int_equal(refill_head(context(sc))->amount, 1250);
}

TEST(the_largest_parameters_are_accepted) // threads §0.2
{
    cptr_t sc = given_sc(MAX_US, MAX_US);
    assert_int_equal(refill_head(context(sc))->amount, UINT64_C(2305843009213687));
}

TEST(budget_and_period_that_differ_are_a_sporadic_server) // threads §3.4 10b
{
    cptr_t sc = given_sc(1000, 5000);
    assert_int_equal(context(sc)->period, 312500);
    assert_int_equal(context(sc)->count, 1);
    assert_int_equal(refill_head(context(sc))->amount, 62500);
    assert_int_equal(refill_head(context(sc))->time, here()->now);
}

TEST(budget_and_period_that_are_equal_are_round_robin) // threads §12 #36
{
    cptr_t sc = given_sc(1000, 1000);
    assert_int_equal(context(sc)->period, 0);
    assert_int_equal(context(sc)->count, 2);
    assert_int_equal(refill_at(context(sc), 1)->amount, 0);
}

TEST(badge_and_flag_are_stored_and_other_flags_ignored) // threads §3.4 10d
{
    cptr_t sc = given_object(seL4_SchedContextObject, 7);
    assert_ok(configure_sc(sc, 1000, 2000, 0, 0x1234567890abcdef, ~UINT64_C(0)));
    assert_int_equal(context(sc)->badge, 0x1234567890abcdef);
    assert_int_equal(context(sc)->is_sporadic, 1);
    assert_ok(configure_sc(sc, 1000, 2000, 0, 7, 6));
    assert_int_equal(context(sc)->is_sporadic, 0);
}

// ---------------------------------------------------------------------------------- reconfiguration

TEST(configuring_a_running_threads_context_does_not_refill_it) // threads §12 #37, CFG-2
{
    const struct thread *a = given_thread();
    given_budget(a, 4000, 100000);
    as(a);
    computes_us(1000);
    as(root);
    given_budget(a, 4000, 50000);
    assert_int_equal(head_of(a).amount, us_to_ticks(3000));
    assert_int_equal(refill_at(sc_of(a), 1)->amount, us_to_ticks(1000));
    assert_int_equal(refill_at(sc_of(a), 1)->time, here()->now + us_to_ticks(50000));
}

TEST(configuring_ones_own_context_charges_the_time_used_so_far_under_the_old_parameters) // threads §3.4 10a
{
    const struct thread *a = given_thread();
    given_budget(a, 4000, 100000);
    as(a);
    wind_clock_us(1000);
    given_budget(a, 4000, 50000);
    assert_int_equal(head_of(a).amount, us_to_ticks(3000));
    assert_int_equal(sc_of(a)->consumed, us_to_ticks(1000));
    assert_runs(a);
}

TEST(configuring_a_blocked_threads_context_refills_it) // threads §12 #37, CFG-2
{
    const struct thread *a = given_thread();
    cptr_t endpoint = given_endpoint();
    given_budget(a, 4000, 100000);
    as(a);
    wind_clock_us(1000);
    sys_wait(endpoint);
    given_budget(a, 4000, 100000);
    assert_int_equal(head_of(a).amount, us_to_ticks(4000));
    assert_int_equal(head_of(a).time, here()->now);
}

TEST(configuring_to_round_robin_always_gives_a_fresh_slice) // threads §12 #38
{
    const struct thread *a = given_thread();
    given_budget(a, 4000, 100000);
    as(a);
    computes_us(1000);
    as(root);
    given_budget(a, 4000, 4000);
    assert_int_equal(head_of(a).amount, us_to_ticks(4000));
}

TEST(configuring_a_sleepers_context_with_less_keeps_it_asleep) // threads CFG-2
{
    const struct thread *a = given_thread();
    given_budget(a, 4000, 100000);
    as(a), sys_yield();
    ticks_t due = head_of(a).time;
    given_budget(a, 1000, 50000);
    assert_true(a->tcb->is_sleeping);
    assert_int_equal(head_of(a).time, due);
    assert_int_equal(head_of(a).amount, us_to_ticks(1000));
}

TEST(configuring_a_sleepers_context_to_round_robin_wakes_it) // threads §12 #38, §3.4 10c
{
    const struct thread *a = given_thread();
    given_budget(a, 4000, 100000);
    as(a), sys_yield();
    given_budget(a, 4000, 4000);
    assert_false(a->tcb->is_sleeping);
    assert_ready(255, a);
}

TEST(configuring_a_ready_threads_context_costs_it_its_place) // threads CFG-4
{
    const struct thread *a = given_thread(), *b = given_thread();
    assert_ready(255, a, b);
    given_budget(a, 1000, 1000);
    assert_ready(255, b, a);
}

TEST(configuring_a_ready_thread_of_lower_priority_moves_it_to_the_front) // threads CFG-4, §4.2
{
    const struct thread *a = given_thread_of_priority(LOW), *b = given_thread_of_priority(LOW);
    assert_ready(LOW, b, a);
    given_budget(a, 1000, 1000);
    assert_ready(LOW, a, b);
}

TEST(configuring_keeps_the_consumed_counter) // threads CFG-1
{
    const struct thread *a = given_inactive_thread();
    sc_of(a)->consumed = 625;
    given_budget(a, 1000, 2000);
    assert_answer(consumed(a->sc), 10);
}

TEST(configuring_a_preempted_current_context_does_not_lose_the_thread) // threads §3.4 10c: demand
{
    assert_ok(configure_sc(SC, 1000, 2000, 0, 9, 0));
    assert_runs(root);
    assert_int_equal(head_of(root).amount, us_to_ticks(1000));
}

TEST(configuring_ones_own_context_chooses_anew) // threads §3.4 10c: demand
{
    fake_forget_calls();
    assert_ok(configure_sc(SC, 1000, 2000, 0, 0, 0));
    assert_int_equal(fake_count_calls(FAKE_VSPACE_ACTIVATE), 1);
}

TEST(raising_the_budget_of_a_running_thread_schedules_the_difference_a_period_later) // threads §5 REF-update
{
    const struct thread *a = given_thread();
    given_budget(a, 1000, 10000);
    given_budget(a, 3000, 10000);
    assert_int_equal(head_of(a).amount, us_to_ticks(1000));
    assert_int_equal(refill_at(sc_of(a), 1)->amount, us_to_ticks(2000));
    assert_int_equal(refill_at(sc_of(a), 1)->time, head_of(a).time + us_to_ticks(10000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(configure_flags_needs_a_capability),
        RUN(configure_flags_needs_five_words),
        RUN(a_budget_above_the_maximum_is_out_of_range),
        RUN(a_period_above_the_maximum_is_out_of_range),
        RUN(a_budget_whose_ticks_would_overflow_is_out_of_range),
        RUN(a_budget_below_the_minimum_is_out_of_range),
        RUN(a_period_below_the_minimum_is_out_of_range),
        RUN(a_budget_above_the_period_is_out_of_range_with_the_period_as_maximum),
        RUN(a_budget_above_the_maximum_is_found_before_one_above_the_period),
        RUN(a_period_too_long_is_found_before_a_budget_too_short),
        RUN(a_period_too_short_is_found_before_a_budget_too_long_for_it),
        RUN(the_target_must_be_a_context),
        RUN(an_empty_slot_is_no_context),
        RUN(ranges_are_checked_before_the_target),
        RUN(the_target_is_checked_before_the_extra_refills),
        RUN(a_context_of_128_bytes_has_no_room_for_extra_refills),
        RUN(a_context_of_512_bytes_has_room_for_24_extra_refills),
        RUN(extra_refills_are_checked_even_for_round_robin),
        RUN(extra_refills_are_ignored_for_round_robin),
        RUN(a_label_of_another_kind_of_object_is_illegal_on_sched_control),
        RUN(the_smallest_parameters_are_20_us),
        RUN(the_largest_parameters_are_accepted),
        RUN(budget_and_period_that_differ_are_a_sporadic_server),
        RUN(budget_and_period_that_are_equal_are_round_robin),
        RUN(badge_and_flag_are_stored_and_other_flags_ignored),
        RUN(configuring_a_running_threads_context_does_not_refill_it),
        RUN(configuring_ones_own_context_charges_the_time_used_so_far_under_the_old_parameters),
        RUN(configuring_a_blocked_threads_context_refills_it),
        RUN(configuring_to_round_robin_always_gives_a_fresh_slice),
        RUN(configuring_a_sleepers_context_with_less_keeps_it_asleep),
        RUN(configuring_a_sleepers_context_to_round_robin_wakes_it),
        RUN(configuring_a_ready_threads_context_costs_it_its_place),
        RUN(configuring_a_ready_thread_of_lower_priority_moves_it_to_the_front),
        RUN(configuring_keeps_the_consumed_counter),
        RUN(configuring_a_preempted_current_context_does_not_lose_the_thread),
        RUN(configuring_ones_own_context_chooses_anew),
        RUN(raising_the_budget_of_a_running_thread_schedules_the_difference_a_period_later),
    };
    return RUN_ALL("SchedControl", tests);
}
