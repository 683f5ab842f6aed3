// SPDX-License-Identifier: BSD-2-Clause
//
// IPC buffers: which frames are accepted, and what the kernel does with and without one (memory §2.14).
#include "tests/unit/memory.h"

// A waiting receiver; the root thread sends. Returns what the receiver got.
static struct result send_to(const struct thread *receiver, cptr_t endpoint, struct message message)
{
    as(receiver);
    sys_wait(endpoint);
    as(root);
    sys_send(endpoint, message);
    return received(receiver);
}

TEST(a_null_capability_with_an_address_is_no_buffer) // memory §2.14 rule 1
{
    const struct thread *thread = given_inactive_thread();
    assert_refused(set_buffer(thread, 0x1000, NULL_CAP), seL4_IllegalOperation);
}

TEST(a_device_frame_is_refused_before_a_misaligned_address) // memory §11 #40
{
    const struct thread *thread = given_inactive_thread();
    cptr_t device = given_device_frame(), frame = given_frame();
    assert_refused(set_buffer(thread, 0x1008, device), seL4_IllegalOperation);
    assert_refused(set_buffer(thread, 0x1008, frame), seL4_AlignmentError);
    assert_ok(set_buffer(thread, 0x1400, frame));
}

TEST(a_buffer_address_may_lie_anywhere) // memory §2.14 rule 1: it is compared with nothing
{
    const struct thread *thread = given_inactive_thread();
    assert_ok(set_buffer(thread, UINT64_C(0xffffffffffffe400), thread->buffer_frame));
    assert_ptr_equal(tcb_buffer(thread->tcb, BUFFER_FOR_WRITING), (char *)thread->buffer + 0x400);
}

TEST(a_buffer_may_lie_in_a_large_page) // memory §2.14 rule 2
{
    const struct thread *thread = given_inactive_thread();
    cptr_t large = given_object(seL4_ARM_LargePageObject, 0);
    assert_ok(set_buffer(thread, 0x5123400, large));
    assert_ptr_equal(tcb_buffer(thread->tcb, BUFFER_FOR_READING), (char *)object_of(large) + 0x123400);
}

TEST(unmapping_the_frame_changes_nothing_for_ipc) // memory §11 #39
{
    const struct thread *thread = given_thread();
    cptr_t endpoint = given_endpoint();
    assert_ok(page_map(thread->buffer_frame, VSPACE, FREE_PAGE, READ_WRITE, 3));
    assert_ok(page_unmap(thread->buffer_frame));
    assert_message(send_to(thread, endpoint, MESSAGE(9, 1, 2, 3, 4, 5, 6)), 0, 9, 1, 2, 3, 4, 5, 6);
}

TEST(deleting_the_capability_the_buffer_was_set_from_changes_nothing) // memory §2.14 rule 4
{
    const struct thread *thread = given_thread();
    cptr_t endpoint = given_endpoint(), frame = given_copy(thread->buffer_frame, ALL_RIGHTS);
    assert_ok(set_buffer(thread, 0x1000, frame));
    assert_ok(cnode_delete(AT(frame)));
    assert_message(send_to(thread, endpoint, MESSAGE(9, 1, 2, 3, 4, 5, 6)), 0, 9, 1, 2, 3, 4, 5, 6);
}

TEST(revoking_the_frame_takes_the_buffer_away) // memory §2.14 rule 4
{
    const struct thread *thread = given_thread();
    cptr_t endpoint = given_endpoint();
    assert_ok(cnode_revoke(AT(thread->buffer_frame)));
    assert_message(send_to(thread, endpoint, MESSAGE(9, 1, 2, 3, 4, 5, 6)), 0, 9, 1, 2, 3, 4);
}

TEST(a_read_only_buffer_sends_long_messages) // memory §11 #41
{
    const struct thread *sender = given_thread();
    cptr_t endpoint = given_endpoint();
    assert_ok(set_buffer(sender, 0x1000, given_copy(sender->buffer_frame, READ)));
    as(sender);
    sys_send(endpoint, MESSAGE(9, 1, 2, 3, 4, 5, 6));
    as(root);
    assert_message(sys_wait(endpoint), 0, 9, 1, 2, 3, 4, 5, 6);
}

TEST(a_read_only_buffer_receives_four_words) // memory §11 #41
{
    const struct thread *thread = given_thread();
    cptr_t endpoint = given_endpoint();
    assert_ok(set_buffer(thread, 0x1000, given_copy(thread->buffer_frame, READ)));
    assert_message(send_to(thread, endpoint, MESSAGE(9, 1, 2, 3, 4, 5, 6)), 0, 9, 1, 2, 3, 4);
}

TEST(a_buffer_of_class_none_is_no_buffer) // memory §2.14 rule 3
{
    const struct thread *thread = given_inactive_thread();
    assert_ok(set_buffer(thread, 0x1000, given_copy(thread->buffer_frame, NO_RIGHTS)));
    assert_null(tcb_buffer(thread->tcb, BUFFER_FOR_READING));
}

TEST(address_0_removes_the_buffer_whatever_the_capability) // memory §2.14 rule 1
{
    const struct thread *thread = given_inactive_thread();
    assert_ok(set_buffer(thread, 0, TCB));
    assert_null(tcb_buffer(thread->tcb, BUFFER_FOR_READING));
}

TEST(the_kernel_never_reads_or_writes_the_tag_word) // abi §2.3
{
    const struct thread *thread = given_thread();
    cptr_t endpoint = given_endpoint();
    thread->buffer[0] = 0x7a67;
    send_to(thread, endpoint, MESSAGE(9, 1, 2, 3, 4, 5, 6));
    assert_int_equal(thread->buffer[0], 0x7a67);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_null_capability_with_an_address_is_no_buffer),
        RUN(a_device_frame_is_refused_before_a_misaligned_address),
        RUN(a_buffer_address_may_lie_anywhere),
        RUN(a_buffer_may_lie_in_a_large_page),
        RUN(unmapping_the_frame_changes_nothing_for_ipc),
        RUN(deleting_the_capability_the_buffer_was_set_from_changes_nothing),
        RUN(revoking_the_frame_takes_the_buffer_away),
        RUN(a_read_only_buffer_sends_long_messages),
        RUN(a_read_only_buffer_receives_four_words),
        RUN(a_buffer_of_class_none_is_no_buffer),
        RUN(address_0_removes_the_buffer_whatever_the_capability),
        RUN(the_kernel_never_reads_or_writes_the_tag_word),
    };
    return RUN_ALL("ipc_buffer", tests);
}
