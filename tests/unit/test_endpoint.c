// SPDX-License-Identifier: BSD-2-Clause
//
// Endpoints: objects §7, §12.6. What a message carries is in test_transfer.c; donation through reply objects in
// test_reply.c.
#include "tests/unit/harness/harness.h"

struct pair {
    cptr_t endpoint;
    const struct thread *sender, *receiver;
};

static struct pair given_two_threads_and_an_endpoint(void)
{
    struct pair p = {given_endpoint(), given_thread(), given_thread()};
    return p;
}

// The receiver waits (without reply object); the sender's turn.
static struct pair given_a_waiting_receiver(void)
{
    struct pair p = given_two_threads_and_an_endpoint();
    as(p.receiver);
    sys_wait(p.endpoint);
    as(p.sender);
    return p;
}

// The sender is queued with {label 5, 0x11, 0x22}; the receiver's turn.
static struct pair given_a_queued_sender(void)
{
    struct pair p = given_two_threads_and_an_endpoint();
    as(p.sender);
    sys_send(p.endpoint, MESSAGE(5, 0x11, 0x22));
    as(p.receiver);
    return p;
}

static enum endpoint_state state_of(cptr_t endpoint)
{
    return endpoint_state(object_of(endpoint));
}

// A thread with a fault handler on a fresh endpoint, which is returned; its turn.
static cptr_t given_handled_thread(const struct thread *thread)
{
    cptr_t handler = given_minted(given_endpoint(), ALL_RIGHTS, 0xbad);
    assert_ok(set_fault_handler(thread, handler));
    as(thread);
    return handler;
}

// --------------------------------------------------------------------------- queues (objects §7.1)

TEST(an_endpoint_is_idle_until_somebody_waits)
{
    cptr_t endpoint = given_endpoint();
    assert_int_equal(state_of(endpoint), ENDPOINT_IDLE);
    as(given_thread());
    sys_wait(endpoint);
    assert_int_equal(state_of(endpoint), ENDPOINT_RECEIVE);
}

TEST(an_endpoint_is_idle_again_when_its_queue_is_empty)
{
    struct pair p = given_a_queued_sender();
    assert_int_equal(state_of(p.endpoint), ENDPOINT_SEND);
    sys_wait(p.endpoint);
    assert_int_equal(state_of(p.endpoint), ENDPOINT_IDLE);
}

// objects §12 #68
TEST(the_queue_is_by_priority_and_first_come_first_served_within_one)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *low = given_thread_of_priority(10), *high = given_thread_of_priority(20), *mid_a = given_thread_of_priority(15);
    const struct thread *mid_b = given_thread_of_priority(15);
    sys_wait(given_notification()); // the root thread steps aside: 20, 15, 15, 10 run in turn
    assert_runs(high);
    sys_wait(endpoint);
    assert_runs(mid_b); // resumed last: at the front of its level
    sys_wait(endpoint);
    assert_runs(mid_a);
    sys_wait(endpoint);
    assert_runs(low);
    sys_wait(endpoint);
    assert_waiting(endpoint, high, mid_b, mid_a, low);
    assert_idle();
}

// objects §7.1 rule 2, threads §12 #99
TEST(a_late_thread_of_high_priority_overtakes)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *early = given_thread(), *late = given_thread();
    as(early);
    sys_send(endpoint, MESSAGE(1));
    assert_ok(set_priority(early, 10));
    as(late);
    sys_send(endpoint, MESSAGE(2));
    assert_waiting(endpoint, late, early);
    assert_message(sys_wait(endpoint), 0, 2);
}

// objects §12 #68, threads §12 #7
TEST(setting_a_queued_threads_priority_moves_it_behind_its_equals)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *a = given_thread(), *b = given_thread();
    as(a);
    sys_wait(endpoint);
    as(b);
    sys_wait(endpoint);
    as(root);
    assert_waiting(endpoint, a, b);
    assert_ok(set_priority(a, 255));
    assert_waiting(endpoint, b, a);
    assert_ok(set_priority(b, 7));
    assert_waiting(endpoint, a, b);
}

