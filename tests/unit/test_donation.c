// SPDX-License-Identifier: BSD-2-Clause
//
// Lending scheduling contexts: calls, replies, reply stacks, notifications (threads §6.1–6.3, §6.6, §9.1–9.3, §9.5).
#include "tests/unit/threads.h"

static struct reply *reply_object(cptr_t slot)
{
    return (struct reply *)object_of(slot);
}

static struct sched_context *context(cptr_t slot)
{
    return (struct sched_context *)object_of(slot);
}

static cptr_t endpoint, reply;

// A server without a context of its own, in Recv(endpoint, reply). Ready for calls; the root thread runs.
static const struct thread *given_server_at(cptr_t where, cptr_t with)
{
    const struct thread *server = given_thread();
    as(server), sys_recv(where, with);
    as(root), assert_ok(unbind_object(server->sc, server->cap));
    return server;
}

static const struct thread *given_server(void)
{
    endpoint = given_endpoint();
    reply = given_reply();
    return given_server_at(endpoint, reply);
}

// A thread without a context in Wait on a notification.
static const struct thread *given_passive_waiter(cptr_t notification)
{
    const struct thread *thread = given_thread();
    as(thread), sys_wait(notification);
    as(root), assert_ok(unbind_object(thread->sc, thread->cap));
    return thread;
}

// Client a has called b, which has called c: c runs on a's context.
static const struct thread *a, *b, *c;
static cptr_t reply_a, reply_b; // hold a and b: the second is the head of the stack

static void given_a_chain_of_calls(void)
{
    cptr_t first = given_endpoint(), second = given_endpoint();
    reply_a = given_reply();
    reply_b = given_reply();
    b = given_server_at(first, reply_a);
    c = given_server_at(second, reply_b);
    a = given_thread();
    as(a), (void)sys_call(first, MESSAGE(1));
    assert_runs(b);
    (void)sys_call(second, MESSAGE(2));
    assert_runs(c);
    as(root);
    assert_ptr_equal(c->tcb->sc, sc_of(a));
}

// ------------------------------------------------------------------------------------------- calls

TEST(a_call_lends_the_clients_context_and_the_reply_returns_it) // threads DON-2, DON-4, §6.3
{
    const struct thread *server = given_server(), *client = given_thread();
    as(client), (void)sys_call(endpoint, MESSAGE(1, 11));
    assert_runs(server);
    assert_ptr_equal(server->tcb->sc, sc_of(client));
    assert_null(client->tcb->sc);
    assert_state(client, THREAD_BLOCKED_ON_REPLY);
    (void)sys_reply_recv(endpoint, reply, MESSAGE(2, 22));
    assert_runs(client);
    assert_ptr_equal(client->tcb->sc, sc_of(client));
    assert_message(received(client), 0, 2, 22);
    assert_waiting(endpoint, server);
}

TEST(a_call_to_a_server_with_a_context_lends_nothing) // threads DON-2
{
    endpoint = given_endpoint(), reply = given_reply();
    const struct thread *server = given_thread(), *client = given_thread();
    as(server), sys_recv(endpoint, reply);
    as(client), (void)sys_call(endpoint, MESSAGE(1));
    assert_ptr_equal(client->tcb->sc, sc_of(client));
    assert_ptr_equal(reply_object(reply)->thread, client->tcb);
    assert_null(sc_of(client)->top_reply);
}

TEST(a_call_through_a_capability_with_grant_reply_lends) // threads §6.2
{
    const struct thread *server = given_server(), *client = given_thread();
    cptr_t weak = given_copy(endpoint, WRITE | GRANT_REPLY);
    as(client), (void)sys_call(weak, MESSAGE(1));
    assert_ptr_equal(server->tcb->sc, sc_of(client));
}

TEST(a_call_through_a_capability_without_grant_rights_is_delivered_and_the_caller_becomes_inactive) // threads §12 #58, DON-8
{
    const struct thread *server = given_server(), *client = given_thread();
    cptr_t weak = given_copy(endpoint, WRITE);
    as(client), (void)sys_call(weak, MESSAGE(1, 11));
    assert_state(client, THREAD_INACTIVE);
    assert_ptr_equal(client->tcb->sc, sc_of(client));
    assert_null(server->tcb->sc);
    assert_message(received(server), 0, 1, 11);
    assert_null(reply_object(reply)->thread);
}

TEST(a_call_to_a_thread_in_wait_is_delivered_and_the_caller_becomes_inactive) // threads §12 #57, DON-8
{
    endpoint = given_endpoint();
    const struct thread *server = given_passive_waiter(endpoint), *client = given_thread();
    as(client), (void)sys_call(endpoint, MESSAGE(1, 11));
    assert_state(client, THREAD_INACTIVE);
    assert_ptr_equal(client->tcb->sc, sc_of(client));
    assert_null(server->tcb->sc);
    assert_state(server, THREAD_RUNNING);
}

