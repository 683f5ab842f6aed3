// SPDX-License-Identifier: BSD-2-Clause
//
// Timeout faults (threads §6.4, and §6.3 DON-12, DON-13).
#include "tests/unit/threads.h"

enum { SC_BADGE = 0x55, HANDLER_BADGE = 78 };

static const struct thread *a;
static cptr_t endpoint, handler, reply;

// A thread of the root's priority with 1 ms every 100 ms and a timeout handler: it runs.
static void given_a_thread_with_a_timeout_handler(void)
{
    endpoint = given_endpoint();
    handler = given_minted(endpoint, WRITE | GRANT, HANDLER_BADGE);
    reply = given_reply();
    a = given_thread();
    assert_ok(configure_sc(a->sc, 1000, 100000, 0, SC_BADGE, 0));
    assert_ok(set_timeout_handler(a, handler));
    as(a);
}

// Its fault waits for the handler.
static void given_a_thread_in_a_timeout_fault(void)
{
    given_a_thread_with_a_timeout_handler();
    computes_us(1000);
    assert_state(a, THREAD_BLOCKED_ON_SEND);
    as(root);
}

// Its fault was delivered to the root thread.
static void given_a_thread_that_waits_for_the_answer(void)
{
    given_a_thread_in_a_timeout_fault();
    (void)sys_recv(endpoint, reply);
    assert_state(a, THREAD_BLOCKED_ON_REPLY);
}

// The thread has called a passive server, which has used up the budget without a handler of its own.
static const struct thread *given_a_server_that_sleeps_on_its_clients_budget(cptr_t server_reply)
{
    const struct thread *server = given_thread();
    cptr_t service = given_endpoint();
    as(server), sys_recv(service, server_reply);
    as(root), assert_ok(unbind_object(server->sc, server->cap));
    as(a), (void)sys_call(service, MESSAGE(1, 11));
    assert_runs(server);
    computes_us(1000);
    assert_true(server->tcb->is_sleeping);
    as(root);
    return server;
}

// -------------------------------------------------------------------------------------- the fault

TEST(using_up_the_budget_raises_a_timeout_fault) // threads TF-1, TF-3, §12 #68
{
    given_a_thread_with_a_timeout_handler();
    computes_us(1000);
    assert_state(a, THREAD_BLOCKED_ON_SEND);
    as(root);
    assert_message(sys_recv(endpoint, reply), HANDLER_BADGE, seL4_Fault_Timeout, SC_BADGE, 1000);
    assert_state(a, THREAD_BLOCKED_ON_REPLY);
}

TEST(a_system_call_without_time_raises_a_timeout_fault_at_its_instruction) // threads TF-1, §4.7 A
{
    given_a_thread_with_a_timeout_handler();
    word_t pc = a->tcb->regs.pc;
    wind_clock_us(990);
    (void)sys_yield();
    assert_state(a, THREAD_BLOCKED_ON_SEND);
    assert_int_equal(a->tcb->regs.fault_pc, pc);
}

TEST(the_faulter_keeps_its_context_and_the_time_is_charged_already) // threads TF-2
{
    given_a_thread_in_a_timeout_fault();
    assert_ptr_equal(a->tcb->sc, sc_of(a));
    assert_true(head_of(a).time > here()->now);
    (void)sys_recv(endpoint, reply);
    assert_ptr_equal(a->tcb->sc, sc_of(a));
}

TEST(delivery_resets_the_consumed_time) // threads TF-3, §12 #42
{
    given_a_thread_that_waits_for_the_answer();
    assert_answer(consumed(a->sc), 0);
}

TEST(consumed_time_is_read_when_the_fault_is_delivered) // threads TF-3
{
    given_a_thread_in_a_timeout_fault();
    assert_answer(consumed(a->sc), 1000);
    assert_message(sys_recv(endpoint, reply), HANDLER_BADGE, seL4_Fault_Timeout, SC_BADGE, 0);
}

TEST(a_new_badge_does_not_affect_a_fault_already_raised) // threads §12 #39, TF-3
{
    given_a_thread_in_a_timeout_fault();
    assert_ok(configure_sc(a->sc, 1000, 100000, 0, 0x66, 0));
    assert_int_equal(sys_recv(endpoint, reply).mr[0], SC_BADGE);
}

TEST(a_faulter_that_lost_its_context_sends_only_the_badge) // threads TF-3
{
    given_a_thread_in_a_timeout_fault();
    assert_ok(unbind_object(a->sc, a->cap));
    assert_message(sys_recv(endpoint, reply), HANDLER_BADGE, seL4_Fault_Timeout, SC_BADGE);
}

TEST(a_handler_without_a_reply_object_leaves_the_faulter_inactive) // threads TF-6
{
    given_a_thread_in_a_timeout_fault();
    (void)sys_wait(endpoint);
    assert_state(a, THREAD_INACTIVE);
}

