// SPDX-License-Identifier: BSD-2-Clause
//
// Suspend and Resume, notification binding, flags, and what a new TCB is (threads §1.4, §2.4, §2.5, §8.4).
#include "tests/unit/threads.h"

// A thread whose fault, with the message `label`, waits at the endpoint for a handler.
static const struct thread *given_faulted_thread(cptr_t endpoint)
{
    const struct thread *a = given_thread();
    assert_ok(set_fault_handler(a, endpoint));
    as(a);
    vm_fault(0x123000, false, 0x92000046);
    assert_state(a, THREAD_BLOCKED_ON_SEND);
    return a;
}

// ----------------------------------------------------------------------------------------- new TCB

TEST(a_new_tcb_is_inactive_and_empty) // threads TCB-5, TCB-6, §12 #93
{
    struct tcb *a = object_of(given_object(seL4_TCBObject, 0));
    assert_int_equal(a->state, THREAD_INACTIVE);
    assert_int_equal(a->priority, 0);
    assert_int_equal(a->mcp, 0);
    assert_int_equal(a->flags, 0);
    assert_int_equal(a->domain, 0);
    assert_int_equal(a->regs.spsr, SPSR_USER);
    assert_int_equal(a->regs.pc | a->regs.fault_pc | a->regs.sp, 0);
    assert_null(a->sc);
    assert_true(slot_is_empty(&a->slots[TCB_CSPACE]) && slot_is_empty(&a->slots[TCB_FAULT_HANDLER]));
}

TEST(a_new_tcb_is_named_after_its_creator) // threads TCB-5
{
    struct tcb *a = object_of(given_object(seL4_TCBObject, 0));
    assert_string_equal(a->name, "child of: 'rootserver'");
}

TEST(a_long_name_is_cut_to_what_fits) // threads TCB-5; the text is not ABI, but it must end
{
    memset(root->tcb->name, 'x', TCB_NAME_BYTES - 1);
    struct tcb *a = object_of(given_object(seL4_TCBObject, 0));
    assert_int_equal(strlen(a->name), TCB_NAME_BYTES - 1);
    assert_memory_equal(a->name, "child of: 'xxx", 14);
}

TEST(the_machine_is_told_of_a_new_thread) // platform.h: plat_thread_init, REG-9
{
    fake_forget_calls();
    struct tcb *a = object_of(given_object(seL4_TCBObject, 0));
    assert_int_equal(fake_count_calls(FAKE_THREAD_INIT), 1);
    assert_int_equal(fake_nth_call(FAKE_THREAD_INIT, 0)->a, (word_t)a);
}

TEST(the_initial_thread_has_a_round_robin_slice_and_no_handlers) // threads TCB-8
{
    assert_int_equal(root->tcb->priority, 255);
    assert_int_equal(root->tcb->mcp, 255);
    assert_int_equal(sc_of(root)->period, 0);
    assert_int_equal(head_of(root).amount, 312500);
    assert_int_equal(sc_of(root)->badge, 0);
    assert_true(slot_is_empty(&root->tcb->slots[TCB_FAULT_HANDLER]) && slot_is_empty(&root->tcb->slots[TCB_TIMEOUT_HANDLER]));
}

// ----------------------------------------------------------------------------------------- Suspend

TEST(suspending_a_running_thread_remembers_the_next_instruction) // threads [SUS] 2, RR-1
{
    const struct thread *a = given_thread();
    a->tcb->state = THREAD_RUNNING;
    a->tcb->regs.fault_pc = 0x1000;
    a->tcb->regs.pc = 0x1004;
    assert_ok(suspend(a));
    assert_int_equal(a->tcb->regs.fault_pc, 0x1004);
    assert_state(a, THREAD_INACTIVE);
    assert_ready(255);
}

TEST(suspending_a_thread_that_is_to_restart_remembers_where) // threads [SUS] 2
{
    const struct thread *a = given_thread();
    word_t fault_pc = a->tcb->regs.fault_pc;
    a->tcb->regs.pc = 0x1004;
    assert_state(a, THREAD_RESTART);
    assert_ok(suspend(a));
    assert_int_equal(a->tcb->regs.fault_pc, fault_pc);
}

TEST(a_suspended_thread_keeps_its_context_priority_and_notification) // threads SUS-1
{
    const struct thread *a = given_thread_of_priority(LOW);
    cptr_t notification = given_notification();
    assert_ok(bind_notification(a, notification));
    assert_ok(suspend(a));
    assert_ptr_equal(a->tcb->sc, sc_of(a));
    assert_int_equal(a->tcb->priority, LOW);
    assert_ptr_equal(a->tcb->bound_notification, object_of(notification));
}

