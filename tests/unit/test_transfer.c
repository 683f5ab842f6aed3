// SPDX-License-Identifier: BSD-2-Clause
//
// Message transfer: objects §8, §12.6 #61..#67. Words, IPC buffers, capabilities.
#include "tests/unit/harness/harness.h"

// A receiver, and a sender whose capability to the endpoint is the original one, with all rights.
struct channel {
    cptr_t endpoint;
    const struct thread *sender, *receiver;
};

static struct channel given_a_waiting_receiver(void)
{
    struct channel c = {given_endpoint(), given_thread(), given_thread()};
    as(c.receiver);
    sys_wait(c.endpoint);
    as(c.sender);
    return c;
}

// … that offers a slot of the root CNode for a capability.
static struct channel given_a_receiver_with_a_slot(cptr_t *slot)
{
    struct channel c = {given_endpoint(), given_thread(), given_thread()};
    *slot = new_slot();
    set_receive_slot(c.receiver, AT(*slot));
    as(c.receiver);
    sys_wait(c.endpoint);
    as(c.sender);
    return c;
}

static void fill(word_t *words, word_t count)
{
    for (word_t i = 0; i < count; i++) {
        words[i] = 0xabc000 + i;
    }
}

static word_t matching_words(struct result r)
{
    word_t i = 0;
    while (i < MAX_MESSAGE_WORDS && r.mr[i] == 0xabc000 + i) {
        i++;
    }
    return i;
}

// ------------------------------------------------------------------------------------------- words

TEST(words_travel_in_registers_and_in_the_buffer)
{
    word_t words[10];
    struct channel c = given_a_waiting_receiver();
    fill(words, 10);
    sys_send(c.endpoint, message_of(5, CAPS(), (struct words){10, words}));
    assert_int_equal(received(c.receiver).length, 10);
    assert_int_equal(matching_words(received(c.receiver)), 10);
}

// objects §12 #67
TEST(a_length_of_127_is_delivered_as_120_with_all_words)
{
    word_t words[MAX_MESSAGE_WORDS];
    struct channel c = given_a_waiting_receiver();
    fill(words, MAX_MESSAGE_WORDS);
    sys_send(c.endpoint, with_length(message_of(5, CAPS(), (struct words){MAX_MESSAGE_WORDS, words}), 127));
    assert_int_equal(received(c.receiver).length, 120);
    assert_int_equal(matching_words(received(c.receiver)), 120);
}

// objects §8: registers and words beyond the length are left alone
TEST(registers_beyond_the_length_keep_what_they_had)
{
    struct channel c = given_a_waiting_receiver();
    word_t before = c.receiver->tcb->regs.x[REG_MR0 + 2];
    sys_send(c.endpoint, MESSAGE(5, 1, 2));
    assert_int_equal(c.receiver->tcb->regs.x[REG_MR0 + 1], 2);
    assert_int_equal(c.receiver->tcb->regs.x[REG_MR0 + 2], before);
}

TEST(buffer_words_beyond_the_length_and_below_mr4_keep_what_they_had)
{
    struct channel c = given_a_waiting_receiver();
    memset(c.receiver->buffer, 0x5a, 1024);
    sys_send(c.endpoint, MESSAGE(5, 1, 2, 3, 4, 0x55));
    assert_int_equal(c.receiver->buffer[BUFFER_MESSAGE + 4], 0x55);
    assert_int_equal(c.receiver->buffer[BUFFER_MESSAGE + 5], 0x5a5a5a5a5a5a5a5a);
    assert_int_equal(c.receiver->buffer[BUFFER_MESSAGE + 3], 0x5a5a5a5a5a5a5a5a);
    assert_int_equal(c.receiver->buffer[0], 0x5a5a5a5a5a5a5a5a); // the tag: the kernel never touches it
    assert_int_equal(c.receiver->buffer[121], 0x5a5a5a5a5a5a5a5a);
}

// objects §8 step 5
TEST(all_52_bits_of_a_label_arrive)
{
    struct channel c = given_a_waiting_receiver();
    sys_send(c.endpoint, MESSAGE(LOW_BITS(52)));
    assert_message(received(c.receiver), 0, LOW_BITS(52));
}