TEST(a_queued_call_is_picked_up_with_its_context) // threads §6.2: queued Call
{
    const struct thread *server = given_server(), *first = given_thread(), *second = given_thread();
    as(first), (void)sys_call(endpoint, MESSAGE(1));
    as(root), as(second), (void)sys_call(endpoint, MESSAGE(2, 22));
    assert_state(second, THREAD_BLOCKED_ON_SEND);
    as(root), as(server);
    struct result r = sys_reply_recv(endpoint, reply, MESSAGE(3));
    assert_message(r, 0, 2, 22);
    assert_ptr_equal(server->tcb->sc, sc_of(second));
    assert_ptr_equal(first->tcb->sc, sc_of(first));
}

TEST(a_queued_call_picked_up_by_a_thread_with_a_context_lends_nothing) // threads DON-2
{
    endpoint = given_endpoint(), reply = given_reply();
    const struct thread *client = given_thread();
    as(client), (void)sys_call(endpoint, MESSAGE(1));
    as(root), (void)sys_recv(endpoint, reply);
    assert_ptr_equal(client->tcb->sc, sc_of(client));
    assert_state(client, THREAD_BLOCKED_ON_REPLY);
}

TEST(a_queued_call_picked_up_by_wait_leaves_the_caller_inactive) // threads DON-8
{
    endpoint = given_endpoint();
    const struct thread *client = given_thread();
    as(client), (void)sys_call(endpoint, MESSAGE(1));
    as(root), (void)sys_wait(endpoint);
    assert_state(client, THREAD_INACTIVE);
}

TEST(a_passive_server_of_lower_priority_waits_at_the_front_of_its_level_for_a_ready_third) // threads §12 #54
{
    const struct thread *server = given_server(), *client = given_thread();
    assert_ok(set_priority(server, LOW));
    const struct thread *third = given_thread_of_priority(MIDDLE), *peer = given_thread_of_priority(LOW);
    assert_ok(set_priority(client, MIDDLE));
    root_sleeps();
    as(client), (void)sys_call(endpoint, MESSAGE(1));
    assert_runs(third);
    assert_ready(LOW, server, peer);
    assert_ptr_equal(server->tcb->sc, sc_of(client));
}

TEST(a_server_runs_at_its_own_priority) // threads §12 #55, INT-2
{
    const struct thread *server = given_server(), *client = given_thread();
    assert_ok(set_priority(server, LOW));
    as(client), (void)sys_call(endpoint, MESSAGE(1));
    assert_int_equal(server->tcb->priority, LOW);
    assert_runs(root);
}

// ----------------------------------------------------------------------------------- plain messages

TEST(a_send_to_a_passive_receiver_is_delivered_but_does_not_make_it_run) // threads §12 #56, DON-7
{
    const struct thread *server = given_server();
    sys_send(endpoint, MESSAGE(1, 11));
    assert_state(server, THREAD_RUNNING);
    assert_null(server->tcb->sc);
    assert_ready(255);
    assert_message(received(server), 0, 1, 11);
    assert_ok(bind_sc(server->sc, server->cap));
    assert_ready(255, server);
}

TEST(a_nonblocking_send_lends_nothing) // threads §6.2
{
    const struct thread *server = given_server();
    sys_nbsend(endpoint, MESSAGE(1));
    assert_null(server->tcb->sc);
}

TEST(the_send_half_of_a_combined_call_gives_the_context_away_for_good) // threads §6.2: plain donation
{
    const struct thread *server = given_server(), *client = given_thread();
    cptr_t other = given_endpoint(), other_reply = given_reply();
    as(client), (void)sys_nbsend_recv(endpoint, MESSAGE(1), other, other_reply);
    assert_runs(server);
    assert_ptr_equal(server->tcb->sc, sc_of(client));
    assert_null(sc_of(client)->top_reply);
    assert_waiting(other, client);
}

TEST(nbsend_wait_gives_the_context_away) // threads §6.2
{
    const struct thread *server = given_server(), *client = given_thread();
    cptr_t notification = given_notification();
    as(client), (void)sys_nbsend_wait(endpoint, MESSAGE(1), notification);
    assert_runs(server);
    assert_ptr_equal(server->tcb->sc, sc_of(client));
    assert_null(client->tcb->sc);
}

TEST(nbsend_wait_without_a_receiver_keeps_the_context) // threads §6.2
{
    endpoint = given_endpoint();
    const struct thread *client = given_thread();
    cptr_t notification = given_notification();
    as(client), (void)sys_nbsend_wait(endpoint, MESSAGE(1), notification);
    assert_ptr_equal(client->tcb->sc, sc_of(client));
    assert_waiting(notification, client);
}

// ------------------------------------------------------------------------------------------ replies

TEST(a_reply_with_no_caller_succeeds_and_does_nothing) // threads §12 #64, §6.3 step 1
{
    cptr_t free = given_reply();
    assert_no_effect(sys_send(free, MESSAGE(1, 11)));
}

TEST(a_reply_on_an_armed_object_does_nothing) // threads §12 #64, §6.3 step 1
{
    const struct thread *server = given_server();
    assert_no_effect(sys_send(reply, MESSAGE(1, 11)));
    assert_waiting(endpoint, server);
}

