// SPDX-License-Identifier: BSD-2-Clause
//
// Reply objects and the call chain: objects §10, §12.8.
#include "tests/unit/harness/harness.h"

static struct reply *object(cptr_t slot)
{
    return object_of(slot);
}

static struct sched_context *sc_of(const struct thread *thread)
{
    return object_of(thread->sc);
}

static bool is_free(cptr_t reply)
{
    return !object(reply)->thread && !object(reply)->older && object(reply)->newer == 0;
}

// A server without a scheduling context of its own, waiting on a fresh endpoint with a fresh reply object.
struct server {
    const struct thread *thread;
    cptr_t endpoint, reply;
};

static struct server given_passive_server(void)
{
    struct server s = {given_thread(), given_endpoint(), given_reply()};
    as(s.thread);
    sys_recv(s.endpoint, s.reply);
    as(root);
    assert_ok(unbind_sc(s.thread->sc));
    return s;
}

// … and one with.
static struct server given_active_server(void)
{
    struct server s = {given_thread(), given_endpoint(), given_reply()};
    as(s.thread);
    sys_recv(s.endpoint, s.reply);
    as(root);
    return s;
}

static const struct thread *given_caller(cptr_t endpoint)
{
    const struct thread *thread = given_thread();
    as(thread);
    sys_call(endpoint, MESSAGE(5, 0x11));
    return thread;
}

// A calls B calls C, all on A's scheduling context; C's turn (objects §10.6 rule 6, threads §9.5).
struct chain {
    const struct thread *a;
    struct server b, c;
};

static struct chain given_a_chain(void)
{
    struct chain chain = {NULL, given_passive_server(), given_passive_server()};
    chain.a = given_caller(chain.b.endpoint);
    as(chain.b.thread);
    sys_call(chain.c.endpoint, MESSAGE(6));
    as(chain.c.thread);
    return chain;
}

// --------------------------------------------------------------------------------- a single call

TEST(a_call_lends_the_context_and_the_reply_gives_it_back)
{
    struct server s = given_passive_server();
    const struct thread *client = given_caller(s.endpoint);
    assert_state(client, THREAD_BLOCKED_ON_REPLY);
    assert_ptr_equal(s.thread->tcb->sc, sc_of(client));
    assert_null(client->tcb->sc);
    assert_ptr_equal(sc_of(client)->top_reply, object(s.reply));
    as(s.thread);
    sys_send(s.reply, MESSAGE(9, 0x22));
    assert_message(received(client), 0, 9, 0x22);
    assert_state(client, THREAD_RUNNING);
    assert_ptr_equal(client->tcb->sc, sc_of(client));
    assert_null(s.thread->tcb->sc);
    assert_true(is_free(s.reply));
}

TEST(a_server_with_a_context_of_its_own_is_lent_nothing)
{
    struct server s = given_active_server();
    const struct thread *client = given_caller(s.endpoint);
    assert_state(client, THREAD_BLOCKED_ON_REPLY);
    assert_ptr_equal(client->tcb->sc, sc_of(client));
    assert_null(sc_of(client)->top_reply);
    as(s.thread);
    sys_send(s.reply, MESSAGE(9));
    assert_state(client, THREAD_RUNNING);
}

// objects §7.3 step 5
TEST(a_queued_caller_keeps_its_context_if_the_receiver_has_one)
{
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    const struct thread *server = given_thread(), *client = given_caller(endpoint);
    as(server);
    assert_message(sys_recv(endpoint, reply), 0, 5, 0x11);
    assert_state(client, THREAD_BLOCKED_ON_REPLY);
    assert_ptr_equal(client->tcb->sc, sc_of(client));
    assert_null(sc_of(client)->top_reply);
}

// objects §7.3 step 5: a queued caller donates, if the receiver has no context
TEST(a_passive_server_that_replies_and_receives_takes_the_next_queued_callers_context)
{
    struct server s = given_passive_server();
    const struct thread *first = given_caller(s.endpoint), *second = given_caller(s.endpoint);
    assert_state(second, THREAD_BLOCKED_ON_SEND);
    as(s.thread);
    sys_reply_recv(s.endpoint, s.reply, MESSAGE(9));
    assert_state(first, THREAD_RUNNING);
    assert_ptr_equal(first->tcb->sc, sc_of(first));
    assert_ptr_equal(s.thread->tcb->sc, sc_of(second));
    assert_state(second, THREAD_BLOCKED_ON_REPLY);
    assert_message(received(s.thread), 0, 5, 0x11);
}

