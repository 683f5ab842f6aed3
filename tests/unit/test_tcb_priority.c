// SPDX-License-Identifier: BSD-2-Clause
//
// Priorities and scheduling parameters: SetPriority, SetMCPriority, SetSchedParams (threads §2.3, §9.4, §9.6).
#include "tests/unit/threads.h"

// A thread that waits in a timeout fault because its budget is used up.
static const struct thread *given_blocked_thread_without_time(void)
{
    const struct thread *a = given_thread();
    given_budget(a, 1000, 100000);
    assert_ok(set_timeout_handler(a, given_endpoint()));
    as(a);
    wind_clock_us(1000);
    sys_yield(); // not done: the time is up
    assert_state(a, THREAD_BLOCKED_ON_SEND);
    return a;
}

static cptr_t given_unconfigured_sc(void)
{
    return given_object(seL4_SchedContextObject, 7);
}

// ------------------------------------------------------------------------------------- SetPriority

TEST(set_priority_needs_a_word) // threads §2.3
{
    assert_refused(method(TCB, TCBSetPriority, CAPS(TCB), ), seL4_TruncatedMessage);
}

TEST(set_priority_needs_an_authority) // threads §2.3
{
    assert_refused(method(TCB, TCBSetPriority, CAPS(), 1), seL4_TruncatedMessage);
}

TEST(set_priority_wants_a_thread_as_authority) // threads §2.3
{
    assert_refused(method(TCB, TCBSetPriority, CAPS(CNODE), 1), seL4_InvalidCapability, 1);
}

TEST(set_priority_looks_at_the_authority_before_the_priority) // threads §2.3
{
    assert_refused(method(TCB, TCBSetPriority, CAPS(NULL_CAP), 256), seL4_InvalidCapability, 1);
}

TEST(set_priority_to_256_is_out_of_range_and_not_0) // threads §12 #1, C-1
{
    assert_refused(set_priority(root, 256), seL4_RangeError, 0, 255);
}

TEST(the_authority_is_the_argument_and_not_the_caller) // threads §12 #3
{
    const struct thread *a = given_inactive_thread();
    assert_ok(set_mcp(a, 10));
    assert_refused(method(TCB, TCBSetPriority, CAPS(a->cap), 11), seL4_RangeError, 0, 10);
}

TEST(a_caller_without_authority_of_its_own_may_use_anothers) // threads §12 #3
{
    const struct thread *a = given_thread();
    assert_ok(set_mcp(a, 0));
    as(a);
    assert_ok(set_priority(a, 255));
}

TEST(a_priority_above_the_threads_own_mcp_is_allowed) // threads §2.3: no constraint between the two
{
    const struct thread *a = given_inactive_thread();
    assert_ok(set_mcp(a, 3));
    assert_ok(set_priority(a, 200));
    assert_int_equal(a->tcb->priority, 200);
    assert_int_equal(a->tcb->mcp, 3);
}

TEST(set_priority_to_the_same_value_moves_a_ready_peer_to_the_front) // threads §12 #4
{
    const struct thread *a = given_thread_of_priority(LOW), *b = given_thread_of_priority(LOW);
    assert_ready(LOW, b, a);
    assert_ok(set_priority(a, LOW));
    assert_ready(LOW, a, b);
}

TEST(a_thread_that_lowers_itself_to_its_peers_runs_ahead_of_them) // threads §12 #5
{
    const struct thread *a = given_thread_of_priority(LOW);
    assert_ok(set_priority(root, LOW));
    assert_runs(root);
    assert_ready(LOW, a);
}

TEST(a_thread_that_lowers_itself_below_a_ready_one_is_preempted_with_its_answer_written) // threads INT-3
{
    const struct thread *a = given_thread_of_priority(LOW);
    assert_ok(set_priority(root, LOW - 1));
    assert_runs(a);
    assert_ready(LOW - 1, root);
}

TEST(a_peer_raised_to_the_current_priority_does_not_preempt_but_runs_before_older_peers) // threads §12 #6
{
    const struct thread *a = given_thread(), *b = given_thread_of_priority(LOW);
    assert_ok(set_priority(b, 255));
    assert_runs(root);
    assert_ready(255, b, a);
    sys_yield();
    assert_runs(b);
}

