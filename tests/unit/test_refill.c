// SPDX-License-Identifier: BSD-2-Clause
//
// The sporadic-server algebra (threads §5) on its own: no kernel, no clock, only a queue of refills.
// The vectors V1–V8 are the chapter's table, step by step; the rest shows one rule each.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/refill.h"

enum { START = 1000, BUDGET = 10000, PERIOD = 50000, ROOM = 10 };

static union {
    struct sched_context sc;
    uint8_t bytes[SC_CORE_BYTES + ROOM * sizeof(struct refill)];
} storage;
static struct sched_context *const sc = &storage.sc;

#define AT(when, how_much) ((struct refill){(when), (how_much)})
#define assert_refills(...)                                            \
    expect_refills((const struct refill[]){__VA_ARGS__},               \
                   sizeof((const struct refill[]){__VA_ARGS__}) / sizeof(struct refill))

static void expect_refills(const struct refill *expected, word_t count)
{
    assert_int_equal(sc->count, count);
    for (word_t i = 0; i < count; i++) {
        assert_int_equal(refill_at(sc, i)->time, expected[i].time);
        assert_int_equal(refill_at(sc, i)->amount, expected[i].amount);
    }
}

static void given_a_new_queue_of(word_t capacity)
{
    __builtin_memset(&storage, 0, sizeof storage);
    refill_new(sc, capacity, BUDGET, PERIOD, START);
}

// ------------------------------------------------------------------------------------- the vectors

static void v1_full_list_delays_the_tail_and_folds_the_crumb(void **state) // threads §5 V1
{
    (void)state;
    given_a_new_queue_of(2);
    assert_refills(AT(1000, 10000));
    refill_charge(sc, 4000);
    assert_refills(AT(5000, 6000), AT(51000, 4000));
    refill_charge(sc, 2000);
    assert_refills(AT(7000, 4000), AT(51000, 6000));
    assert_true(refill_merge_on_unblock(sc, 9000));
    refill_charge(sc, 3000);
    assert_refills(AT(52000, 10000));
}

static void v2_two_charges_that_leave_a_crumb_give_one_whole_refill(void **state) // threads §5 V2
{
    (void)state;
    given_a_new_queue_of(2);
    refill_charge(sc, 4000);
    refill_charge(sc, 5000);
    assert_refills(AT(50000, 10000));
}

static void v3_a_list_of_two_delays_its_tail_after_an_unblock(void **state) // threads §5 V3
{
    (void)state;
    given_a_new_queue_of(2);
    refill_charge(sc, 4000);
    refill_merge_on_unblock(sc, 20000);
    refill_charge(sc, 3000);
    assert_refills(AT(23000, 3000), AT(66000, 7000));
}

static void v4_a_list_of_ten_keeps_every_refill_apart(void **state) // threads §5 V4
{
    (void)state;
    given_a_new_queue_of(10);
    refill_charge(sc, 4000);
    refill_merge_on_unblock(sc, 20000);
    refill_charge(sc, 3000);
    assert_refills(AT(23000, 3000), AT(51000, 4000), AT(70000, 3000));
    refill_merge_on_unblock(sc, 40000);
    refill_charge(sc, 1500);
    assert_refills(AT(41500, 1500), AT(51000, 4000), AT(70000, 3000), AT(90000, 1500));
    refill_charge(sc, 1500);
    assert_refills(AT(51000, 4000), AT(70000, 3000), AT(90000, 3000));
    refill_merge_on_unblock(sc, 80000);
    assert_refills(AT(80000, 7000), AT(90000, 3000));
}

static void v5_an_overrun_is_taken_from_the_next_period(void **state) // threads §5 V5, REF-1
{
    (void)state;
    given_a_new_queue_of(2);
    refill_charge(sc, 10500);
    assert_refills(AT(51500, 9500), AT(101000, 500));
}

static void v6_a_crumb_moves_into_the_following_refill(void **state) // threads §5 V6, §12 #48
{
    (void)state;
    given_a_new_queue_of(2);
    refill_charge(sc, 9500);
    assert_refills(AT(50500, 10000));
}

static void v7_an_update_keeps_the_head_and_schedules_the_rest(void **state) // threads §5 V7
{
    (void)state;
    given_a_new_queue_of(2);
    refill_charge(sc, 4000);
    refill_update(sc, 4, 20000, 40000, 6000);
    assert_refills(AT(6000, 6000), AT(46000, 14000));
    refill_charge(sc, 6000);
    assert_refills(AT(46000, 20000));
    refill_update(sc, 4, 3000, 40000, 8000);
    assert_refills(AT(46000, 3000));
}

static void v8_using_exactly_the_rest_empties_the_head(void **state) // threads §5 V8
{
    (void)state;
    given_a_new_queue_of(2);
    refill_charge(sc, 4000);
    refill_charge(sc, 6000);
    assert_refills(AT(51000, 10000));
}

// ------------------------------------------------------------------------------------ new, update

