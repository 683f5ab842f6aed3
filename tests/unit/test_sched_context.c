// SPDX-License-Identifier: BSD-2-Clause
//
// Scheduling contexts: Bind, Unbind, UnbindObject, Consumed, and deletion (threads §3.1–3.3, §9.2, §9.6).
#include "tests/unit/threads.h"

static cptr_t given_unconfigured_sc(void)
{
    return given_object(seL4_SchedContextObject, 7);
}

static struct sched_context *context(cptr_t sc)
{
    return (struct sched_context *)object_of(sc);
}

static struct notification *notification_of(cptr_t slot)
{
    return (struct notification *)object_of(slot);
}

// A thread in a Recv, without a context.
static const struct thread *given_blocked_passive_thread(void)
{
    const struct thread *a = given_thread();
    cptr_t endpoint = given_endpoint();
    as(a), sys_wait(endpoint);
    assert_ok(unbind_object(a->sc, a->cap));
    assert_state(a, THREAD_BLOCKED_ON_RECEIVE);
    return a;
}

// ------------------------------------------------------------------------------------- new context

TEST(a_new_context_is_inactive_and_unbound) // threads §3.1, SC-2
{
    struct sched_context *sc = context(given_unconfigured_sc());
    assert_false(sc_is_active(sc));
    assert_null(sc->thread);
    assert_null(sc->notification);
    assert_int_equal(sc->badge | sc->consumed | sc->period, 0);
}

// -------------------------------------------------------------------------------------------- Bind

TEST(bind_needs_a_capability) // threads §3.3 Bind 1
{
    cptr_t sc = given_sc(1000, 1000);
    assert_refused(method(sc, SchedContextBind, CAPS(), ), seL4_TruncatedMessage);
}

TEST(bind_of_something_else_is_an_invalid_capability) // threads §12 #32, §3.3 Bind 4
{
    cptr_t sc = given_sc(1000, 1000);
    assert_refused(bind_sc(sc, CNODE), seL4_InvalidCapability, 1);
}

TEST(bind_of_an_empty_slot_is_an_invalid_capability) // threads §3.3 Bind 4
{
    cptr_t sc = given_sc(1000, 1000);
    assert_refused(bind_sc(sc, NULL_CAP), seL4_InvalidCapability, 1);
}

TEST(bind_refuses_a_context_that_has_a_thread) // threads §3.3 Bind 2
{
    const struct thread *a = given_passive_thread();
    assert_refused(bind_sc(SC, a->cap), seL4_IllegalOperation);
}

TEST(bind_refuses_a_thread_that_has_a_context) // threads §3.3 Bind 2
{
    cptr_t sc = given_sc(1000, 1000);
    assert_refused(bind_sc(sc, TCB), seL4_IllegalOperation);
}

TEST(bind_refuses_what_is_already_bound_to_each_other) // threads §3.3 Bind 2
{
    assert_refused(bind_sc(SC, TCB), seL4_IllegalOperation);
}

TEST(bind_refuses_a_blocked_thread_a_context_without_time) // threads §3.3 Bind 2, §12 #31
{
    const struct thread *a = given_blocked_passive_thread();
    cptr_t sc = given_unconfigured_sc();
    assert_refused(bind_sc(sc, a->cap), seL4_IllegalOperation);
}

TEST(bind_gives_a_blocked_thread_a_context_with_time) // threads §3.3 Bind 2
{
    const struct thread *a = given_blocked_passive_thread();
    cptr_t sc = given_sc(1000, 5000);
    assert_ok(bind_sc(sc, a->cap));
    assert_ptr_equal(a->tcb->sc, context(sc));
    assert_state(a, THREAD_BLOCKED_ON_RECEIVE);
}

TEST(bind_gives_an_inactive_thread_an_unconfigured_context) // threads §12 #31
{
    const struct thread *a = given_passive_thread();
    cptr_t sc = given_unconfigured_sc();
    assert_ok(suspend(a));
    assert_ok(bind_sc(sc, a->cap));
    assert_ptr_equal(a->tcb->sc, context(sc));
}

TEST(bind_puts_a_runnable_thread_at_the_front_of_its_level) // threads [SCB], §4.2
{
    const struct thread *a = given_thread(), *b = given_passive_thread();
    assert_ok(bind_sc(given_sc(1000, 1000), b->cap));
    assert_runs(root);
    assert_ready(255, b, a);
}

TEST(bind_of_a_higher_priority_thread_preempts) // threads [SCB]: demand
{
    const struct thread *a = given_passive_thread();
    cptr_t sc = given_sc(1000, 1000);
    assert_ok(set_priority(root, LOW));
    assert_ok(bind_sc(sc, a->cap));
    assert_runs(a);
}

