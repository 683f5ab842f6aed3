// SPDX-License-Identifier: BSD-2-Clause
//
// The system-call dispatcher: objects §11, §12.9; debug calls abi §11.
#include "tests/unit/harness/harness.h"

enum { PUT_CHAR = -12, DUMP_SCHEDULER = -13, CAP_IDENTIFY = -15, SNAPSHOT = -16, NAME_THREAD = -17 };

// A thread with a fault handler, its turn.
static const struct thread *given_handled_thread(cptr_t handler)
{
    const struct thread *thread = given_thread();
    assert_ok(set_fault_handler(thread, handler));
    as(thread);
    return thread;
}

// ------------------------------------------------------------------------------- unknown numbers

// objects §12 #100, abi App. A fault vectors: 13 words, the last being x7
TEST(an_unknown_number_raises_a_fault_with_13_words)
{
    cptr_t handler = given_minted(given_endpoint(), ALL_RIGHTS, 0xbad);
    const struct thread *thread = given_handled_thread(handler);
    struct thread_regs *regs = &thread->tcb->regs;
    word_t pc = regs->pc, x0 = regs->x[0], x6 = regs->x[6];
    sys_number(77);
    as(root);
    assert_message(sys_wait(handler), 0xbad, seL4_Fault_UnknownSyscall, x0, regs->x[1], regs->x[2], regs->x[3], regs->x[4],
                   regs->x[5], x6, 77, pc, regs->sp, pc + 4, 0x40, 77);
}

static void assert_unknown(word_t number)
{
    cptr_t handler = given_endpoint();
    const struct thread *thread = given_handled_thread(handler);
    sys_number(number);
    assert_state(thread, THREAD_BLOCKED_ON_SEND);
    assert_int_equal(thread->tcb->fault.type, seL4_Fault_UnknownSyscall);
    as(root);
}

// objects §12 #100, memory §11 #54
TEST(everything_outside_minus_17_to_minus_1_is_unknown)
{
    assert_unknown(0);
    assert_unknown(1);
    assert_unknown((word_t)-18);
    assert_unknown((word_t)-33);
    assert_unknown(UINT64_C(0xffffffff)); // -1 in 32 bits
    assert_unknown(UINT64_C(0xfffffffffffffff5) & ~BIT(63));
    assert_unknown(BIT(63));
    assert_unknown(BIT(63) - 1);
}

// abi App. A fault vectors: reply info(0,0,0,3) → x0–x2 replaced and the same svc again
TEST(a_reply_of_three_words_replaces_x0_to_x2_and_repeats_the_instruction)
{
    cptr_t handler = given_endpoint(), reply = given_reply();
    const struct thread *thread = given_handled_thread(handler);
    word_t pc = thread->tcb->regs.pc, x3 = thread->tcb->regs.x[3];
    sys_number(77);
    as(root);
    sys_recv(handler, reply);
    sys_send(reply, MESSAGE(0, 0xa, 0xb, 0xc));
    as(thread);
    assert_int_equal(thread->tcb->regs.pc, pc);
    assert_int_equal(thread->tcb->regs.x[0], 0xa);
    assert_int_equal(thread->tcb->regs.x[2], 0xc);
    assert_int_equal(thread->tcb->regs.x[3], x3);
    again();
    assert_int_equal(thread->tcb->fault.type, seL4_Fault_UnknownSyscall);
}

// ----------------------------------------------------------------------------- what registers change

// objects §11.6
TEST(send_and_nbsend_leave_all_registers_alone)
{
    cptr_t notification = given_notification();
    struct result r = sys_send(notification, MESSAGE(9, 1, 2));
    assert_int_equal(r.badge, notification);
    assert_int_equal(r.info, 9 << 12 | 2);
    r = sys_nbsend(notification, MESSAGE(9, 1, 2));
    assert_int_equal(r.badge, notification);
    assert_int_equal(r.info, 9 << 12 | 2);
}

// objects §12 #101
TEST(data_returning_methods_by_send_leave_the_registers_alone)
{
    const struct thread *thread = given_thread();
    struct result r = sys_send(boot_info->userImageFrames.start, MESSAGE(ARMPageGetAddress));
    assert_int_equal(r.badge, boot_info->userImageFrames.start);
    assert_int_equal(r.info, ARMPageGetAddress << 12);
    r = sys_send(thread->cap, MESSAGE(TCBReadRegisters, 0, 2));
    assert_int_equal(r.mr[0], 0);
    assert_int_equal(r.mr[1], 2);
}