TEST(a_thread_that_suspends_itself_does_so_again_when_it_is_resumed) // threads §12 #8, SUS-2
{
    const struct thread *a = given_thread();
    as(a);
    (void)suspend(a);
    assert_state(a, THREAD_INACTIVE);
    as(root), assert_ok(resume(a));
    as(a);
    (void)again();
    assert_state(a, THREAD_INACTIVE);
}

TEST(suspending_a_receiver_frees_its_reply_object) // threads [SUS] 1
{
    const struct thread *a = given_thread();
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    as(a), sys_recv(endpoint, reply);
    assert_ok(suspend(a));
    assert_waiting(endpoint);
    assert_null(((struct reply *)object_of(reply))->thread);
}

TEST(suspending_a_sender_takes_it_out_of_the_queue) // threads [SUS] 1
{
    const struct thread *a = given_thread();
    cptr_t endpoint = given_endpoint();
    as(a), sys_send(endpoint, MESSAGE(1));
    assert_ok(suspend(a));
    assert_waiting(endpoint);
    assert_state(a, THREAD_INACTIVE);
}

TEST(suspending_the_last_waiter_makes_the_notification_idle) // threads [SUS] 1
{
    const struct thread *a = given_thread();
    cptr_t notification = given_notification();
    as(a), sys_wait(notification);
    assert_ok(suspend(a));
    assert_int_equal(((struct notification *)object_of(notification))->state, NOTIFICATION_IDLE);
}

TEST(suspending_one_of_two_waiters_leaves_the_other) // threads [SUS] 1
{
    const struct thread *a = given_thread(), *b = given_thread();
    cptr_t notification = given_notification();
    as(a), sys_wait(notification);
    as(b), sys_wait(notification);
    assert_ok(suspend(a));
    assert_waiting(notification, b);
}

TEST(suspending_a_sleeper_takes_it_out_of_the_sleep_list) // threads [SUS] 3, SL-2
{
    const struct thread *a = given_thread();
    given_budget(a, 1000, 100000);
    as(a), sys_yield();
    assert_true(a->tcb->is_sleeping);
    assert_ok(suspend(a));
    assert_false(a->tcb->is_sleeping);
    assert_null(here()->sleepers.head);
    assert_ptr_equal(a->tcb->sc, sc_of(a));
}

TEST(suspending_a_faulted_thread_forgets_the_fault) // threads [SUS] 1, FLT-13
{
    cptr_t endpoint = given_endpoint();
    const struct thread *a = given_faulted_thread(endpoint);
    assert_ok(suspend(a));
    assert_int_equal(a->tcb->fault.type, seL4_Fault_NullFault);
    assert_waiting(endpoint);
    assert_state(a, THREAD_INACTIVE);
}

TEST(a_thread_suspended_while_blocked_repeats_its_call_when_resumed) // threads SUS-3
{
    const struct thread *a = given_thread();
    cptr_t endpoint = given_endpoint();
    as(a), sys_send(endpoint, MESSAGE(1));
    word_t pc = a->tcb->regs.fault_pc;
    assert_ok(suspend(a));
    assert_ok(resume(a));
    as(a);
    assert_int_equal(a->tcb->regs.pc, pc);
    (void)again();
    assert_waiting(endpoint, a);
}

// ------------------------------------------------------------------------------------------ Resume

TEST(resume_of_a_running_thread_without_a_context_succeeds_and_changes_nothing) // threads §12 #9
{
    const struct thread *a = given_passive_thread();
    struct tcb before = *a->tcb;
    assert_ok(resume(a));
    assert_memory_equal(a->tcb, &before, sizeof before);
}

TEST(resume_of_oneself_does_nothing) // threads [RES]
{
    assert_ok(resume(root));
    assert_runs(root);
}

TEST(resume_of_a_ready_thread_leaves_its_place) // threads [RES]
{
    const struct thread *a = given_thread_of_priority(LOW), *b = given_thread_of_priority(LOW);
    assert_ok(resume(a));
    assert_ready(LOW, b, a);
}

TEST(resume_restarts_a_blocked_call_which_is_then_sent_again) // threads §12 #10
{
    const struct thread *client = given_thread(), *server = given_thread();
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    as(server), sys_recv(endpoint, reply);
    as(client), sys_call(endpoint, MESSAGE(1, 11));
    as(root), assert_ok(resume(client));
    assert_state(client, THREAD_RESTART);
    as(client), (void)again();
    as(server);
    assert_message(sys_recv(endpoint, reply), 0, 1, 11);
}