TEST(a_reply_by_call_is_answered_with_an_empty_success) // threads I-2
{
    assert_ok(sys_call(given_reply(), MESSAGE(1, 11)));
}

TEST(a_caller_bound_to_a_new_context_leaves_the_old_one_with_the_server) // threads §12 #59, DON-4
{
    const struct thread *server = given_server(), *client = given_thread();
    cptr_t fresh = given_sc(1000, 5000);
    as(client), (void)sys_call(endpoint, MESSAGE(1));
    as(root), assert_ok(bind_sc(fresh, client->cap));
    sys_send(reply, MESSAGE(2));
    assert_ptr_equal(client->tcb->sc, context(fresh));
    assert_ptr_equal(server->tcb->sc, sc_of(client));
    assert_state(client, THREAD_RUNNING);
}

TEST(anyone_with_the_capability_may_reply_and_the_context_leaves_the_server) // threads §6.3, DON-4
{
    const struct thread *server = given_server(), *client = given_thread();
    as(client), (void)sys_call(endpoint, MESSAGE(1));
    as(root), sys_send(reply, MESSAGE(2));
    assert_null(server->tcb->sc);
    assert_ptr_equal(client->tcb->sc, sc_of(client));
    assert_state(server, THREAD_RUNNING);
}

TEST(a_client_answered_by_someone_else_goes_to_the_back_of_its_level) // threads DON-3: no demand if the server neither runs nor is the nominee
{
    const struct thread *server = given_server(), *client = given_thread(), *peer = given_thread();
    as(client), (void)sys_call(endpoint, MESSAGE(1));
    as(root), sys_send(reply, MESSAGE(2));
    assert_null(server->tcb->sc);
    assert_ready(255, peer, client);
}

TEST(a_reply_dates_a_sporadic_context_now) // threads §6.3 step 3, REF-6
{
    endpoint = given_endpoint(), reply = given_reply();
    const struct thread *client = given_thread();
    assert_ok(configure_sc(client->sc, 1000, 100000, 0, 0, 1));
    as(client), (void)sys_call(endpoint, MESSAGE(1));
    as(root), (void)sys_recv(endpoint, reply);
    computes_us(2000);
    sys_send(reply, MESSAGE(2));
    assert_int_equal(head_of(client).time, here()->now);
}

TEST(a_reply_leaves_the_date_of_a_constant_bandwidth_context) // threads REF-6
{
    endpoint = given_endpoint(), reply = given_reply();
    const struct thread *client = given_thread();
    assert_ok(configure_sc(client->sc, 1000, 100000, 0, 0, 0));
    as(client), (void)sys_call(endpoint, MESSAGE(1));
    ticks_t date = head_of(client).time;
    as(root), (void)sys_recv(endpoint, reply);
    computes_us(2000);
    sys_send(reply, MESSAGE(2));
    assert_int_equal(head_of(client).time, date);
}

TEST(a_reply_object_in_use_for_another_thread_makes_that_thread_inactive) // threads §12 #65, INT-8
{
    const struct thread *client = given_thread();
    (void)given_server();
    cptr_t other = given_endpoint();
    as(client), (void)sys_call(endpoint, MESSAGE(1));
    as(root), (void)sys_nbrecv(other, reply);
    assert_state(client, THREAD_INACTIVE);
    assert_null(reply_object(reply)->thread);
}

TEST(an_armed_reply_object_of_another_thread_makes_that_thread_inactive_even_in_a_poll) // threads §12 #65, INT-8
{
    const struct thread *server = given_server();
    cptr_t other = given_endpoint();
    (void)sys_nbrecv(other, reply);
    assert_state(server, THREAD_INACTIVE);
    assert_waiting(endpoint);
}

TEST(the_other_thread_is_cancelled_before_the_bound_notification_is_looked_at) // threads INT-8
{
    const struct thread *server = given_server();
    cptr_t other = given_endpoint(), notification = given_notification();
    assert_ok(bind_notification(root, notification));
    sys_signal(notification);
    (void)sys_recv(other, reply);
    assert_state(server, THREAD_INACTIVE);
    assert_runs(root);
}

TEST(ones_own_reply_object_can_be_used_again) // threads INT-8: another thread only
{
    const struct thread *server = given_server(), *client = given_thread();
    as(client), (void)sys_call(endpoint, MESSAGE(1));
    (void)sys_reply_recv(endpoint, reply, MESSAGE(2));
    assert_ptr_equal(reply_object(reply)->thread, server->tcb);
}

// --------------------------------------------------------------------------------- stacks: table 9.5

TEST(the_stack_remembers_who_lent_to_whom) // threads DON-1, DON-2
{
    given_a_chain_of_calls();
    assert_ptr_equal(sc_of(a)->top_reply, reply_object(reply_b));
    assert_ptr_equal(reply_object(reply_b)->older, reply_object(reply_a));
    assert_ptr_equal(reply_stack_owner(reply_object(reply_b)), sc_of(a));
    assert_ptr_equal(reply_newer(reply_object(reply_a)), reply_object(reply_b));
}