// ----------------------------------------------------------------------------- sending (objects §7.2)

// objects §12 #57
TEST(sending_without_the_send_right_does_nothing_and_a_call_says_so)
{
    cptr_t no_write = given_copy(given_endpoint(), READ | GRANT | GRANT_REPLY);
    assert_no_effect(sys_send(no_write, MESSAGE(1, 2)));
    assert_no_effect(sys_nbsend(no_write, MESSAGE(1, 2)));
    assert_refused(sys_call(no_write, MESSAGE(1, 2)), seL4_InvalidCapability, 0);
}

TEST(send_blocks_until_somebody_receives)
{
    struct pair p = given_a_queued_sender();
    assert_state(p.sender, THREAD_BLOCKED_ON_SEND);
    assert_message(sys_wait(p.endpoint), 0, 5, 0x11, 0x22);
    assert_state(p.sender, THREAD_RUNNING);
}

TEST(nbsend_without_a_receiver_is_lost)
{
    cptr_t endpoint = given_endpoint();
    assert_no_effect(sys_nbsend(endpoint, MESSAGE(1, 2)));
}

TEST(nbsend_behind_another_sender_is_lost)
{
    struct pair p = given_a_queued_sender();
    assert_no_effect(sys_nbsend(p.endpoint, MESSAGE(1, 2)));
}

TEST(a_message_goes_to_a_waiting_receiver_at_once)
{
    struct pair p = given_a_waiting_receiver();
    struct result r = sys_send(p.endpoint, MESSAGE(5, 0x11, 0x22));
    assert_state(p.receiver, THREAD_RUNNING);
    assert_message(received(p.receiver), 0, 5, 0x11, 0x22);
    assert_int_equal(r.badge, p.endpoint); // objects §11.6: a sender's registers are left alone
    assert_int_equal(r.info, 5 << 12 | 2);
}

TEST(nbsend_reaches_a_waiting_receiver)
{
    struct pair p = given_a_waiting_receiver();
    sys_nbsend(p.endpoint, MESSAGE(5, 0x11));
    assert_message(received(p.receiver), 0, 5, 0x11);
}

// objects §7.2: the head is served first
TEST(the_first_receiver_gets_the_message)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *a = given_thread(), *b = given_thread();
    as(a);
    sys_wait(endpoint);
    as(b);
    sys_wait(endpoint);
    as(root);
    sys_send(endpoint, MESSAGE(5));
    assert_state(a, THREAD_RUNNING);
    assert_waiting(endpoint, b);
}

TEST(a_badge_arrives_with_the_message)
{
    struct pair p = given_a_waiting_receiver();
    cptr_t badged = given_minted(p.endpoint, WRITE, 0x77);
    sys_send(badged, MESSAGE(5, 0x11));
    assert_message(received(p.receiver), 0x77, 5, 0x11);
}

// objects §7.2 step 1: the sender remembers the badge it used
TEST(a_queued_sender_keeps_the_badge_of_the_capability_it_used)
{
    struct pair p = given_two_threads_and_an_endpoint();
    cptr_t badged = given_minted(p.endpoint, WRITE, 0x77);
    as(p.sender);
    sys_send(badged, MESSAGE(5));
    as(p.receiver);
    assert_ok(cnode_delete(AT(badged)));
    assert_message(sys_wait(p.endpoint), 0x77, 5);
}

// objects §7.2 step 5
TEST(a_woken_receiver_of_a_higher_priority_runs_at_once)
{
    cptr_t endpoint = given_endpoint(), park = given_notification();
    const struct thread *low = given_thread_of_priority(10), *high = given_thread_of_priority(20);
    sys_wait(park);
    assert_runs(high);
    sys_wait(endpoint);
    assert_runs(low);
    sys_send(endpoint, MESSAGE(5));
    assert_runs(high);
    assert_ready(10, low);
}