TEST(a_timeout_fault_does_not_donate_when_the_handler_waits) // threads TF-2, §6.2; threads §12 #69
{
    given_a_thread_with_a_timeout_handler();
    as(root);
    const struct thread *server = given_thread();
    as(server), sys_recv(endpoint, reply);
    as(root), assert_ok(unbind_object(server->sc, server->cap));
    as(a), computes_us(1000);
    assert_ptr_equal(a->tcb->sc, sc_of(a));
    assert_null(server->tcb->sc);
    assert_state(server, THREAD_RUNNING);
    assert_int_equal(received(server).label, seL4_Fault_Timeout);
}

TEST(a_timeout_fault_does_not_donate_when_it_was_queued) // threads TF-2, §6.2
{
    given_a_thread_in_a_timeout_fault();
    cptr_t signal = given_notification();
    assert_ok(bind_sc(SC, signal));
    assert_ok(bind_notification(root, signal)); // so the root returns its context when it receives: it is passive then
    (void)sys_recv(endpoint, reply);
    assert_state(a, THREAD_BLOCKED_ON_REPLY);
    assert_ptr_equal(a->tcb->sc, sc_of(a));
    assert_null(root->tcb->sc);
}

TEST(a_thread_without_a_handler_sleeps) // threads TF-4
{
    given_a_thread_with_a_timeout_handler();
    as(root), assert_ok(set_timeout_handler(a, NULL_CAP));
    as(a), computes_us(1000);
    assert_true(a->tcb->is_sleeping);
}

TEST(the_fault_handler_does_not_get_timeout_faults) // threads FLT-6
{
    given_a_thread_with_a_timeout_handler();
    as(root), assert_ok(set_timeout_handler(a, NULL_CAP));
    assert_ok(set_fault_handler(a, handler));
    as(a), computes_us(1000);
    assert_waiting(endpoint);
}

TEST(waking_from_sleep_raises_no_timeout_fault) // threads TF-4
{
    given_a_thread_with_a_timeout_handler();
    sys_yield();
    assert_true(a->tcb->is_sleeping);
    pass_time_us(100000);
    assert_false(a->tcb->is_sleeping);
    assert_waiting(endpoint);
}

TEST(a_server_on_lent_time_faults_to_its_own_handler_with_the_badge_of_the_clients_context) // threads §12 #67, TF-1
{
    given_a_thread_with_a_timeout_handler();
    as(root);
    const struct thread *server = given_thread();
    cptr_t service = given_endpoint(), other = given_endpoint(), other_reply = given_reply();
    assert_ok(set_timeout_handler(server, other));
    as(server), sys_recv(service, reply);
    as(root), assert_ok(unbind_object(server->sc, server->cap));
    as(a), (void)sys_call(service, MESSAGE(1));
    computes_us(1000);
    assert_waiting(other, server);
    as(root);
    assert_message(sys_recv(other, other_reply), 0, seL4_Fault_Timeout, SC_BADGE, 1000);
    assert_ptr_equal(server->tcb->sc, sc_of(a));
}

// ------------------------------------------------------------------------------------- the answer

TEST(an_answer_without_new_time_lets_the_thread_sleep_without_a_second_fault) // threads §12 #70, TF-7
{
    given_a_thread_that_waits_for_the_answer();
    sys_send(reply, MESSAGE(0));
    assert_state(a, THREAD_RESTART);
    assert_true(a->tcb->is_sleeping);
    assert_waiting(endpoint);
}

TEST(an_answer_after_a_reconfiguration_lets_the_thread_run) // threads TF-5
{
    given_a_thread_that_waits_for_the_answer();
    assert_ok(configure_sc(a->sc, 1000, 100000, 0, SC_BADGE, 0));
    sys_send(reply, MESSAGE(0));
    assert_ready(255, a);
    assert_int_equal(head_of(a).amount, us_to_ticks(1000));
}

TEST(an_answer_with_a_label_leaves_the_thread_inactive) // threads TF-7, §12 #72
{
    given_a_thread_that_waits_for_the_answer();
    sys_send(reply, MESSAGE(1, 0x1000));
    assert_state(a, THREAD_INACTIVE);
    assert_int_equal(a->tcb->regs.fault_pc, 0x1000);
    assert_false(a->tcb->is_sleeping);
}

TEST(an_answer_writes_34_registers_and_not_the_thread_pointers) // threads §7.5, §12 #19
{
    given_a_thread_that_waits_for_the_answer();
    word_t tpidr = a->tcb->regs.tpidr_el0;
    sys_send(reply, MESSAGE(0, 100, 101, ~UINT64_C(0), 103, 104, 105, 106, 107, 108, 109, 110, 111, 112, 113, 114, 115, 116, 117, 118,
                            119, 120, 121, 122, 123, 124, 125, 126, 127, 128, 129, 130, 131, 132, 133, 134, 135));
    assert_true(a->tcb->regs.fault_pc == 100 && a->tcb->regs.sp == 101 && a->tcb->regs.spsr == 0xf0000040);
    assert_true(a->tcb->regs.x[0] == 103 && a->tcb->regs.x[8] == 111 && a->tcb->regs.x[16] == 112);
    assert_true(a->tcb->regs.x[29] == 115 && a->tcb->regs.x[30] == 116 && a->tcb->regs.x[9] == 117);
    assert_true(a->tcb->regs.x[19] == 124 && a->tcb->regs.x[28] == 133);
    assert_int_equal(a->tcb->regs.tpidr_el0, tpidr);
}