TEST(data_returning_methods_by_call_answer_with_label_0)
{
    paddr_t paddr = frame_cap_base(cap_of(boot_info->userImageFrames.start));
    assert_answer(sys_call(boot_info->userImageFrames.start, MESSAGE(ARMPageGetAddress)), paddr);
}

TEST(an_error_is_dropped_for_everything_but_call)
{
    assert_no_effect(sys_send(CNODE, MESSAGE(CNodeDelete, 5, 0)));
    assert_no_effect(sys_nbsend(CNODE, MESSAGE(CNodeDelete, 5, 0)));
    assert_no_effect(sys_send(TCB, MESSAGE(99))); // abi App. A, Send TCB label 99
}

// abi App. A, Call TCB/CNode with foreign label
TEST(a_foreign_label_is_an_illegal_operation)
{
    assert_refused(sys_call(TCB, MESSAGE(CNodeDelete)), seL4_IllegalOperation);
    assert_refused(sys_call(TCB, MESSAGE(UINT64_C(0xfffffffffffff))), seL4_IllegalOperation);
    assert_refused(sys_call(SC, MESSAGE(TCBSuspend)), seL4_IllegalOperation);
    assert_refused(sys_call(sched_control, MESSAGE(SchedContextBind)), seL4_IllegalOperation);
    assert_refused(sys_call(DOMAIN, MESSAGE(TCBSuspend)), seL4_IllegalOperation);
    assert_refused(sys_call(IRQ_CONTROL, MESSAGE(IRQAckIRQ)), seL4_IllegalOperation);
    assert_refused(sys_call(VSPACE, MESSAGE(ARMPageMap)), seL4_IllegalOperation);
    assert_refused(sys_call(ASID_POOL, MESSAGE(ARMASIDControlMakePool)), seL4_IllegalOperation);
    assert_refused(sys_call(ASID_CONTROL, MESSAGE(ARMASIDPoolAssign)), seL4_IllegalOperation);
    assert_refused(sys_call(BUFFER_FRAME, MESSAGE(ARMPageTableMap)), seL4_IllegalOperation);
    assert_refused(sys_call(boot_info->userImagePaging.start, MESSAGE(ARMPageMap)), seL4_IllegalOperation);
    assert_refused(sys_call(TCB, MESSAGE(ARMSMCCall, 0, 0, 0, 0, 0, 0, 0, 0)), seL4_IllegalOperation);
}

// ------------------------------------------------------------------------------- combined calls

// objects §12 #98; threads §12 #97
TEST(tcb_cnode_domain_and_scheduling_capabilities_are_refused_in_the_first_phase)
{
    cptr_t notification = given_notification();
    const struct thread *other = given_thread();
    sys_signal(notification);
    sys_nbsend_wait(other->cap, MESSAGE(TCBSuspend), notification);
    assert_state(other, THREAD_RESTART);
    sys_signal(notification);
    sys_nbsend_recv(other->cap, MESSAGE(TCBSuspend), notification, NULL_CAP);
    assert_state(other, THREAD_RESTART);
    sys_signal(notification);
    sys_reply_recv(notification, other->cap, MESSAGE(TCBSuspend));
    assert_state(other, THREAD_RESTART);
    sys_signal(notification);
    sys_nbsend_wait(other->sc, MESSAGE(SchedContextUnbind), notification);
    assert_non_null(other->tcb->sc);
    sys_signal(notification);
    sys_nbsend_wait(sched_control, MESSAGE_WITH_CAPS(SchedControlConfigureFlags, CAPS(other->sc), 5000, 50000, 0, 0, 0), notification);
    assert_true(sc_is_round_robin(other->tcb->sc));
}

// objects §12 #98
TEST(interrupt_and_memory_capabilities_are_accepted_in_the_first_phase)
{
    cptr_t notification = given_notification(), handler = new_slot(), frame = given_frame();
    sys_signal(notification);
    sys_nbsend_wait(IRQ_CONTROL, MESSAGE_WITH_CAPS(IRQIssueIRQHandler, CAPS(CNODE), 40, handler, 64), notification);
    assert_holds(handler, irq_handler);
    sys_signal(notification);
    sys_nbsend_wait(frame, MESSAGE_WITH_CAPS(ARMPageMap, CAPS(VSPACE), 0x480000, 3, 3), notification);
    assert_int_not_equal(frame_cap_asid(cap_of(frame)), 0);
}