// -------------------------------------------------------------------------- receiving (objects §7.3)

// objects §12 #58
TEST(receiving_without_the_receive_right_is_a_cap_fault)
{
    const struct thread *thread = given_thread();
    cptr_t no_read = given_copy(given_endpoint(), WRITE), handler = given_handled_thread(thread);
    sys_nbwait(no_read);
    assert_state(thread, THREAD_BLOCKED_ON_SEND);
    as(root);
    assert_cap_fault(sys_wait(handler), 0xbad, thread->tcb->regs.fault_pc, no_read, 1, seL4_MissingCapability, 0);
}

TEST(recv_without_the_receive_right_is_a_cap_fault_whatever_the_reply_object)
{
    const struct thread *thread = given_thread();
    cptr_t no_read = given_copy(given_endpoint(), WRITE), handler = given_handled_thread(thread);
    sys_recv(no_read, UNRESOLVABLE);
    as(root);
    assert_cap_fault(sys_wait(handler), 0xbad, thread->tcb->regs.fault_pc, no_read, 1, seL4_MissingCapability, 0);
}

// objects §7.3 step 4
TEST(an_empty_poll_only_zeroes_x0)
{
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    assert_changes_only_x0(sys_nbwait(endpoint), 0);
    assert_changes_only_x0(sys_nbrecv(endpoint, reply), 0);
}

TEST(a_poll_takes_a_queued_message)
{
    struct pair p = given_a_queued_sender();
    assert_message(sys_nbwait(p.endpoint), 0, 5, 0x11, 0x22);
    assert_state(p.sender, THREAD_RUNNING);
    assert_state(p.receiver, THREAD_RUNNING);
}

TEST(a_poll_behind_receivers_finds_nothing)
{
    struct pair p = given_a_waiting_receiver();
    assert_changes_only_x0(sys_nbwait(p.endpoint), 0);
}

TEST(a_receiver_with_a_reply_object_reserves_it)
{
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    const struct thread *thread = given_thread();
    as(thread);
    sys_recv(endpoint, reply);
    assert_ptr_equal(((struct reply *)object_of(reply))->thread, thread->tcb);
    assert_ptr_equal(thread->tcb->reply, object_of(reply));
}

// objects §10.2: a reservation needs somebody to wait for
TEST(a_reply_object_is_not_reserved_when_a_plain_message_is_there)
{
    struct pair p = given_a_queued_sender();
    cptr_t reply = given_reply();
    sys_recv(p.endpoint, reply);
    assert_null(((struct reply *)object_of(reply))->thread);
}

TEST(senders_are_received_in_order)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *a = given_thread(), *b = given_thread();
    as(a);
    sys_send(endpoint, MESSAGE(1));
    as(b);
    sys_send(endpoint, MESSAGE(2));
    as(root);
    assert_message(sys_wait(endpoint), 0, 1);
    assert_message(sys_wait(endpoint), 0, 2);
}

// ------------------------------------------------------------------------ Call without an answer

// objects §12 #69
TEST(a_call_received_by_wait_is_delivered_and_the_caller_inactive_for_good)
{
    struct pair p = given_a_waiting_receiver();
    sys_call(p.endpoint, MESSAGE(5, 0x11));
    assert_message(received(p.receiver), 0, 5, 0x11);
    assert_state(p.sender, THREAD_INACTIVE);
    assert_ptr_equal(p.sender->tcb->sc, object_of(p.sender->sc));
}

TEST(a_queued_call_received_by_wait_leaves_the_caller_inactive)
{
    struct pair p = given_two_threads_and_an_endpoint();
    as(p.sender);
    sys_call(p.endpoint, MESSAGE(5, 0x11));
    assert_state(p.sender, THREAD_BLOCKED_ON_SEND);
    as(p.receiver);
    assert_message(sys_wait(p.endpoint), 0, 5, 0x11);
    assert_state(p.sender, THREAD_INACTIVE);
}

