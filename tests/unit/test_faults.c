// SPDX-License-Identifier: BSD-2-Clause
//
// Faults: what becomes one, the message, the handler, and the reply (threads §7). Timeout faults: test_timeout_faults.c.
#include "tests/unit/threads.h"

enum { HANDLER_BADGE = 77 };

// The thread that faults, and the endpoint at which the root thread handles it.
static const struct thread *a;
static cptr_t endpoint, handler, reply;

static void given_a_thread_with_a_handler(void)
{
    endpoint = given_endpoint();
    handler = given_minted(endpoint, WRITE | GRANT_REPLY, HANDLER_BADGE);
    reply = given_reply();
    a = given_thread();
    assert_ok(set_fault_handler(a, handler));
    as(a);
}

// The root thread receives the fault that is queued at the endpoint.
static struct result fault_received(void)
{
    assert_state(a, THREAD_BLOCKED_ON_SEND);
    as(root);
    return sys_recv(endpoint, reply);
}

#define assert_fault(label, ...) assert_message(fault_received(), HANDLER_BADGE, label, __VA_ARGS__)

// A thread that waits for the answer to its fault.
static void given_a_faulted_thread(void)
{
    given_a_thread_with_a_handler();
    vm_fault(0x123000, false, 0x92000046);
    (void)fault_received();
    assert_state(a, THREAD_BLOCKED_ON_REPLY);
}

static void given_a_thread_after_an_unknown_system_call(void)
{
    given_a_thread_with_a_handler();
    (void)sys_number(99);
    (void)fault_received();
    assert_state(a, THREAD_BLOCKED_ON_REPLY);
}

static void given_a_thread_after_a_user_exception(void)
{
    given_a_thread_with_a_handler();
    user_exception(0x02000000);
    (void)fault_received();
    assert_state(a, THREAD_BLOCKED_ON_REPLY);
}

// -------------------------------------------------------------------------------- cap faults, sending

TEST(a_call_to_nowhere_is_a_cap_fault_with_a_guard_mismatch) // threads §7.1, §7.3
{
    given_a_thread_with_a_handler();
    word_t pc = a->tcb->regs.pc;
    (void)sys_call(UNRESOLVABLE, MESSAGE(1));
    assert_fault(seL4_Fault_CapFault, pc, UNRESOLVABLE, 0, seL4_GuardMismatch, 64, 0, 64 - ROOT_CNODE_RADIX);
}

TEST(a_send_to_nowhere_is_a_cap_fault) // threads §7.1
{
    given_a_thread_with_a_handler();
    word_t pc = a->tcb->regs.pc;
    (void)sys_send(UNRESOLVABLE, MESSAGE(1));
    assert_fault(seL4_Fault_CapFault, pc, UNRESOLVABLE, 0, seL4_GuardMismatch, 64, 0, 64 - ROOT_CNODE_RADIX);
}

TEST(an_extra_capability_that_does_not_resolve_is_a_cap_fault_with_its_address) // threads §7.1, I-5
{
    given_a_thread_with_a_handler();
    (void)sys_call(a->cap, MESSAGE_WITH_CAPS(TCBSetPriority, CAPS(UNRESOLVABLE), 1));
    struct result r = fault_received();
    assert_int_equal(r.label, seL4_Fault_CapFault);
    assert_int_equal(r.mr[1], UNRESOLVABLE);
    assert_int_equal(r.mr[2], 0);
}

TEST(a_cap_fault_without_a_cspace_tells_of_an_invalid_root) // threads §7.3
{
    given_a_thread_with_a_handler();
    as(root);
    cptr_t untyped = given_untyped(12), cnode = new_slot();
    assert_ok(retype_to(untyped, seL4_CapTableObject, 4, cnode));
    assert_ok(method(a->cap, TCBSetSpace, CAPS(handler, cnode, VSPACE), 0, 0));
    assert_ok(cnode_revoke(AT(untyped)));
    as(a);
    word_t pc = a->tcb->regs.pc;
    (void)sys_send(5, MESSAGE(1));
    assert_fault(seL4_Fault_CapFault, pc, 5, 0, seL4_InvalidRoot);
}