TEST(a_suspended_callee_keeps_the_context_and_its_callers_wait) // threads §9.5, DON-10
{
    given_a_chain_of_calls();
    assert_ok(suspend(c));
    assert_ptr_equal(c->tcb->sc, sc_of(a));
    assert_state(b, THREAD_BLOCKED_ON_REPLY);
    assert_state(a, THREAD_BLOCKED_ON_REPLY);
    sys_send(reply_b, MESSAGE(3));
    assert_ptr_equal(b->tcb->sc, sc_of(a));
}

TEST(the_callees_reply_returns_the_context_one_step) // threads §9.5
{
    given_a_chain_of_calls();
    as(c), sys_send(reply_b, MESSAGE(3));
    assert_ptr_equal(b->tcb->sc, sc_of(a));
    assert_state(b, THREAD_RUNNING);
    assert_state(a, THREAD_BLOCKED_ON_REPLY);
    assert_ptr_equal(sc_of(a)->top_reply, reply_object(reply_a));
}

TEST(deleting_the_top_reply_object_returns_the_context_to_an_inactive_caller) // threads §9.5, §9.3
{
    given_a_chain_of_calls();
    assert_ok(cnode_delete(AT(reply_b)));
    assert_ptr_equal(b->tcb->sc, sc_of(a));
    assert_state(b, THREAD_INACTIVE);
    assert_state(a, THREAD_BLOCKED_ON_REPLY);
    assert_ptr_equal(sc_of(a)->top_reply, reply_object(reply_a));
}

TEST(deleting_a_lower_reply_object_cuts_the_chain) // threads §12 #62, §9.5, DON-5, DON-6
{
    given_a_chain_of_calls();
    assert_ok(cnode_delete(AT(reply_a)));
    assert_ptr_equal(c->tcb->sc, sc_of(a));
    assert_state(a, THREAD_INACTIVE);
    assert_state(b, THREAD_BLOCKED_ON_REPLY);
    as(c), sys_send(reply_b, MESSAGE(3));
    assert_ptr_equal(b->tcb->sc, sc_of(a));
    assert_null(sc_of(a)->top_reply);
}

TEST(suspending_a_middle_caller_disconnects_the_whole_stack) // threads §9.5, DON-9
{
    given_a_chain_of_calls();
    assert_ok(suspend(b));
    assert_ptr_equal(c->tcb->sc, sc_of(a));
    assert_null(sc_of(a)->top_reply);
    assert_state(b, THREAD_INACTIVE);
    assert_state(a, THREAD_BLOCKED_ON_REPLY);
    sys_send(reply_a, MESSAGE(3));
    assert_state(a, THREAD_RUNNING);
    assert_null(a->tcb->sc);
}

TEST(suspending_the_first_caller_cuts_it_off) // threads DON-9: not head, cut as DON-5
{
    given_a_chain_of_calls();
    assert_ok(suspend(a));
    assert_state(a, THREAD_INACTIVE);
    assert_ptr_equal(sc_of(a)->top_reply, reply_object(reply_b));
    assert_null(reply_object(reply_b)->older);
    as(c), sys_send(reply_b, MESSAGE(3));
    assert_ptr_equal(b->tcb->sc, sc_of(a));
}

TEST(deleting_the_callee_leaves_its_callers_waiting_and_the_context_with_nobody) // threads §12 #60, §9.5, DON-10
{
    given_a_chain_of_calls();
    assert_ok(cnode_delete(AT(c->cap)));
    assert_null(sc_of(a)->thread);
    assert_state(b, THREAD_BLOCKED_ON_REPLY);
    sys_send(reply_b, MESSAGE(3));
    assert_ptr_equal(b->tcb->sc, sc_of(a));
}

TEST(unbinding_the_callee_leaves_the_stack_and_the_reply_returns_the_context) // threads §12 #63, §9.5
{
    given_a_chain_of_calls();
    assert_ok(unbind_object(a->sc, c->cap));
    assert_null(sc_of(a)->thread);
    assert_state(b, THREAD_BLOCKED_ON_REPLY);
    sys_send(reply_b, MESSAGE(3));
    assert_ptr_equal(b->tcb->sc, sc_of(a));
}

TEST(taking_the_callees_context_with_set_sched_params_leaves_the_stack) // threads DON-10
{
    given_a_chain_of_calls();
    assert_ok(set_sched_params(c, 255, 255, NULL_CAP, NULL_CAP));
    sys_send(reply_b, MESSAGE(3));
    assert_ptr_equal(b->tcb->sc, sc_of(a));
}

TEST(unbinding_the_context_drops_the_whole_stack) // threads §9.5, DON-10
{
    given_a_chain_of_calls();
    assert_ok(unbind_sc(a->sc));
    assert_null(sc_of(a)->top_reply);
    sys_send(reply_b, MESSAGE(3));
    assert_state(b, THREAD_RUNNING);
    assert_null(b->tcb->sc);
    sys_send(reply_a, MESSAGE(4));
    assert_state(a, THREAD_RUNNING);
    assert_null(a->tcb->sc);
}