// objects §12 #69
TEST(a_call_without_grant_rights_is_delivered_and_the_caller_inactive)
{
    struct pair p = given_two_threads_and_an_endpoint();
    cptr_t plain = given_copy(p.endpoint, WRITE), reply = given_reply();
    as(p.receiver);
    sys_recv(p.endpoint, reply);
    as(p.sender);
    sys_call(plain, MESSAGE(5, 0x11));
    assert_message(received(p.receiver), 0, 5, 0x11);
    assert_state(p.sender, THREAD_INACTIVE);
    assert_null(((struct reply *)object_of(reply))->thread);
}

TEST(a_queued_call_without_grant_rights_leaves_the_caller_inactive)
{
    struct pair p = given_two_threads_and_an_endpoint();
    cptr_t plain = given_copy(p.endpoint, WRITE), reply = given_reply();
    as(p.sender);
    sys_call(plain, MESSAGE(5, 0x11));
    as(p.receiver);
    assert_message(sys_recv(p.endpoint, reply), 0, 5, 0x11);
    assert_state(p.sender, THREAD_INACTIVE);
}

// objects §12 #69: resumed, it calls again
TEST(an_inactive_caller_that_is_resumed_calls_again)
{
    struct pair p = given_a_waiting_receiver();
    sys_call(p.endpoint, MESSAGE(5, 0x11));
    as(root);
    assert_ok(resume(p.sender));
    as(p.sender);
    again();
    assert_state(p.sender, THREAD_BLOCKED_ON_SEND);
    as(p.receiver);
    assert_message(sys_nbwait(p.endpoint), 0, 5, 0x11);
}

TEST(either_grant_right_lets_a_caller_wait_for_its_reply)
{
    struct pair p = given_two_threads_and_an_endpoint();
    cptr_t grant = given_copy(p.endpoint, WRITE | GRANT), grant_reply = given_copy(p.endpoint, WRITE | GRANT_REPLY);
    cptr_t first = given_reply(), second = given_reply();
    const struct thread *other = given_thread();
    as(p.sender);
    sys_call(grant, MESSAGE(5));
    as(other);
    sys_call(grant_reply, MESSAGE(6));
    as(p.receiver);
    sys_recv(p.endpoint, first);
    sys_recv(p.endpoint, second);
    assert_state(p.sender, THREAD_BLOCKED_ON_REPLY);
    assert_state(other, THREAD_BLOCKED_ON_REPLY);
}

// ----------------------------------------------------------------------------- passive receivers

static const struct thread *given_passive_receiver(cptr_t endpoint)
{
    const struct thread *receiver = given_thread();
    as(receiver);
    sys_wait(endpoint);
    as(root);
    assert_ok(unbind_sc(receiver->sc));
    return receiver;
}

// objects §12 #70
TEST(a_passive_receiver_of_a_plain_send_has_the_message_but_does_not_run)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *receiver = given_passive_receiver(endpoint);
    sys_send(endpoint, MESSAGE(5, 0x11));
    assert_state(receiver, THREAD_RUNNING);
    assert_null(receiver->tcb->sc);
    assert_message(received(receiver), 0, 5, 0x11);
    assert_ok(bind_sc(receiver->sc, receiver->cap));
    as(receiver);
    assert_message(received(receiver), 0, 5, 0x11);
}

// objects §7.2: plain NBSend never donates
TEST(nbsend_does_not_donate)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *receiver = given_passive_receiver(endpoint);
    sys_nbsend(endpoint, MESSAGE(5));
    assert_null(receiver->tcb->sc);
}