TEST(a_cap_fault_beyond_the_depth_tells_how_many_bits_are_left_and_wanted) // threads §7.3
{
    given_a_thread_with_a_handler();
    as(root);
    cptr_t outer = given_cnode(4), inner = given_cnode(8);
    assert_ok(cnode_copy(PLACE(outer, 3, 4), AT(inner), ALL_RIGHTS));
    assert_ok(method(a->cap, TCBSetSpace, CAPS(handler, outer, VSPACE), guard_data(0, 56), 0));
    as(a);
    word_t pc = a->tcb->regs.pc;
    (void)sys_send(0x35, MESSAGE(1));
    assert_fault(seL4_Fault_CapFault, pc, 0x35, 0, seL4_DepthMismatch, 4, 8);
}

TEST(a_nonblocking_send_to_nowhere_is_ignored) // threads §12 #78, FLT-1
{
    given_a_thread_with_a_handler();
    assert_no_effect(sys_nbsend(UNRESOLVABLE, MESSAGE(1)));
}

TEST(a_nonblocking_send_with_a_bad_extra_capability_is_ignored) // threads FLT-1
{
    given_a_thread_with_a_handler();
    assert_no_effect(sys_nbsend(a->cap, MESSAGE_WITH_CAPS(TCBSetPriority, CAPS(UNRESOLVABLE), 1)));
}

TEST(the_send_half_of_a_combined_call_to_nowhere_is_ignored_and_the_receive_half_proceeds) // threads FLT-1
{
    given_a_thread_with_a_handler();
    cptr_t notification = given_notification();
    (void)sys_nbsend_wait(UNRESOLVABLE, MESSAGE(1), notification);
    assert_waiting(notification, a);
}

TEST(a_call_to_an_empty_slot_is_refused_and_no_fault) // threads FLT-3
{
    given_a_thread_with_a_handler();
    assert_refused(sys_call(new_slot(), MESSAGE(1)), seL4_InvalidCapability, 0);
}

// ------------------------------------------------------------------------------ cap faults, receiving

TEST(a_receive_from_an_empty_slot_is_a_cap_fault_with_a_missing_capability) // threads FLT-3, §7.3
{
    given_a_thread_with_a_handler();
    word_t pc = a->tcb->regs.pc;
    cptr_t empty = new_slot();
    (void)sys_recv(empty, reply);
    assert_fault(seL4_Fault_CapFault, pc, empty, 1, seL4_MissingCapability, 0);
}

TEST(a_nonblocking_receive_from_nowhere_is_a_cap_fault) // threads §12 #78, FLT-2
{
    given_a_thread_with_a_handler();
    word_t pc = a->tcb->regs.pc;
    (void)sys_nbrecv(UNRESOLVABLE, reply);
    assert_fault(seL4_Fault_CapFault, pc, UNRESOLVABLE, 1, seL4_GuardMismatch, 64, 0, 64 - ROOT_CNODE_RADIX);
}

TEST(a_nonblocking_wait_on_something_else_is_a_cap_fault) // threads §12 #78, FLT-2
{
    given_a_thread_with_a_handler();
    word_t pc = a->tcb->regs.pc;
    (void)sys_nbwait(CNODE);
    assert_fault(seL4_Fault_CapFault, pc, CNODE, 1, seL4_MissingCapability, 0);
}

TEST(a_receive_without_the_right_to_is_a_cap_fault) // threads §7.1
{
    given_a_thread_with_a_handler();
    word_t pc = a->tcb->regs.pc;
    (void)sys_recv(handler, reply);
    assert_fault(seL4_Fault_CapFault, pc, handler, 1, seL4_MissingCapability, 0);
}

TEST(a_wait_on_a_notification_without_the_right_to_is_a_cap_fault) // threads §7.1
{
    given_a_thread_with_a_handler();
    as(root);
    cptr_t notification = given_copy(given_notification(), WRITE);
    as(a);
    word_t pc = a->tcb->regs.pc;
    (void)sys_wait(notification);
    assert_fault(seL4_Fault_CapFault, pc, notification, 1, seL4_MissingCapability, 0);
}

TEST(a_wait_on_a_notification_bound_to_someone_else_is_a_cap_fault) // threads §12 #81, INT-5
{
    given_a_thread_with_a_handler();
    as(root);
    cptr_t notification = given_notification();
    assert_ok(bind_notification(root, notification));
    as(a);
    word_t pc = a->tcb->regs.pc;
    (void)sys_wait(notification);
    assert_fault(seL4_Fault_CapFault, pc, notification, 1, seL4_MissingCapability, 0);
}

