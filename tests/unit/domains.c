// SPDX-License-Identifier: BSD-2-Clause
//
// Several scheduling domains (threads §3.5, §4.9): against a core built with four domains and a schedule of 100 entries.
#include "tests/unit/threads.h"

_Static_assert(NUM_DOMAINS == 4 && NUM_DOMAIN_SCHEDULES == 100, "this file needs a core of its own");

#define domain_set(thread_cap, domain) method(DOMAIN, DomainSetSet, CAPS(thread_cap), domain)
#define configure_slice(index, domain, duration) method(DOMAIN, DomainScheduleConfigure, CAPS(), index, domain, duration)
#define set_start(index) method(DOMAIN, DomainScheduleSetStart, CAPS(), index)
#define assert_ready_in(domain, priority, ...) \
    harness_assert_queue(here()->ready[domain].level[priority].head, THREADS(__VA_ARGS__), HERE)

#define MS UINT64_C(62500) // ticks of a millisecond

// Domains 0 and 1 take turns: 2 ms, 3 ms. The root thread runs at the start of its slice; a thread of domain 1 is ready.
static const struct thread *given_two_domains_that_take_turns(void)
{
    const struct thread *a = given_thread();
    assert_ok(domain_set(a->cap, 1));
    assert_ok(configure_slice(0, 0, 2 * MS));
    assert_ok(configure_slice(1, 1, 3 * MS));
    assert_ok(set_start(0));
    assert_runs(root);
    return a;
}

// ----------------------------------------------------------------------------------------- methods

TEST(at_first_everything_is_in_domain_0_forever) // threads DOM-1
{
    assert_int_equal(here()->current_domain, 0);
    assert_int_equal(root->tcb->domain, 0);
    assert_int_equal(ks.domain_schedule[0].duration, BIT(56) - 1);
    assert_int_equal(ks.domain_schedule[1].duration, 0);
    assert_int_equal(here()->domain_time, BIT(56) - 1);
}

TEST(domain_set_bounds_the_domain) // threads §3.5 Set 2
{
    assert_refused(domain_set(TCB, 4), seL4_InvalidArgument, 0);
    assert_ok(domain_set(TCB, 0));
}

TEST(the_last_entry_of_the_schedule_cannot_be_configured) // threads §12 #95
{
    assert_refused(configure_slice(99, 0, 1), seL4_RangeError, 0, 98);
    assert_ok(configure_slice(98, 3, 1));
}

TEST(schedule_configure_bounds_the_domain) // threads §3.5 ScheduleConfigure 3
{
    assert_refused(configure_slice(0, 4, 1), seL4_RangeError, 0, 3);
}

TEST(schedule_configure_looks_at_the_index_before_the_domain) // threads §3.5 ScheduleConfigure 2, 3
{
    assert_refused(configure_slice(99, 4, 1), seL4_RangeError, 0, 98);
}

TEST(an_end_marker_has_domain_0) // threads §3.5 ScheduleConfigure 5
{
    assert_refused(configure_slice(5, 1, 0), seL4_InvalidArgument, 1);
    assert_ok(configure_slice(5, 0, 0));
}

TEST(the_end_markers_domain_is_checked_before_the_start) // threads §3.5 ScheduleConfigure 5, 6
{
    assert_refused(configure_slice(0, 1, 0), seL4_InvalidArgument, 1);
}

TEST(the_start_cannot_become_an_end_marker) // threads §3.5 ScheduleConfigure 6
{
    assert_refused(configure_slice(0, 0, 0), seL4_InvalidArgument, 2);
}

TEST(set_start_refuses_the_last_entry_as_an_end_marker_and_more_as_out_of_range) // threads §12 #95
{
    assert_refused(set_start(99), seL4_InvalidArgument, 0);
    assert_refused(set_start(100), seL4_RangeError, 0, 99);
}

TEST(schedule_configure_does_not_change_the_slice_in_progress) // threads §3.5 ScheduleConfigure
{
    (void)given_two_domains_that_take_turns();
    assert_ok(configure_slice(0, 0, 50 * MS));
    assert_int_equal(here()->domain_time, 2 * MS);
}

TEST(set_start_ends_the_slice_and_goes_on_with_its_entry) // threads §3.5 ScheduleSetStart
{
    const struct thread *a = given_two_domains_that_take_turns();
    assert_ok(set_start(1));
    assert_runs(a);
    assert_int_equal(here()->current_domain, 1);
    assert_int_equal(here()->domain_time, 3 * MS);
    assert_ready_in(0, 255, root);
}

// ------------------------------------------------------------------------------------ belonging