TEST(bind_of_an_unconfigured_context_leaves_a_runnable_thread_passive_until_it_is_configured) // threads CFG-3
{
    const struct thread *a = given_passive_thread();
    cptr_t sc = given_unconfigured_sc();
    assert_ok(bind_sc(sc, a->cap));
    assert_ready(255);
    assert_ok(configure_sc(sc, 1000, 1000, 0, 0, 0));
    assert_ready(255, a);
}

TEST(bind_of_a_context_without_time_puts_a_runnable_thread_to_sleep) // threads [SCB]: settle
{
    const struct thread *a = given_thread(), *b = given_passive_thread();
    given_budget(a, 1000, 100000);
    as(a), sys_yield();
    assert_ok(unbind_sc(a->sc));
    assert_ok(bind_sc(a->sc, b->cap));
    assert_true(b->tcb->is_sleeping);
    assert_ready(255);
}

TEST(bind_dates_a_sporadic_context_now) // threads §12 #100, [SCB]
{
    const struct thread *a = given_passive_thread();
    cptr_t sc = given_unconfigured_sc();
    assert_ok(configure_sc(sc, 1000, 10000, 0, 0, 1));
    wind_clock_us(2000);
    assert_ok(bind_sc(sc, a->cap));
    assert_int_equal(refill_head(context(sc))->time, here()->now);
}

TEST(bind_leaves_the_date_of_a_constant_bandwidth_context) // threads §12 #100
{
    const struct thread *a = given_passive_thread();
    cptr_t sc = given_sc(1000, 10000);
    ticks_t configured = here()->now;
    wind_clock_us(2000);
    assert_ok(bind_sc(sc, a->cap));
    assert_int_equal(refill_head(context(sc))->time, configured);
}

TEST(bind_refuses_a_context_that_has_a_notification) // threads §3.3 Bind 3
{
    cptr_t other = given_notification();
    assert_ok(bind_sc(SC, given_notification()));
    assert_refused(bind_sc(SC, other), seL4_IllegalOperation);
}

TEST(bind_refuses_a_notification_that_has_a_context) // threads §3.3 Bind 3
{
    cptr_t notification = given_notification(), sc = given_sc(1000, 1000);
    assert_ok(bind_sc(SC, notification));
    assert_refused(bind_sc(sc, notification), seL4_IllegalOperation);
}

TEST(a_context_may_have_a_thread_and_a_notification) // threads SC-5, NS-4
{
    cptr_t notification = given_notification();
    assert_ok(bind_sc(SC, notification));
    assert_ptr_equal(notification_of(notification)->sc, context(SC));
    assert_ptr_equal(root->tcb->sc, context(SC));
}

TEST(bind_wants_no_right_to_the_notification) // threads §3.3 Bind 3
{
    cptr_t notification = given_copy(given_notification(), NO_RIGHTS);
    assert_ok(bind_sc(SC, notification));
}

TEST(bind_of_a_notification_leaves_its_waiter_alone) // threads §3.3 Bind 3
{
    const struct thread *a = given_thread();
    cptr_t notification = given_notification(), sc = given_sc(1000, 1000);
    as(a), sys_wait(notification);
    assert_ok(unbind_object(a->sc, a->cap));
    assert_ok(bind_sc(sc, notification));
    assert_waiting(notification, a);
    assert_null(a->tcb->sc);
}

// ------------------------------------------------------------------------------------ UnbindObject

TEST(unbind_object_needs_a_capability) // threads §3.3 UnbindObject 1
{
    assert_refused(method(SC, SchedContextUnbindObject, CAPS(), ), seL4_TruncatedMessage);
}

TEST(unbind_object_of_something_else_is_an_invalid_capability) // threads §12 #32
{
    assert_refused(unbind_object(SC, CNODE), seL4_InvalidCapability, 1);
}

TEST(unbind_object_refuses_a_thread_that_is_not_the_contexts) // threads §3.3 UnbindObject 2
{
    const struct thread *a = given_thread();
    assert_refused(unbind_object(SC, a->cap), seL4_IllegalOperation);
}

TEST(unbind_object_refuses_the_current_thread) // threads §3.3 UnbindObject 2, INT-4
{
    assert_refused(unbind_object(SC, TCB), seL4_IllegalOperation);
}

TEST(unbind_object_refuses_a_notification_that_is_not_the_contexts) // threads §3.3 UnbindObject 3
{
    cptr_t notification = given_notification();
    assert_refused(unbind_object(SC, notification), seL4_IllegalOperation);
}

TEST(unbind_object_makes_a_ready_thread_passive) // threads [SCU]
{
    const struct thread *a = given_thread();
    assert_ok(unbind_object(a->sc, a->cap));
    assert_null(a->tcb->sc);
    assert_true(tcb_is_runnable(a->tcb));
    assert_ready(255);
}