TEST(a_reply_capability_that_does_not_resolve_is_a_cap_fault_with_its_address) // threads §7.1, FLT-4
{
    given_a_thread_with_a_handler();
    word_t pc = a->tcb->regs.pc;
    (void)sys_recv(endpoint, UNRESOLVABLE);
    assert_fault(seL4_Fault_CapFault, pc, UNRESOLVABLE, 1, seL4_GuardMismatch, 64, 0, 64 - ROOT_CNODE_RADIX);
}

TEST(something_else_in_place_of_a_reply_capability_is_a_cap_fault) // threads §7.1
{
    given_a_thread_with_a_handler();
    word_t pc = a->tcb->regs.pc;
    (void)sys_recv(endpoint, CNODE);
    assert_fault(seL4_Fault_CapFault, pc, CNODE, 1, seL4_MissingCapability, 0);
}

TEST(the_right_to_receive_is_checked_before_the_reply_capability) // threads FLT-4
{
    given_a_thread_with_a_handler();
    (void)sys_recv(handler, UNRESOLVABLE);
    assert_int_equal(fault_received().mr[1], handler);
}

TEST(a_receive_on_a_notification_ignores_the_reply_capability) // threads §12 #80, FLT-4
{
    given_a_thread_with_a_handler();
    cptr_t notification = given_notification();
    (void)sys_recv(notification, UNRESOLVABLE);
    assert_waiting(notification, a);
}

TEST(a_wait_on_an_endpoint_ignores_the_reply_register) // threads FLT-4
{
    given_a_thread_with_a_handler();
    (void)sys_wait(endpoint);
    assert_waiting(endpoint, a);
}

TEST(an_empty_poll_changes_only_x0) // threads §12 #79, REG-8
{
    given_a_thread_with_a_handler();
    assert_changes_only_x0(sys_nbrecv(endpoint, reply), 0);
}

TEST(a_fault_of_the_receive_half_leaves_the_send_half_done) // threads FLT-5
{
    given_a_thread_with_a_handler();
    cptr_t notification = given_notification();
    (void)sys_nbsend_recv(notification, MESSAGE(1), UNRESOLVABLE, reply);
    assert_int_equal(((struct notification *)object_of(notification))->state, NOTIFICATION_ACTIVE);
    assert_int_equal(fault_received().mr[1], UNRESOLVABLE);
}

TEST(after_the_reply_the_whole_combined_call_is_repeated) // threads FLT-5
{
    given_a_thread_with_a_handler();
    cptr_t notification = given_notification();
    word_t pc = a->tcb->regs.pc;
    (void)sys_nbsend_recv(notification, MESSAGE(1), UNRESOLVABLE, reply);
    (void)fault_received();
    (void)sys_nbwait(notification);
    sys_send(reply, MESSAGE(0));
    as(a);
    assert_int_equal(a->tcb->regs.pc, pc);
    (void)again();
    assert_int_equal(((struct notification *)object_of(notification))->state, NOTIFICATION_ACTIVE);
}

// ------------------------------------------------------------------------------------ other faults

TEST(an_unknown_system_call_shows_the_registers) // threads §12 #73, §7.3
{
    given_a_thread_with_a_handler();
    struct thread_regs regs = a->tcb->regs;
    (void)sys_number(99);
    assert_fault(seL4_Fault_UnknownSyscall, regs.x[0], regs.x[1], regs.x[2], regs.x[3], regs.x[4], regs.x[5], regs.x[6], 99,
                 regs.pc, regs.sp, regs.pc + 4, regs.spsr, 99);
}

TEST(the_system_call_number_is_compared_with_all_its_bits) // threads §7.1, abi §2
{
    given_a_thread_with_a_handler();
    (void)sys_number(0xfffffff5); // Yield, if only 32 bits counted
    assert_int_equal(fault_received().mr[12], 0xfffffff5);
}

TEST(system_calls_of_disabled_features_are_unknown) // abi §2.1: -18 … -33
{
    given_a_thread_with_a_handler();
    (void)sys_number((word_t)-33);
    assert_int_equal(fault_received().mr[12], (word_t)-33);
}