TEST(the_senders_own_unwrapped_bits_do_not_leak)
{
    struct channel c = given_a_waiting_receiver();
    c.sender->tcb->regs.x[REG_CAP] = c.endpoint;
    c.sender->tcb->regs.x[REG_INFO] = 5 << 12 | 7 << 9 | 1;
    sys_number((word_t)-5);
    assert_int_equal(received(c.receiver).info, 5 << 12 | 1);
}

// objects §12 #67
TEST(without_a_buffer_of_the_receiver_four_words_arrive)
{
    struct channel c = {given_endpoint(), given_thread(), given_thread()};
    assert_ok(set_buffer(c.receiver, 0, NULL_CAP));
    as(c.receiver);
    sys_wait(c.endpoint);
    as(c.sender);
    sys_send(c.endpoint, MESSAGE(5, 1, 2, 3, 4, 5));
    assert_message(received(c.receiver), 0, 5, 1, 2, 3, 4);
}

TEST(without_a_buffer_of_the_sender_four_words_arrive)
{
    struct channel c = given_a_waiting_receiver();
    assert_ok(set_buffer(c.sender, 0, NULL_CAP));
    as(c.sender);
    sys_send(c.endpoint, with_length(MESSAGE(5, 1, 2, 3, 4), 100));
    assert_message(received(c.receiver), 0, 5, 1, 2, 3, 4);
}

// memory §11 #41, objects §0.4 rule 2
TEST(a_read_only_buffer_can_send_long_messages_and_receives_four_words)
{
    struct channel c = {given_endpoint(), given_thread(), given_thread()};
    cptr_t read_only = given_copy(c.sender->buffer_frame, READ);
    assert_ok(set_buffer(c.sender, 0x1000, read_only));
    as(c.receiver);
    sys_wait(c.endpoint);
    as(c.sender);
    sys_send(c.endpoint, MESSAGE(5, 1, 2, 3, 4, 5));
    assert_message(received(c.receiver), 0, 5, 1, 2, 3, 4, 5);
    as(c.sender);
    sys_wait(c.endpoint);
    as(c.receiver);
    sys_send(c.endpoint, MESSAGE(6, 1, 2, 3, 4, 5));
    assert_message(received(c.sender), 0, 6, 1, 2, 3, 4);
}

TEST(a_buffer_without_access_is_no_buffer)
{
    struct channel c = given_a_waiting_receiver();
    as(root);
    assert_ok(set_buffer(c.sender, 0x1000, given_copy(c.sender->buffer_frame, NO_RIGHTS)));
    as(c.sender);
    sys_send(c.endpoint, MESSAGE(5, 1, 2, 3, 4, 5));
    assert_message(received(c.receiver), 0, 5, 1, 2, 3, 4);
}

// objects §0.4 rule 2: the offset is the address modulo the frame size, whatever is mapped
TEST(the_buffer_lies_at_its_address_modulo_the_frame)
{
    struct channel c = {given_endpoint(), given_thread(), given_thread()};
    assert_ok(set_buffer(c.receiver, 0x7fffffff0c00, c.receiver->buffer_frame));
    as(c.receiver);
    sys_wait(c.endpoint);
    as(c.sender);
    sys_send(c.endpoint, MESSAGE(5, 1, 2, 3, 4, 0x55));
    assert_int_equal(c.receiver->buffer[0xc00 / 8 + BUFFER_MESSAGE + 4], 0x55);
}

// objects §8: read at the rendezvous, not at the system call
TEST(a_queued_message_is_what_the_registers_hold_when_it_is_received)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *sender = given_thread();
    as(sender);
    sys_send(endpoint, MESSAGE(5, 1, 2, 3, 4, 5));
    sender->buffer[BUFFER_MESSAGE + 4] = 0x99;
    assert_message(sys_wait(endpoint), 0, 5, 1, 2, 3, 4, 0x99);
}