// objects §12 #71
TEST(combined_calls_donate_to_a_passive_receiver_even_without_a_reply_object)
{
    cptr_t endpoint = given_endpoint(), other = given_endpoint(), reply = given_reply();
    const struct thread *receiver = given_passive_receiver(endpoint), *sender = given_thread();
    as(sender);
    sys_nbsend_recv(endpoint, MESSAGE(5), other, reply);
    assert_ptr_equal(receiver->tcb->sc, object_of(sender->sc));
    assert_null(sender->tcb->sc);
    assert_state(sender, THREAD_BLOCKED_ON_RECEIVE);
}

TEST(nbsend_wait_donates_too)
{
    cptr_t endpoint = given_endpoint(), other = given_endpoint();
    const struct thread *receiver = given_passive_receiver(endpoint), *sender = given_thread();
    as(sender);
    sys_nbsend_wait(endpoint, MESSAGE(5), other);
    assert_ptr_equal(receiver->tcb->sc, object_of(sender->sc));
    assert_message(received(receiver), 0, 5);
}

TEST(reply_recv_with_an_endpoint_in_place_of_the_reply_donates_too)
{
    cptr_t endpoint = given_endpoint(), other = given_notification();
    const struct thread *receiver = given_passive_receiver(endpoint), *sender = given_thread();
    as(sender);
    sys_reply_recv(other, endpoint, MESSAGE(5));
    assert_ptr_equal(receiver->tcb->sc, object_of(sender->sc));
    assert_state(sender, THREAD_BLOCKED_ON_NOTIFICATION);
}

TEST(a_sender_does_not_donate_to_a_receiver_that_has_a_context)
{
    struct pair p = given_a_waiting_receiver();
    sys_nbsend_wait(p.endpoint, MESSAGE(5), given_endpoint());
    assert_ptr_equal(p.receiver->tcb->sc, object_of(p.receiver->sc));
    assert_ptr_equal(p.sender->tcb->sc, object_of(p.sender->sc));
}

// objects §12 #72
TEST(suspending_a_thread_that_has_its_message_does_not_repeat_the_receive)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *receiver = given_passive_receiver(endpoint);
    sys_send(endpoint, MESSAGE(5, 0x11));
    word_t next = receiver->tcb->regs.pc;
    assert_ok(suspend(receiver));
    assert_ok(resume(receiver));
    assert_ok(bind_sc(receiver->sc, receiver->cap));
    as(receiver);
    assert_int_equal(receiver->tcb->regs.pc, next);
    assert_message(received(receiver), 0, 5, 0x11);
}

// objects §12 #72
TEST(suspending_a_thread_that_is_still_queued_repeats_the_receive)
{
    struct pair p = given_a_waiting_receiver();
    word_t svc = p.receiver->tcb->regs.fault_pc;
    as(root);
    assert_ok(suspend(p.receiver));
    assert_null(harness_waiters(p.endpoint));
    assert_ok(resume(p.receiver));
    as(p.receiver);
    assert_int_equal(p.receiver->tcb->regs.pc, svc);
    again();
    assert_waiting(p.endpoint, p.receiver);
}

// ------------------------------------------------------------- capabilities that are not there

// objects §12 #59
TEST(a_blocking_send_to_an_unresolvable_address_is_a_cap_fault)
{
    const struct thread *thread = given_thread();
    cptr_t handler = given_handled_thread(thread);
    sys_send(UNRESOLVABLE, MESSAGE(5));
    as(root);
    assert_cap_fault(sys_wait(handler), 0xbad, thread->tcb->regs.fault_pc, UNRESOLVABLE, 0, seL4_GuardMismatch, 64, 0, 51);
}

TEST(a_call_to_an_unresolvable_address_is_a_cap_fault)
{
    const struct thread *thread = given_thread();
    cptr_t handler = given_handled_thread(thread);
    sys_call(UNRESOLVABLE, MESSAGE(5));
    as(root);
    assert_cap_fault(sys_wait(handler), 0xbad, thread->tcb->regs.fault_pc, UNRESOLVABLE, 0, seL4_GuardMismatch, 64, 0, 51);
}