TEST(reply_recv_answers_and_waits_with_the_same_object)
{
    struct server s = given_passive_server();
    const struct thread *client = given_caller(s.endpoint);
    as(s.thread);
    sys_reply_recv(s.endpoint, s.reply, MESSAGE(9, 1));
    assert_message(received(client), 0, 9, 1);
    assert_state(s.thread, THREAD_BLOCKED_ON_RECEIVE);
    assert_ptr_equal(object(s.reply)->thread, s.thread->tcb);
    assert_runs(client);
}

// objects §10.5: any thread holding a reply cap may reply
TEST(anybody_with_the_capability_can_reply)
{
    struct server s = given_passive_server();
    const struct thread *client = given_caller(s.endpoint);
    as(root);
    assert_ok(sys_call(s.reply, MESSAGE(9, 0x22)));
    assert_message(received(client), 0, 9, 0x22);
    assert_ptr_equal(client->tcb->sc, sc_of(client));
}

// ------------------------------------------------------------------- invoking (objects §10.5)

// objects §12 #87
TEST(invoking_a_free_reply_capability_is_a_successful_no_op)
{
    cptr_t reply = given_reply();
    assert_no_effect(sys_send(reply, MESSAGE(9, 1)));
    assert_ok(sys_call(reply, MESSAGE(9, 1)));
}

// objects §12 #87
TEST(invoking_a_reserved_reply_capability_is_a_successful_no_op)
{
    struct server s = given_passive_server();
    assert_no_effect(sys_nbsend(s.reply, MESSAGE(9, 1)));
    assert_ok(sys_call(s.reply, MESSAGE(9, 1)));
    assert_state(s.thread, THREAD_BLOCKED_ON_RECEIVE);
}

// objects §7.4: reply capabilities cannot be received on
TEST(a_reply_capability_cannot_be_received_on)
{
    cptr_t reply = given_reply(), handler = given_endpoint();
    const struct thread *thread = given_thread();
    assert_ok(set_fault_handler(thread, handler));
    as(thread);
    sys_recv(reply, reply);
    as(root);
    assert_cap_fault(sys_wait(handler), 0, thread->tcb->regs.fault_pc, reply, 1, seL4_MissingCapability, 0);
}

// objects §12 #96
TEST(reply_recv_with_a_free_reply_object_just_receives)
{
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    const struct thread *thread = given_thread();
    as(thread);
    sys_reply_recv(endpoint, reply, MESSAGE(9));
    assert_state(thread, THREAD_BLOCKED_ON_RECEIVE);
    assert_ptr_equal(object(reply)->thread, thread->tcb);
}

// objects §12 #97
TEST(reply_recv_with_a_notification_for_a_reply_signals_it_and_then_faults)
{
    cptr_t endpoint = given_endpoint(), notification = given_notification(), handler = given_endpoint();
    const struct thread *thread = given_thread();
    assert_ok(set_fault_handler(thread, handler));
    as(thread);
    sys_reply_recv(endpoint, notification, MESSAGE(9));
    assert_int_equal(((struct notification *)object_of(notification))->state, NOTIFICATION_ACTIVE);
    as(root);
    assert_cap_fault(sys_wait(handler), 0, thread->tcb->regs.fault_pc, notification, 1, seL4_MissingCapability, 0);
}

// ------------------------------------------------------------ sharing a reply object (objects §10.6)

// objects §12 #88
TEST(the_later_of_two_receivers_with_one_reply_object_makes_the_earlier_inactive)
{
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    const struct thread *a = given_thread(), *b = given_thread();
    as(a);
    sys_recv(endpoint, reply);
    as(b);
    sys_recv(endpoint, reply);
    assert_state(a, THREAD_INACTIVE);
    assert_waiting(endpoint, b);
    assert_ptr_equal(object(reply)->thread, b->tcb);
}

// objects §12 #89
TEST(a_poll_with_a_reply_object_in_use_elsewhere_cancels_the_other_and_receives_nothing)
{
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    const struct thread *a = given_thread();
    as(a);
    sys_recv(endpoint, reply);
    as(root);
    assert_int_equal(sys_nbrecv(endpoint, reply).badge, 0);
    assert_state(a, THREAD_INACTIVE);
    assert_true(is_free(reply));
}