TEST(a_thread_that_lost_its_buffer_while_queued_sends_four_words)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *sender = given_thread();
    as(sender);
    sys_send(endpoint, MESSAGE(5, 1, 2, 3, 4, 5));
    assert_ok(set_buffer(sender, 0, NULL_CAP));
    assert_message(sys_wait(endpoint), 0, 5, 1, 2, 3, 4);
}

// ------------------------------------------------------------------------------------- capabilities

TEST(a_capability_is_transferred_to_the_receive_slot)
{
    cptr_t slot;
    struct channel c = given_a_receiver_with_a_slot(&slot);
    sys_send(c.endpoint, MESSAGE_WITH_CAPS(5, CAPS(SC), 0x11));
    assert_holds(slot, sched_context);
    assert_int_equal(received(c.receiver).caps, 1);
    assert_int_equal(received(c.receiver).unwrapped, 0);
    assert_message(received(c.receiver), 0, 5, 0x11);
    assert_ptr_equal(cdt_previous(slot_of(slot)), slot_of(SC));
}

// objects §8.1: rights are not reduced in transit
TEST(a_transferred_capability_keeps_rights_and_badge)
{
    cptr_t slot;
    struct channel c = given_a_receiver_with_a_slot(&slot);
    as(root);
    cptr_t other = given_minted(given_endpoint(), WRITE | GRANT, 0x77);
    as(c.sender);
    sys_send(c.endpoint, MESSAGE_WITH_CAPS(5, CAPS(other)));
    assert_int_equal(endpoint_cap_badge(cap_of(slot)), 0x77);
    assert_int_equal(endpoint_cap_can_send(cap_of(slot)), 1);
    assert_int_equal(endpoint_cap_can_grant(cap_of(slot)), 1);
    assert_int_equal(endpoint_cap_can_receive(cap_of(slot)), 0);
}

// objects §12 #63
TEST(without_grant_no_capability_is_transferred)
{
    cptr_t slot;
    struct channel c = given_a_receiver_with_a_slot(&slot);
    as(root);
    cptr_t no_grant = given_copy(c.endpoint, WRITE | GRANT_REPLY);
    as(c.sender);
    sys_send(no_grant, MESSAGE_WITH_CAPS(5, CAPS(SC), 0x11));
    assert_empty(slot);
    assert_int_equal(received(c.receiver).info, 5 << 12 | 1);
}

// objects §12 #63: the grant right of a queued sender is the one of the capability it used
TEST(a_queued_sender_transfers_with_the_rights_it_sent_with)
{
    struct channel c = {given_endpoint(), given_thread(), given_thread()};
    cptr_t no_grant = given_copy(c.endpoint, WRITE), slot = new_slot();
    set_receive_slot(c.receiver, AT(slot));
    as(c.sender);
    sys_send(no_grant, MESSAGE_WITH_CAPS(5, CAPS(SC)));
    as(c.receiver);
    assert_int_equal(sys_wait(c.endpoint).caps, 0);
    as(c.sender);
    sys_send(c.endpoint, MESSAGE_WITH_CAPS(5, CAPS(SC)));
    as(c.receiver);
    assert_int_equal(sys_wait(c.endpoint).caps, 1);
    assert_holds(slot, sched_context);
}

// objects §12 #64
TEST(a_capability_to_the_endpoint_in_use_arrives_as_its_badge)
{
    cptr_t slot;
    struct channel c = given_a_receiver_with_a_slot(&slot);
    as(root);
    cptr_t badged = given_minted(c.endpoint, WRITE, 0x77);
    as(c.sender);
    sys_send(c.endpoint, MESSAGE_WITH_CAPS(5, CAPS(badged)));
    assert_empty(slot);
    assert_int_equal(received(c.receiver).caps, 1);
    assert_int_equal(received(c.receiver).unwrapped, 1);
    assert_int_equal(c.receiver->buffer[BUFFER_CAPS], 0x77);
}