TEST(a_thread_raised_above_the_current_one_preempts_it) // threads [PRI]: demand
{
    const struct thread *a = given_thread_of_priority(LOW);
    assert_ok(set_priority(root, MIDDLE));
    assert_ok(set_priority(a, HIGH));
    assert_runs(a);
    assert_ready(MIDDLE, root);
}

TEST(a_waiter_of_an_endpoint_goes_behind_its_equals_even_if_nothing_changes) // threads §12 #7
{
    const struct thread *a = given_thread(), *b = given_thread();
    cptr_t endpoint = given_endpoint();
    as(a), sys_wait(endpoint);
    as(b), sys_wait(endpoint);
    assert_waiting(endpoint, a, b);
    assert_ok(set_priority(a, 255));
    assert_waiting(endpoint, b, a);
}

TEST(a_sender_of_higher_priority_overtakes_in_the_endpoints_queue) // threads [PRI], PRI-1, §12 #99
{
    const struct thread *a = given_thread(), *b = given_thread();
    cptr_t endpoint = given_endpoint();
    as(a), sys_send(endpoint, MESSAGE(1));
    as(b), sys_send(endpoint, MESSAGE(1));
    assert_ok(set_priority(a, 5));
    assert_waiting(endpoint, b, a);
    assert_ok(set_priority(a, 255));
    assert_ok(set_priority(b, 254));
    assert_waiting(endpoint, a, b);
}

TEST(a_waiter_of_a_notification_goes_behind_its_equals_even_if_nothing_changes) // threads §12 #7
{
    const struct thread *a = given_thread(), *b = given_thread();
    cptr_t notification = given_notification();
    as(a), sys_wait(notification);
    as(b), sys_wait(notification);
    assert_ok(set_priority(a, 255));
    assert_waiting(notification, b, a);
}

TEST(a_late_waiter_of_higher_priority_overtakes) // threads §12 #99, PRI-1
{
    const struct thread *a = given_thread_of_priority(LOW), *b = given_thread_of_priority(HIGH);
    cptr_t endpoint = given_endpoint();
    root_sleeps();
    sys_wait(endpoint);
    assert_waiting(endpoint, b);
    sys_wait(endpoint);
    assert_waiting(endpoint, b, a);
    root_wakes();
    assert_ok(set_priority(a, HIGH + 1));
    assert_waiting(endpoint, a, b);
}

TEST(the_priority_of_a_sleeper_is_just_set) // threads [PRI]
{
    const struct thread *a = given_thread();
    given_budget(a, 1000, 100000);
    as(a);
    sys_yield();
    assert_true(a->tcb->is_sleeping);
    assert_ok(set_priority(a, LOW));
    assert_int_equal(a->tcb->priority, LOW);
    assert_true(a->tcb->is_sleeping);
}

TEST(the_priority_of_a_passive_thread_is_just_set) // threads [PRI]
{
    const struct thread *a = given_passive_thread();
    assert_ok(set_priority(a, LOW));
    assert_int_equal(a->tcb->priority, LOW);
    assert_ready(LOW);
}

TEST(the_priority_of_an_inactive_thread_is_just_set) // threads [PRI]
{
    const struct thread *a = given_inactive_thread();
    assert_ok(set_priority(a, LOW));
    assert_int_equal(a->tcb->priority, LOW);
    assert_state(a, THREAD_INACTIVE);
}

// ----------------------------------------------------------------------------------- SetMCPriority

TEST(set_mcpriority_needs_a_word) // threads §2.3
{
    assert_refused(method(TCB, TCBSetMCPriority, CAPS(TCB), ), seL4_TruncatedMessage);
}

TEST(set_mcpriority_needs_an_authority) // threads §2.3
{
    assert_refused(method(TCB, TCBSetMCPriority, CAPS(), 1), seL4_TruncatedMessage);
}