static void new_round_robin_has_a_full_head_and_an_empty_tail_of_the_same_time(void **state) // threads §5 REF-new
{
    (void)state;
    refill_new(sc, 2, BUDGET, 0, START);
    assert_refills(AT(1000, 10000), AT(1000, 0));
    assert_true(sc_is_round_robin(sc));
}

static void new_forgets_the_old_queue(void **state) // threads §5 REF-new
{
    (void)state;
    given_a_new_queue_of(2);
    refill_charge(sc, 4000);
    refill_charge(sc, 6000);
    refill_new(sc, 3, 2000, 3000, 70000);
    assert_refills(AT(70000, 2000));
    assert_int_equal(sc->period, 3000);
    assert_int_equal(sc->capacity, 3);
}

static void update_of_a_head_that_is_not_due_keeps_its_time(void **state) // threads §5 REF-update
{
    (void)state;
    given_a_new_queue_of(2);
    refill_charge(sc, 10000);
    refill_update(sc, 2, 20000, 30000, 2000);
    assert_refills(AT(51000, 10000), AT(81000, 10000));
}

static void update_to_exactly_the_head_amount_leaves_one_refill(void **state) // threads §5 REF-update: a >= B'
{
    (void)state;
    given_a_new_queue_of(2);
    refill_charge(sc, 4000);
    refill_update(sc, 2, 6000, 30000, 9000);
    assert_refills(AT(9000, 6000));
}

static void update_drops_all_but_the_head(void **state) // threads §5 REF-update: "keep only the head"
{
    (void)state;
    given_a_new_queue_of(10);
    refill_charge(sc, 4000);
    refill_merge_on_unblock(sc, 20000);
    refill_charge(sc, 3000);
    refill_update(sc, 2, 5000, 40000, 23000);
    assert_refills(AT(23000, 3000), AT(63000, 2000));
}

// ----------------------------------------------------------------------------------------- charge

static void charging_nothing_changes_nothing(void **state) // threads §5 REF-charge
{
    (void)state;
    given_a_new_queue_of(2);
    refill_charge(sc, 0);
    assert_refills(AT(1000, 10000));
}

static void charging_a_lone_refill_whole_moves_it_a_period(void **state) // threads §5 REF-charge step 1
{
    (void)state;
    given_a_new_queue_of(2);
    refill_charge(sc, 10000);
    assert_refills(AT(51000, 10000));
}

static void an_overrun_of_several_periods_pushes_the_refill_as_often(void **state) // threads §5 REF-1
{
    (void)state;
    given_a_new_queue_of(2);
    refill_charge(sc, 30000);
    assert_refills(AT(151000, 10000));
}

static void a_remainder_of_exactly_the_minimum_stays_usable(void **state) // threads §5 REF-charge step 3
{
    (void)state;
    given_a_new_queue_of(2);
    refill_charge(sc, BUDGET - REFILL_MIN);
    assert_refills(AT(9750, 1250), AT(51000, 8750));
}

static void a_remainder_one_tick_below_the_minimum_is_not(void **state) // threads §5 REF-3
{
    (void)state;
    given_a_new_queue_of(2);
    refill_charge(sc, BUDGET - REFILL_MIN + 1);
    assert_refills(AT(49751, 10000));
}

static void budget_returned_adjacent_to_the_tail_is_merged_into_it(void **state) // threads §5 schedule(e)
{
    (void)state;
    given_a_new_queue_of(10);
    refill_charge(sc, 2000);
    refill_charge(sc, 2000);
    assert_refills(AT(5000, 6000), AT(51000, 4000));
}

static void a_refill_at_the_limit_is_not_pushed_further(void **state) // threads §0.2 LIMIT, REF-charge steps 1 and 2
{
    (void)state;
    refill_new(sc, 2, BUDGET, PERIOD, REFILL_LIMIT);
    refill_charge(sc, BUDGET);
    assert_refills(AT(REFILL_LIMIT, 10000));
}

static void a_refill_just_below_the_limit_still_moves(void **state) // threads §0.2 LIMIT
{
    (void)state;
    refill_new(sc, 2, BUDGET, PERIOD, REFILL_LIMIT - 1);
    refill_charge(sc, BUDGET);
    assert_refills(AT(REFILL_LIMIT - 1 + PERIOD, 10000));
}

// ------------------------------------------------------------------------------ merge-on-unblock

static void merge_leaves_a_head_that_is_not_due(void **state) // threads §5 REF-5
{
    (void)state;
    given_a_new_queue_of(2);
    assert_false(refill_merge_on_unblock(sc, START - 1));
    assert_refills(AT(1000, 10000));
}

static void merge_dates_a_due_head_now(void **state) // threads §5 REF-5
{
    (void)state;
    given_a_new_queue_of(2);
    assert_true(refill_merge_on_unblock(sc, 30000));
    assert_refills(AT(30000, 10000));
}

static void merge_takes_a_refill_that_touches_the_end_of_the_head(void **state) // threads §5 REF-5: t1 <= t0 + a0
{
    (void)state;
    given_a_new_queue_of(2);
    refill_charge(sc, 4000);
    refill_merge_on_unblock(sc, 45000);
    assert_refills(AT(45000, 10000));
}