TEST(resume_of_a_thread_whose_fault_is_queued_discards_the_fault) // threads §12 #11
{
    cptr_t endpoint = given_endpoint();
    const struct thread *a = given_faulted_thread(endpoint);
    assert_ok(resume(a));
    assert_state(a, THREAD_RESTART);
    assert_int_equal(a->tcb->fault.type, seL4_Fault_NullFault);
    assert_waiting(endpoint);
}

TEST(resume_of_a_thread_whose_fault_is_delivered_makes_the_reply_have_no_effect) // threads §12 #11
{
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    const struct thread *a = given_faulted_thread(endpoint);
    (void)sys_recv(endpoint, reply);
    assert_state(a, THREAD_BLOCKED_ON_REPLY);
    assert_ok(resume(a));
    assert_state(a, THREAD_RESTART);
    sys_send(reply, MESSAGE(1));
    assert_state(a, THREAD_RESTART);
}

TEST(resume_with_a_context_that_is_not_configured_leaves_the_thread_passive) // threads RES-1
{
    const struct thread *a = given_passive_thread();
    assert_ok(suspend(a));
    assert_ok(bind_sc(given_object(seL4_SchedContextObject, 7), a->cap));
    assert_ok(resume(a));
    assert_state(a, THREAD_RESTART);
    assert_ready(255);
}

TEST(resume_of_a_thread_whose_time_is_used_up_puts_it_to_sleep) // threads [RES], SC-4
{
    const struct thread *a = given_thread();
    given_budget(a, 1000, 100000);
    as(a), sys_yield();
    assert_ok(suspend(a));
    assert_ok(resume(a));
    assert_state(a, THREAD_RESTART);
    assert_true(a->tcb->is_sleeping);
}

TEST(resume_of_a_higher_priority_preempts_and_of_an_equal_does_not) // threads [RES], IRQ-1
{
    const struct thread *a = given_inactive_thread(), *b = given_inactive_thread();
    assert_ok(set_priority(root, LOW));
    assert_ok(set_priority(b, LOW));
    assert_ok(resume(b));
    assert_runs(root);
    assert_ok(resume(a));
    assert_runs(a);
}

TEST(resume_merges_what_a_sporadic_context_has_and_dates_it_now) // threads §12 #100, REF-6
{
    const struct thread *a = given_inactive_thread();
    assert_ok(configure_sc(a->sc, 1000, 10000, 0, 0, 1));
    wind_clock_us(3000);
    assert_ok(resume(a));
    assert_int_equal(head_of(a).time, here()->now);
}

TEST(resume_leaves_the_date_of_a_constant_bandwidth_context_until_it_is_switched_to) // threads §12 #100, REF-6
{
    const struct thread *a = given_inactive_thread();
    assert_ok(configure_sc(a->sc, 1000, 10000, 0, 0, 0));
    ticks_t configured = here()->now;
    wind_clock_us(3000);
    assert_ok(resume(a));
    assert_int_equal(head_of(a).time, configured);
    sys_yield();
    assert_runs(a);
    assert_int_equal(head_of(a).time, here()->now);
}

// ---------------------------------------------------------------------------- notification binding

TEST(bind_notification_needs_a_capability) // threads §2.5 BindNotification 1
{
    assert_refused(method(TCB, TCBBindNotification, CAPS(), ), seL4_TruncatedMessage);
}

TEST(bind_notification_refuses_a_second_one) // threads §2.5 BindNotification 2
{
    cptr_t other = given_notification();
    assert_ok(bind_notification(root, given_notification()));
    assert_refused(bind_notification(root, other), seL4_IllegalOperation);
}

TEST(bind_notification_of_something_else_is_illegal_and_no_invalid_capability) // threads §12 #24
{
    assert_refused(bind_notification(root, CNODE), seL4_IllegalOperation);
}

TEST(bind_notification_of_an_empty_slot_is_illegal) // threads §12 #24
{
    assert_refused(bind_notification(root, NULL_CAP), seL4_IllegalOperation);
}

TEST(bind_notification_wants_the_right_to_receive) // threads §2.5 BindNotification 4
{
    cptr_t notification = given_copy(given_notification(), WRITE);
    assert_refused(bind_notification(root, notification), seL4_IllegalOperation);
}

TEST(bind_notification_does_not_want_the_right_to_send) // threads §2.5 BindNotification 4
{
    assert_ok(bind_notification(root, given_copy(given_notification(), READ)));
}