TEST(set_mcpriority_wants_a_thread_as_authority) // threads §2.3
{
    assert_refused(method(TCB, TCBSetMCPriority, CAPS(VSPACE), 256), seL4_InvalidCapability, 1);
}

TEST(set_mcpriority_above_the_authoritys_is_out_of_range) // threads §2.3
{
    const struct thread *a = given_inactive_thread();
    assert_ok(set_mcp(a, 7));
    assert_refused(method(TCB, TCBSetMCPriority, CAPS(a->cap), 8), seL4_RangeError, 0, 7);
}

TEST(set_mcpriority_below_the_priority_leaves_the_priority) // threads §12 #2
{
    const struct thread *a = given_thread_of_priority(LOW);
    assert_ok(set_mcp(a, 1));
    assert_int_equal(a->tcb->mcp, 1);
    assert_int_equal(a->tcb->priority, LOW);
    assert_ready(LOW, a);
}

// ---------------------------------------------------------------------------------- SetSchedParams

TEST(set_sched_params_needs_two_words) // threads §2.3 SetSchedParams 1
{
    const struct thread *a = given_inactive_thread();
    assert_refused(method(a->cap, TCBSetSchedParams, CAPS(TCB, NULL_CAP, NULL_CAP), 1), seL4_TruncatedMessage);
}

TEST(set_sched_params_needs_three_capabilities) // threads §2.3 SetSchedParams 1
{
    const struct thread *a = given_inactive_thread();
    assert_refused(method(a->cap, TCBSetSchedParams, CAPS(TCB, NULL_CAP), 1, 1), seL4_TruncatedMessage);
}

TEST(set_sched_params_wants_a_thread_as_authority) // threads §2.3 SetSchedParams 2
{
    const struct thread *a = given_inactive_thread();
    assert_refused(method(a->cap, TCBSetSchedParams, CAPS(CNODE, NULL_CAP, NULL_CAP), 256, 256), seL4_InvalidCapability, 1);
}

TEST(set_sched_params_bounds_the_mcp) // threads §2.3 SetSchedParams 3
{
    const struct thread *a = given_inactive_thread();
    assert_refused(set_sched_params(a, 256, 1, NULL_CAP, NULL_CAP), seL4_RangeError, 0, 255);
}

TEST(set_sched_params_bounds_the_priority) // threads §2.3 SetSchedParams 4
{
    const struct thread *a = given_inactive_thread();
    assert_refused(set_sched_params(a, 1, 256, NULL_CAP, NULL_CAP), seL4_RangeError, 0, 255);
}

TEST(set_sched_params_looks_at_the_priority_before_the_context) // threads §2.3 SetSchedParams 4, 5
{
    const struct thread *a = given_inactive_thread();
    assert_refused(set_sched_params(a, 1, 256, CNODE, CNODE), seL4_RangeError, 0, 255);
}

TEST(set_sched_params_refuses_a_second_context) // threads §2.3 SetSchedParams 5a
{
    const struct thread *a = given_inactive_thread();
    cptr_t sc = given_sc(1000, 1000);
    assert_refused(set_sched_params(a, 1, 1, sc, NULL_CAP), seL4_IllegalOperation);
}

TEST(set_sched_params_refuses_anothers_context) // threads §2.3 SetSchedParams 5a
{
    const struct thread *a = given_passive_thread();
    assert_refused(set_sched_params(a, 1, 1, SC, NULL_CAP), seL4_IllegalOperation);
}

TEST(set_sched_params_refuses_a_blocked_thread_a_context_without_time) // threads §2.3 SetSchedParams 5b, §12 #31
{
    const struct thread *a = given_thread();
    cptr_t endpoint = given_endpoint(), sc = given_unconfigured_sc();
    as(a), sys_wait(endpoint);
    assert_ok(unbind_object(a->sc, a->cap));
    assert_refused(set_sched_params(a, 1, 1, sc, NULL_CAP), seL4_IllegalOperation);
}

TEST(set_sched_params_refuses_a_blocked_thread_its_own_context_if_that_is_used_up) // threads §12 #30
{
    const struct thread *a = given_blocked_thread_without_time();
    assert_refused(set_sched_params(a, 1, 1, a->sc, NULL_CAP), seL4_IllegalOperation);
}

