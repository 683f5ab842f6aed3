// SPDX-License-Identifier: BSD-2-Clause
//
// The Domain capability with one domain (threads §3.5). Several domains: domains.c.
#include "tests/unit/threads.h"

#define domain_set(thread_cap, domain) method(DOMAIN, DomainSetSet, CAPS(thread_cap), domain)
#define configure_slice(index, domain, duration) method(DOMAIN, DomainScheduleConfigure, CAPS(), index, domain, duration)
#define set_start(index) method(DOMAIN, DomainScheduleSetStart, CAPS(), index)

TEST(domain_set_needs_a_word) // threads §3.5 Set 1
{
    assert_refused(method(DOMAIN, DomainSetSet, CAPS(TCB), ), seL4_TruncatedMessage);
}

TEST(domain_set_to_a_domain_that_does_not_exist_is_an_invalid_argument) // threads §3.5 Set 2
{
    assert_refused(domain_set(TCB, 1), seL4_InvalidArgument, 0);
}

TEST(domain_set_looks_at_the_domain_even_if_the_thread_is_missing) // threads §12 #94
{
    assert_refused(method(DOMAIN, DomainSetSet, CAPS(), 1), seL4_InvalidArgument, 0);
}

TEST(domain_set_does_not_truncate_the_domain_to_a_byte) // threads C-1
{
    assert_refused(domain_set(TCB, 256), seL4_InvalidArgument, 0);
}

TEST(domain_set_needs_a_thread) // threads §3.5 Set 3
{
    assert_refused(method(DOMAIN, DomainSetSet, CAPS(), 0), seL4_TruncatedMessage);
}

TEST(domain_set_of_something_else_is_an_invalid_argument_and_no_invalid_capability) // threads §12 #94
{
    assert_refused(domain_set(CNODE, 0), seL4_InvalidArgument, 1);
}

TEST(domain_set_moves_a_ready_thread_to_the_front) // threads §3.5 Set, §4.2
{
    const struct thread *a = given_thread_of_priority(LOW), *b = given_thread_of_priority(LOW);
    assert_ready(LOW, b, a);
    assert_ok(domain_set(a->cap, 0));
    assert_ready(LOW, a, b);
}

TEST(domain_set_leaves_a_passive_thread_out_of_the_ready_lists) // threads §3.5 Set
{
    const struct thread *a = given_passive_thread();
    assert_ok(domain_set(a->cap, 0));
    assert_ready(255);
}

TEST(domain_set_of_oneself_goes_on) // threads §3.5 Set
{
    assert_ok(domain_set(TCB, 0));
    assert_runs(root);
}

TEST(schedule_configure_needs_three_words) // threads §3.5 ScheduleConfigure 1
{
    assert_refused(method(DOMAIN, DomainScheduleConfigure, CAPS(), 0, 0), seL4_TruncatedMessage);
}

TEST(schedule_configure_never_reaches_the_last_entry) // threads §12 #95
{
    assert_refused(configure_slice(1, 0, 1000), seL4_RangeError, 0, 0);
}

TEST(schedule_configure_bounds_the_domain) // threads §3.5 ScheduleConfigure 3
{
    assert_refused(configure_slice(0, 1, 1000), seL4_RangeError, 0, 0);
}

TEST(schedule_configure_bounds_the_duration) // threads §3.5 ScheduleConfigure 4
{
    assert_refused(configure_slice(0, 0, BIT(56)), seL4_InvalidArgument, 2);
}

TEST(schedule_configure_looks_at_the_domain_before_the_duration) // threads §3.5 ScheduleConfigure 3, 4
{
    assert_refused(configure_slice(0, 1, BIT(56)), seL4_RangeError, 0, 0);
}

TEST(the_start_of_the_schedule_cannot_become_an_end_marker) // threads §3.5 ScheduleConfigure 6
{
    assert_refused(configure_slice(0, 0, 0), seL4_InvalidArgument, 2);
}

TEST(schedule_configure_stores_the_slice_and_leaves_the_present_one) // threads §3.5 ScheduleConfigure
{
    assert_ok(configure_slice(0, 0, 1000));
    assert_int_equal(ks.domain_schedule[0].duration, 1000);
    assert_int_equal(here()->domain_time, BIT(56) - 1);
}

TEST(schedule_configure_accepts_the_longest_duration) // threads §3.5 ScheduleConfigure 4
{
    assert_ok(configure_slice(0, 0, BIT(56) - 1));
}

TEST(set_start_needs_a_word) // threads §3.5 ScheduleSetStart 1
{
    assert_refused(method(DOMAIN, DomainScheduleSetStart, CAPS(), ), seL4_TruncatedMessage);
}

TEST(set_start_bounds_the_index_by_the_last_entry) // threads §12 #95
{
    assert_refused(set_start(2), seL4_RangeError, 0, 1);
}

TEST(set_start_refuses_an_end_marker) // threads §3.5 ScheduleSetStart 3
{
    assert_refused(set_start(1), seL4_InvalidArgument, 0);
}

TEST(set_start_of_the_only_slice_has_no_lasting_effect) // threads DOM-4
{
    assert_ok(set_start(0));
    assert_runs(root);
    assert_int_equal(here()->current_domain, 0);
    assert_ok(set_tls_base(root, 5)); // done, not restarted
    pass_time_us(20000);
    assert_runs(root);
}

TEST(another_label_is_illegal_on_the_domain_capability) // threads §3.5
{
    assert_refused(method(DOMAIN, TCBSuspend, CAPS(), ), seL4_IllegalOperation);
}

TEST(with_one_domain_no_time_runs_out) // threads DOM-1
{
    ticks_t before = here()->domain_time;
    computes_us(1000);
    assert_int_equal(here()->domain_time, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(domain_set_needs_a_word),
        RUN(domain_set_to_a_domain_that_does_not_exist_is_an_invalid_argument),
        RUN(domain_set_looks_at_the_domain_even_if_the_thread_is_missing),
        RUN(domain_set_does_not_truncate_the_domain_to_a_byte),
        RUN(domain_set_needs_a_thread),
        RUN(domain_set_of_something_else_is_an_invalid_argument_and_no_invalid_capability),
        RUN(domain_set_moves_a_ready_thread_to_the_front),
        RUN(domain_set_leaves_a_passive_thread_out_of_the_ready_lists),
        RUN(domain_set_of_oneself_goes_on),
        RUN(schedule_configure_needs_three_words),
        RUN(schedule_configure_never_reaches_the_last_entry),
        RUN(schedule_configure_bounds_the_domain),
        RUN(schedule_configure_bounds_the_duration),
        RUN(schedule_configure_looks_at_the_domain_before_the_duration),
        RUN(the_start_of_the_schedule_cannot_become_an_end_marker),
        RUN(schedule_configure_stores_the_slice_and_leaves_the_present_one),
        RUN(schedule_configure_accepts_the_longest_duration),
        RUN(set_start_needs_a_word),
        RUN(set_start_bounds_the_index_by_the_last_entry),
        RUN(set_start_refuses_an_end_marker),
        RUN(set_start_of_the_only_slice_has_no_lasting_effect),
        RUN(another_label_is_illegal_on_the_domain_capability),
        RUN(with_one_domain_no_time_runs_out),
    };
    return RUN_ALL("domain methods", tests);
}