TEST(bind_notification_refuses_one_with_waiters) // threads §2.5 BindNotification 5
{
    const struct thread *a = given_thread();
    cptr_t notification = given_notification();
    as(a), sys_wait(notification);
    assert_refused(bind_notification(root, notification), seL4_IllegalOperation);
}

TEST(bind_notification_refuses_one_that_is_bound) // threads §2.5 BindNotification 5
{
    const struct thread *a = given_inactive_thread();
    cptr_t notification = given_notification();
    assert_ok(bind_notification(a, notification));
    assert_refused(bind_notification(root, notification), seL4_IllegalOperation);
}

TEST(binding_an_active_notification_to_a_receiver_does_not_deliver_it_nor_later_signals) // threads §12 #83
{
    const struct thread *a = given_thread();
    cptr_t endpoint = given_endpoint(), reply = given_reply(), notification = given_notification();
    cptr_t one = given_minted(notification, ALL_RIGHTS, 1), two = given_minted(notification, ALL_RIGHTS, 2);
    as(a), sys_recv(endpoint, reply);
    sys_signal(one);
    assert_ok(bind_notification(a, notification));
    sys_signal(two);
    assert_state(a, THREAD_BLOCKED_ON_RECEIVE);
    assert_ok(resume(a));
    as(a);
    assert_int_equal(again().badge, 3);
}

TEST(unbind_notification_of_an_unbound_thread_is_illegal) // threads §2.5 UnbindNotification
{
    assert_refused(unbind_notification(root), seL4_IllegalOperation);
}

TEST(unbind_notification_frees_both_sides) // threads §2.5 UnbindNotification
{
    const struct thread *a = given_inactive_thread();
    cptr_t notification = given_notification();
    assert_ok(bind_notification(a, notification));
    assert_ok(unbind_notification(a));
    assert_ok(bind_notification(root, notification));
}

// -------------------------------------------------------------------------------------------- flags

TEST(set_flags_needs_two_words) // threads §2.5 SetFlags
{
    assert_refused(method(TCB, TCBSetFlags, CAPS(), 0), seL4_TruncatedMessage);
}

TEST(set_flags_answers_with_the_flags) // threads §12 #91
{
    const struct thread *a = given_inactive_thread();
    assert_answer(set_flags(a, 0, 1), 1);
    assert_answer(set_flags(a, 0, 0), 1);
    assert_answer(set_flags(a, 1, 0), 0);
}

TEST(set_flags_clears_before_it_sets) // threads §12 #91
{
    const struct thread *a = given_inactive_thread();
    assert_answer(set_flags(a, 1, 1), 1);
}

TEST(set_flags_knows_only_bit_0) // threads §12 #91
{
    const struct thread *a = given_inactive_thread();
    assert_answer(set_flags(a, 0, ~UINT64_C(0)), 1);
}

TEST(set_flags_by_send_has_its_effect_but_no_answer) // threads I-3
{
    const struct thread *a = given_inactive_thread();
    struct result r = sys_send(a->cap, MESSAGE(TCBSetFlags, 0, 1));
    assert_int_equal(a->tcb->flags, 1);
    assert_int_equal(r.label, TCBSetFlags);
}

TEST(a_thread_that_gives_up_the_fpu_loses_it_at_once_with_its_state_saved) // threads §2.5 SetFlags, REG-10
{
    assert_ptr_equal(fake.fpu_owner, root->tcb);
    assert_answer(set_flags(root, 0, 1), 1);
    assert_false(fake.fpu_is_enabled);
    assert_null(fake.fpu_owner);
    assert_answer(set_flags(root, 1, 0), 0);
    assert_true(fake.fpu_is_enabled);
    assert_ptr_equal(fake.fpu_owner, root->tcb);
}

TEST(set_flags_of_another_thread_leaves_the_callers_fpu) // threads §2.5 SetFlags
{
    const struct thread *a = given_inactive_thread();
    assert_answer(set_flags(a, 0, 1), 1);
    assert_true(fake.fpu_is_enabled);
    assert_ptr_equal(fake.fpu_owner, root->tcb);
}

TEST(set_flags_saves_the_live_state_of_a_thread_that_does_not_run) // threads §2.5 SetFlags
{
    const struct thread *a = given_thread();
    assert_answer(set_flags(root, 0, 1), 1);
    as(a), as(root);
    assert_ptr_equal(fake.fpu_owner, a->tcb); // REG-10: the unit keeps the previous owner's state
    assert_false(fake.fpu_is_enabled);
    assert_answer(set_flags(a, 0, 1), 1);
    assert_null(fake.fpu_owner);
}