TEST(unbind_object_leaves_a_blocked_thread_blocked) // threads [SCU]
{
    const struct thread *a = given_blocked_passive_thread();
    assert_null(a->tcb->sc);
    assert_state(a, THREAD_BLOCKED_ON_RECEIVE);
}

TEST(unbind_object_takes_a_sleeper_out_of_the_sleep_list) // threads [SCU]
{
    const struct thread *a = given_thread();
    given_budget(a, 1000, 100000);
    as(a), sys_yield();
    assert_ok(unbind_object(a->sc, a->cap));
    assert_null(here()->sleepers.head);
    assert_false(a->tcb->is_sleeping);
}

TEST(unbind_object_of_a_notification_leaves_the_thread) // threads §3.3 UnbindObject 3
{
    const struct thread *a = given_thread();
    cptr_t notification = given_notification();
    assert_ok(bind_sc(a->sc, notification));
    assert_ok(unbind_object(a->sc, notification));
    assert_null(notification_of(notification)->sc);
    assert_ptr_equal(a->tcb->sc, sc_of(a));
}

TEST(unbind_object_of_a_thread_leaves_the_notification) // threads SC-5
{
    const struct thread *a = given_thread();
    cptr_t notification = given_notification();
    assert_ok(bind_sc(a->sc, notification));
    assert_ok(unbind_object(a->sc, a->cap));
    assert_ptr_equal(notification_of(notification)->sc, sc_of(a));
}

// ------------------------------------------------------------------------------------------ Unbind

TEST(unbind_refuses_the_context_of_the_current_thread) // threads §3.3 Unbind, INT-4
{
    assert_refused(unbind_sc(SC), seL4_IllegalOperation);
}

TEST(unbind_takes_thread_and_notification) // threads §3.3 Unbind
{
    const struct thread *a = given_thread();
    cptr_t notification = given_notification();
    assert_ok(bind_sc(a->sc, notification));
    assert_ok(unbind_sc(a->sc));
    assert_null(a->tcb->sc);
    assert_null(notification_of(notification)->sc);
    assert_null(sc_of(a)->thread);
    assert_null(sc_of(a)->notification);
}

TEST(unbind_of_an_unbound_context_succeeds) // threads §3.3 Unbind
{
    assert_ok(unbind_sc(given_unconfigured_sc()));
}

// ---------------------------------------------------------------------------------------- Consumed

TEST(consumed_lags_by_the_time_since_the_last_commit) // threads §12 #43, CON-1
{
    wind_clock_us(1000);
    assert_answer(consumed(SC), 0);
    wind_clock_us(1000);
    assert_answer(consumed(SC), 0);
}

TEST(consumed_tells_what_was_committed_and_resets_it) // threads §12 #42
{
    const struct thread *a = given_thread();
    as(a);
    computes_us(1000);
    as(root);
    assert_answer(consumed(a->sc), 1000);
    assert_answer(consumed(a->sc), 0);
}

TEST(consumed_keeps_nothing_of_a_microsecond_begun) // threads §0.2: rounded down, and the whole counter is reset
{
    const struct thread *a = given_inactive_thread();
    sc_of(a)->consumed = 124;
    assert_answer(consumed(a->sc), 1);
    assert_int_equal(sc_of(a)->consumed, 0);
}

TEST(consumed_reports_a_huge_count_in_pieces) // threads §3.3 Consumed, §0.2
{
    const struct thread *a = given_inactive_thread();
    sc_of(a)->consumed = UINT64_C(295147905179352) + 625;
    assert_answer(consumed(a->sc), UINT64_C(295147905179352) * 1000 / 62500);
    assert_answer(consumed(a->sc), 10);
}

TEST(consumed_works_on_a_context_that_is_not_configured) // threads CON-2
{
    assert_answer(consumed(given_unconfigured_sc()), 0);
}

TEST(consumed_by_send_resets_the_counter_and_returns_nothing) // threads CON-2
{
    const struct thread *a = given_inactive_thread();
    sc_of(a)->consumed = 6250;
    struct result r = sys_send(a->sc, MESSAGE(SchedContextConsumed, 0x77));
    assert_int_equal(r.mr[0], 0x77);
    assert_int_equal(sc_of(a)->consumed, 0);
}

TEST(a_label_of_another_kind_of_object_is_illegal_on_a_context) // threads §3.3: other -> IllegalOperation
{
    assert_refused(method(SC, TCBSuspend, CAPS(), ), seL4_IllegalOperation);
}

// ---------------------------------------------------------------------------------------- deletion