// objects §11.2: phase 2 always follows, whatever phase 1 did
TEST(the_receive_phase_follows_a_failed_send_phase)
{
    cptr_t endpoint = given_endpoint();
    const struct thread *thread = given_thread();
    as(thread);
    sys_nbsend_wait(NULL_CAP, MESSAGE(0), endpoint);
    assert_waiting(endpoint, thread);
}

// objects §11.2: if phase 1 is preempted the whole call restarts
TEST(a_preempted_first_phase_repeats_the_whole_call)
{
    cptr_t untyped = given_untyped(16), slot = new_slot(), notification = given_notification(), handler = new_slot();
    assert_ok(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), 40, handler, 64));
    assert_ok(retype_to(untyped, seL4_UntypedObject, 16, slot));
    assert_ok(cnode_delete(AT(slot)));
    sys_signal(notification);
    fake_irq_raise(40);
    sys_nbsend_wait(untyped, MESSAGE_WITH_CAPS(UntypedRetype, CAPS(CNODE), seL4_UntypedObject, 16, 0, 0, slot, 1), notification);
    assert_int_equal(root->tcb->regs.pc, root->tcb->regs.fault_pc);
    assert_int_equal(((struct notification *)object_of(notification))->state, NOTIFICATION_ACTIVE);
    again();
    assert_holds(slot, untyped);
    assert_int_equal(((struct notification *)object_of(notification))->state, NOTIFICATION_IDLE);
}

// ------------------------------------------------------------------- budget at the entry (objects §11.1)

// objects §11.1 step 2, threads §12 #44: the call is repeated later with the same registers
TEST(a_call_without_budget_is_repeated_later_with_its_registers)
{
    cptr_t notification = given_notification();
    const struct thread *thread = given_thread(), *other = given_thread();
    as(thread);
    wind_clock_us(9985);
    struct result r = sys_send(notification, MESSAGE(9, 1, 2));
    assert_int_equal(((struct notification *)object_of(notification))->state, NOTIFICATION_IDLE);
    assert_int_equal(r.badge, notification);
    assert_int_equal(r.info, 9 << 12 | 2);
    assert_state(thread, THREAD_RESTART);
    as(thread);
    again();
    assert_int_equal(((struct notification *)object_of(notification))->state, NOTIFICATION_ACTIVE);
    (void)other;
}

TEST(an_unknown_call_without_budget_is_repeated_too)
{
    cptr_t handler = given_endpoint();
    const struct thread *thread = given_handled_thread(handler);
    wind_clock_us(9985);
    sys_number(77);
    assert_state(thread, THREAD_RESTART);
    assert_int_equal(thread->tcb->fault.type, seL4_Fault_NullFault);
}

// ------------------------------------------------------------------------------- Yield (objects §11.3)

TEST(yield_sends_a_round_robin_thread_to_the_back_and_changes_no_register)
{
    const struct thread *a = given_thread(), *b = given_thread();
    as(a);
    struct thread_regs before = a->tcb->regs;
    sys_yield();
    assert_ready(255, root, a);
    assert_runs(b);
    assert_int_equal(a->tcb->regs.pc, before.pc + 4);
    assert_memory_equal(&a->tcb->regs.x[9], &before.x[9], 22 * sizeof(word_t));
}

// objects §11.3: only the time really used is counted
TEST(yield_counts_only_the_time_used)
{
    const struct thread *thread = given_thread();
    as(thread);
    wind_clock_us(100);
    sys_yield();
    as(root);
    assert_answer(method(thread->sc, SchedContextConsumed, CAPS(), ), 100);
}

// ------------------------------------------------------------- self-directed operations (objects §11.7)

// objects §12 #99, threads §12 #8
TEST(a_thread_that_suspends_itself_and_is_resumed_suspends_itself_again)
{
    const struct thread *thread = given_thread();
    as(thread);
    struct result r = suspend(thread);
    assert_state(thread, THREAD_INACTIVE);
    assert_int_equal(r.badge, thread->cap);
    as(root);
    assert_ok(resume(thread));
    as(thread);
    again();
    assert_state(thread, THREAD_INACTIVE);
}

// objects §11.7 rule 2
TEST(a_thread_suspended_between_calls_does_not_repeat_the_last_one)
{
    const struct thread *thread = given_thread();
    as(thread);
    sys_signal(given_notification());
    word_t pc = thread->tcb->regs.pc;
    as(root);
    assert_ok(suspend(thread));
    assert_ok(resume(thread));
    as(thread);
    assert_int_equal(thread->tcb->regs.pc, pc);
}

