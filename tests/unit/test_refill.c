// SPDX-License-Identifier: BSD-2-Clause
//
// The sporadic-server algebra: threads §5. Pure functions on a scheduling context that belongs to nobody.
#include "tests/unit/harness/harness.h"

enum { CAPACITY = 10 };

static _Alignas(struct sched_context) uint8_t context[SC_CORE_BYTES + CAPACITY * sizeof(struct refill)];
static struct sched_context *const sc = (struct sched_context *)(void *)context;

static void given_new(word_t capacity, ticks_t budget, ticks_t period)
{
    memset(context, 0, sizeof context);
    refill_new(sc, capacity, budget, period, 1000);
}

static void assert_refills_are(struct words expected, const char *file, int line)
{
    bool is_right = sc->count * 2 == expected.count;
    for (word_t i = 0; is_right && i < sc->count; i++) {
        is_right = refill_at(sc, i)->time == expected.words[2 * i] && refill_at(sc, i)->amount == expected.words[2 * i + 1];
    }
    if (!is_right) {
        for (word_t i = 0; i < sc->count; i++) {
            print_error("(%d,%d)", (int)refill_at(sc, i)->time, (int)refill_at(sc, i)->amount);
        }
        print_error("\n");
        _fail(file, line);
    }
}
#define assert_refills(...) assert_refills_are(WORDS(__VA_ARGS__), HERE)

// threads §5 V1
TEST(v1_adjacent_refills_merge_and_a_full_list_delays_its_tail)
{
    given_new(2, 10000, 50000);
    assert_refills(1000, 10000);
    refill_charge(sc, 4000);
    assert_refills(5000, 6000, 51000, 4000);
    refill_charge(sc, 2000);
    assert_refills(7000, 4000, 51000, 6000);
    assert_true(refill_merge_on_unblock(sc, 9000));
    refill_charge(sc, 3000);
    assert_refills(52000, 10000);
}

// threads §5 V2
TEST(v2_a_remainder_below_the_minimum_is_folded_into_the_next_refill)
{
    given_new(2, 10000, 50000);
    refill_charge(sc, 4000);
    refill_charge(sc, 5000);
    assert_refills(50000, 10000);
}

// threads §5 V3
TEST(v3_without_room_the_tail_is_delayed)
{
    given_new(2, 10000, 50000);
    refill_charge(sc, 4000);
    refill_merge_on_unblock(sc, 20000);
    refill_charge(sc, 3000);
    assert_refills(23000, 3000, 66000, 7000);
}

// threads §5 V4
TEST(v4_with_room_each_piece_keeps_its_time)
{
    given_new(10, 10000, 50000);
    refill_charge(sc, 4000);
    refill_merge_on_unblock(sc, 20000);
    refill_charge(sc, 3000);
    assert_refills(23000, 3000, 51000, 4000, 70000, 3000);
    refill_merge_on_unblock(sc, 40000);
    refill_charge(sc, 1500);
    assert_refills(41500, 1500, 51000, 4000, 70000, 3000, 90000, 1500);
    refill_charge(sc, 1500);
    assert_refills(51000, 4000, 70000, 3000, 90000, 3000);
    refill_merge_on_unblock(sc, 80000);
    assert_refills(80000, 7000, 90000, 3000);
}

// threads §5 V5
TEST(v5_an_overrun_is_taken_from_the_next_refill)
{
    given_new(2, 10000, 50000);
    refill_charge(sc, 10500);
    assert_refills(51500, 9500, 101000, 500);
}

// threads §5 V6
TEST(v6_a_small_remainder_moves_the_whole_budget_into_the_future)
{
    given_new(2, 10000, 50000);
    refill_charge(sc, 9500);
    assert_refills(50500, 10000);
}

// threads §5 V7
TEST(v7_an_update_keeps_the_head_and_no_more_bandwidth)
{
    given_new(2, 10000, 50000);
    refill_charge(sc, 4000);
    refill_update(sc, 4, 20000, 40000, 6000);
    assert_refills(6000, 6000, 46000, 14000);
    refill_charge(sc, 6000);
    assert_refills(46000, 20000);
    refill_update(sc, 4, 3000, 40000, 8000);
    assert_refills(46000, 3000);
}

// threads §5 V8
TEST(v8_a_used_up_head_joins_its_tail)
{
    given_new(2, 10000, 50000);
    refill_charge(sc, 4000);
    refill_charge(sc, 6000);
    assert_refills(51000, 10000);
}

// threads §5 REF-new, RR form
TEST(round_robin_is_a_full_head_and_an_empty_tail_of_the_same_time)
{
    given_new(2, 10000, 0);
    assert_refills(1000, 10000, 1000, 0);
    assert_true(sc_is_round_robin(sc));
}