TEST(a_new_thread_belongs_to_the_domain_that_runs) // threads §12 #93, TCB-5
{
    const struct thread *a = given_two_domains_that_take_turns();
    assert_ok(set_start(1));
    assert_runs(a);
    struct tcb *tcb = object_of(given_object(seL4_TCBObject, 0));
    assert_int_equal(tcb->domain, 1);
}

TEST(a_ready_thread_moved_to_another_domain_waits_at_the_front_there) // threads §3.5 Set, §4.2
{
    const struct thread *a = given_thread(), *b = given_thread();
    assert_ok(domain_set(a->cap, 2));
    assert_ok(domain_set(b->cap, 2));
    assert_ready_in(0, 255);
    assert_ready_in(2, 255, b, a);
}

TEST(a_thread_that_moves_itself_to_another_domain_stops) // threads §3.5 Set: demand
{
    const struct thread *a = given_thread();
    assert_ok(domain_set(TCB, 1));
    assert_runs(a);
    assert_ready_in(1, 255, root);
}

TEST(a_higher_thread_moved_into_the_current_domain_runs_only_at_the_next_choice) // threads §3.5 Set, DSP-3
{
    const struct thread *a = given_thread();
    assert_ok(domain_set(a->cap, 1));
    assert_ok(set_priority(root, LOW));
    assert_ok(domain_set(a->cap, 0));
    assert_runs(root);
    sys_yield();
    assert_runs(a);
}

TEST(a_blocked_thread_just_changes_its_domain) // threads §3.5 Set
{
    const struct thread *a = given_thread();
    cptr_t endpoint = given_endpoint();
    as(a), sys_wait(endpoint);
    assert_ok(domain_set(a->cap, 3));
    assert_int_equal(a->tcb->domain, 3);
    assert_waiting(endpoint, a);
}

TEST(fp_state_is_saved_when_a_thread_leaves_for_another_domain) // threads REG-13
{
    fake_forget_calls();
    assert_ok(domain_set(TCB, 1));
    assert_int_equal(fake_count_calls(FAKE_FPU_SAVE), 1);
    assert_null(fake.fpu_owner);
}

// ------------------------------------------------------------------------------------------ switching

TEST(the_deadline_is_the_end_of_the_domains_slice_if_that_is_earlier) // threads §4.7 E
{
    (void)given_two_domains_that_take_turns();
    assert_int_equal(fake.timer_deadline, here()->now + 2 * MS);
}

TEST(domains_take_turns) // threads DOM-2, DOM-3
{
    const struct thread *a = given_two_domains_that_take_turns();
    pass_time_us(2000);
    assert_runs(a);
    assert_ready_in(0, 255, root);
    pass_time_us(3000);
    assert_runs(root);
    assert_ready_in(1, 255, a);
}

TEST(a_domain_without_ready_threads_idles_for_its_slice) // threads Q-2
{
    const struct thread *a = given_two_domains_that_take_turns();
    assert_ok(suspend(a));
    pass_time_us(2000);
    assert_idle();
    pass_time_us(2000);
    assert_idle();
    pass_time_us(1000);
    assert_runs(root);
}

TEST(the_schedule_goes_back_to_its_start_at_an_end_marker) // threads DOM-2
{
    const struct thread *a = given_two_domains_that_take_turns();
    assert_ok(configure_slice(2, 2, 1 * MS));
    assert_ok(set_start(1));
    assert_runs(a);
    pass_time_us(3000);
    assert_int_equal(here()->current_domain, 2);
    pass_time_us(1000);
    assert_runs(a);
}

TEST(the_schedule_goes_back_to_its_start_at_the_end_of_the_array) // threads DOM-2
{
    const struct thread *a = given_two_domains_that_take_turns();
    assert_ok(configure_slice(98, 1, 1 * MS));
    assert_ok(set_start(98));
    assert_runs(a);
    pass_time_us(1000);
    assert_runs(a);
    assert_int_equal(here()->domain_index, 98);
}

TEST(time_left_that_is_exactly_the_minimum_ends_the_slice) // threads TM-1
{
    const struct thread *a = given_two_domains_that_take_turns();
    wind_clock_ticks(2 * MS - 1250 - 1);
    take_irq();
    assert_runs(root);
    assert_int_equal(here()->domain_time, 1251);
    wind_clock_ticks(1);
    take_irq();
    assert_runs(a);
}

TEST(a_system_call_after_the_end_of_the_slice_is_repeated_in_the_next_one) // threads §4.7 A
{
    const struct thread *a = given_two_domains_that_take_turns();
    cptr_t notification = given_notification();
    wind_clock_ticks(2 * MS - 100);
    sys_signal(notification);
    assert_runs(a);
    assert_state(root, THREAD_RESTART);
    assert_int_equal(((struct notification *)object_of(notification))->state, NOTIFICATION_IDLE);
    pass_time_us(3000);
    (void)again();
    assert_int_equal(((struct notification *)object_of(notification))->state, NOTIFICATION_ACTIVE);
}