// objects §12 #59; abi App. A, NBSend to unresolvable cptr
TEST(nbsend_to_an_unresolvable_address_does_nothing)
{
    assert_no_effect(sys_nbsend(UNRESOLVABLE, MESSAGE(5)));
}

TEST(a_combined_call_with_an_unresolvable_destination_just_receives)
{
    struct pair p = given_a_queued_sender();
    assert_message(sys_nbsend_wait(UNRESOLVABLE, MESSAGE(9), p.endpoint), 0, 5, 0x11, 0x22);
    as(p.sender);
    sys_send(p.endpoint, MESSAGE(5));
    as(p.receiver);
    assert_message(sys_nbsend_recv(UNRESOLVABLE, MESSAGE(9), p.endpoint, given_reply()), 0, 5);
}

// objects §12 #60
TEST(polling_an_unresolvable_address_is_a_cap_fault)
{
    const struct thread *thread = given_thread();
    cptr_t handler = given_handled_thread(thread);
    sys_nbrecv(UNRESOLVABLE, NULL_CAP);
    as(root);
    assert_cap_fault(sys_wait(handler), 0xbad, thread->tcb->regs.fault_pc, UNRESOLVABLE, 1, seL4_GuardMismatch, 64, 0, 51);
}

// objects §12 #60; abi App. A fault vectors: child Wait on its TCB cap in slot 1
TEST(polling_a_capability_of_the_wrong_kind_is_a_cap_fault)
{
    const struct thread *thread = given_thread();
    cptr_t handler = given_handled_thread(thread);
    sys_nbwait(TCB);
    as(root);
    assert_cap_fault(sys_wait(handler), 0xbad, thread->tcb->regs.fault_pc, TCB, 1, seL4_MissingCapability, 0);
}

TEST(receiving_on_an_empty_slot_is_a_cap_fault)
{
    const struct thread *thread = given_thread();
    cptr_t nothing = new_slot(), handler = given_handled_thread(thread);
    sys_recv(nothing, NULL_CAP);
    as(root);
    assert_cap_fault(sys_wait(handler), 0xbad, thread->tcb->regs.fault_pc, nothing, 1, seL4_MissingCapability, 0);
}

// objects §11.5 rule 2; abi App. A fault vectors: Recv on EP with x6 naming a TCB cap
TEST(a_receive_with_something_else_for_a_reply_object_is_a_cap_fault_at_its_address)
{
    const struct thread *thread = given_thread();
    cptr_t endpoint = given_endpoint(), handler = given_handled_thread(thread);
    sys_recv(endpoint, TCB);
    as(root);
    assert_cap_fault(sys_wait(handler), 0xbad, thread->tcb->regs.fault_pc, TCB, 1, seL4_MissingCapability, 0);
}

TEST(a_receive_with_an_unresolvable_reply_object_is_a_cap_fault_at_its_address)
{
    const struct thread *thread = given_thread();
    cptr_t endpoint = given_endpoint(), handler = given_handled_thread(thread);
    sys_nbrecv(endpoint, UNRESOLVABLE);
    as(root);
    assert_cap_fault(sys_wait(handler), 0xbad, thread->tcb->regs.fault_pc, UNRESOLVABLE, 1, seL4_GuardMismatch, 64, 0, 51);
}

TEST(wait_does_not_look_at_x6)
{
    struct pair p = given_two_threads_and_an_endpoint();
    as(p.receiver);
    p.receiver->tcb->regs.x[REG_REPLY] = UNRESOLVABLE;
    sys_wait(p.endpoint);
    assert_state(p.receiver, THREAD_BLOCKED_ON_RECEIVE);
}

// ---------------------------------------------------------------------- faults as messages (objects §7.6)