// objects §11.7 rule 3
TEST(a_thread_suspended_while_blocked_repeats_its_call)
{
    cptr_t notification = given_notification();
    const struct thread *thread = given_thread();
    as(thread);
    sys_wait(notification);
    as(root);
    assert_ok(suspend(thread));
    assert_ok(resume(thread));
    as(thread);
    assert_int_equal(thread->tcb->regs.pc, thread->tcb->regs.fault_pc);
    again();
    assert_state(thread, THREAD_BLOCKED_ON_NOTIFICATION);
}

TEST(resuming_oneself_does_nothing)
{
    assert_ok(resume(root));
    assert_runs(root);
}

// -------------------------------------------------------------------------------------- debug calls

static void debug_call(sword_t number, word_t x0)
{
    here()->current->regs.x[0] = x0;
    sys_number((word_t)number);
}

// objects §12 #101
TEST(debug_calls_neither_stamp_nor_charge_nor_reschedule)
{
    const struct thread *thread = given_thread();
    as(thread);
    wind_clock_us(9995); // any other entry would end the slice
    ticks_t now = here()->now, pending = here()->pending;
    debug_call(PUT_CHAR, 'x');
    debug_call(DUMP_SCHEDULER, 0);
    debug_call(SNAPSHOT, 0);
    debug_call(CAP_IDENTIFY, TCB);
    assert_int_equal(here()->now, now);
    assert_int_equal(here()->pending, pending);
    assert_runs(thread);
}

TEST(put_char_prints)
{
    debug_call(PUT_CHAR, 'o');
    debug_call(PUT_CHAR, 'k' + 256);
    assert_string_equal(fake.console, "ok");
}

// objects §1.1: the numbers of the kinds
TEST(cap_identify_tells_the_kind)
{
    assert_changes_only_x0((debug_call(CAP_IDENTIFY, TCB), (struct result){0}), 12);
    assert_changes_only_x0((debug_call(CAP_IDENTIFY, CNODE), (struct result){0}), 10);
    assert_changes_only_x0((debug_call(CAP_IDENTIFY, NULL_CAP), (struct result){0}), 0);
    assert_changes_only_x0((debug_call(CAP_IDENTIFY, UNRESOLVABLE), (struct result){0}), 0);
    assert_changes_only_x0((debug_call(CAP_IDENTIFY, IRQ_CONTROL), (struct result){0}), 14);
}

TEST(name_thread_takes_a_string_from_the_message_words)
{
    const struct thread *thread = given_thread();
    strcpy((char *)&root->buffer[BUFFER_MESSAGE], "driver");
    debug_call(NAME_THREAD, thread->cap);
    assert_string_equal(thread->tcb->name, "driver");
}

TEST(name_thread_refuses_what_is_no_thread_or_no_string)
{
    const struct thread *thread = given_thread();
    memset(&root->buffer[BUFFER_MESSAGE], 'a', MAX_MESSAGE_WORDS * sizeof(word_t));
    debug_call(NAME_THREAD, thread->cap);
    assert_string_equal(thread->tcb->name, "child of: 'rootserver'");
    assert_non_null(strstr(fake.console, "does not end"));
    strcpy((char *)&root->buffer[BUFFER_MESSAGE], "driver");
    debug_call(NAME_THREAD, CNODE);
    debug_call(NAME_THREAD, UNRESOLVABLE);
    assert_non_null(strstr(fake.console, "no TCB at capability"));
    assert_ok(set_buffer(root, 0, NULL_CAP));
    debug_call(NAME_THREAD, thread->cap);
    assert_string_equal(thread->tcb->name, "child of: 'rootserver'");
}

TEST(a_long_name_is_cut)
{
    const struct thread *thread = given_thread();
    memset(&root->buffer[BUFFER_MESSAGE], 'a', 500);
    ((char *)&root->buffer[BUFFER_MESSAGE])[500] = '\0';
    debug_call(NAME_THREAD, thread->cap);
    assert_int_equal(strlen(thread->tcb->name), TCB_NAME_BYTES - 1);
}

TEST(the_scheduler_dump_lists_every_thread)
{
    given_thread();
    fake_forget_console();
    debug_call(DUMP_SCHEDULER, 0);
    assert_non_null(strstr(fake.console, "rootserver"));
    assert_non_null(strstr(fake.console, "child of: 'rootserver'"));
    assert_non_null(strstr(fake.console, "idle_thread"));
    assert_non_null(strstr(fake.console, "restart"));
}