TEST(three_badges_need_no_receive_slot)
{
    struct channel c = given_a_waiting_receiver();
    as(root);
    cptr_t one = given_minted(c.endpoint, WRITE, 1), two = given_minted(c.endpoint, NO_RIGHTS, 2);
    as(c.sender);
    sys_send(c.endpoint, MESSAGE_WITH_CAPS(5, CAPS(one, c.endpoint, two)));
    assert_int_equal(received(c.receiver).caps, 3);
    assert_int_equal(received(c.receiver).unwrapped, 7);
    assert_int_equal(c.receiver->buffer[BUFFER_CAPS + 1], 0);
    assert_int_equal(c.receiver->buffer[BUFFER_CAPS + 2], 2);
}

// objects §12 #64: {cap, cap, endpoint}
TEST(a_second_ordinary_capability_stops_the_transfer)
{
    cptr_t slot;
    struct channel c = given_a_receiver_with_a_slot(&slot);
    sys_send(c.endpoint, MESSAGE_WITH_CAPS(5, CAPS(SC, DOMAIN, c.endpoint)));
    assert_holds(slot, sched_context);
    assert_int_equal(received(c.receiver).caps, 1);
    assert_int_equal(received(c.receiver).unwrapped, 0);
}

// objects §12 #64: {endpoint, cap, endpoint} with a free slot
TEST(badges_around_a_capability_all_arrive)
{
    cptr_t slot;
    struct channel c = given_a_receiver_with_a_slot(&slot);
    sys_send(c.endpoint, MESSAGE_WITH_CAPS(5, CAPS(c.endpoint, SC, c.endpoint)));
    assert_holds(slot, sched_context);
    assert_int_equal(received(c.receiver).caps, 3);
    assert_int_equal(received(c.receiver).unwrapped, 5);
}

// objects §12 #64: … with an occupied slot
TEST(an_occupied_receive_slot_stops_the_transfer)
{
    cptr_t slot;
    struct channel c = given_a_receiver_with_a_slot(&slot);
    as(root);
    assert_ok(cnode_copy(AT(slot), AT(TCB), ALL_RIGHTS));
    as(c.sender);
    sys_send(c.endpoint, MESSAGE_WITH_CAPS(5, CAPS(c.endpoint, SC, c.endpoint), 0x11));
    assert_holds(slot, tcb);
    assert_int_equal(received(c.receiver).caps, 1);
    assert_int_equal(received(c.receiver).unwrapped, 1);
    assert_message(received(c.receiver), 0, 5, 0x11);
}

// objects §8.1 rule 2: any problem with the receive slot means there is none
static word_t caps_received_with(struct place place)
{
    struct channel c = {given_endpoint(), given_thread(), given_thread()};
    set_receive_slot(c.receiver, place);
    as(c.receiver);
    sys_wait(c.endpoint);
    as(c.sender);
    sys_send(c.endpoint, MESSAGE_WITH_CAPS(5, CAPS(SC)));
    as(root);
    assert_int_equal(received(c.receiver).label, 5);
    return received(c.receiver).caps;
}

TEST(a_bad_receive_slot_is_none)
{
    cptr_t slot = new_slot();
    assert_int_equal(caps_received_with(PLACE(UNRESOLVABLE, slot, 64)), 0);
    assert_int_equal(caps_received_with(PLACE(NULL_CAP, slot, 64)), 0);
    assert_int_equal(caps_received_with(PLACE(CNODE, slot, 0)), 0);
    assert_int_equal(caps_received_with(PLACE(CNODE, slot, 65)), 0);
    assert_int_equal(caps_received_with(PLACE(CNODE, slot, 51)), 0);
    assert_int_equal(caps_received_with(AT(slot)), 1);
}

// objects §8.1 rule 1
TEST(a_receiver_without_a_buffer_gets_no_capabilities_and_no_badges)
{
    struct channel c = {given_endpoint(), given_thread(), given_thread()};
    assert_ok(set_buffer(c.receiver, 0, NULL_CAP));
    as(c.receiver);
    sys_wait(c.endpoint);
    as(c.sender);
    sys_send(c.endpoint, MESSAGE_WITH_CAPS(5, CAPS(c.endpoint)));
    assert_int_equal(received(c.receiver).info, 5 << 12);
}

