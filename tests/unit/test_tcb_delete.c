// SPDX-License-Identifier: BSD-2-Clause
//
// Deleting a TCB in each state (threads §9.1), the idle thread, and what every TCB method has in common (§0.3).
#include "tests/unit/threads.h"

static struct reply *reply_object(cptr_t slot)
{
    return (struct reply *)object_of(slot);
}

static bool exists(const struct tcb *tcb)
{
    const struct tcb *t = ks.all_threads;
    while (t && t != tcb) {
        t = t->all_next;
    }
    return t != NULL;
}

static void delete_thread(const struct thread *thread)
{
    assert_ok(cnode_delete(AT(thread->cap)));
    assert_false(exists(thread->tcb));
}

TEST(deleting_an_inactive_thread_frees_its_context) // threads §9.1
{
    const struct thread *a = given_inactive_thread();
    delete_thread(a);
    assert_null(sc_of(a)->thread);
    assert_ok(unbind_sc(a->sc));
}

TEST(deleting_a_ready_thread_takes_it_out_of_its_ready_list) // threads §9.1
{
    const struct thread *a = given_thread();
    delete_thread(a);
    assert_ready(255);
    assert_null(sc_of(a)->thread);
}

TEST(deleting_a_sleeper_takes_it_out_of_the_sleep_list) // threads §9.1, SL-2
{
    const struct thread *a = given_thread();
    given_budget(a, 1000, 100000);
    as(a), sys_yield();
    delete_thread(a);
    assert_null(here()->sleepers.head);
}

TEST(a_thread_that_deletes_itself_never_returns_and_its_time_is_charged) // threads §9.1
{
    const struct thread *a = given_thread();
    as(a), wind_clock_us(1000);
    (void)cnode_delete(AT(a->cap));
    assert_runs(root);
    assert_false(exists(a->tcb));
    assert_int_equal(sc_of(a)->consumed, us_to_ticks(1000));
    assert_empty(a->cap);
}

TEST(deleting_a_sender_takes_it_out_of_the_queue) // threads §9.1
{
    const struct thread *a = given_thread();
    cptr_t endpoint = given_endpoint();
    as(a), sys_send(endpoint, MESSAGE(1));
    delete_thread(a);
    assert_waiting(endpoint);
}

TEST(deleting_a_receiver_frees_its_reply_object) // threads §9.1
{
    const struct thread *a = given_thread();
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    as(a), sys_recv(endpoint, reply);
    delete_thread(a);
    assert_waiting(endpoint);
    assert_null(reply_object(reply)->thread);
}

TEST(deleting_a_waiter_of_a_notification_makes_it_idle) // threads §9.1
{
    const struct thread *a = given_thread();
    cptr_t notification = given_notification();
    as(a), sys_wait(notification);
    delete_thread(a);
    assert_int_equal(((struct notification *)object_of(notification))->state, NOTIFICATION_IDLE);
}

TEST(deleting_a_caller_frees_the_reply_object_and_leaves_the_context_with_the_callee) // threads §9.1, DON-9
{
    const struct thread *client = given_thread(), *server = given_thread();
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    as(server), sys_recv(endpoint, reply);
    as(root), assert_ok(unbind_object(server->sc, server->cap));
    as(client), (void)sys_call(endpoint, MESSAGE(1));
    as(root), delete_thread(client);
    assert_null(reply_object(reply)->thread);
    assert_ptr_equal(server->tcb->sc, sc_of(client));
    assert_null(sc_of(client)->top_reply);
}

TEST(deleting_a_thread_unbinds_its_notification_without_a_signal) // threads §9.1
{
    const struct thread *a = given_thread();
    cptr_t notification = given_notification();
    assert_ok(bind_notification(a, notification));
    delete_thread(a);
    assert_null(((struct notification *)object_of(notification))->bound_tcb);
    assert_int_equal(((struct notification *)object_of(notification))->state, NOTIFICATION_IDLE);
}

TEST(deleting_a_thread_empties_its_slots_and_drops_its_fp_state) // threads §9.1
{
    const struct thread *a = given_thread();
    cptr_t endpoint = given_endpoint();
    assert_ok(set_fault_handler(a, endpoint));
    fake_forget_calls();
    delete_thread(a);
    assert_int_equal(fake_nth_call(FAKE_THREAD_DESTROY, 0)->a, (word_t)a->tcb);
    assert_true(cdt_is_final(slot_of(endpoint)));
}

TEST(a_thread_with_another_capability_stays) // threads §9.1: last capability
{
    const struct thread *a = given_thread();
    (void)given_copy(a->cap, ALL_RIGHTS);
    assert_ok(cnode_delete(AT(a->cap)));
    assert_true(exists(a->tcb));
    assert_ready(255, a);
}