TEST(a_thread_that_deletes_its_own_context_finishes_the_call_but_stops) // threads §12 #98, §9.2
{
    const struct thread *a = given_thread();
    assert_ok(cnode_delete(AT(SC)));
    assert_runs(a);
    assert_state(root, THREAD_RUNNING);
    assert_null(root->tcb->sc);
    assert_ok(received(root));
    assert_ok(bind_sc(given_sc(1000, 1000), TCB));
    assert_ready(255, root);
}

TEST(deleting_a_sleepers_context_takes_it_out_of_the_sleep_list) // threads §9.2
{
    const struct thread *a = given_thread();
    given_budget(a, 1000, 100000);
    as(a), sys_yield();
    assert_ok(cnode_delete(AT(a->sc)));
    assert_null(here()->sleepers.head);
    assert_null(a->tcb->sc);
}

TEST(deleting_a_context_unbinds_its_notification) // threads §9.2
{
    const struct thread *a = given_inactive_thread();
    cptr_t notification = given_notification();
    assert_ok(bind_sc(a->sc, notification));
    assert_ok(cnode_delete(AT(a->sc)));
    assert_null(notification_of(notification)->sc);
    assert_null(a->tcb->sc);
}

TEST(a_context_that_is_not_the_last_capability_stays) // threads §9.2
{
    cptr_t copy = given_copy(SC, ALL_RIGHTS);
    assert_ok(cnode_delete(AT(copy)));
    assert_runs(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_new_context_is_inactive_and_unbound),
        RUN(bind_needs_a_capability),
        RUN(bind_of_something_else_is_an_invalid_capability),
        RUN(bind_of_an_empty_slot_is_an_invalid_capability),
        RUN(bind_refuses_a_context_that_has_a_thread),
        RUN(bind_refuses_a_thread_that_has_a_context),
        RUN(bind_refuses_what_is_already_bound_to_each_other),
        RUN(bind_refuses_a_blocked_thread_a_context_without_time),
        RUN(bind_gives_a_blocked_thread_a_context_with_time),
        RUN(bind_gives_an_inactive_thread_an_unconfigured_context),
        RUN(bind_puts_a_runnable_thread_at_the_front_of_its_level),
        RUN(bind_of_a_higher_priority_thread_preempts),
        RUN(bind_of_an_unconfigured_context_leaves_a_runnable_thread_passive_until_it_is_configured),
        RUN(bind_of_a_context_without_time_puts_a_runnable_thread_to_sleep),
        RUN(bind_dates_a_sporadic_context_now),
        RUN(bind_leaves_the_date_of_a_constant_bandwidth_context),
        RUN(bind_refuses_a_context_that_has_a_notification),
        RUN(bind_refuses_a_notification_that_has_a_context),
        RUN(a_context_may_have_a_thread_and_a_notification),
        RUN(bind_wants_no_right_to_the_notification),
        RUN(bind_of_a_notification_leaves_its_waiter_alone),
        RUN(unbind_object_needs_a_capability),
        RUN(unbind_object_of_something_else_is_an_invalid_capability),
        RUN(unbind_object_refuses_a_thread_that_is_not_the_contexts),
        RUN(unbind_object_refuses_the_current_thread),
        RUN(unbind_object_refuses_a_notification_that_is_not_the_contexts),
        RUN(unbind_object_makes_a_ready_thread_passive),
        RUN(unbind_object_leaves_a_blocked_thread_blocked),
        RUN(unbind_object_takes_a_sleeper_out_of_the_sleep_list),
        RUN(unbind_object_of_a_notification_leaves_the_thread),
        RUN(unbind_object_of_a_thread_leaves_the_notification),
        RUN(unbind_refuses_the_context_of_the_current_thread),
        RUN(unbind_takes_thread_and_notification),
        RUN(unbind_of_an_unbound_context_succeeds),
        RUN(consumed_lags_by_the_time_since_the_last_commit),
        RUN(consumed_tells_what_was_committed_and_resets_it),
        RUN(consumed_keeps_nothing_of_a_microsecond_begun),
        RUN(consumed_reports_a_huge_count_in_pieces),
        RUN(consumed_works_on_a_context_that_is_not_configured),
        RUN(consumed_by_send_resets_the_counter_and_returns_nothing),
        RUN(a_label_of_another_kind_of_object_is_illegal_on_a_context),
        RUN(a_thread_that_deletes_its_own_context_finishes_the_call_but_stops),
        RUN(deleting_a_sleepers_context_takes_it_out_of_the_sleep_list),
        RUN(deleting_a_context_unbinds_its_notification),
        RUN(a_context_that_is_not_the_last_capability_stays),
    };
    return RUN_ALL("scheduling contexts", tests);
}