TEST(system_call_zero_is_unknown) // abi §2.1
{
    given_a_thread_with_a_handler();
    (void)sys_number(0);
    assert_int_equal(fault_received().label, seL4_Fault_UnknownSyscall);
}

TEST(a_user_exception_shows_its_syndrome_and_code_zero) // threads §12 #75, §7.3
{
    given_a_thread_with_a_handler();
    struct thread_regs regs = a->tcb->regs;
    user_exception(0xf2000005);
    assert_fault(seL4_Fault_UserException, regs.pc, regs.sp, regs.spsr, 0xf2000005, 0);
}

TEST(a_data_fault_shows_address_and_status) // threads §7.3
{
    given_a_thread_with_a_handler();
    word_t pc = a->tcb->regs.pc;
    vm_fault(0xabc123, false, 0x92000046);
    assert_fault(seL4_Fault_VMFault, pc, 0xabc123, 0, 0x92000046);
}

TEST(an_instruction_fault_says_so) // threads §7.3
{
    given_a_thread_with_a_handler();
    word_t pc = a->tcb->regs.pc;
    vm_fault(pc, true, 0x82000006);
    assert_fault(seL4_Fault_VMFault, pc, pc, 1, 0x82000006);
}

// ---------------------------------------------------------------------------------------- delivery

TEST(a_handler_without_a_buffer_gets_four_words) // threads FLT-11
{
    given_a_thread_with_a_handler();
    (void)sys_number(99);
    as(root);
    assert_ok(set_buffer(root, 0, NULL_CAP));
    assert_int_equal(fault_received().length, 4);
}

TEST(a_fault_meets_a_handler_that_waits_already) // threads FLT-7
{
    given_a_thread_with_a_handler();
    as(root);
    (void)sys_recv(endpoint, reply);
    assert_runs(a);
    vm_fault(0x1000, false, 5);
    assert_runs(root);
    assert_state(a, THREAD_BLOCKED_ON_REPLY);
    assert_message(received(root), HANDLER_BADGE, seL4_Fault_VMFault, a->tcb->regs.fault_pc, 0x1000, 0, 5);
}

TEST(a_fault_donates_to_a_passive_handler) // threads §6.2
{
    given_a_thread_with_a_handler();
    as(root);
    const struct thread *server = given_thread();
    as(server), sys_recv(endpoint, reply);
    as(root), assert_ok(unbind_object(server->sc, server->cap));
    as(a), vm_fault(0x1000, false, 5);
    assert_ptr_equal(server->tcb->sc, sc_of(a));
    assert_null(a->tcb->sc);
    as(root), as(server);
    sys_send(reply, MESSAGE(0));
    assert_ptr_equal(a->tcb->sc, sc_of(a));
}

TEST(a_fault_to_a_handler_in_wait_is_delivered_and_the_faulter_becomes_inactive) // threads §12 #76
{
    given_a_thread_with_a_handler();
    as(root);
    (void)sys_wait(endpoint);
    vm_fault(0x1000, false, 5);
    assert_runs(root);
    assert_int_equal(received(root).label, seL4_Fault_VMFault);
    assert_state(a, THREAD_INACTIVE);
}

TEST(faults_queue_by_the_priority_of_the_faulter) // threads FLT-6
{
    given_a_thread_with_a_handler();
    vm_fault(0x1000, false, 5);
    as(root), assert_ok(set_priority(a, LOW));
    const struct thread *b = given_thread();
    assert_ok(set_fault_handler(b, handler));
    as(b), vm_fault(0x2000, false, 5);
    assert_waiting(endpoint, b, a);
}

TEST(the_message_is_composed_when_it_is_picked_up) // threads FLT-7
{
    given_a_thread_with_a_handler();
    (void)sys_number(99);
    as(root);
    assert_ok(write_registers(a, 0, 4, 0x10, 0x11, 0, 0x1234));
    struct result r = fault_received();
    assert_int_equal(r.mr[0], 0x1234);
    assert_int_equal(r.mr[8], 0x10);
    assert_int_equal(r.mr[12], 99);
}

TEST(without_a_handler_the_thread_becomes_inactive_and_the_console_tells) // threads FLT-9
{
    const struct thread *b = given_thread();
    as(b), vm_fault(0x1000, false, 5);
    assert_state(b, THREAD_INACTIVE);
    assert_int_equal(b->tcb->fault.type, 0);
    assert_ptr_equal(b->tcb->sc, sc_of(b));
    assert_true(fake.console_length > 0);
}

