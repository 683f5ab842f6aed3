// SPDX-License-Identifier: BSD-2-Clause
//
// Notifications: objects §9, §12.7.
#include "tests/unit/harness/harness.h"

static struct notification *object(cptr_t slot)
{
    return object_of(slot);
}

static void assert_is_idle(cptr_t slot)
{
    assert_int_equal(object(slot)->state, NOTIFICATION_IDLE);
}

static void assert_is_active(cptr_t slot, word_t word)
{
    assert_int_equal(object(slot)->state, NOTIFICATION_ACTIVE);
    assert_true(object(slot)->word == word);
}

// A thread that waits on the notification; the root thread's turn.
static const struct thread *given_waiter(cptr_t notification)
{
    const struct thread *thread = given_thread();
    as(thread);
    sys_wait(notification);
    as(root);
    return thread;
}

// A thread that is bound to the notification.
static const struct thread *given_bound_thread(cptr_t notification)
{
    const struct thread *thread = given_thread();
    assert_ok(bind_notification(thread, notification));
    return thread;
}

// A notification with a scheduling context of its own, and a thread that waits on it without one.
static const struct thread *given_passive_waiter(cptr_t notification, cptr_t sc)
{
    const struct thread *thread = given_waiter(notification);
    assert_ok(unbind_sc(thread->sc));
    assert_ok(bind_sc(sc, notification));
    return thread;
}

// -------------------------------------------------------------------------- signal and wait (§9.3, §9.4)

// abi App. A, Send bn; then Wait n
TEST(a_signal_makes_an_idle_notification_active_and_wait_takes_the_word)
{
    cptr_t notification = given_notification(), badged = given_minted(notification, ALL_RIGHTS, 0x30);
    sys_signal(badged);
    assert_is_active(notification, 0x30);
    assert_int_equal(sys_wait(notification).badge, 0x30);
    assert_is_idle(notification);
}

TEST(signals_are_ored_together)
{
    cptr_t notification = given_notification();
    sys_signal(given_minted(notification, WRITE, 0x30));
    sys_signal(given_minted(notification, WRITE, 0x05));
    assert_is_active(notification, 0x35);
    assert_int_equal(sys_wait(notification).badge, 0x35);
}

// objects §12 #76
TEST(a_signal_with_badge_0_counts)
{
    cptr_t notification = given_notification();
    sys_signal(notification);
    assert_is_active(notification, 0);
    assert_int_equal(sys_nbwait(notification).badge, 0);
    assert_is_idle(notification);
}

TEST(a_signal_with_badge_0_lets_wait_return_at_once)
{
    cptr_t notification = given_notification();
    sys_signal(notification);
    assert_int_equal(sys_wait(notification).badge, 0);
    assert_runs(root);
}

TEST(a_wait_without_signal_blocks_and_the_signal_wakes_it)
{
    cptr_t notification = given_notification(), badged = given_minted(notification, WRITE, 0x30);
    const struct thread *waiter = given_waiter(notification);
    assert_state(waiter, THREAD_BLOCKED_ON_NOTIFICATION);
    sys_signal(badged);
    assert_state(waiter, THREAD_RUNNING);
    assert_int_equal(received(waiter).badge, 0x30);
    assert_is_idle(notification);
}

TEST(the_first_of_several_waiters_is_woken)
{
    cptr_t notification = given_notification();
    const struct thread *a = given_waiter(notification), *b = given_waiter(notification);
    assert_waiting(notification, a, b);
    sys_signal(notification);
    assert_state(a, THREAD_RUNNING);
    assert_waiting(notification, b);
    assert_int_equal(object(notification)->state, NOTIFICATION_WAITING);
}

// objects §7.1 rule 3: notification queues behave the same
TEST(waiters_are_in_order_of_priority)
{
    cptr_t notification = given_notification();
    const struct thread *a = given_waiter(notification), *b = given_waiter(notification), *c = given_waiter(notification);
    assert_ok(set_priority(a, 5));
    assert_waiting(notification, b, c, a);
    assert_ok(set_priority(b, 255));
    assert_waiting(notification, c, b, a);
}