// objects §12 #66
TEST(an_untyped_with_children_stops_the_transfer_silently)
{
    cptr_t slot;
    struct channel c = given_a_receiver_with_a_slot(&slot);
    as(root);
    cptr_t untyped = given_untyped(12), child = new_slot();
    assert_ok(retype_to(untyped, seL4_EndpointObject, 0, child));
    as(c.sender);
    sys_send(c.endpoint, MESSAGE_WITH_CAPS(5, CAPS(untyped), 0x11));
    assert_empty(slot);
    assert_int_equal(received(c.receiver).caps, 0);
    assert_message(received(c.receiver), 0, 5, 0x11);
}

// objects §12 #66
TEST(an_untyped_without_children_is_transferred_and_used_up)
{
    cptr_t slot;
    struct channel c = given_a_receiver_with_a_slot(&slot);
    as(root);
    cptr_t untyped = given_untyped(12);
    as(c.sender);
    sys_send(c.endpoint, MESSAGE_WITH_CAPS(5, CAPS(untyped)));
    assert_holds(slot, untyped);
    assert_int_equal(untyped_cap_watermark(cap_of(untyped)), 4096);
    assert_int_equal(untyped_cap_watermark(cap_of(slot)), 0);
}

// objects §8.1 rule 3: a null derivation ends the transfer
TEST(what_cannot_be_derived_ends_the_transfer_silently)
{
    cptr_t slot;
    struct channel c = given_a_receiver_with_a_slot(&slot);
    sys_send(c.endpoint, MESSAGE_WITH_CAPS(5, CAPS(IRQ_CONTROL, c.endpoint)));
    assert_empty(slot);
    assert_int_equal(received(c.receiver).caps, 0);
    assert_int_equal(received(c.receiver).unwrapped, 0);
}

TEST(an_empty_slot_as_a_capability_ends_the_transfer_silently)
{
    cptr_t slot;
    struct channel c = given_a_receiver_with_a_slot(&slot);
    sys_send(c.endpoint, MESSAGE_WITH_CAPS(5, CAPS(NULL_CAP)));
    assert_empty(slot);
    assert_int_equal(received(c.receiver).caps, 0);
}

TEST(a_mapped_frame_arrives_unmapped)
{
    cptr_t slot;
    struct channel c = given_a_receiver_with_a_slot(&slot);
    sys_send(c.endpoint, MESSAGE_WITH_CAPS(5, CAPS(boot_info->userImageFrames.start)));
    assert_holds(slot, frame);
    assert_int_equal(frame_cap_asid(cap_of(slot)), 0);
}

// ------------------------------------------------------------------------ the two lookups (objects §11.4, §8.1)

// objects §12 #61: a missing extra capability faults a Send whatever the invoked capability is
TEST(an_unresolvable_extra_capability_faults_at_its_own_address)
{
    const struct thread *thread = given_thread();
    cptr_t endpoint = given_endpoint(), no_grant = given_copy(endpoint, WRITE), handler = given_endpoint();
    assert_ok(set_fault_handler(thread, handler));
    as(thread);
    sys_send(no_grant, MESSAGE_WITH_CAPS(5, CAPS(SC, UNRESOLVABLE)));
    as(root);
    assert_cap_fault(sys_wait(handler), 0, thread->tcb->regs.fault_pc, UNRESOLVABLE, 0, seL4_GuardMismatch, 64, 0, 51);
}

// objects §12 #61
TEST(an_unresolvable_extra_capability_faults_even_on_a_notification)
{
    const struct thread *thread = given_thread();
    cptr_t notification = given_notification(), handler = given_endpoint();
    assert_ok(set_fault_handler(thread, handler));
    as(thread);
    sys_call(notification, MESSAGE_WITH_CAPS(5, CAPS(UNRESOLVABLE)));
    as(root);
    assert_int_equal(((struct notification *)object_of(notification))->state, NOTIFICATION_IDLE);
    assert_cap_fault(sys_wait(handler), 0, thread->tcb->regs.fault_pc, UNRESOLVABLE, 0, seL4_GuardMismatch, 64, 0, 51);
}