TEST(deleting_the_context_drops_the_whole_stack) // threads §9.2
{
    given_a_chain_of_calls();
    assert_ok(cnode_delete(AT(a->sc)));
    assert_null(c->tcb->sc);
    assert_state(b, THREAD_BLOCKED_ON_REPLY);
    sys_send(reply_b, MESSAGE(3));
    assert_state(b, THREAD_RUNNING);
    assert_null(b->tcb->sc);
}

TEST(a_middle_caller_bound_to_another_context_leaves_the_old_one_with_the_callee) // threads §9.5, DON-4
{
    given_a_chain_of_calls();
    cptr_t fresh = given_sc(1000, 5000);
    assert_ok(bind_sc(fresh, b->cap));
    as(c), sys_send(reply_b, MESSAGE(3));
    assert_ptr_equal(b->tcb->sc, context(fresh));
    assert_ptr_equal(c->tcb->sc, sc_of(a));
    assert_ptr_equal(sc_of(a)->top_reply, reply_object(reply_a));
}

TEST(deleting_a_middle_caller_frees_its_reply_object) // threads §9.1, DON-9
{
    given_a_chain_of_calls();
    assert_ok(cnode_delete(AT(b->cap)));
    assert_null(reply_object(reply_b)->thread);
    assert_ptr_equal(c->tcb->sc, sc_of(a));
    assert_null(sc_of(a)->top_reply);
}

TEST(a_suspended_client_leaves_its_context_with_the_server_whose_reply_does_nothing) // threads §12 #61, DON-9
{
    const struct thread *server = given_server(), *client = given_thread();
    as(client), (void)sys_call(endpoint, MESSAGE(1));
    as(root), assert_ok(suspend(client));
    assert_ptr_equal(server->tcb->sc, sc_of(client));
    as(server);
    assert_no_effect(sys_send(reply, MESSAGE(2)));
}

TEST(deleting_the_reply_object_of_a_receiver_makes_it_inactive) // threads §9.3
{
    const struct thread *server = given_server();
    assert_ok(cnode_delete(AT(reply)));
    assert_state(server, THREAD_INACTIVE);
    assert_waiting(endpoint);
}

TEST(deleting_the_endpoint_restarts_a_receiver_and_frees_its_reply_object) // threads §9.3
{
    const struct thread *server = given_thread();
    endpoint = given_endpoint(), reply = given_reply();
    as(server), sys_recv(endpoint, reply);
    assert_ok(cnode_delete(AT(endpoint)));
    assert_state(server, THREAD_RESTART);
    assert_null(reply_object(reply)->thread);
    assert_ready(255, server);
}

TEST(deleting_the_endpoint_restarts_a_passive_receiver_which_stays_passive) // threads §9.3
{
    const struct thread *server = given_server();
    assert_ok(cnode_delete(AT(endpoint)));
    assert_state(server, THREAD_RESTART);
    assert_ready(255);
}

// ------------------------------------------------------------------------------------ notifications

TEST(a_signal_lends_the_notifications_context_to_a_passive_waiter) // threads NS-3, §6.2, IRQ-2
{
    cptr_t notification = given_notification(), sc = given_sc(1000, 1000);
    const struct thread *waiter = given_passive_waiter(notification);
    assert_ok(bind_sc(sc, notification));
    sys_signal(notification);
    assert_ptr_equal(waiter->tcb->sc, context(sc));
    assert_ready(255, waiter);
}

TEST(the_waiter_returns_the_context_when_it_waits_again) // threads NS-1
{
    cptr_t notification = given_notification(), sc = given_sc(1000, 1000);
    const struct thread *waiter = given_passive_waiter(notification);
    assert_ok(bind_sc(sc, notification));
    sys_signal(notification);
    as(waiter), sys_wait(notification);
    assert_null(waiter->tcb->sc);
    assert_null(context(sc)->thread);
    assert_runs(root);
}

TEST(a_nonblocking_wait_keeps_the_context) // threads NS-1
{
    cptr_t notification = given_notification(), sc = given_sc(1000, 1000);
    const struct thread *waiter = given_passive_waiter(notification);
    assert_ok(bind_sc(sc, notification));
    sys_signal(notification);
    as(waiter), sys_nbwait(notification);
    assert_ptr_equal(waiter->tcb->sc, context(sc));
    assert_runs(waiter);
}

TEST(a_context_in_use_is_not_lent_to_the_next_waiter) // threads §12 #85, NS-3
{
    cptr_t notification = given_notification(), sc = given_sc(1000, 1000);
    const struct thread *first = given_passive_waiter(notification), *second = given_passive_waiter(notification);
    assert_ok(bind_sc(sc, notification));
    sys_signal(notification);
    sys_signal(notification);
    assert_ptr_equal(first->tcb->sc, context(sc));
    assert_null(second->tcb->sc);
    assert_state(second, THREAD_RUNNING);
}