TEST(the_scheduler_dump_marks_sleepers)
{
    const struct thread *thread = given_thread();
    assert_ok(configure_sc(thread->sc, 1000, 100000, 0, 0, 0));
    as(thread);
    wind_clock_us(1000);
    take_irq();
    as(root);
    fake_forget_console();
    debug_call(DUMP_SCHEDULER, 0);
    assert_non_null(strstr(fake.console, "yes"));
}

TEST(the_snapshot_of_a_thread_without_cspace_lists_no_capabilities)
{
    const struct thread *thread = given_thread();
    as(thread);
    assert_ok(cnode_delete(AT(new_slot())));
    struct slot cspace = thread->tcb->slots[TCB_CSPACE];
    thread->tcb->slots[TCB_CSPACE] = (struct slot){0}; // as after its CNode was revoked; the checker does not run meanwhile
    thread->tcb->regs.x[REG_SYSCALL] = (word_t)SNAPSHOT;
    core_syscall();
    thread->tcb->slots[TCB_CSPACE] = cspace;
    assert_null(strstr(fake.console, "cspace["));
}

// docs/HOSTED-ABI.md: a raw host call on the hosted machine
TEST(a_trap_that_is_no_system_call_of_ours_is_an_unknown_system_call)
{
    cptr_t handler = given_endpoint();
    const struct thread *thread = given_handled_thread(handler);
    unknown_trap(231);
    as(root);
    struct result r = sys_wait(handler);
    assert_int_equal(r.label, seL4_Fault_UnknownSyscall);
    assert_int_equal(r.mr[8], thread->tcb->regs.fault_pc);
    assert_int_equal(r.mr[12], 231);
}

TEST(the_snapshot_lists_capabilities)
{
    debug_call(SNAPSHOT, 0);
    assert_non_null(strstr(fake.console, "cspace[1] = tcb"));
    assert_non_null(strstr(fake.console, "irq_control"));
}

TEST(a_plain_halt_ends_the_machine_with_status_0)
{
    here()->current->regs.x[0] = 5;
    here()->current->regs.x[1] = 0;
    assert_halts(sys_number((word_t)-14), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(an_unknown_number_raises_a_fault_with_13_words),
        RUN(everything_outside_minus_17_to_minus_1_is_unknown),
        RUN(a_reply_of_three_words_replaces_x0_to_x2_and_repeats_the_instruction),
        RUN(send_and_nbsend_leave_all_registers_alone),
        RUN(data_returning_methods_by_send_leave_the_registers_alone),
        RUN(data_returning_methods_by_call_answer_with_label_0),
        RUN(an_error_is_dropped_for_everything_but_call),
        RUN(a_foreign_label_is_an_illegal_operation),
        RUN(tcb_cnode_domain_and_scheduling_capabilities_are_refused_in_the_first_phase),
        RUN(interrupt_and_memory_capabilities_are_accepted_in_the_first_phase),
        RUN(the_receive_phase_follows_a_failed_send_phase),
        RUN(a_preempted_first_phase_repeats_the_whole_call),
        RUN(a_call_without_budget_is_repeated_later_with_its_registers),
        RUN(an_unknown_call_without_budget_is_repeated_too),
        RUN(yield_sends_a_round_robin_thread_to_the_back_and_changes_no_register),
        RUN(yield_counts_only_the_time_used),
        RUN(a_thread_that_suspends_itself_and_is_resumed_suspends_itself_again),
        RUN(a_thread_suspended_between_calls_does_not_repeat_the_last_one),
        RUN(a_thread_suspended_while_blocked_repeats_its_call),
        RUN(resuming_oneself_does_nothing),
        RUN(debug_calls_neither_stamp_nor_charge_nor_reschedule),
        RUN(put_char_prints),
        RUN(cap_identify_tells_the_kind),
        RUN(name_thread_takes_a_string_from_the_message_words),
        RUN(name_thread_refuses_what_is_no_thread_or_no_string),
        RUN(a_long_name_is_cut),
        RUN(the_scheduler_dump_lists_every_thread),
        RUN(the_snapshot_lists_capabilities),
        RUN(a_plain_halt_ends_the_machine_with_status_0),
        RUN(the_scheduler_dump_marks_sleepers),
        RUN(the_snapshot_of_a_thread_without_cspace_lists_no_capabilities),
        RUN(a_trap_that_is_no_system_call_of_ours_is_an_unknown_system_call),
    };
    return RUN_ALL("dispatcher", tests);
}