// threads REF-5
TEST(unblocking_changes_nothing_for_round_robin_future_or_inactive_contexts)
{
    given_new(2, 10000, 0);
    assert_false(refill_merge_on_unblock(sc, 9000));
    assert_refills(1000, 10000, 1000, 0);
    given_new(2, 10000, 50000);
    assert_false(refill_merge_on_unblock(sc, 999));
    assert_refills(1000, 10000);
    sc->capacity = 0;
    assert_false(refill_merge_on_unblock(sc, 9000));
}

TEST(unblocking_at_the_very_time_of_the_head_counts)
{
    given_new(2, 10000, 50000);
    assert_true(refill_merge_on_unblock(sc, 1000));
    assert_refills(1000, 10000);
}

TEST(unblocking_merges_what_touches_the_head)
{
    given_new(10, 10000, 50000);
    refill_charge(sc, 4000); // (5000,6000)(51000,4000)
    refill_merge_on_unblock(sc, 44999);
    assert_refills(44999, 6000, 51000, 4000);
    refill_merge_on_unblock(sc, 45000);
    assert_refills(45000, 10000);
}

// threads REF-7
TEST(sufficient_means_that_the_minimum_remains)
{
    given_new(2, 10000, 50000);
    assert_true(sc_is_sufficient(sc, 10000 - 1250));
    assert_false(sc_is_sufficient(sc, 10000 - 1249));
    assert_false(sc_is_sufficient(sc, 10001));
}

TEST(released_means_active_and_due)
{
    given_new(2, 10000, 50000);
    assert_false(sc_is_released(sc, 999));
    assert_true(sc_is_released(sc, 1000));
    sc->capacity = 0;
    assert_false(sc_is_released(sc, 1000));
}

// threads REF-1
TEST(an_overrun_may_span_several_refills)
{
    given_new(10, 10000, 50000);
    refill_charge(sc, 4000);              // (5000,6000)(51000,4000)
    refill_merge_on_unblock(sc, 20000);
    refill_charge(sc, 3000);              // (23000,3000)(51000,4000)(70000,3000)
    refill_charge(sc, 3000 + 4000 + 500); // both due times and one that is not
    assert_refills(70500, 5500, 101000, 4000, 120000, 500); // (73000,3000) joined (70000,3000)
}

TEST(using_exactly_the_head_reschedules_it_a_period_later)
{
    given_new(2, 10000, 50000);
    refill_charge(sc, 10000);
    assert_refills(51000, 10000);
}

TEST(a_charge_of_nothing_changes_nothing)
{
    given_new(2, 10000, 50000);
    refill_charge(sc, 0);
    assert_refills(1000, 10000);
}

// threads §0.2 LIMIT
TEST(refills_are_not_pushed_beyond_the_limit)
{
    given_new(2, 10000, 50000);
    refill_head(sc)->time = REFILL_LIMIT;
    refill_charge(sc, 10000);
    assert_true(refill_head(sc)->time == REFILL_LIMIT);
    assert_int_equal(refill_head(sc)->amount, 10000);
    refill_charge(sc, 5);
    assert_int_equal(refill_head(sc)->amount, 10000);
}

// threads §5 REF-update
TEST(an_update_dates_a_past_head_now_and_a_future_one_not)
{
    given_new(2, 10000, 50000);
    refill_update(sc, 2, 10000, 60000, 4000);
    assert_refills(4000, 10000);
    refill_head(sc)->time = 9000;
    refill_update(sc, 2, 12000, 60000, 4000);
    assert_refills(9000, 10000, 69000, 2000);
}

TEST(an_update_to_the_same_budget_has_one_refill)
{
    given_new(2, 10000, 50000);
    refill_update(sc, 2, 10000, 50000, 1000);
    assert_refills(1000, 10000);
    assert_int_equal(sc->period, 50000);
}

// threads §5: amounts always add up to the budget
TEST(a_long_history_of_charges_loses_no_budget)
{
    given_new(CAPACITY, 100000, 500000);
    ticks_t now = 1000;
    for (word_t i = 1; i < 2000; i++) {
        refill_charge(sc, 1 + i * 7919 % 60000);
        now += i * 104729 % 700000;
        if (i % 3 == 0) {
            refill_merge_on_unblock(sc, now);
        }
        ticks_t sum = 0;
        for (word_t j = 0; j < sc->count; j++) {
            sum += refill_at(sc, j)->amount;
            assert_true(j == 0 || refill_at(sc, j - 1)->time + refill_at(sc, j - 1)->amount <= refill_at(sc, j)->time);
        }
        assert_int_equal(sum, 100000);
        assert_true(refill_head(sc)->amount >= REFILL_MIN);
    }
}

// threads §5 REF-new
TEST(new_forgets_the_old_queue)
{
    given_new(2, 10000, 50000);
    refill_charge(sc, 4000);
    refill_charge(sc, 6000); // the head is now the second place of the array
    refill_new(sc, 3, 2000, 3000, 70000);
    assert_refills(70000, 2000);
    assert_int_equal(sc->head, 0);
    assert_int_equal(sc->period, 3000);
    assert_int_equal(sc->capacity, 3);
}