TEST(an_empty_answer_repeats_the_interrupted_instruction) // threads FLT-17, FLT-18
{
    given_a_thread_that_waits_for_the_answer();
    word_t pc = a->tcb->regs.fault_pc;
    sys_send(reply, MESSAGE(0));
    pass_time_us(100000);
    as(a);
    assert_int_equal(a->tcb->regs.pc, pc);
}

// ------------------------------------------------------------------------- a reply without time left

TEST(a_client_that_gets_its_context_back_without_time_sleeps) // threads §12 #66, DON-11
{
    given_a_thread_with_a_timeout_handler();
    as(root), assert_ok(set_timeout_handler(a, NULL_CAP));
    cptr_t server_reply = given_reply();
    (void)given_a_server_that_sleeps_on_its_clients_budget(server_reply);
    sys_send(server_reply, MESSAGE(7, 77));
    assert_state(a, THREAD_RUNNING);
    assert_true(a->tcb->is_sleeping);
    assert_message(received(a), 0, 7, 77);
}

TEST(a_client_with_a_handler_gets_a_timeout_fault_of_its_own) // threads §12 #66, DON-12
{
    given_a_thread_with_a_timeout_handler();
    as(root);
    cptr_t server_reply = given_reply();
    const struct thread *server = given_a_server_that_sleeps_on_its_clients_budget(server_reply);
    sys_send(server_reply, MESSAGE(7, 77));
    assert_state(a, THREAD_BLOCKED_ON_SEND);
    assert_null(server->tcb->sc);
    assert_message(received(a), 0, 7, 77);
    assert_message(sys_recv(endpoint, reply), HANDLER_BADGE, seL4_Fault_Timeout, SC_BADGE, 1000);
}

TEST(an_empty_answer_makes_such_a_client_repeat_its_call_with_what_the_reply_left_in_its_registers) // threads DON-13
{
    given_a_thread_with_a_timeout_handler();
    as(root);
    cptr_t server_reply = given_reply();
    word_t pc = a->tcb->regs.pc;
    (void)given_a_server_that_sleeps_on_its_clients_budget(server_reply);
    sys_send(server_reply, MESSAGE(7, 77));
    (void)sys_recv(endpoint, reply);
    assert_ok(configure_sc(a->sc, 1000, 100000, 0, SC_BADGE, 0));
    sys_send(reply, MESSAGE(0));
    as(a);
    assert_int_equal(a->tcb->regs.pc, pc);
    assert_int_equal(a->tcb->regs.x[REG_CAP], 0);
    assert_int_equal(info_label(a->tcb->regs.x[REG_INFO]), 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(using_up_the_budget_raises_a_timeout_fault),
        RUN(a_system_call_without_time_raises_a_timeout_fault_at_its_instruction),
        RUN(the_faulter_keeps_its_context_and_the_time_is_charged_already),
        RUN(delivery_resets_the_consumed_time),
        RUN(consumed_time_is_read_when_the_fault_is_delivered),
        RUN(a_new_badge_does_not_affect_a_fault_already_raised),
        RUN(a_faulter_that_lost_its_context_sends_only_the_badge),
        RUN(a_handler_without_a_reply_object_leaves_the_faulter_inactive),
        RUN(a_timeout_fault_does_not_donate_when_the_handler_waits),
        RUN(a_timeout_fault_does_not_donate_when_it_was_queued),
        RUN(a_thread_without_a_handler_sleeps),
        RUN(the_fault_handler_does_not_get_timeout_faults),
        RUN(waking_from_sleep_raises_no_timeout_fault),
        RUN(a_server_on_lent_time_faults_to_its_own_handler_with_the_badge_of_the_clients_context),
        RUN(an_answer_without_new_time_lets_the_thread_sleep_without_a_second_fault),
        RUN(an_answer_after_a_reconfiguration_lets_the_thread_run),
        RUN(an_answer_with_a_label_leaves_the_thread_inactive),
        RUN(an_answer_writes_34_registers_and_not_the_thread_pointers),
        RUN(an_empty_answer_repeats_the_interrupted_instruction),
        RUN(a_client_that_gets_its_context_back_without_time_sleeps),
        RUN(a_client_with_a_handler_gets_a_timeout_fault_of_its_own),
        RUN(an_empty_answer_makes_such_a_client_repeat_its_call_with_what_the_reply_left_in_its_registers),
    };
    return RUN_ALL("timeout faults", tests);
}