TEST(set_sched_params_lets_a_blocked_thread_keep_its_context_if_it_has_time) // threads §2.3 SetSchedParams 5b
{
    const struct thread *a = given_thread();
    cptr_t endpoint = given_endpoint();
    as(a), sys_wait(endpoint);
    assert_ok(set_sched_params(a, 3, 4, a->sc, NULL_CAP));
    assert_int_equal(a->tcb->priority, 4);
    assert_waiting(endpoint, a);
}

TEST(set_sched_params_refuses_to_take_the_context_of_the_current_thread) // threads §12 #29
{
    assert_refused(set_sched_params(root, 255, 255, NULL_CAP, NULL_CAP), seL4_IllegalOperation);
}

TEST(set_sched_params_with_its_own_context_is_fine_for_the_current_thread) // threads §12 #29
{
    assert_ok(set_sched_params(root, 255, 254, SC, NULL_CAP));
    assert_int_equal(root->tcb->priority, 254);
}

TEST(set_sched_params_with_something_else_than_a_context_is_an_invalid_capability) // threads §12 #32
{
    const struct thread *a = given_inactive_thread();
    assert_refused(set_sched_params(a, 1, 1, CNODE, NULL_CAP), seL4_InvalidCapability, 2);
}

TEST(set_sched_params_refuses_an_unsuitable_handler) // threads §2.3 SetSchedParams 6
{
    const struct thread *a = given_inactive_thread();
    assert_refused(set_sched_params(a, 1, 1, a->sc, CNODE), seL4_InvalidCapability, 3);
}

TEST(set_sched_params_looks_at_the_context_before_the_handler) // threads §12 #22
{
    const struct thread *a = given_inactive_thread();
    assert_refused(set_sched_params(a, 1, 1, CNODE, CNODE), seL4_InvalidCapability, 2);
}

TEST(set_sched_params_looks_whether_the_context_is_taken_before_the_handler) // threads §12 #22
{
    const struct thread *a = given_passive_thread();
    assert_refused(set_sched_params(a, 1, 1, SC, CNODE), seL4_IllegalOperation);
}

TEST(set_sched_params_sets_all_four) // threads §2.3 SetSchedParams 7
{
    const struct thread *a = given_passive_thread();
    cptr_t sc = given_sc(1000, 1000), handler = given_endpoint();
    assert_ok(set_sched_params(a, 20, 10, sc, handler));
    assert_int_equal(a->tcb->mcp, 20);
    assert_int_equal(a->tcb->priority, 10);
    assert_ptr_equal(a->tcb->sc, object_of(sc));
    assert_int_equal(cap_kind(a->tcb->slots[TCB_FAULT_HANDLER].cap), kind_endpoint);
    assert_ready(10, a);
}

TEST(set_sched_params_always_replaces_the_fault_handler) // threads §12 #21
{
    const struct thread *a = given_inactive_thread();
    assert_ok(set_fault_handler(a, given_endpoint()));
    assert_ok(set_sched_params(a, 1, 1, a->sc, NULL_CAP));
    assert_true(slot_is_empty(&a->tcb->slots[TCB_FAULT_HANDLER]));
}

TEST(set_sched_params_with_null_makes_a_ready_thread_passive) // threads §2.3 SetSchedParams 7
{
    const struct thread *a = given_thread_of_priority(LOW);
    assert_ok(set_sched_params(a, 1, LOW, NULL_CAP, NULL_CAP));
    assert_null(a->tcb->sc);
    assert_null(sc_of(a)->thread);
    assert_true(tcb_is_runnable(a->tcb));
    assert_ready(LOW);
}

TEST(set_sched_params_with_null_leaves_a_passive_thread_passive) // threads §2.3 SetSchedParams 7
{
    const struct thread *a = given_passive_thread();
    assert_ok(set_sched_params(a, 1, LOW, NULL_CAP, NULL_CAP));
    assert_null(a->tcb->sc);
}