// abi App. A, NBWait on idle n
TEST(polling_an_idle_notification_only_zeroes_x0)
{
    cptr_t notification = given_notification();
    assert_changes_only_x0(sys_nbwait(notification), 0);
}

TEST(polling_a_notification_that_others_wait_for_only_zeroes_x0)
{
    cptr_t notification = given_notification();
    given_waiter(notification);
    assert_changes_only_x0(sys_nbwait(notification), 0);
}

// objects §12 #78
TEST(a_signal_received_leaves_info_and_message_registers_alone)
{
    cptr_t notification = given_notification(), badged = given_minted(notification, WRITE, 0x30);
    sys_signal(badged);
    struct result r = sys_nbwait(notification);
    assert_int_equal(r.badge, 0x30);
    assert_int_equal(r.info, 0x777 << 12 | 7);
    assert_int_equal(r.mr[0], 0xdead0000);
    assert_int_equal(r.mr[3], 0xdead0003);
}

TEST(a_woken_waiter_keeps_info_and_message_registers)
{
    cptr_t notification = given_notification();
    const struct thread *waiter = given_waiter(notification);
    sys_send(notification, MESSAGE(5, 1, 2, 3, 4, 5));
    assert_int_equal(received(waiter).info, 0x777 << 12 | 7);
    assert_int_equal(received(waiter).mr[0], 0xdead0000);
}

// objects §12 #77; abi App. A, NBRecv x0=n x6=0 with n active
TEST(recv_on_a_notification_ignores_the_reply_object)
{
    cptr_t notification = given_notification(), badged = given_minted(notification, WRITE, 0x30);
    sys_signal(badged);
    assert_int_equal(sys_recv(notification, UNRESOLVABLE).badge, 0x30);
    sys_signal(badged);
    assert_int_equal(sys_nbrecv(notification, NULL_CAP).badge, 0x30);
}

// objects §12 #85; abi App. A, Call bn, label 5
TEST(a_call_on_a_notification_returns_the_empty_success)
{
    cptr_t notification = given_notification();
    assert_ok(sys_call(notification, MESSAGE(5, 1, 2)));
    assert_is_active(notification, 0);
}

// abi App. A, NBSendRecv x8=bn x0=n; NBSendWait x6=bn x0=n; ReplyRecv x6=bn x0=n
TEST(combined_calls_signal_and_then_take_the_signal)
{
    cptr_t notification = given_notification(), badged = given_minted(notification, WRITE, 0x30);
    assert_int_equal(sys_nbsend_recv(badged, MESSAGE(0), notification, NULL_CAP).badge, 0x30);
    assert_int_equal(sys_nbsend_wait(badged, MESSAGE(0), notification).badge, 0x30);
    assert_int_equal(sys_reply_recv(notification, badged, MESSAGE(0)).badge, 0x30);
}

// ------------------------------------------------------------------------------------------- rights

TEST(signalling_without_the_send_right_does_nothing_and_a_call_says_so)
{
    cptr_t no_write = given_copy(given_notification(), READ);
    assert_no_effect(sys_signal(no_write));
    assert_refused(sys_call(no_write, MESSAGE(0)), seL4_InvalidCapability, 0);
}

TEST(waiting_without_the_receive_right_is_a_cap_fault)
{
    cptr_t notification = given_notification(), no_read = given_copy(notification, WRITE), handler = given_endpoint();
    const struct thread *thread = given_thread();
    assert_ok(set_fault_handler(thread, handler));
    sys_signal(notification);
    as(thread);
    sys_nbwait(no_read);
    as(root);
    assert_is_active(notification, 0);
    assert_cap_fault(sys_wait(handler), 0, thread->tcb->regs.fault_pc, no_read, 1, seL4_MissingCapability, 0);
}

// ------------------------------------------------------------------------------------------ binding

// objects §9.2
TEST(binding_refuses_what_is_bound_already)
{
    cptr_t notification = given_notification(), other = given_notification();
    const struct thread *thread = given_bound_thread(notification), *second = given_thread();
    assert_refused(bind_notification(thread, other), seL4_IllegalOperation);
    assert_refused(bind_notification(second, notification), seL4_IllegalOperation);
    assert_ok(unbind_notification(thread));
    assert_refused(unbind_notification(thread), seL4_IllegalOperation);
    assert_ok(bind_notification(second, notification));
}