TEST(a_thread_stopped_without_a_handler_repeats_its_instruction_when_resumed) // threads FLT-9
{
    const struct thread *b = given_thread();
    as(b);
    word_t pc = b->tcb->regs.pc;
    vm_fault(0x1000, false, 5);
    assert_ok(resume(b));
    as(b);
    assert_int_equal(b->tcb->regs.pc, pc);
}

TEST(deleting_the_handlers_endpoint_makes_a_queued_faulter_inactive) // threads §12 #77, §9.3
{
    given_a_thread_with_a_handler();
    const struct thread *sender = root;
    vm_fault(0x1000, false, 5);
    as(sender);
    assert_ok(cnode_revoke(AT(endpoint)));
    assert_ok(cnode_delete(AT(endpoint)));
    assert_state(a, THREAD_INACTIVE);
    assert_int_equal(a->tcb->fault.type, 0);
}

TEST(cancelling_badged_sends_makes_a_matching_faulter_inactive) // threads §1.3 ST-3
{
    given_a_thread_with_a_handler();
    vm_fault(0x1000, false, 5);
    as(root);
    cptr_t badged = given_minted(endpoint, ALL_RIGHTS, HANDLER_BADGE);
    assert_ok(cnode_cancel_badged_sends(AT(badged)));
    assert_state(a, THREAD_INACTIVE);
}

TEST(clearing_the_handler_does_not_affect_a_fault_on_its_way) // threads FLT-15
{
    given_a_thread_with_a_handler();
    vm_fault(0x1000, false, 5);
    as(root), assert_ok(set_fault_handler(a, NULL_CAP));
    assert_int_equal(fault_received().label, seL4_Fault_VMFault);
}

TEST(deleting_a_faulted_thread_frees_the_reply_object) // threads FLT-14, §9.1
{
    given_a_faulted_thread();
    assert_ok(cnode_delete(AT(a->cap)));
    assert_null(((struct reply *)object_of(reply))->thread);
    assert_no_effect(sys_send(reply, MESSAGE(0)));
}

TEST(deleting_the_reply_object_of_a_faulted_thread_makes_it_inactive_and_forgets_the_fault) // threads FLT-13
{
    given_a_faulted_thread();
    word_t pc = a->tcb->regs.fault_pc;
    assert_ok(cnode_delete(AT(reply)));
    assert_state(a, THREAD_INACTIVE);
    assert_ok(resume(a));
    as(a);
    assert_int_equal(a->tcb->regs.pc, pc);
}

// ----------------------------------------------------------------------------------------- replies

TEST(a_reply_to_a_vm_fault_ignores_label_and_length) // threads §12 #71
{
    given_a_faulted_thread();
    struct thread_regs regs = a->tcb->regs;
    sys_send(reply, MESSAGE(5, 1, 2, 3, 4, 5));
    assert_state(a, THREAD_RESTART);
    assert_memory_equal(&a->tcb->regs, &regs, sizeof regs);
    assert_ready(255, a);
}

TEST(a_reply_to_a_cap_fault_ignores_label_and_length) // threads §12 #71
{
    given_a_thread_with_a_handler();
    (void)sys_send(UNRESOLVABLE, MESSAGE(1));
    (void)fault_received();
    struct thread_regs regs = a->tcb->regs;
    sys_send(reply, MESSAGE(5, 1, 2, 3, 4, 5));
    assert_state(a, THREAD_RESTART);
    assert_memory_equal(&a->tcb->regs, &regs, sizeof regs);
}

TEST(a_reply_to_an_unknown_system_call_writes_twelve_registers) // threads §7.5, §12 #73, REG-1
{
    given_a_thread_after_an_unknown_system_call();
    sys_send(reply, MESSAGE(0, 10, 11, 12, 13, 14, 15, 16, 17, 0x1000, 0x2000, 0x3000, ~UINT64_C(0), 0x99));
    struct thread_regs regs = a->tcb->regs;
    assert_state(a, THREAD_RESTART);
    assert_true(regs.x[0] == 10 && regs.x[1] == 11 && regs.x[2] == 12 && regs.x[3] == 13);
    assert_true(regs.x[4] == 14 && regs.x[5] == 15 && regs.x[6] == 16 && regs.x[7] == 17);
    assert_true(regs.fault_pc == 0x1000 && regs.sp == 0x2000 && regs.pc == 0x3000);
    assert_int_equal(regs.spsr, 0xf0000040);
}