TEST(an_inactive_thread_may_be_given_a_context_that_is_not_configured) // threads §12 #31
{
    const struct thread *a = given_passive_thread();
    cptr_t sc = given_unconfigured_sc();
    assert_ok(suspend(a));
    assert_ok(set_sched_params(a, 1, LOW, sc, NULL_CAP));
    assert_ptr_equal(a->tcb->sc, object_of(sc));
    assert_ok(resume(a));
    assert_state(a, THREAD_RESTART);
    assert_ready(LOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(set_priority_needs_a_word),
        RUN(set_priority_needs_an_authority),
        RUN(set_priority_wants_a_thread_as_authority),
        RUN(set_priority_looks_at_the_authority_before_the_priority),
        RUN(set_priority_to_256_is_out_of_range_and_not_0),
        RUN(the_authority_is_the_argument_and_not_the_caller),
        RUN(a_caller_without_authority_of_its_own_may_use_anothers),
        RUN(a_priority_above_the_threads_own_mcp_is_allowed),
        RUN(set_priority_to_the_same_value_moves_a_ready_peer_to_the_front),
        RUN(a_thread_that_lowers_itself_to_its_peers_runs_ahead_of_them),
        RUN(a_thread_that_lowers_itself_below_a_ready_one_is_preempted_with_its_answer_written),
        RUN(a_peer_raised_to_the_current_priority_does_not_preempt_but_runs_before_older_peers),
        RUN(a_thread_raised_above_the_current_one_preempts_it),
        RUN(a_waiter_of_an_endpoint_goes_behind_its_equals_even_if_nothing_changes),
        RUN(a_sender_of_higher_priority_overtakes_in_the_endpoints_queue),
        RUN(a_waiter_of_a_notification_goes_behind_its_equals_even_if_nothing_changes),
        RUN(a_late_waiter_of_higher_priority_overtakes),
        RUN(the_priority_of_a_sleeper_is_just_set),
        RUN(the_priority_of_a_passive_thread_is_just_set),
        RUN(the_priority_of_an_inactive_thread_is_just_set),
        RUN(set_mcpriority_needs_a_word),
        RUN(set_mcpriority_needs_an_authority),
        RUN(set_mcpriority_wants_a_thread_as_authority),
        RUN(set_mcpriority_above_the_authoritys_is_out_of_range),
        RUN(set_mcpriority_below_the_priority_leaves_the_priority),
        RUN(set_sched_params_needs_two_words),
        RUN(set_sched_params_needs_three_capabilities),
        RUN(set_sched_params_wants_a_thread_as_authority),
        RUN(set_sched_params_bounds_the_mcp),
        RUN(set_sched_params_bounds_the_priority),
        RUN(set_sched_params_looks_at_the_priority_before_the_context),
        RUN(set_sched_params_refuses_a_second_context),
        RUN(set_sched_params_refuses_anothers_context),
        RUN(set_sched_params_refuses_a_blocked_thread_a_context_without_time),
        RUN(set_sched_params_refuses_a_blocked_thread_its_own_context_if_that_is_used_up),
        RUN(set_sched_params_lets_a_blocked_thread_keep_its_context_if_it_has_time),
        RUN(set_sched_params_refuses_to_take_the_context_of_the_current_thread),
        RUN(set_sched_params_with_its_own_context_is_fine_for_the_current_thread),
        RUN(set_sched_params_with_something_else_than_a_context_is_an_invalid_capability),
        RUN(set_sched_params_refuses_an_unsuitable_handler),
        RUN(set_sched_params_looks_at_the_context_before_the_handler),
        RUN(set_sched_params_looks_whether_the_context_is_taken_before_the_handler),
        RUN(set_sched_params_sets_all_four),
        RUN(set_sched_params_always_replaces_the_fault_handler),
        RUN(set_sched_params_with_null_makes_a_ready_thread_passive),
        RUN(set_sched_params_with_null_leaves_a_passive_thread_passive),
        RUN(an_inactive_thread_may_be_given_a_context_that_is_not_configured),
    };
    return RUN_ALL("TCB priority", tests);
}