// threads §5 REF-update: keep only the head
TEST(an_update_drops_all_but_the_head)
{
    given_new(10, 10000, 50000);
    refill_charge(sc, 4000);
    refill_merge_on_unblock(sc, 20000);
    refill_charge(sc, 3000);
    refill_update(sc, 2, 5000, 40000, 23000);
    assert_refills(23000, 3000, 63000, 2000);
}

// threads §5 REF-update: a single tick of difference is a refill of its own
TEST(an_update_schedules_even_one_tick)
{
    given_new(2, 10000, 50000);
    refill_update(sc, 2, 10001, 50000, 1000);
    assert_refills(1000, 10000, 51000, 1);
}

// threads §5 REF-update: N := N'
TEST(an_update_changes_the_room)
{
    given_new(2, 10000, 50000);
    refill_update(sc, 3, 10000, 50000, 1000);
    refill_charge(sc, 2000); // (3000,8000)(51000,2000)
    refill_merge_on_unblock(sc, 20000);
    refill_charge(sc, 2000);
    assert_refills(22000, 6000, 51000, 2000, 70000, 2000);
    refill_update(sc, 2, 10000, 50000, 22000); // (22000,6000)(72000,4000)
    refill_merge_on_unblock(sc, 30000);
    refill_charge(sc, 2000);
    assert_refills(32000, 4000, 76000, 6000);
}

// threads §5 REF-charge step 2: returned budget joins a tail that it touches
TEST(budget_returned_next_to_the_tail_joins_it)
{
    given_new(10, 10000, 50000);
    refill_charge(sc, 1);
    refill_charge(sc, 1999);
    refill_charge(sc, 2000);
    assert_refills(5000, 6000, 51000, 4000);
}

// threads REF-3, §12 #48
TEST(a_remainder_of_exactly_the_minimum_is_usable_and_one_tick_less_is_not)
{
    given_new(2, 10000, 50000);
    refill_charge(sc, 10000 - 1250);
    assert_refills(9750, 1250, 51000, 8750);
    given_new(2, 10000, 50000);
    refill_charge(sc, 10000 - 1249);
    assert_refills(49751, 10000);
}

// threads §0.2
TEST(microseconds_and_ticks_convert_by_truncation)
{
    assert_int_equal(us_to_ticks(20), 1250);
    assert_int_equal(us_to_ticks(1), 62);
    assert_int_equal(ticks_to_us(1250), 20);
    assert_int_equal(ticks_to_us(1249), 19);
    assert_true(us_to_ticks(REFILL_MAX_US) == REFILL_MAX);
    assert_true(REFILL_LIMIT == UINT64_C(18435214858663483180));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(v1_adjacent_refills_merge_and_a_full_list_delays_its_tail),
        RUN(v2_a_remainder_below_the_minimum_is_folded_into_the_next_refill),
        RUN(v3_without_room_the_tail_is_delayed),
        RUN(v4_with_room_each_piece_keeps_its_time),
        RUN(v5_an_overrun_is_taken_from_the_next_refill),
        RUN(v6_a_small_remainder_moves_the_whole_budget_into_the_future),
        RUN(v7_an_update_keeps_the_head_and_no_more_bandwidth),
        RUN(v8_a_used_up_head_joins_its_tail),
        RUN(round_robin_is_a_full_head_and_an_empty_tail_of_the_same_time),
        RUN(unblocking_changes_nothing_for_round_robin_future_or_inactive_contexts),
        RUN(unblocking_at_the_very_time_of_the_head_counts),
        RUN(unblocking_merges_what_touches_the_head),
        RUN(sufficient_means_that_the_minimum_remains),
        RUN(released_means_active_and_due),
        RUN(an_overrun_may_span_several_refills),
        RUN(using_exactly_the_head_reschedules_it_a_period_later),
        RUN(a_charge_of_nothing_changes_nothing),
        RUN(refills_are_not_pushed_beyond_the_limit),
        RUN(an_update_dates_a_past_head_now_and_a_future_one_not),
        RUN(an_update_to_the_same_budget_has_one_refill),
        RUN(a_long_history_of_charges_loses_no_budget),
        RUN(new_forgets_the_old_queue),
        RUN(an_update_drops_all_but_the_head),
        RUN(an_update_schedules_even_one_tick),
        RUN(an_update_changes_the_room),
        RUN(budget_returned_next_to_the_tail_joins_it),
        RUN(a_remainder_of_exactly_the_minimum_is_usable_and_one_tick_less_is_not),
        RUN(microseconds_and_ticks_convert_by_truncation),
    };
    return RUN_ALL("refill", tests);
}