// objects §7.6 rule 2
TEST(without_a_handler_a_faulting_thread_becomes_inactive_with_a_diagnostic)
{
    const struct thread *thread = given_thread();
    as(thread);
    sys_wait(UNRESOLVABLE);
    assert_state(thread, THREAD_INACTIVE);
    assert_int_equal(thread->tcb->fault.type, seL4_Fault_NullFault);
    assert_true(fake.console_length > 0);
}

// objects §12 #73
TEST(a_fault_of_the_receive_phase_repeats_the_send_phase_after_the_reply)
{
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    const struct thread *thread = given_thread(), *receiver = given_thread();
    cptr_t handler = given_handled_thread(thread);
    as(receiver);
    sys_wait(endpoint);
    as(thread);
    sys_nbsend_wait(endpoint, MESSAGE(5, 0x11), UNRESOLVABLE);
    assert_message(received(receiver), 0, 5, 0x11);
    as(root);
    sys_recv(handler, reply);
    as(receiver);
    sys_wait(endpoint);
    as(root);
    sys_send(reply, MESSAGE(0));
    as(thread);
    receiver->tcb->regs.x[REG_MR0] = 0;
    again();
    assert_message(received(receiver), 0, 5, 0x11);
}

// objects §12 #74
TEST(a_reply_to_a_cap_fault_restarts_whatever_the_label)
{
    const struct thread *thread = given_thread();
    cptr_t reply = given_reply(), handler = given_handled_thread(thread);
    sys_wait(UNRESOLVABLE);
    as(root);
    sys_recv(handler, reply);
    assert_state(thread, THREAD_BLOCKED_ON_REPLY);
    sys_send(reply, MESSAGE(77, 1, 2, 3));
    assert_state(thread, THREAD_RESTART);
}

// objects §12 #75
TEST(a_fault_received_without_a_reply_object_leaves_the_thread_inactive_and_resume_repeats_it)
{
    const struct thread *thread = given_thread();
    cptr_t handler = given_handled_thread(thread);
    sys_wait(UNRESOLVABLE);
    as(root);
    sys_wait(handler);
    assert_state(thread, THREAD_INACTIVE);
    assert_ok(resume(thread));
    as(thread);
    again();
    assert_state(thread, THREAD_BLOCKED_ON_SEND);
    assert_waiting(handler, thread);
}

// objects §7.6 rule 1: a fault donates, if there is a reply object to return the context by
TEST(a_fault_donates_to_a_passive_handler)
{
    cptr_t endpoint = given_endpoint(), reply = given_reply();
    const struct thread *thread = given_thread(), *handler = given_thread();
    assert_ok(set_fault_handler(thread, endpoint));
    as(handler);
    sys_recv(endpoint, reply);
    as(root);
    assert_ok(unbind_sc(handler->sc));
    as(thread);
    user_exception(0x02000000);
    assert_ptr_equal(handler->tcb->sc, object_of(thread->sc));
    assert_state(thread, THREAD_BLOCKED_ON_REPLY);
    assert_message(received(handler), 0, seL4_Fault_UserException, thread->tcb->regs.fault_pc, thread->tcb->regs.sp, 0x40, 0x02000000, 0);
}