TEST(a_waiter_with_a_context_gets_no_second_one) // threads NS-3
{
    cptr_t notification = given_notification(), sc = given_sc(1000, 1000);
    const struct thread *waiter = given_thread();
    as(waiter), sys_wait(notification);
    assert_ok(bind_sc(sc, notification));
    sys_signal(notification);
    assert_ptr_equal(waiter->tcb->sc, sc_of(waiter));
    assert_null(context(sc)->thread);
}

TEST(a_passive_waiter_of_a_notification_without_a_context_is_woken_but_does_not_run) // threads DON-7
{
    cptr_t notification = given_notification();
    const struct thread *waiter = given_passive_waiter(notification);
    sys_signal(notification);
    assert_state(waiter, THREAD_RUNNING);
    assert_ready(255);
}

TEST(a_lent_context_without_time_puts_the_waiter_to_sleep_with_its_signal) // threads IRQ-2, NS-3
{
    cptr_t notification = given_minted(given_notification(), ALL_RIGHTS, 9);
    const struct thread *waiter = given_passive_waiter(notification), *spender = given_thread();
    given_budget(spender, 1000, 100000);
    as(spender), sys_yield();
    assert_ok(unbind_sc(spender->sc));
    assert_ok(bind_sc(spender->sc, notification));
    sys_signal(notification);
    assert_true(waiter->tcb->is_sleeping);
    assert_int_equal(received(waiter).badge, 9);
}

TEST(a_bound_thread_that_receives_from_an_endpoint_gets_signal_and_context) // threads §6.2, INT-6
{
    const struct thread *server = given_server();
    cptr_t notification = given_minted(given_notification(), ALL_RIGHTS, 9), sc = given_sc(1000, 1000);
    assert_ok(bind_notification(server, notification));
    assert_ok(bind_sc(sc, notification));
    sys_signal(notification);
    assert_state(server, THREAD_RUNNING);
    assert_int_equal(received(server).badge, 9);
    assert_ptr_equal(server->tcb->sc, context(sc));
    assert_null(reply_object(reply)->thread);
    assert_waiting(endpoint);
}

TEST(a_blocking_receive_returns_the_bound_notifications_context_even_if_a_sender_waits) // threads §12 #84, NS-1, NS-2
{
    const struct thread *server = given_server(), *sender = given_thread();
    cptr_t notification = given_notification(), sc = given_sc(1000, 1000);
    assert_ok(bind_notification(server, notification));
    assert_ok(bind_sc(sc, notification));
    sys_signal(notification);
    as(sender), sys_send(endpoint, MESSAGE(1, 11));
    as(server), sys_recv(endpoint, reply);
    assert_null(server->tcb->sc);
    assert_state(server, THREAD_RUNNING);
    assert_message(received(server), 0, 1, 11);
}

TEST(a_nonblocking_receive_keeps_the_bound_notifications_context) // threads §12 #84
{
    const struct thread *server = given_server();
    cptr_t notification = given_notification(), sc = given_sc(1000, 1000);
    assert_ok(bind_notification(server, notification));
    assert_ok(bind_sc(sc, notification));
    sys_signal(notification);
    as(server), sys_nbrecv(endpoint, reply);
    assert_ptr_equal(server->tcb->sc, context(sc));
    assert_runs(server);
}

TEST(a_context_bound_to_thread_and_notification_leaves_the_thread_at_its_first_wait_and_comes_back) // threads NS-4
{
    const struct thread *thread = given_thread();
    cptr_t notification = given_notification();
    assert_ok(bind_sc(thread->sc, notification));
    as(thread), sys_wait(notification);
    assert_null(thread->tcb->sc);
    as(root), sys_signal(notification);
    assert_ptr_equal(thread->tcb->sc, sc_of(thread));
    assert_ready(255, thread);
}

TEST(a_bound_thread_in_a_call_is_not_woken_and_sees_the_signal_at_its_next_receive) // threads §12 #82, INT-6
{
    endpoint = given_endpoint(), reply = given_reply();
    const struct thread *client = given_thread();
    cptr_t notification = given_minted(given_notification(), ALL_RIGHTS, 9), other = given_endpoint();
    assert_ok(bind_notification(client, notification));
    as(client), (void)sys_call(endpoint, MESSAGE(1));
    as(root), (void)sys_recv(endpoint, reply);
    sys_signal(notification);
    assert_state(client, THREAD_BLOCKED_ON_REPLY);
    sys_send(reply, MESSAGE(2));
    as(client);
    assert_int_equal(sys_recv(other, reply).badge, 9);
}

TEST(a_receive_returns_an_active_bound_notification_before_a_queued_sender) // threads INT-7
{
    endpoint = given_endpoint(), reply = given_reply();
    const struct thread *sender = given_thread();
    cptr_t notification = given_minted(given_notification(), ALL_RIGHTS, 9);
    assert_ok(bind_notification(root, notification));
    as(sender), sys_send(endpoint, MESSAGE(1));
    as(root), sys_signal(notification);
    assert_int_equal(sys_recv(endpoint, reply).badge, 9);
    assert_waiting(endpoint, sender);
}