TEST(an_unresolvable_extra_capability_silently_ends_a_non_blocking_send)
{
    struct channel c = given_a_waiting_receiver();
    assert_no_effect(sys_nbsend(c.endpoint, MESSAGE_WITH_CAPS(5, CAPS(UNRESOLVABLE))));
    assert_state(c.receiver, THREAD_BLOCKED_ON_RECEIVE);
}

// objects §11.4 rule 4: without a buffer there are no extra capabilities
TEST(without_a_buffer_extra_capabilities_are_not_looked_up)
{
    struct channel c = given_a_waiting_receiver();
    as(root);
    assert_ok(set_buffer(c.sender, 0, NULL_CAP));
    as(c.sender);
    sys_send(c.endpoint, MESSAGE_WITH_CAPS(5, CAPS(UNRESOLVABLE), 0x11));
    assert_message(received(c.receiver), 0, 5, 0x11);
}

// objects §12 #62
TEST(capabilities_that_vanish_while_the_sender_is_queued_suppress_all_of_them)
{
    struct channel c = {given_endpoint(), given_thread(), given_thread()};
    cptr_t slot = new_slot();
    set_receive_slot(c.receiver, AT(slot));
    as(c.sender);
    sys_send(c.endpoint, MESSAGE_WITH_CAPS(5, CAPS(c.endpoint, SC), 0x11));
    c.sender->buffer[BUFFER_CAPS + 1] = UNRESOLVABLE;
    as(c.receiver);
    struct result r = sys_wait(c.endpoint);
    assert_message(r, 0, 5, 0x11);
    assert_int_equal(r.caps, 0);
    assert_int_equal(r.unwrapped, 0);
    assert_empty(slot);
}

// ------------------------------------------------------------------------------------------ replies

struct conversation {
    cptr_t endpoint, reply;
    const struct thread *client, *server;
};

// The client waits for its reply; the server's turn.
static struct conversation given_a_call(void)
{
    struct conversation c = {given_endpoint(), given_reply(), given_thread(), given_thread()};
    as(c.server);
    sys_recv(c.endpoint, c.reply);
    as(c.client);
    sys_call(c.endpoint, MESSAGE(5));
    as(c.server);
    return c;
}

TEST(a_reply_carries_words_and_badge_0)
{
    struct conversation c = given_a_call();
    sys_send(c.reply, MESSAGE(9, 1, 2, 3, 4, 0x55));
    assert_message(received(c.client), 0, 9, 1, 2, 3, 4, 0x55);
}

// objects §12 #65
TEST(in_a_reply_the_endpoints_capabilities_are_ordinary_ones)
{
    struct conversation c = given_a_call();
    cptr_t slot = new_slot();
    set_receive_slot(c.client, AT(slot));
    sys_send(c.reply, MESSAGE_WITH_CAPS(9, CAPS(c.endpoint)));
    assert_holds(slot, endpoint);
    assert_int_equal(received(c.client).caps, 1);
    assert_int_equal(received(c.client).unwrapped, 0);
}

// objects §12 #95
TEST(a_reply_transfers_capabilities_by_the_grant_right_of_the_capability_invoked)
{
    struct conversation c = given_a_call();
    cptr_t slot = new_slot();
    set_receive_slot(c.client, AT(slot));
    as(root);
    cptr_t no_grant = given_copy(c.reply, WRITE | READ);
    as(c.server);
    sys_send(no_grant, MESSAGE_WITH_CAPS(9, CAPS(SC), 0x11));
    assert_empty(slot);
    assert_message(received(c.client), 0, 9, 0x11);
    assert_int_equal(received(c.client).caps, 0);
}