// objects §10.6 rule 1, §12 #65 of threads
TEST(receiving_with_a_reply_object_that_holds_a_caller_cancels_the_caller)
{
    struct server s = given_passive_server();
    const struct thread *client = given_caller(s.endpoint);
    as(s.thread);
    sys_recv(s.endpoint, s.reply);
    assert_state(client, THREAD_INACTIVE);
    assert_ptr_equal(s.thread->tcb->sc, sc_of(client)); // the context stays where it is
    assert_null(sc_of(client)->top_reply);
    assert_state(s.thread, THREAD_BLOCKED_ON_RECEIVE);
}

// objects §7.3 step 1: u != t
TEST(a_threads_own_reply_object_is_not_taken_from_itself)
{
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    const struct thread *thread = given_thread();
    as(thread);
    sys_recv(endpoint, reply);
    as(root);
    assert_ok(suspend(thread));
    assert_true(is_free(reply));
    assert_ok(resume(thread));
    as(thread);
    again();
    assert_state(thread, THREAD_BLOCKED_ON_RECEIVE);
}

// ------------------------------------------------------------------- deletion of the reply object

// objects §12 #90
TEST(deleting_the_last_reply_capability_makes_its_waiting_receiver_inactive)
{
    struct server s = given_active_server();
    cptr_t copy = given_copy(s.reply, ALL_RIGHTS);
    assert_ok(cnode_delete(AT(s.reply)));
    assert_state(s.thread, THREAD_BLOCKED_ON_RECEIVE);
    assert_ok(cnode_delete(AT(copy)));
    assert_state(s.thread, THREAD_INACTIVE);
    assert_null(harness_waiters(s.endpoint));
}

// objects §12 #91
TEST(deleting_the_last_reply_capability_under_a_caller_returns_the_context_and_resume_calls_again)
{
    struct server s = given_passive_server();
    const struct thread *client = given_caller(s.endpoint);
    as(root);
    assert_ok(cnode_delete(AT(s.reply)));
    assert_state(client, THREAD_INACTIVE);
    assert_ptr_equal(client->tcb->sc, sc_of(client));
    assert_null(s.thread->tcb->sc);
    assert_ok(resume(client));
    as(client);
    again();
    assert_waiting(s.endpoint, client);
}

TEST(deleting_a_free_reply_object_has_no_further_effect)
{
    cptr_t reply = given_reply();
    assert_ok(cnode_delete(AT(reply)));
    assert_empty(reply);
}

// ------------------------------------------------------------------------- nested calls (threads §9.5)

TEST(contexts_travel_down_and_up_a_chain_of_calls)
{
    struct chain chain = given_a_chain();
    assert_ptr_equal(chain.c.thread->tcb->sc, sc_of(chain.a));
    assert_ptr_equal(sc_of(chain.a)->top_reply, object(chain.c.reply));
    assert_ptr_equal(object(chain.c.reply)->older, object(chain.b.reply));
    sys_send(chain.c.reply, MESSAGE(7));
    assert_ptr_equal(chain.b.thread->tcb->sc, sc_of(chain.a));
    as(chain.b.thread);
    sys_send(chain.b.reply, MESSAGE(8));
    assert_ptr_equal(chain.a->tcb->sc, sc_of(chain.a));
    assert_message(received(chain.a), 0, 8);
}

// objects §12 #92, §10.6 rule 6
TEST(replying_out_of_order_strands_the_context)
{
    struct chain chain = given_a_chain();
    sys_send(chain.b.reply, MESSAGE(8)); // C answers A before B
    assert_state(chain.a, THREAD_RUNNING);
    assert_null(chain.a->tcb->sc);
    sys_send(chain.c.reply, MESSAGE(7));
    assert_ptr_equal(chain.b.thread->tcb->sc, sc_of(chain.a));
    assert_null(sc_of(chain.a)->top_reply);
    assert_ok(sys_call(chain.b.reply, MESSAGE(8)));
    assert_ptr_equal(chain.b.thread->tcb->sc, sc_of(chain.a));
}

// objects §12 #94, §10.6 rule 7
TEST(suspending_a_caller_in_the_middle_leaves_the_context_with_the_server)
{
    struct chain chain = given_a_chain();
    as(root);
    assert_ok(suspend(chain.b.thread));
    assert_state(chain.b.thread, THREAD_INACTIVE);
    assert_ptr_equal(chain.c.thread->tcb->sc, sc_of(chain.a));
    assert_null(sc_of(chain.a)->top_reply);
    as(chain.c.thread);
    assert_no_effect(sys_send(chain.c.reply, MESSAGE(7)));
    sys_send(chain.b.reply, MESSAGE(8));
    assert_message(received(chain.a), 0, 8);
    assert_null(chain.a->tcb->sc);
}