TEST(the_next_pc_of_a_reply_to_an_unknown_system_call_has_no_effect) // threads §12 #73, FLT-17
{
    given_a_thread_after_an_unknown_system_call();
    sys_send(reply, MESSAGE(0, 10, 11, 12, 13, 14, 15, 16, 17, 0x1000, 0x2000, 0x3000));
    as(a);
    assert_int_equal(a->tcb->regs.pc, 0x1000);
}

TEST(an_empty_reply_to_an_unknown_system_call_executes_it_again) // threads §12 #74, FLT-18
{
    given_a_thread_after_an_unknown_system_call();
    word_t pc = a->tcb->regs.fault_pc;
    sys_send(reply, MESSAGE(0));
    as(a);
    assert_int_equal(a->tcb->regs.pc, pc);
    (void)again();
    assert_state(a, THREAD_BLOCKED_ON_SEND);
}

TEST(a_short_reply_writes_as_many_registers_as_it_has_words) // threads §7.5
{
    given_a_thread_after_an_unknown_system_call();
    word_t x1 = a->tcb->regs.x[1];
    sys_send(reply, MESSAGE(0, 10));
    assert_int_equal(a->tcb->regs.x[0], 10);
    assert_int_equal(a->tcb->regs.x[1], x1);
}

TEST(a_reply_with_a_label_writes_the_registers_and_leaves_the_thread_inactive) // threads §12 #72, FLT-16
{
    given_a_thread_after_an_unknown_system_call();
    sys_send(reply, MESSAGE(1, 10));
    assert_state(a, THREAD_INACTIVE);
    assert_int_equal(a->tcb->regs.x[0], 10);
    assert_int_equal(a->tcb->fault.type, 0);
    assert_ready(255);
}

TEST(a_reply_from_a_thread_without_a_buffer_writes_four_registers_at_most) // threads FLT-16
{
    given_a_thread_after_an_unknown_system_call();
    word_t x4 = a->tcb->regs.x[4];
    assert_ok(set_buffer(root, 0, NULL_CAP));
    sys_send(reply, MESSAGE(0, 10, 11, 12, 13, 14));
    assert_int_equal(a->tcb->regs.x[3], 13);
    assert_int_equal(a->tcb->regs.x[4], x4);
}

TEST(a_reply_to_a_user_exception_writes_three_registers) // threads §7.5
{
    given_a_thread_after_a_user_exception();
    word_t x0 = a->tcb->regs.x[0];
    sys_send(reply, MESSAGE(0, 0x1000, 0x2000, 0x8fffffff, 4));
    assert_state(a, THREAD_RESTART);
    assert_int_equal(a->tcb->regs.fault_pc, 0x1000);
    assert_int_equal(a->tcb->regs.sp, 0x2000);
    assert_int_equal(a->tcb->regs.spsr, 0x80000040);
    assert_int_equal(a->tcb->regs.x[0], x0);
}

TEST(a_reply_to_a_user_exception_with_a_label_leaves_the_thread_inactive) // threads §12 #72
{
    given_a_thread_after_a_user_exception();
    sys_send(reply, MESSAGE(9, 0x1000));
    assert_state(a, THREAD_INACTIVE);
    assert_int_equal(a->tcb->regs.fault_pc, 0x1000);
}

TEST(a_fault_reply_delivers_no_message) // threads §7.5
{
    given_a_faulted_thread();
    word_t x0 = a->tcb->regs.x[0], x1 = a->tcb->regs.x[1];
    sys_send(reply, MESSAGE(0, 1, 2));
    assert_int_equal(a->tcb->regs.x[0], x0);
    assert_int_equal(a->tcb->regs.x[1], x1);
}