// objects §12 #95: … not of the one used for receiving
TEST(receiving_with_a_grantless_reply_capability_does_not_matter)
{
    struct conversation c = {given_endpoint(), given_reply(), given_thread(), given_thread()};
    cptr_t no_grant = given_copy(c.reply, NO_RIGHTS), slot = new_slot();
    set_receive_slot(c.client, AT(slot));
    as(c.server);
    sys_recv(c.endpoint, no_grant);
    as(c.client);
    sys_call(c.endpoint, MESSAGE(5));
    as(c.server);
    sys_send(c.reply, MESSAGE_WITH_CAPS(9, CAPS(SC)));
    assert_holds(slot, sched_context);
}

// --------------------------------------------------------------------------------- kernel's own messages

// objects §0.4 rule 4
TEST(a_fault_message_to_a_handler_without_buffer_has_four_words)
{
    const struct thread *thread = given_thread(), *handler = given_thread();
    cptr_t endpoint = given_endpoint();
    assert_ok(set_fault_handler(thread, endpoint));
    assert_ok(set_buffer(handler, 0, NULL_CAP));
    as(handler);
    sys_wait(endpoint);
    as(thread);
    user_exception(0x02000000);
    assert_message(received(handler), 0, seL4_Fault_UserException, thread->tcb->regs.fault_pc, thread->tcb->regs.sp, 0x40, 0x02000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(words_travel_in_registers_and_in_the_buffer),
        RUN(a_length_of_127_is_delivered_as_120_with_all_words),
        RUN(registers_beyond_the_length_keep_what_they_had),
        RUN(buffer_words_beyond_the_length_and_below_mr4_keep_what_they_had),
        RUN(all_52_bits_of_a_label_arrive),
        RUN(the_senders_own_unwrapped_bits_do_not_leak),
        RUN(without_a_buffer_of_the_receiver_four_words_arrive),
        RUN(without_a_buffer_of_the_sender_four_words_arrive),
        RUN(a_read_only_buffer_can_send_long_messages_and_receives_four_words),
        RUN(a_buffer_without_access_is_no_buffer),
        RUN(the_buffer_lies_at_its_address_modulo_the_frame),
        RUN(a_queued_message_is_what_the_registers_hold_when_it_is_received),
        RUN(a_thread_that_lost_its_buffer_while_queued_sends_four_words),
        RUN(a_capability_is_transferred_to_the_receive_slot),
        RUN(a_transferred_capability_keeps_rights_and_badge),
        RUN(without_grant_no_capability_is_transferred),
        RUN(a_queued_sender_transfers_with_the_rights_it_sent_with),
        RUN(a_capability_to_the_endpoint_in_use_arrives_as_its_badge),
        RUN(three_badges_need_no_receive_slot),
        RUN(a_second_ordinary_capability_stops_the_transfer),
        RUN(badges_around_a_capability_all_arrive),
        RUN(an_occupied_receive_slot_stops_the_transfer),
        RUN(a_bad_receive_slot_is_none),
        RUN(a_receiver_without_a_buffer_gets_no_capabilities_and_no_badges),
        RUN(an_untyped_with_children_stops_the_transfer_silently),
        RUN(an_untyped_without_children_is_transferred_and_used_up),
        RUN(what_cannot_be_derived_ends_the_transfer_silently),
        RUN(an_empty_slot_as_a_capability_ends_the_transfer_silently),
        RUN(a_mapped_frame_arrives_unmapped),
        RUN(an_unresolvable_extra_capability_faults_at_its_own_address),
        RUN(an_unresolvable_extra_capability_faults_even_on_a_notification),
        RUN(an_unresolvable_extra_capability_silently_ends_a_non_blocking_send),
        RUN(without_a_buffer_extra_capabilities_are_not_looked_up),
        RUN(capabilities_that_vanish_while_the_sender_is_queued_suppress_all_of_them),
        RUN(a_reply_carries_words_and_badge_0),
        RUN(in_a_reply_the_endpoints_capabilities_are_ordinary_ones),
        RUN(a_reply_transfers_capabilities_by_the_grant_right_of_the_capability_invoked),
        RUN(receiving_with_a_grantless_reply_capability_does_not_matter),
        RUN(a_fault_message_to_a_handler_without_buffer_has_four_words),
    };
    return RUN_ALL("transfer", tests);
}