// objects §12 #94
TEST(suspending_the_only_caller_keeps_the_context_with_the_server_and_makes_its_reply_a_no_op)
{
    struct server s = given_passive_server();
    const struct thread *client = given_caller(s.endpoint);
    as(root);
    assert_ok(suspend(client));
    assert_ptr_equal(s.thread->tcb->sc, sc_of(client));
    assert_true(is_free(s.reply));
    as(s.thread);
    assert_no_effect(sys_send(s.reply, MESSAGE(7)));
}

// objects §12 #93
TEST(deleting_the_servers_tcb_does_not_wake_its_callers_and_anybody_can_reply)
{
    struct server s = given_passive_server();
    const struct thread *client = given_caller(s.endpoint);
    as(root);
    assert_ok(cnode_delete(AT(s.thread->cap)));
    assert_state(client, THREAD_BLOCKED_ON_REPLY);
    assert_null(sc_of(client)->thread);
    sys_send(s.reply, MESSAGE(7));
    assert_ptr_equal(client->tcb->sc, sc_of(client));
    assert_state(client, THREAD_RUNNING);
}

// threads §9.5: delete R_B
TEST(deleting_the_newest_reply_object_returns_the_context_to_its_caller)
{
    struct chain chain = given_a_chain();
    as(root);
    assert_ok(cnode_delete(AT(chain.c.reply)));
    assert_state(chain.b.thread, THREAD_INACTIVE);
    assert_ptr_equal(chain.b.thread->tcb->sc, sc_of(chain.a));
    assert_ptr_equal(sc_of(chain.a)->top_reply, object(chain.b.reply));
}

// threads §9.5: delete R_A; DON-5
TEST(deleting_the_oldest_reply_object_cuts_the_chain)
{
    struct chain chain = given_a_chain();
    as(root);
    assert_ok(cnode_delete(AT(chain.b.reply)));
    assert_state(chain.a, THREAD_INACTIVE);
    assert_ptr_equal(chain.c.thread->tcb->sc, sc_of(chain.a));
    as(chain.c.thread);
    sys_send(chain.c.reply, MESSAGE(7));
    assert_ptr_equal(chain.b.thread->tcb->sc, sc_of(chain.a));
    assert_null(sc_of(chain.a)->top_reply);
}

// objects §10.4: the middle of three
TEST(cutting_a_chain_in_the_middle_is_permanent)
{
    struct chain chain = given_a_chain();
    as(root);
    struct server d = given_passive_server();
    as(chain.c.thread);
    sys_call(d.endpoint, MESSAGE(9));
    as(root);
    assert_ok(cnode_delete(AT(chain.c.reply)));
    assert_state(chain.b.thread, THREAD_INACTIVE);
    as(d.thread);
    sys_send(d.reply, MESSAGE(1));
    assert_ptr_equal(chain.c.thread->tcb->sc, sc_of(chain.a));
    assert_null(sc_of(chain.a)->top_reply);
    sys_send(chain.b.reply, MESSAGE(2));
    assert_state(chain.a, THREAD_RUNNING);
    assert_null(chain.a->tcb->sc);
}

// objects §10.4 "detach SC"
TEST(unbinding_the_context_disconnects_the_chain)
{
    struct chain chain = given_a_chain();
    as(root);
    assert_ok(unbind_sc(chain.a->sc));
    assert_null(chain.c.thread->tcb->sc);
    assert_null(sc_of(chain.a)->top_reply);
    sys_send(chain.c.reply, MESSAGE(7));
    assert_state(chain.b.thread, THREAD_RUNNING);
    assert_null(chain.b.thread->tcb->sc);
}

// objects §10.4: … not UnbindObject
TEST(unbinding_the_server_only_leaves_the_chain_in_place)
{
    struct chain chain = given_a_chain();
    as(root);
    assert_ok(unbind_object(chain.a->sc, chain.c.thread->cap));
    assert_null(sc_of(chain.a)->thread);
    sys_send(chain.c.reply, MESSAGE(7));
    assert_ptr_equal(chain.b.thread->tcb->sc, sc_of(chain.a));
}