// objects §7.6 rule 4: composed when delivered, from the registers of that moment
TEST(a_queued_fault_message_shows_the_registers_at_delivery)
{
    const struct thread *thread = given_thread();
    cptr_t handler = given_handled_thread(thread);
    vm_fault(0xabc000, false, 0x92000006);
    as(root);
    assert_ok(method(thread->cap, TCBWriteRegisters, CAPS(), 0, 1, 0x123450));
    assert_message(sys_wait(handler), 0xbad, seL4_Fault_VMFault, 0x123450, 0xabc000, 0, 0x92000006);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(an_endpoint_is_idle_until_somebody_waits),
        RUN(an_endpoint_is_idle_again_when_its_queue_is_empty),
        RUN(the_queue_is_by_priority_and_first_come_first_served_within_one),
        RUN(a_late_thread_of_high_priority_overtakes),
        RUN(setting_a_queued_threads_priority_moves_it_behind_its_equals),
        RUN(sending_without_the_send_right_does_nothing_and_a_call_says_so),
        RUN(send_blocks_until_somebody_receives),
        RUN(nbsend_without_a_receiver_is_lost),
        RUN(nbsend_behind_another_sender_is_lost),
        RUN(a_message_goes_to_a_waiting_receiver_at_once),
        RUN(nbsend_reaches_a_waiting_receiver),
        RUN(the_first_receiver_gets_the_message),
        RUN(a_badge_arrives_with_the_message),
        RUN(a_queued_sender_keeps_the_badge_of_the_capability_it_used),
        RUN(a_woken_receiver_of_a_higher_priority_runs_at_once),
        RUN(receiving_without_the_receive_right_is_a_cap_fault),
        RUN(recv_without_the_receive_right_is_a_cap_fault_whatever_the_reply_object),
        RUN(an_empty_poll_only_zeroes_x0),
        RUN(a_poll_takes_a_queued_message),
        RUN(a_poll_behind_receivers_finds_nothing),
        RUN(a_receiver_with_a_reply_object_reserves_it),
        RUN(a_reply_object_is_not_reserved_when_a_plain_message_is_there),
        RUN(senders_are_received_in_order),
        RUN(a_call_received_by_wait_is_delivered_and_the_caller_inactive_for_good),
        RUN(a_queued_call_received_by_wait_leaves_the_caller_inactive),
        RUN(a_call_without_grant_rights_is_delivered_and_the_caller_inactive),
        RUN(a_queued_call_without_grant_rights_leaves_the_caller_inactive),
        RUN(an_inactive_caller_that_is_resumed_calls_again),
        RUN(either_grant_right_lets_a_caller_wait_for_its_reply),
        RUN(a_passive_receiver_of_a_plain_send_has_the_message_but_does_not_run),
        RUN(nbsend_does_not_donate),
        RUN(combined_calls_donate_to_a_passive_receiver_even_without_a_reply_object),
        RUN(nbsend_wait_donates_too),
        RUN(reply_recv_with_an_endpoint_in_place_of_the_reply_donates_too),
        RUN(a_sender_does_not_donate_to_a_receiver_that_has_a_context),
        RUN(suspending_a_thread_that_has_its_message_does_not_repeat_the_receive),
        RUN(suspending_a_thread_that_is_still_queued_repeats_the_receive),
        RUN(a_blocking_send_to_an_unresolvable_address_is_a_cap_fault),
        RUN(a_call_to_an_unresolvable_address_is_a_cap_fault),
        RUN(nbsend_to_an_unresolvable_address_does_nothing),
        RUN(a_combined_call_with_an_unresolvable_destination_just_receives),
        RUN(polling_an_unresolvable_address_is_a_cap_fault),
        RUN(polling_a_capability_of_the_wrong_kind_is_a_cap_fault),
        RUN(receiving_on_an_empty_slot_is_a_cap_fault),
        RUN(a_receive_with_something_else_for_a_reply_object_is_a_cap_fault_at_its_address),
        RUN(a_receive_with_an_unresolvable_reply_object_is_a_cap_fault_at_its_address),
        RUN(wait_does_not_look_at_x6),
        RUN(without_a_handler_a_faulting_thread_becomes_inactive_with_a_diagnostic),
        RUN(a_fault_of_the_receive_phase_repeats_the_send_phase_after_the_reply),
        RUN(a_reply_to_a_cap_fault_restarts_whatever_the_label),
        RUN(a_fault_received_without_a_reply_object_leaves_the_thread_inactive_and_resume_repeats_it),
        RUN(a_fault_donates_to_a_passive_handler),
        RUN(a_queued_fault_message_shows_the_registers_at_delivery),
    };
    return RUN_ALL("endpoint", tests);
}