TEST(an_interrupt_after_the_end_of_the_slice_is_delivered_all_the_same) // threads §4.7 A
{
    given_bell();
    const struct thread *a = given_two_domains_that_take_turns();
    wind_clock_ticks(2 * MS - 100);
    raise_irq(BELL_IRQ);
    assert_runs(a);
    assert_int_equal(((struct notification *)object_of(bell))->state, NOTIFICATION_ACTIVE);
    assert_state(root, THREAD_RUNNING);
}

TEST(a_thread_of_another_domain_that_is_woken_waits_for_its_domain) // threads NOM-1, §4.2
{
    const struct thread *a = given_thread(), *b = given_thread();
    cptr_t notification = given_notification();
    assert_ok(domain_set(b->cap, 1));
    as(a), sys_wait(notification);
    as(root), assert_ok(domain_set(a->cap, 1));
    assert_ok(set_priority(root, LOW));
    sys_signal(notification);
    assert_runs(root);
    assert_ready_in(1, 255, a, b);
}

TEST(a_sleeper_of_another_domain_wakes_in_its_domain) // threads SL-1: one list for all domains
{
    const struct thread *a = given_thread();
    given_budget(a, 1000, 10000);
    as(a), sys_yield();
    assert_ok(domain_set(a->cap, 1));
    assert_true(a->tcb->is_sleeping);
    pass_time_us(10000);
    assert_ready_in(1, 255, a);
    assert_runs(root);
}

TEST(the_counter_of_work_is_reset_when_the_domain_changes) // threads DOM-2
{
    (void)given_two_domains_that_take_turns();
    here()->work_units = 50;
    pass_time_us(2000);
    assert_int_equal(here()->work_units, 0);
}

TEST(fp_state_is_saved_when_the_domain_changes) // threads DOM-2, REG-13
{
    const struct thread *a = given_two_domains_that_take_turns();
    fake_forget_calls();
    pass_time_us(2000);
    assert_int_equal(fake_nth_call(FAKE_FPU_SAVE, 0)->a, (word_t)root->tcb);
    assert_ptr_equal(fake.fpu_owner, a->tcb);
}

TEST(priorities_do_not_count_across_domains) // threads
{
    const struct thread *a = given_two_domains_that_take_turns();
    assert_ok(set_priority(a, 1));
    pass_time_us(2000);
    assert_runs(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(at_first_everything_is_in_domain_0_forever),
        RUN(domain_set_bounds_the_domain),
        RUN(the_last_entry_of_the_schedule_cannot_be_configured),
        RUN(schedule_configure_bounds_the_domain),
        RUN(schedule_configure_looks_at_the_index_before_the_domain),
        RUN(an_end_marker_has_domain_0),
        RUN(the_end_markers_domain_is_checked_before_the_start),
        RUN(the_start_cannot_become_an_end_marker),
        RUN(set_start_refuses_the_last_entry_as_an_end_marker_and_more_as_out_of_range),
        RUN(schedule_configure_does_not_change_the_slice_in_progress),
        RUN(set_start_ends_the_slice_and_goes_on_with_its_entry),
        RUN(a_new_thread_belongs_to_the_domain_that_runs),
        RUN(a_ready_thread_moved_to_another_domain_waits_at_the_front_there),
        RUN(a_thread_that_moves_itself_to_another_domain_stops),
        RUN(a_higher_thread_moved_into_the_current_domain_runs_only_at_the_next_choice),
        RUN(a_blocked_thread_just_changes_its_domain),
        RUN(fp_state_is_saved_when_a_thread_leaves_for_another_domain),
        RUN(the_deadline_is_the_end_of_the_domains_slice_if_that_is_earlier),
        RUN(domains_take_turns),
        RUN(a_domain_without_ready_threads_idles_for_its_slice),
        RUN(the_schedule_goes_back_to_its_start_at_an_end_marker),
        RUN(the_schedule_goes_back_to_its_start_at_the_end_of_the_array),
        RUN(time_left_that_is_exactly_the_minimum_ends_the_slice),
        RUN(a_system_call_after_the_end_of_the_slice_is_repeated_in_the_next_one),
        RUN(an_interrupt_after_the_end_of_the_slice_is_delivered_all_the_same),
        RUN(a_thread_of_another_domain_that_is_woken_waits_for_its_domain),
        RUN(a_sleeper_of_another_domain_wakes_in_its_domain),
        RUN(the_counter_of_work_is_reset_when_the_domain_changes),
        RUN(fp_state_is_saved_when_the_domain_changes),
        RUN(priorities_do_not_count_across_domains),
    };
    return RUN_ALL("domains", tests);
}