TEST(deleting_a_notification_leaves_the_thread_running_on_its_context) // threads §12 #86, §9.3
{
    cptr_t notification = given_notification(), sc = given_sc(1000, 1000);
    const struct thread *waiter = given_passive_waiter(notification);
    assert_ok(bind_sc(sc, notification));
    sys_signal(notification);
    assert_ok(cnode_delete(AT(notification)));
    assert_ptr_equal(waiter->tcb->sc, context(sc));
    assert_null(context(sc)->notification);
    assert_ready(255, waiter);
}

TEST(deleting_the_holder_of_a_notifications_context_makes_it_free_for_the_next) // threads §9.1
{
    cptr_t notification = given_notification(), sc = given_sc(1000, 1000);
    const struct thread *first = given_passive_waiter(notification), *second = given_passive_waiter(notification);
    assert_ok(bind_sc(sc, notification));
    sys_signal(notification);
    assert_ok(cnode_delete(AT(first->cap)));
    assert_null(context(sc)->thread);
    sys_signal(notification);
    assert_ptr_equal(second->tcb->sc, context(sc));
}

TEST(a_signal_dates_a_sporadic_context_now) // threads REF-6
{
    cptr_t notification = given_notification();
    const struct thread *waiter = given_thread();
    assert_ok(configure_sc(waiter->sc, 1000, 100000, 0, 0, 1));
    as(waiter), sys_wait(notification);
    computes_us(2000);
    sys_signal(notification);
    assert_int_equal(head_of(waiter).time, here()->now);
}

TEST(moving_the_date_of_a_sporadic_context_makes_the_kernel_account) // threads CH-2: merge-on-unblock
{
    cptr_t notification = given_notification();
    const struct thread *waiter = given_thread();
    assert_ok(configure_sc(waiter->sc, 1000, 100000, 0, 0, 1));
    as(waiter), sys_wait(notification);
    assert_ok(set_priority(waiter, LOW));
    wind_clock_us(300);
    sys_signal(notification);
    assert_int_equal(here()->pending, 0);
    assert_int_equal(sc_of(root)->consumed, us_to_ticks(300));
}

TEST(a_message_dates_a_sporadic_context_now) // threads REF-6
{
    const struct thread *receiver = given_thread();
    endpoint = given_endpoint();
    assert_ok(configure_sc(receiver->sc, 1000, 100000, 0, 0, 1));
    as(receiver), sys_wait(endpoint);
    computes_us(2000);
    sys_send(endpoint, MESSAGE(1));
    assert_int_equal(head_of(receiver).time, here()->now);
}

TEST(a_queued_sender_that_is_received_has_its_sporadic_context_dated_now) // threads REF-6
{
    const struct thread *sender = given_thread();
    endpoint = given_endpoint();
    assert_ok(configure_sc(sender->sc, 1000, 100000, 0, 0, 1));
    as(sender), sys_send(endpoint, MESSAGE(1));
    computes_us(2000);
    (void)sys_wait(endpoint);
    assert_int_equal(head_of(sender).time, here()->now);
}

TEST(a_deleted_endpoint_dates_the_sporadic_contexts_of_its_waiters_now) // threads REF-6, §9.3
{
    const struct thread *sender = given_thread();
    endpoint = given_endpoint();
    assert_ok(configure_sc(sender->sc, 1000, 100000, 0, 0, 1));
    as(sender), sys_send(endpoint, MESSAGE(1));
    computes_us(2000);
    assert_ok(cnode_delete(AT(endpoint)));
    assert_int_equal(head_of(sender).time, here()->now);
}

// -------------------------------------------------------------------------------- combined calls

TEST(thread_and_time_methods_in_the_send_half_of_a_combined_call_are_ignored) // threads §12 #97, I-6
{
    const struct thread *victim = given_thread();
    cptr_t notification = given_notification();
    sys_signal(notification);
    (void)sys_nbsend_wait(victim->cap, MESSAGE(TCBSuspend), notification);
    assert_state(victim, THREAD_RESTART);
    assert_runs(root);
}