TEST(binding_refuses_other_kinds_and_capabilities_without_receive_right)
{
    const struct thread *thread = given_thread();
    cptr_t no_read = given_copy(given_notification(), WRITE), endpoint = given_endpoint();
    assert_refused(bind_notification(thread, endpoint), seL4_IllegalOperation);
    assert_refused(bind_notification(thread, NULL_CAP), seL4_IllegalOperation);
    assert_refused(bind_notification(thread, no_read), seL4_IllegalOperation);
    assert_refused(method(thread->cap, TCBBindNotification, CAPS(), ), seL4_TruncatedMessage);
}

TEST(binding_refuses_a_notification_with_waiters)
{
    cptr_t notification = given_notification();
    const struct thread *thread = given_thread();
    given_waiter(notification);
    assert_refused(bind_notification(thread, notification), seL4_IllegalOperation);
}

// objects §9.2: binding does not look at the Active state; threads §12 #83
TEST(an_active_notification_bound_to_a_receiver_is_not_delivered_and_further_signals_accumulate)
{
    cptr_t notification = given_notification(), badged = given_minted(notification, WRITE, 0x30), endpoint = given_endpoint();
    const struct thread *thread = given_thread();
    as(thread);
    sys_wait(endpoint);
    as(root);
    sys_signal(badged);
    assert_ok(bind_notification(thread, notification));
    assert_state(thread, THREAD_BLOCKED_ON_RECEIVE);
    sys_signal(given_minted(notification, WRITE, 1));
    assert_state(thread, THREAD_BLOCKED_ON_RECEIVE);
    assert_is_active(notification, 0x31);
}

// objects §12 #79
TEST(only_the_bound_thread_may_wait)
{
    cptr_t notification = given_notification(), handler = given_endpoint();
    const struct thread *bound = given_bound_thread(notification), *other = given_thread();
    assert_ok(set_fault_handler(other, handler));
    as(other);
    sys_wait(notification);
    as(root);
    assert_cap_fault(sys_wait(handler), 0, other->tcb->regs.fault_pc, notification, 1, seL4_MissingCapability, 0);
    as(bound);
    sys_wait(notification);
    assert_state(bound, THREAD_BLOCKED_ON_NOTIFICATION);
}

TEST(polling_a_notification_bound_to_another_thread_is_a_cap_fault)
{
    cptr_t notification = given_notification(), handler = given_endpoint();
    given_bound_thread(notification);
    const struct thread *other = given_thread();
    assert_ok(set_fault_handler(other, handler));
    as(other);
    sys_nbwait(notification);
    assert_state(other, THREAD_BLOCKED_ON_SEND);
}

// objects §9.3 row 1
TEST(a_signal_wakes_a_bound_thread_from_its_endpoint)
{
    cptr_t notification = given_notification(), badged = given_minted(notification, WRITE, 0x30), endpoint = given_endpoint();
    cptr_t reply = given_reply();
    const struct thread *thread = given_bound_thread(notification);
    as(thread);
    sys_recv(endpoint, reply);
    as(root);
    sys_signal(badged);
    assert_state(thread, THREAD_RUNNING);
    assert_int_equal(received(thread).badge, 0x30);
    assert_int_equal(received(thread).info, 0x777 << 12 | 7);
    assert_null(harness_waiters(endpoint));
    assert_null(((struct reply *)object_of(reply))->thread);
    assert_is_idle(notification);
}

// objects §12 #80
TEST(a_bound_thread_that_sends_or_calls_is_not_woken)
{
    cptr_t notification = given_notification(), badged = given_minted(notification, WRITE, 0x30), endpoint = given_endpoint();
    const struct thread *thread = given_bound_thread(notification);
    as(thread);
    sys_call(endpoint, MESSAGE(5));
    as(root);
    sys_signal(badged);
    assert_state(thread, THREAD_BLOCKED_ON_SEND);
    sys_recv(endpoint, given_reply());
    assert_state(thread, THREAD_BLOCKED_ON_REPLY);
    sys_signal(badged);
    assert_state(thread, THREAD_BLOCKED_ON_REPLY);
    assert_is_active(notification, 0x30);
}