TEST(switching_to_idle_leaves_the_fpu_state_in_place) // threads DSP-1
{
    root_sleeps();
    assert_idle();
    assert_false(fake.fpu_is_enabled);
    assert_ptr_equal(fake.fpu_owner, root->tcb);
    assert_int_equal(fake.vspace_root, 0);
}

TEST(fp_use_without_the_fpu_is_a_user_exception) // threads §12 #92, REG-11
{
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    const struct thread *a = given_thread();
    assert_ok(set_fault_handler(a, endpoint));
    assert_answer(set_flags(a, 0, 1), 1);
    as(a);
    assert_false(fake.fpu_is_enabled);
    user_exception(0x1fe00000);
    as(root);
    assert_int_equal(sys_recv(endpoint, reply).mr[3], 0x1fe00000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_new_tcb_is_inactive_and_empty),
        RUN(a_new_tcb_is_named_after_its_creator),
        RUN(a_long_name_is_cut_to_what_fits),
        RUN(the_machine_is_told_of_a_new_thread),
        RUN(the_initial_thread_has_a_round_robin_slice_and_no_handlers),
        RUN(suspending_a_running_thread_remembers_the_next_instruction),
        RUN(suspending_a_thread_that_is_to_restart_remembers_where),
        RUN(a_suspended_thread_keeps_its_context_priority_and_notification),
        RUN(a_thread_that_suspends_itself_does_so_again_when_it_is_resumed),
        RUN(suspending_a_receiver_frees_its_reply_object),
        RUN(suspending_a_sender_takes_it_out_of_the_queue),
        RUN(suspending_the_last_waiter_makes_the_notification_idle),
        RUN(suspending_one_of_two_waiters_leaves_the_other),
        RUN(suspending_a_sleeper_takes_it_out_of_the_sleep_list),
        RUN(suspending_a_faulted_thread_forgets_the_fault),
        RUN(a_thread_suspended_while_blocked_repeats_its_call_when_resumed),
        RUN(resume_of_a_running_thread_without_a_context_succeeds_and_changes_nothing),
        RUN(resume_of_oneself_does_nothing),
        RUN(resume_of_a_ready_thread_leaves_its_place),
        RUN(resume_restarts_a_blocked_call_which_is_then_sent_again),
        RUN(resume_of_a_thread_whose_fault_is_queued_discards_the_fault),
        RUN(resume_of_a_thread_whose_fault_is_delivered_makes_the_reply_have_no_effect),
        RUN(resume_with_a_context_that_is_not_configured_leaves_the_thread_passive),
        RUN(resume_of_a_thread_whose_time_is_used_up_puts_it_to_sleep),
        RUN(resume_of_a_higher_priority_preempts_and_of_an_equal_does_not),
        RUN(resume_merges_what_a_sporadic_context_has_and_dates_it_now),
        RUN(resume_leaves_the_date_of_a_constant_bandwidth_context_until_it_is_switched_to),
        RUN(bind_notification_needs_a_capability),
        RUN(bind_notification_refuses_a_second_one),
        RUN(bind_notification_of_something_else_is_illegal_and_no_invalid_capability),
        RUN(bind_notification_of_an_empty_slot_is_illegal),
        RUN(bind_notification_wants_the_right_to_receive),
        RUN(bind_notification_does_not_want_the_right_to_send),
        RUN(bind_notification_refuses_one_with_waiters),
        RUN(bind_notification_refuses_one_that_is_bound),
        RUN(binding_an_active_notification_to_a_receiver_does_not_deliver_it_nor_later_signals),
        RUN(unbind_notification_of_an_unbound_thread_is_illegal),
        RUN(unbind_notification_frees_both_sides),
        RUN(set_flags_needs_two_words),
        RUN(set_flags_answers_with_the_flags),
        RUN(set_flags_clears_before_it_sets),
        RUN(set_flags_knows_only_bit_0),
        RUN(set_flags_by_send_has_its_effect_but_no_answer),
        RUN(a_thread_that_gives_up_the_fpu_loses_it_at_once_with_its_state_saved),
        RUN(set_flags_of_another_thread_leaves_the_callers_fpu),
        RUN(set_flags_saves_the_live_state_of_a_thread_that_does_not_run),
        RUN(switching_to_idle_leaves_the_fpu_state_in_place),
        RUN(fp_use_without_the_fpu_is_a_user_exception),
    };
    return RUN_ALL("TCB suspend, resume, binding, flags", tests);
}