TEST(a_context_method_in_the_send_half_of_a_combined_call_is_ignored) // threads §12 #97, I-6
{
    const struct thread *victim = given_thread();
    cptr_t notification = given_notification();
    sys_signal(notification);
    (void)sys_nbsend_wait(victim->sc, MESSAGE(SchedContextUnbind), notification);
    assert_ptr_equal(victim->tcb->sc, sc_of(victim));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_call_lends_the_clients_context_and_the_reply_returns_it),
        RUN(a_call_to_a_server_with_a_context_lends_nothing),
        RUN(a_call_through_a_capability_with_grant_reply_lends),
        RUN(a_call_through_a_capability_without_grant_rights_is_delivered_and_the_caller_becomes_inactive),
        RUN(a_call_to_a_thread_in_wait_is_delivered_and_the_caller_becomes_inactive),
        RUN(a_queued_call_is_picked_up_with_its_context),
        RUN(a_queued_call_picked_up_by_a_thread_with_a_context_lends_nothing),
        RUN(a_queued_call_picked_up_by_wait_leaves_the_caller_inactive),
        RUN(a_passive_server_of_lower_priority_waits_at_the_front_of_its_level_for_a_ready_third),
        RUN(a_server_runs_at_its_own_priority),
        RUN(a_send_to_a_passive_receiver_is_delivered_but_does_not_make_it_run),
        RUN(a_nonblocking_send_lends_nothing),
        RUN(the_send_half_of_a_combined_call_gives_the_context_away_for_good),
        RUN(nbsend_wait_gives_the_context_away),
        RUN(nbsend_wait_without_a_receiver_keeps_the_context),
        RUN(a_reply_with_no_caller_succeeds_and_does_nothing),
        RUN(a_reply_on_an_armed_object_does_nothing),
        RUN(a_reply_by_call_is_answered_with_an_empty_success),
        RUN(a_caller_bound_to_a_new_context_leaves_the_old_one_with_the_server),
        RUN(anyone_with_the_capability_may_reply_and_the_context_leaves_the_server),
        RUN(a_client_answered_by_someone_else_goes_to_the_back_of_its_level),
        RUN(a_reply_dates_a_sporadic_context_now),
        RUN(a_reply_leaves_the_date_of_a_constant_bandwidth_context),
        RUN(a_reply_object_in_use_for_another_thread_makes_that_thread_inactive),
        RUN(an_armed_reply_object_of_another_thread_makes_that_thread_inactive_even_in_a_poll),
        RUN(the_other_thread_is_cancelled_before_the_bound_notification_is_looked_at),
        RUN(ones_own_reply_object_can_be_used_again),
        RUN(the_stack_remembers_who_lent_to_whom),
        RUN(a_suspended_callee_keeps_the_context_and_its_callers_wait),
        RUN(the_callees_reply_returns_the_context_one_step),
        RUN(deleting_the_top_reply_object_returns_the_context_to_an_inactive_caller),
        RUN(deleting_a_lower_reply_object_cuts_the_chain),
        RUN(suspending_a_middle_caller_disconnects_the_whole_stack),
        RUN(suspending_the_first_caller_cuts_it_off),
        RUN(deleting_the_callee_leaves_its_callers_waiting_and_the_context_with_nobody),
        RUN(unbinding_the_callee_leaves_the_stack_and_the_reply_returns_the_context),
        RUN(taking_the_callees_context_with_set_sched_params_leaves_the_stack),
        RUN(unbinding_the_context_drops_the_whole_stack),
        RUN(deleting_the_context_drops_the_whole_stack),
        RUN(a_middle_caller_bound_to_another_context_leaves_the_old_one_with_the_callee),
        RUN(deleting_a_middle_caller_frees_its_reply_object),
        RUN(a_suspended_client_leaves_its_context_with_the_server_whose_reply_does_nothing),
        RUN(deleting_the_reply_object_of_a_receiver_makes_it_inactive),
        RUN(deleting_the_endpoint_restarts_a_receiver_and_frees_its_reply_object),
        RUN(deleting_the_endpoint_restarts_a_passive_receiver_which_stays_passive),
        RUN(a_signal_lends_the_notifications_context_to_a_passive_waiter),
        RUN(the_waiter_returns_the_context_when_it_waits_again),
        RUN(a_nonblocking_wait_keeps_the_context),
        RUN(a_context_in_use_is_not_lent_to_the_next_waiter),
        RUN(a_waiter_with_a_context_gets_no_second_one),
        RUN(a_passive_waiter_of_a_notification_without_a_context_is_woken_but_does_not_run),
        RUN(a_lent_context_without_time_puts_the_waiter_to_sleep_with_its_signal),
        RUN(a_bound_thread_that_receives_from_an_endpoint_gets_signal_and_context),
        RUN(a_blocking_receive_returns_the_bound_notifications_context_even_if_a_sender_waits),
        RUN(a_nonblocking_receive_keeps_the_bound_notifications_context),
        RUN(a_context_bound_to_thread_and_notification_leaves_the_thread_at_its_first_wait_and_comes_back),
        RUN(a_bound_thread_in_a_call_is_not_woken_and_sees_the_signal_at_its_next_receive),
        RUN(a_receive_returns_an_active_bound_notification_before_a_queued_sender),
        RUN(deleting_a_notification_leaves_the_thread_running_on_its_context),
        RUN(deleting_the_holder_of_a_notifications_context_makes_it_free_for_the_next),
        RUN(a_signal_dates_a_sporadic_context_now),
        RUN(moving_the_date_of_a_sporadic_context_makes_the_kernel_account),
        RUN(a_message_dates_a_sporadic_context_now),
        RUN(a_queued_sender_that_is_received_has_its_sporadic_context_dated_now),
        RUN(a_deleted_endpoint_dates_the_sporadic_contexts_of_its_waiters_now),
        RUN(thread_and_time_methods_in_the_send_half_of_a_combined_call_are_ignored),
        RUN(a_context_method_in_the_send_half_of_a_combined_call_is_ignored),
    };
    return RUN_ALL("donation", tests);
}