TEST(signals_to_an_inactive_bound_thread_accumulate_until_its_next_receive)
{
    cptr_t notification = given_notification(), badged = given_minted(notification, WRITE, 0x30), endpoint = given_endpoint();
    const struct thread *thread = given_bound_thread(notification);
    sys_signal(badged);
    as(thread);
    assert_int_equal(sys_wait(endpoint).badge, 0x30);
    assert_runs(thread);
    assert_is_idle(notification);
}

// objects §12 #81
TEST(a_pending_bound_notification_goes_before_queued_senders)
{
    cptr_t notification = given_notification(), badged = given_minted(notification, WRITE, 0x30), endpoint = given_endpoint();
    const struct thread *thread = given_bound_thread(notification), *sender = given_thread();
    as(sender);
    sys_send(endpoint, MESSAGE(5));
    as(root);
    sys_signal(badged);
    as(thread);
    struct result r = sys_wait(endpoint);
    assert_int_equal(r.badge, 0x30);
    assert_int_equal(r.info, 0x777 << 12 | 7);
    assert_waiting(endpoint, sender);
    assert_message(sys_wait(endpoint), 0, 5);
}

TEST(a_pending_bound_notification_answers_a_poll_too)
{
    cptr_t notification = given_notification(), badged = given_minted(notification, WRITE, 0x30), endpoint = given_endpoint();
    const struct thread *thread = given_bound_thread(notification);
    sys_signal(badged);
    as(thread);
    assert_int_equal(sys_nbwait(endpoint).badge, 0x30);
}

// objects §12 #81: but a reply object in use elsewhere has already been taken from its holder
TEST(a_reply_object_is_taken_from_its_holder_before_the_bound_notification_is_looked_at)
{
    cptr_t notification = given_notification(), endpoint = given_endpoint(), reply = given_reply();
    const struct thread *thread = given_bound_thread(notification), *holder = given_thread();
    as(holder);
    sys_recv(endpoint, reply);
    as(root);
    sys_signal(notification);
    as(thread);
    sys_recv(endpoint, reply);
    assert_runs(thread);
    assert_state(holder, THREAD_INACTIVE);
    assert_null(((struct reply *)object_of(reply))->thread);
}

// objects §12 #82
TEST(wait_on_a_notification_does_not_consult_the_bound_one)
{
    cptr_t bound = given_notification(), other = given_notification();
    const struct thread *thread = given_bound_thread(bound);
    sys_signal(bound);
    as(thread);
    sys_wait(other);
    assert_state(thread, THREAD_BLOCKED_ON_NOTIFICATION);
    assert_is_active(bound, 0);
}

TEST(a_bound_thread_that_waits_on_its_notification_is_woken_by_a_signal)
{
    cptr_t notification = given_notification();
    const struct thread *thread = given_bound_thread(notification);
    as(thread);
    sys_wait(notification);
    as(root);
    sys_signal(notification);
    assert_state(thread, THREAD_RUNNING);
}

// -------------------------------------------------------------- scheduling contexts (objects §9.6)

TEST(a_passive_waiter_runs_on_the_notifications_context)
{
    cptr_t notification = given_notification(), sc = given_sc(5000, 5000);
    const struct thread *waiter = given_passive_waiter(notification, sc);
    sys_signal(notification);
    assert_ptr_equal(waiter->tcb->sc, object_of(sc));
    as(waiter);
    assert_runs(waiter);
}

// objects §12 #83
TEST(a_waiter_gives_the_context_back_when_it_blocks_and_gets_it_again)
{
    cptr_t notification = given_notification(), sc = given_sc(5000, 5000);
    const struct thread *waiter = given_passive_waiter(notification, sc);
    sys_signal(notification);
    as(waiter);
    sys_wait(notification);
    assert_null(waiter->tcb->sc);
    assert_ptr_equal(object(notification)->sc, object_of(sc));
    as(root);
    sys_signal(notification);
    assert_ptr_equal(waiter->tcb->sc, object_of(sc));
}