// objects §10.6 rule 8
TEST(a_caller_that_received_another_context_is_not_given_a_second)
{
    struct server s = given_passive_server();
    const struct thread *client = given_caller(s.endpoint);
    as(root);
    cptr_t other = given_sc(5000, 5000);
    assert_ok(bind_sc(other, client->cap));
    as(s.thread);
    sys_send(s.reply, MESSAGE(7));
    assert_ptr_equal(client->tcb->sc, object_of(other));
    assert_ptr_equal(s.thread->tcb->sc, sc_of(client));
    assert_null(sc_of(client)->top_reply);
}

// objects §10.6 rule 5
TEST(a_server_can_hold_several_callers_with_several_reply_objects)
{
    struct server s = given_active_server();
    cptr_t second_reply = given_reply();
    const struct thread *first = given_caller(s.endpoint);
    as(s.thread);
    sys_recv(s.endpoint, second_reply);
    const struct thread *second = given_caller(s.endpoint);
    as(s.thread);
    sys_send(second_reply, MESSAGE(2));
    assert_message(received(second), 0, 2);
    assert_state(first, THREAD_BLOCKED_ON_REPLY);
    sys_send(s.reply, MESSAGE(1));
    assert_message(received(first), 0, 1);
}

// objects §10.4 "drop caller": resumed, deleted
TEST(resuming_a_caller_that_waits_for_its_reply_calls_again)
{
    struct server s = given_active_server();
    const struct thread *client = given_caller(s.endpoint);
    as(root);
    assert_ok(resume(client));
    assert_state(client, THREAD_RESTART);
    assert_true(is_free(s.reply));
    as(client);
    again();
    assert_waiting(s.endpoint, client);
}

TEST(deleting_a_caller_frees_the_reply_object)
{
    struct server s = given_passive_server();
    const struct thread *client = given_caller(s.endpoint);
    as(root);
    assert_ok(cnode_delete(AT(client->cap)));
    assert_true(is_free(s.reply));
    assert_ptr_equal(s.thread->tcb->sc, sc_of(client)); // threads §9.1: the SC remains with the callee
}

// ----------------------------------------------------------------------------- budget of the answered

// objects §10.5 step 5: an exhausted context puts the answered caller to sleep
TEST(a_caller_whose_context_is_exhausted_sleeps_with_its_reply)
{
    struct server s = given_active_server();
    const struct thread *client = given_thread();
    assert_ok(configure_sc(client->sc, 1000, 100000, 0, 0, 0));
    as(client);
    sys_call(s.endpoint, MESSAGE(5));
    as(root);
    refill_head(sc_of(client))->time = fake.now + us_to_ticks(50000); // as after much use
    as(s.thread);
    sys_send(s.reply, MESSAGE(7));
    assert_true(client->tcb->is_sleeping);
    assert_message(received(client), 0, 7);
    pass_time_us(60000);
    assert_false(client->tcb->is_sleeping);
}

// objects §10.5 step 5, threads DON-12
TEST(a_caller_whose_context_is_exhausted_and_that_has_a_timeout_handler_faults)
{
    struct server s = given_active_server();
    const struct thread *client = given_thread();
    cptr_t handler = given_endpoint();
    assert_ok(configure_sc(client->sc, 1000, 100000, 0, 0x99, 0));
    assert_ok(set_timeout_handler(client, handler));
    as(client);
    sys_call(s.endpoint, MESSAGE(5));
    as(root);
    refill_head(sc_of(client))->time = fake.now + us_to_ticks(50000);
    as(s.thread);
    sys_send(s.reply, MESSAGE(7));
    assert_state(client, THREAD_BLOCKED_ON_SEND);
    as(root);
    assert_message(sys_wait(handler), 0, seL4_Fault_Timeout, 0x99, 0);
}

// objects §10.5 step 6
TEST(a_caller_without_context_is_answered_but_cannot_run)
{
    struct server s = given_active_server();
    const struct thread *client = given_caller(s.endpoint);
    as(root);
    assert_ok(unbind_sc(client->sc));
    as(s.thread);
    sys_send(s.reply, MESSAGE(7));
    assert_state(client, THREAD_RUNNING);
    assert_message(received(client), 0, 7);
    as(root);
    assert_ok(bind_sc(client->sc, client->cap));
    as(client);
    assert_runs(client);
}