// ---------------------------------------------------------------------------------------- the idle thread

TEST(the_idle_thread_has_its_own_endless_slice_and_no_fpu) // threads TCB-7
{
    assert_int_equal(ks.idle.state, THREAD_IDLE);
    assert_int_equal(ks.idle.priority, 0);
    assert_int_equal(ks.idle.flags, 1);
    assert_true(sc_is_round_robin(idle_sc()));
    assert_int_equal(refill_head(idle_sc())->amount, REFILL_MAX);
}

TEST(a_thread_of_priority_0_runs_before_the_idle_thread) // threads TCB-7: never enqueued
{
    const struct thread *a = given_thread_of_priority(0);
    root_sleeps();
    assert_runs(a);
}

// ------------------------------------------------------------------------------ what methods have in common

TEST(labels_of_other_objects_are_illegal_on_a_tcb) // threads §2
{
    assert_refused(method(TCB, UntypedRetype, CAPS(), ), seL4_IllegalOperation);
    assert_refused(method(TCB, CNodeRevoke, CAPS(), ), seL4_IllegalOperation);
}

TEST(labels_that_do_not_exist_are_illegal_on_a_tcb) // threads §2
{
    assert_refused(method(TCB, 0, CAPS(), ), seL4_IllegalOperation);
    assert_refused(method(TCB, 57, CAPS(), ), seL4_IllegalOperation);
    assert_refused(method(TCB, UINT64_C(0x8000000000002), CAPS(), ), seL4_IllegalOperation);
}

TEST(an_error_of_a_send_is_dropped) // threads I-1
{
    assert_no_effect(sys_send(TCB, MESSAGE_WITH_CAPS(TCBSetPriority, CAPS(TCB), 256)));
    assert_no_effect(sys_nbsend(TCB, MESSAGE(TCBSetPriority, 256)));
}

TEST(an_empty_success_leaves_the_message_registers) // threads I-2, REG-15
{
    struct result r = set_tls_base(root, 0x5555);
    assert_ok(r);
    assert_int_equal(r.mr[0], 0x5555);
}

TEST(a_tls_base_of_a_thread_survives_its_system_calls) // threads REG-7, REG-15
{
    assert_ok(set_tls_base(root, 0x5555));
    sys_yield();
    assert_int_equal(root->tcb->regs.tpidr_el0, 0x5555);
}

TEST(the_server_time_of_a_reply_is_charged_to_the_client) // threads DON-14; a long message: the fast path does not look at the clock
{
    const struct thread *client = given_thread(), *server = given_thread();
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    as(server), sys_recv(endpoint, reply);
    as(root), assert_ok(unbind_object(server->sc, server->cap));
    as(client), (void)sys_call(endpoint, MESSAGE(1));
    computes_us(400);
    (void)sys_reply_recv(endpoint, reply, MESSAGE(2, 1, 2, 3, 4, 5));
    assert_runs(client);
    as(root);
    assert_answer(consumed(client->sc), 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(deleting_an_inactive_thread_frees_its_context),
        RUN(deleting_a_ready_thread_takes_it_out_of_its_ready_list),
        RUN(deleting_a_sleeper_takes_it_out_of_the_sleep_list),
        RUN(a_thread_that_deletes_itself_never_returns_and_its_time_is_charged),
        RUN(deleting_a_sender_takes_it_out_of_the_queue),
        RUN(deleting_a_receiver_frees_its_reply_object),
        RUN(deleting_a_waiter_of_a_notification_makes_it_idle),
        RUN(deleting_a_caller_frees_the_reply_object_and_leaves_the_context_with_the_callee),
        RUN(deleting_a_thread_unbinds_its_notification_without_a_signal),
        RUN(deleting_a_thread_empties_its_slots_and_drops_its_fp_state),
        RUN(a_thread_with_another_capability_stays),
        RUN(the_idle_thread_has_its_own_endless_slice_and_no_fpu),
        RUN(a_thread_of_priority_0_runs_before_the_idle_thread),
        RUN(labels_of_other_objects_are_illegal_on_a_tcb),
        RUN(labels_that_do_not_exist_are_illegal_on_a_tcb),
        RUN(an_error_of_a_send_is_dropped),
        RUN(an_empty_success_leaves_the_message_registers),
        RUN(a_tls_base_of_a_thread_survives_its_system_calls),
        RUN(the_server_time_of_a_reply_is_charged_to_the_client),
    };
    return RUN_ALL("TCB deletion", tests);
}