// objects §12 #83: polls do not give it back
TEST(a_poll_does_not_give_the_context_back)
{
    cptr_t notification = given_notification(), sc = given_sc(5000, 5000);
    const struct thread *waiter = given_passive_waiter(notification, sc);
    sys_signal(notification);
    as(waiter);
    sys_nbwait(notification);
    assert_ptr_equal(waiter->tcb->sc, object_of(sc));
}

TEST(a_blocking_receive_of_the_bound_thread_gives_the_context_back)
{
    cptr_t notification = given_notification(), sc = given_sc(5000, 5000), endpoint = given_endpoint();
    const struct thread *waiter = given_passive_waiter(notification, sc);
    sys_signal(notification);
    assert_ok(bind_notification(waiter, notification));
    as(waiter);
    sys_nbwait(endpoint);
    assert_ptr_equal(waiter->tcb->sc, object_of(sc));
    sys_wait(endpoint);
    assert_null(waiter->tcb->sc);
    as(root);
    sys_signal(notification);
    assert_ptr_equal(waiter->tcb->sc, object_of(sc));
}

TEST(a_context_in_use_by_another_thread_is_not_given)
{
    cptr_t notification = given_notification(), sc = given_sc(5000, 5000);
    const struct thread *first = given_passive_waiter(notification, sc), *second = given_waiter(notification);
    assert_ok(unbind_sc(second->sc));
    sys_signal(notification);
    sys_signal(notification);
    assert_ptr_equal(first->tcb->sc, object_of(sc));
    assert_null(second->tcb->sc);
    assert_state(second, THREAD_RUNNING);
}

// objects §12 #84
TEST(a_waiter_without_any_context_consumes_the_signal_and_is_stuck)
{
    cptr_t notification = given_notification();
    const struct thread *waiter = given_waiter(notification);
    assert_ok(unbind_sc(waiter->sc));
    sys_signal(notification);
    assert_state(waiter, THREAD_RUNNING);
    assert_is_idle(notification);
    assert_ready(255);
}

// objects §12 #84, second half
TEST(a_queued_plain_sender_leaves_a_bound_thread_stuck_after_it_gave_its_context_back)
{
    cptr_t notification = given_notification(), sc = given_sc(5000, 5000), endpoint = given_endpoint();
    const struct thread *waiter = given_passive_waiter(notification, sc), *sender = given_thread();
    sys_signal(notification);
    assert_ok(bind_notification(waiter, notification));
    as(sender);
    sys_send(endpoint, MESSAGE(5, 0x11));
    as(waiter);
    sys_wait(endpoint);
    assert_state(waiter, THREAD_RUNNING);
    assert_null(waiter->tcb->sc);
    assert_message(received(waiter), 0, 5, 0x11);
    as(root);
    sys_signal(notification);
    assert_null(waiter->tcb->sc);
    assert_is_active(notification, 0);
}

// objects §9.6: a thread whose own context is also bound to the notification loses it
TEST(a_thread_loses_its_own_context_if_that_is_bound_to_the_notification_it_waits_on)
{
    cptr_t notification = given_notification();
    const struct thread *thread = given_thread();
    assert_ok(bind_sc(thread->sc, notification));
    as(thread);
    sys_wait(notification);
    assert_null(thread->tcb->sc);
    as(root);
    sys_signal(notification);
    assert_ptr_equal(thread->tcb->sc, object_of(thread->sc));
}

TEST(a_current_thread_that_finds_a_signal_keeps_its_own_context)
{
    cptr_t notification = given_notification(), sc = given_sc(5000, 5000);
    const struct thread *thread = given_thread();
    assert_ok(bind_sc(sc, notification));
    as(thread);
    sys_signal(notification);
    sys_wait(notification);
    assert_ptr_equal(thread->tcb->sc, object_of(thread->sc));
    assert_null(((struct sched_context *)object_of(sc))->thread);
}

// objects §9.6 "maybe give": without budget the thread sleeps, with the signal delivered
TEST(a_waiter_that_is_given_an_exhausted_context_sleeps)
{
    cptr_t notification = given_notification(), sc = given_sc(1000, 100000);
    const struct thread *waiter = given_passive_waiter(notification, sc);
    sys_signal(notification);
    as(waiter);
    wind_clock_us(1000);
    take_irq(); // the budget is used up
    assert_true(waiter->tcb->is_sleeping);
    pass_time_us(100000);
    as(waiter);
    wind_clock_us(990);
    sys_wait(notification); // the entry check refuses it: what is left is below the minimum
    assert_true(waiter->tcb->is_sleeping);
}