// objects §8.2
TEST(a_fault_is_answered_through_the_reply_object)
{
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    const struct thread *thread = given_thread();
    assert_ok(set_fault_handler(thread, endpoint));
    as(thread);
    user_exception(0x02000000);
    as(root);
    sys_recv(endpoint, reply);
    word_t x1 = thread->tcb->regs.x[REG_INFO];
    sys_send(reply, MESSAGE(0, 0x401000, 0x5000, 0xf0000000));
    assert_state(thread, THREAD_RESTART);
    assert_int_equal(thread->tcb->regs.fault_pc, 0x401000);
    assert_int_equal(thread->tcb->regs.sp, 0x5000);
    assert_int_equal(thread->tcb->regs.spsr, 0xf0000040);
    assert_int_equal(thread->tcb->regs.x[REG_INFO], x1);
    as(thread);
    assert_int_equal(thread->tcb->regs.pc, 0x401000);
}

// objects §8.2: a label other than 0 leaves the thread inactive, with its registers written
TEST(a_fault_answered_with_a_label_leaves_the_thread_inactive)
{
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    const struct thread *thread = given_thread();
    assert_ok(set_fault_handler(thread, endpoint));
    as(thread);
    user_exception(0x02000000);
    as(root);
    sys_recv(endpoint, reply);
    sys_send(reply, MESSAGE(1, 0x401000));
    assert_state(thread, THREAD_INACTIVE);
    assert_int_equal(thread->tcb->regs.fault_pc, 0x401000);
    assert_int_equal(thread->tcb->fault.type, seL4_Fault_NullFault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_call_lends_the_context_and_the_reply_gives_it_back),
        RUN(a_server_with_a_context_of_its_own_is_lent_nothing),
        RUN(a_queued_caller_keeps_its_context_if_the_receiver_has_one),
        RUN(a_passive_server_that_replies_and_receives_takes_the_next_queued_callers_context),
        RUN(reply_recv_answers_and_waits_with_the_same_object),
        RUN(anybody_with_the_capability_can_reply),
        RUN(invoking_a_free_reply_capability_is_a_successful_no_op),
        RUN(invoking_a_reserved_reply_capability_is_a_successful_no_op),
        RUN(a_reply_capability_cannot_be_received_on),
        RUN(reply_recv_with_a_free_reply_object_just_receives),
        RUN(reply_recv_with_a_notification_for_a_reply_signals_it_and_then_faults),
        RUN(the_later_of_two_receivers_with_one_reply_object_makes_the_earlier_inactive),
        RUN(a_poll_with_a_reply_object_in_use_elsewhere_cancels_the_other_and_receives_nothing),
        RUN(receiving_with_a_reply_object_that_holds_a_caller_cancels_the_caller),
        RUN(a_threads_own_reply_object_is_not_taken_from_itself),
        RUN(deleting_the_last_reply_capability_makes_its_waiting_receiver_inactive),
        RUN(deleting_the_last_reply_capability_under_a_caller_returns_the_context_and_resume_calls_again),
        RUN(deleting_a_free_reply_object_has_no_further_effect),
        RUN(contexts_travel_down_and_up_a_chain_of_calls),
        RUN(replying_out_of_order_strands_the_context),
        RUN(suspending_a_caller_in_the_middle_leaves_the_context_with_the_server),
        RUN(suspending_the_only_caller_keeps_the_context_with_the_server_and_makes_its_reply_a_no_op),
        RUN(deleting_the_servers_tcb_does_not_wake_its_callers_and_anybody_can_reply),
        RUN(deleting_the_newest_reply_object_returns_the_context_to_its_caller),
        RUN(deleting_the_oldest_reply_object_cuts_the_chain),
        RUN(cutting_a_chain_in_the_middle_is_permanent),
        RUN(unbinding_the_context_disconnects_the_chain),
        RUN(unbinding_the_server_only_leaves_the_chain_in_place),
        RUN(a_caller_that_received_another_context_is_not_given_a_second),
        RUN(a_server_can_hold_several_callers_with_several_reply_objects),
        RUN(resuming_a_caller_that_waits_for_its_reply_calls_again),
        RUN(deleting_a_caller_frees_the_reply_object),
        RUN(a_caller_whose_context_is_exhausted_sleeps_with_its_reply),
        RUN(a_caller_whose_context_is_exhausted_and_that_has_a_timeout_handler_faults),
        RUN(a_caller_without_context_is_answered_but_cannot_run),
        RUN(a_fault_is_answered_through_the_reply_object),
        RUN(a_fault_answered_with_a_label_leaves_the_thread_inactive),
    };
    return RUN_ALL("reply", tests);
}