TEST(a_second_reply_has_no_effect) // threads §12 #64
{
    given_a_faulted_thread();
    sys_send(reply, MESSAGE(0));
    assert_no_effect(sys_send(reply, MESSAGE(0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_call_to_nowhere_is_a_cap_fault_with_a_guard_mismatch),
        RUN(a_send_to_nowhere_is_a_cap_fault),
        RUN(an_extra_capability_that_does_not_resolve_is_a_cap_fault_with_its_address),
        RUN(a_cap_fault_without_a_cspace_tells_of_an_invalid_root),
        RUN(a_cap_fault_beyond_the_depth_tells_how_many_bits_are_left_and_wanted),
        RUN(a_nonblocking_send_to_nowhere_is_ignored),
        RUN(a_nonblocking_send_with_a_bad_extra_capability_is_ignored),
        RUN(the_send_half_of_a_combined_call_to_nowhere_is_ignored_and_the_receive_half_proceeds),
        RUN(a_call_to_an_empty_slot_is_refused_and_no_fault),
        RUN(a_receive_from_an_empty_slot_is_a_cap_fault_with_a_missing_capability),
        RUN(a_nonblocking_receive_from_nowhere_is_a_cap_fault),
        RUN(a_nonblocking_wait_on_something_else_is_a_cap_fault),
        RUN(a_receive_without_the_right_to_is_a_cap_fault),
        RUN(a_wait_on_a_notification_without_the_right_to_is_a_cap_fault),
        RUN(a_wait_on_a_notification_bound_to_someone_else_is_a_cap_fault),
        RUN(a_reply_capability_that_does_not_resolve_is_a_cap_fault_with_its_address),
        RUN(something_else_in_place_of_a_reply_capability_is_a_cap_fault),
        RUN(the_right_to_receive_is_checked_before_the_reply_capability),
        RUN(a_receive_on_a_notification_ignores_the_reply_capability),
        RUN(a_wait_on_an_endpoint_ignores_the_reply_register),
        RUN(an_empty_poll_changes_only_x0),
        RUN(a_fault_of_the_receive_half_leaves_the_send_half_done),
        RUN(after_the_reply_the_whole_combined_call_is_repeated),
        RUN(an_unknown_system_call_shows_the_registers),
        RUN(the_system_call_number_is_compared_with_all_its_bits),
        RUN(system_calls_of_disabled_features_are_unknown),
        RUN(system_call_zero_is_unknown),
        RUN(a_user_exception_shows_its_syndrome_and_code_zero),
        RUN(a_data_fault_shows_address_and_status),
        RUN(an_instruction_fault_says_so),
        RUN(a_handler_without_a_buffer_gets_four_words),
        RUN(a_fault_meets_a_handler_that_waits_already),
        RUN(a_fault_donates_to_a_passive_handler),
        RUN(a_fault_to_a_handler_in_wait_is_delivered_and_the_faulter_becomes_inactive),
        RUN(faults_queue_by_the_priority_of_the_faulter),
        RUN(the_message_is_composed_when_it_is_picked_up),
        RUN(without_a_handler_the_thread_becomes_inactive_and_the_console_tells),
        RUN(a_thread_stopped_without_a_handler_repeats_its_instruction_when_resumed),
        RUN(deleting_the_handlers_endpoint_makes_a_queued_faulter_inactive),
        RUN(cancelling_badged_sends_makes_a_matching_faulter_inactive),
        RUN(clearing_the_handler_does_not_affect_a_fault_on_its_way),
        RUN(deleting_a_faulted_thread_frees_the_reply_object),
        RUN(deleting_the_reply_object_of_a_faulted_thread_makes_it_inactive_and_forgets_the_fault),
        RUN(a_reply_to_a_vm_fault_ignores_label_and_length),
        RUN(a_reply_to_a_cap_fault_ignores_label_and_length),
        RUN(a_reply_to_an_unknown_system_call_writes_twelve_registers),
        RUN(the_next_pc_of_a_reply_to_an_unknown_system_call_has_no_effect),
        RUN(an_empty_reply_to_an_unknown_system_call_executes_it_again),
        RUN(a_short_reply_writes_as_many_registers_as_it_has_words),
        RUN(a_reply_with_a_label_writes_the_registers_and_leaves_the_thread_inactive),
        RUN(a_reply_from_a_thread_without_a_buffer_writes_four_registers_at_most),
        RUN(a_reply_to_a_user_exception_writes_three_registers),
        RUN(a_reply_to_a_user_exception_with_a_label_leaves_the_thread_inactive),
        RUN(a_fault_reply_delivers_no_message),
        RUN(a_second_reply_has_no_effect),
    };
    return RUN_ALL("faults", tests);
}