// ---------------------------------------------------------------------------------------- interrupts

// objects §9, threads §10.1: an interrupt is a signal
TEST(an_interrupt_signals_with_the_badge_of_the_capability_given)
{
    cptr_t notification = given_notification(), badged = given_minted(notification, ALL_RIGHTS, 0x40), handler = new_slot();
    const struct thread *waiter = given_waiter(notification);
    assert_ok(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), 40, handler, 64));
    assert_ok(method(handler, IRQSetIRQHandler, CAPS(badged), ));
    raise_irq(40);
    assert_int_equal(received(waiter).badge, 0x40);
    assert_false(fake.irq_is_enabled[40]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_signal_makes_an_idle_notification_active_and_wait_takes_the_word),
        RUN(signals_are_ored_together),
        RUN(a_signal_with_badge_0_counts),
        RUN(a_signal_with_badge_0_lets_wait_return_at_once),
        RUN(a_wait_without_signal_blocks_and_the_signal_wakes_it),
        RUN(the_first_of_several_waiters_is_woken),
        RUN(waiters_are_in_order_of_priority),
        RUN(polling_an_idle_notification_only_zeroes_x0),
        RUN(polling_a_notification_that_others_wait_for_only_zeroes_x0),
        RUN(a_signal_received_leaves_info_and_message_registers_alone),
        RUN(a_woken_waiter_keeps_info_and_message_registers),
        RUN(recv_on_a_notification_ignores_the_reply_object),
        RUN(a_call_on_a_notification_returns_the_empty_success),
        RUN(combined_calls_signal_and_then_take_the_signal),
        RUN(signalling_without_the_send_right_does_nothing_and_a_call_says_so),
        RUN(waiting_without_the_receive_right_is_a_cap_fault),
        RUN(binding_refuses_what_is_bound_already),
        RUN(binding_refuses_other_kinds_and_capabilities_without_receive_right),
        RUN(binding_refuses_a_notification_with_waiters),
        RUN(an_active_notification_bound_to_a_receiver_is_not_delivered_and_further_signals_accumulate),
        RUN(only_the_bound_thread_may_wait),
        RUN(polling_a_notification_bound_to_another_thread_is_a_cap_fault),
        RUN(a_signal_wakes_a_bound_thread_from_its_endpoint),
        RUN(a_bound_thread_that_sends_or_calls_is_not_woken),
        RUN(signals_to_an_inactive_bound_thread_accumulate_until_its_next_receive),
        RUN(a_pending_bound_notification_goes_before_queued_senders),
        RUN(a_pending_bound_notification_answers_a_poll_too),
        RUN(a_reply_object_is_taken_from_its_holder_before_the_bound_notification_is_looked_at),
        RUN(wait_on_a_notification_does_not_consult_the_bound_one),
        RUN(a_bound_thread_that_waits_on_its_notification_is_woken_by_a_signal),
        RUN(a_passive_waiter_runs_on_the_notifications_context),
        RUN(a_waiter_gives_the_context_back_when_it_blocks_and_gets_it_again),
        RUN(a_poll_does_not_give_the_context_back),
        RUN(a_blocking_receive_of_the_bound_thread_gives_the_context_back),
        RUN(a_context_in_use_by_another_thread_is_not_given),
        RUN(a_waiter_without_any_context_consumes_the_signal_and_is_stuck),
        RUN(a_queued_plain_sender_leaves_a_bound_thread_stuck_after_it_gave_its_context_back),
        RUN(a_thread_loses_its_own_context_if_that_is_bound_to_the_notification_it_waits_on),
        RUN(a_current_thread_that_finds_a_signal_keeps_its_own_context),
        RUN(a_waiter_that_is_given_an_exhausted_context_sleeps),
        RUN(an_interrupt_signals_with_the_badge_of_the_capability_given),
    };
    return RUN_ALL("notification", tests);
}