static void merge_leaves_a_refill_one_tick_beyond_the_end_of_the_head(void **state) // threads §5 REF-5
{
    (void)state;
    given_a_new_queue_of(2);
    refill_charge(sc, 4000);
    refill_merge_on_unblock(sc, 44999);
    assert_refills(AT(44999, 6000), AT(51000, 4000));
}

static void merge_never_touches_round_robin(void **state) // threads §5 REF-5
{
    (void)state;
    refill_new(sc, 2, BUDGET, 0, START);
    assert_false(refill_merge_on_unblock(sc, 90000));
    assert_refills(AT(1000, 10000), AT(1000, 0));
}

static void merge_of_an_inactive_context_does_nothing(void **state) // threads SC-2
{
    (void)state;
    __builtin_memset(&storage, 0, sizeof storage);
    assert_false(refill_merge_on_unblock(sc, 90000));
    assert_false(sc_is_active(sc));
}

// ------------------------------------------------------------------------- questions, conversions

static void released_means_active_and_due(void **state) // threads SC-3
{
    (void)state;
    given_a_new_queue_of(2);
    assert_false(sc_is_released(sc, START - 1));
    assert_true(sc_is_released(sc, START));
    sc->capacity = 0;
    assert_false(sc_is_released(sc, START));
}

static void sufficient_means_that_the_minimum_is_left(void **state) // threads REF-7
{
    (void)state;
    given_a_new_queue_of(2);
    assert_true(sc_is_sufficient(sc, BUDGET - REFILL_MIN));
    assert_false(sc_is_sufficient(sc, BUDGET - REFILL_MIN + 1));
    assert_false(sc_is_sufficient(sc, BUDGET + 1));
}

static void times_are_converted_through_kilohertz_and_rounded_down(void **state) // threads §0.2
{
    (void)state;
    assert_int_equal(us_to_ticks(1), 62);
    assert_int_equal(us_to_ticks(20), 1250);
    assert_int_equal(ticks_to_us(1250), 20);
    assert_int_equal(ticks_to_us(62), 0);
    assert_int_equal(ticks_to_us(63), 1);
    assert_int_equal(us_to_ticks(REFILL_MAX_US), REFILL_MAX);
    assert_true(REFILL_LIMIT == UINT64_C(18435214858663483180));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(v1_full_list_delays_the_tail_and_folds_the_crumb),
        cmocka_unit_test(v2_two_charges_that_leave_a_crumb_give_one_whole_refill),
        cmocka_unit_test(v3_a_list_of_two_delays_its_tail_after_an_unblock),
        cmocka_unit_test(v4_a_list_of_ten_keeps_every_refill_apart),
        cmocka_unit_test(v5_an_overrun_is_taken_from_the_next_period),
        cmocka_unit_test(v6_a_crumb_moves_into_the_following_refill),
        cmocka_unit_test(v7_an_update_keeps_the_head_and_schedules_the_rest),
        cmocka_unit_test(v8_using_exactly_the_rest_empties_the_head),
        cmocka_unit_test(new_round_robin_has_a_full_head_and_an_empty_tail_of_the_same_time),
        cmocka_unit_test(new_forgets_the_old_queue),
        cmocka_unit_test(update_of_a_head_that_is_not_due_keeps_its_time),
        cmocka_unit_test(update_to_exactly_the_head_amount_leaves_one_refill),
        cmocka_unit_test(update_drops_all_but_the_head),
        cmocka_unit_test(charging_nothing_changes_nothing),
        cmocka_unit_test(charging_a_lone_refill_whole_moves_it_a_period),
        cmocka_unit_test(an_overrun_of_several_periods_pushes_the_refill_as_often),
        cmocka_unit_test(a_remainder_of_exactly_the_minimum_stays_usable),
        cmocka_unit_test(a_remainder_one_tick_below_the_minimum_is_not),
        cmocka_unit_test(budget_returned_adjacent_to_the_tail_is_merged_into_it),
        cmocka_unit_test(a_refill_at_the_limit_is_not_pushed_further),
        cmocka_unit_test(a_refill_just_below_the_limit_still_moves),
        cmocka_unit_test(merge_leaves_a_head_that_is_not_due),
        cmocka_unit_test(merge_dates_a_due_head_now),
        cmocka_unit_test(merge_takes_a_refill_that_touches_the_end_of_the_head),
        cmocka_unit_test(merge_leaves_a_refill_one_tick_beyond_the_end_of_the_head),
        cmocka_unit_test(merge_never_touches_round_robin),
        cmocka_unit_test(merge_of_an_inactive_context_does_nothing),
        cmocka_unit_test(released_means_active_and_due),
        cmocka_unit_test(sufficient_means_that_the_minimum_is_left),
        cmocka_unit_test(times_are_converted_through_kilohertz_and_rounded_down),
    };
    return cmocka_run_group_tests_name("refill", tests, NULL, NULL);
}
