// SPDX-License-Identifier: BSD-2-Clause
//
// TCB methods on registers: ReadRegisters, WriteRegisters, CopyRegisters, SetTLSBase (threads §2.1, §2.5, §8.1–8.3).
#include "core/arch/aarch64/registers.h"

#include "tests/unit/threads.h"

// A thread that is not running, whose registers are all different.
static const struct thread *given_numbered_registers(void)
{
    const struct thread *thread = given_inactive_thread();
    struct thread_regs *regs = &thread->tcb->regs;
    for (word_t i = 0; i < 31; i++) {
        regs->x[i] = 0x100 + i;
    }
    regs->fault_pc = 0x1000;
    regs->pc = 0x2000;
    regs->sp = 0x3000;
    regs->spsr = 0xf00000ff;
    regs->tpidr_el0 = 0x4000;
    regs->tpidrro_el0 = 0x5000;
    return thread;
}

// A thread that is not running, whose registers are all zero.
static const struct thread *given_zero_registers(void)
{
    const struct thread *thread = given_inactive_thread();
    thread->tcb->regs = (struct thread_regs){0};
    return thread;
}

// A ready thread that was interrupted at pc, after a system call at fault_pc.
static const struct thread *given_ready_thread_at(word_t fault_pc, word_t pc)
{
    const struct thread *thread = given_thread();
    thread->tcb->state = THREAD_RUNNING;
    thread->tcb->regs.fault_pc = fault_pc;
    thread->tcb->regs.pc = pc;
    return thread;
}

// The 36 words that WriteRegisters takes, all different.
#define NUMBERED_WORDS                                                                                                   \
    0x10, 0x11, 0x12, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x36, 0x37, 0x38, 0x49, 0x50, 0x29, 0x30,    \
        0x31, 0x32, 0x33, 0x34, 0x35, 0x39, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x60, 0x61

// ----------------------------------------------------------------------------------- ReadRegisters

TEST(read_registers_needs_two_words) // threads §2.1 ReadRegisters 1
{
    const struct thread *a = given_inactive_thread();
    assert_refused(method(a->cap, TCBReadRegisters, CAPS(), 0), seL4_TruncatedMessage);
}

TEST(read_registers_of_none_is_a_range_error) // threads §2.1 ReadRegisters 2
{
    const struct thread *a = given_inactive_thread();
    assert_refused(read_registers(a, 0, 0), seL4_RangeError, 1, 36);
}

TEST(read_registers_of_37_is_a_range_error) // threads §12 #14
{
    const struct thread *a = given_inactive_thread();
    assert_refused(read_registers(a, 0, 37), seL4_RangeError, 1, 36);
}

TEST(read_registers_of_oneself_is_illegal) // threads §12 #16
{
    assert_refused(read_registers(root, 0, 1), seL4_IllegalOperation);
}

TEST(read_registers_looks_at_the_count_before_it_looks_at_whose) // threads §12 #17
{
    assert_refused(read_registers(root, 0, 0), seL4_RangeError, 1, 36);
}

TEST(read_registers_looks_at_the_length_before_the_count) // threads §2.1 ReadRegisters 1, 2
{
    assert_refused(method(root->cap, TCBReadRegisters, CAPS(), SUSPEND_SOURCE), seL4_TruncatedMessage);
}

TEST(read_registers_gives_all_36_in_the_order_of_the_user_context) // threads §2.1, §12 #19
{
    const struct thread *a = given_numbered_registers();
    assert_answer(read_registers(a, 0, 36), 0x1000, 0x3000, 0xf00000ff, 0x100, 0x101, 0x102, 0x103, 0x104, 0x105, 0x106,
                  0x107, 0x108, 0x110, 0x111, 0x112, 0x11d, 0x11e, 0x109, 0x10a, 0x10b, 0x10c, 0x10d, 0x10e, 0x10f, 0x113,
                  0x114, 0x115, 0x116, 0x117, 0x118, 0x119, 0x11a, 0x11b, 0x11c, 0x4000, 0x5000);
}

TEST(read_registers_of_one_gives_one) // threads §2.1
{
    const struct thread *a = given_numbered_registers();
    assert_answer(read_registers(a, 0, 1), 0x1000);
}

TEST(read_registers_without_a_buffer_gives_four) // threads §2.1 ReadRegisters 4
{
    const struct thread *a = given_numbered_registers();
    assert_ok(set_buffer(root, 0, NULL_CAP));
    assert_answer(read_registers(a, 0, 36), 0x1000, 0x3000, 0xf00000ff, 0x100);
}

TEST(read_registers_without_a_buffer_gives_fewer_than_four_if_asked) // threads §2.1 ReadRegisters 4
{
    const struct thread *a = given_numbered_registers();
    assert_ok(set_buffer(root, 0, NULL_CAP));
    assert_answer(read_registers(a, 0, 3), 0x1000, 0x3000, 0xf00000ff);
}

TEST(read_registers_leaves_a_ready_thread_running) // threads §2.1 ReadRegisters 4
{
    const struct thread *a = given_ready_thread_at(0x1000, 0x1004);
    assert_answer(read_registers(a, 0, 1), 0x1000);
    assert_state(a, THREAD_RUNNING);
    assert_ready(255, a);
}

TEST(read_registers_with_suspend_shows_the_instruction_after_the_system_call) // threads §12 #12, RR-1
{
    const struct thread *a = given_ready_thread_at(0x1000, 0x1004);
    assert_answer(read_registers(a, 0, 1), 0x1000);
    assert_answer(read_registers(a, SUSPEND_SOURCE, 1), 0x1004);
    assert_state(a, THREAD_INACTIVE);
    assert_ready(255);
}

TEST(read_registers_ignores_the_architecture_flags) // threads §2.1: bits 8-15
{
    const struct thread *a = given_ready_thread_at(0x1000, 0x1004);
    assert_answer(read_registers(a, 0xff00, 1), 0x1000);
    assert_state(a, THREAD_RUNNING);
}

TEST(read_registers_with_suspend_of_a_blocked_thread_ends_its_wait) // threads §2.6
{
    const struct thread *a = given_thread();
    cptr_t endpoint = given_endpoint();
    as(a);
    sys_wait(endpoint);
    (void)read_registers(a, SUSPEND_SOURCE, 1);
    assert_state(a, THREAD_INACTIVE);
    assert_waiting(endpoint);
}

TEST(read_registers_by_send_suspends_and_writes_no_answer) // threads I-3
{
    const struct thread *a = given_ready_thread_at(0x1000, 0x1004);
    struct result r = sys_send(a->cap, MESSAGE(TCBReadRegisters, SUSPEND_SOURCE, 1));
    assert_int_equal(r.mr[0], SUSPEND_SOURCE);
    assert_int_equal(r.label, TCBReadRegisters);
    assert_state(a, THREAD_INACTIVE);
}

// ---------------------------------------------------------------------------------- WriteRegisters

TEST(write_registers_needs_two_words) // threads §2.1 WriteRegisters 1
{
    const struct thread *a = given_inactive_thread();
    assert_refused(method(a->cap, TCBWriteRegisters, CAPS(), 0), seL4_TruncatedMessage);
}

TEST(write_registers_needs_as_many_words_as_it_counts) // threads §2.1 WriteRegisters 2
{
    const struct thread *a = given_inactive_thread();
    assert_refused(write_registers(a, 0, 3, 0x10, 0x11), seL4_TruncatedMessage);
}

TEST(write_registers_with_a_huge_count_does_not_wrap) // threads §2.1 WriteRegisters 2
{
    const struct thread *a = given_inactive_thread();
    assert_refused(write_registers(a, 0, ~UINT64_C(0), 0x10, 0x11), seL4_TruncatedMessage);
}

TEST(write_registers_to_oneself_is_illegal) // threads §12 #16
{
    assert_refused(write_registers(root, 0, 1, 0x10), seL4_IllegalOperation);
}

TEST(write_registers_looks_at_the_length_before_it_looks_at_whose) // threads §12 #17
{
    assert_refused(write_registers(root, 0, 2, 0x10), seL4_TruncatedMessage);
}

TEST(write_registers_of_none_still_sets_the_pc_to_the_fault_pc) // threads §12 #13, REG-6
{
    const struct thread *a = given_ready_thread_at(0x1000, 0x1004);
    assert_ok(write_registers(a, 0, 0));
    assert_int_equal(a->tcb->regs.pc, 0x1000);
    assert_int_equal(a->tcb->regs.fault_pc, 0x1000);
}

TEST(write_registers_takes_all_36_in_the_order_of_the_user_context) // threads §2.1, §12 #19
{
    const struct thread *a = given_inactive_thread();
    assert_ok(write_registers(a, 0, 36, NUMBERED_WORDS));
    assert_answer(read_registers(a, 0, 36), 0x10, 0x11, SPSR_USER, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x36,
                  0x37, 0x38, 0x49, 0x50, 0x29, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x39, 0x40, 0x41, 0x42, 0x43, 0x44, 0x45,
                  0x46, 0x47, 0x48, 0x60, 0x61);
    assert_int_equal(a->tcb->regs.x[16], 0x36);
    assert_int_equal(a->tcb->regs.x[30], 0x50);
    assert_int_equal(a->tcb->regs.tpidr_el0, 0x60);
    assert_int_equal(a->tcb->regs.tpidrro_el0, 0x61);
}

TEST(write_registers_with_more_than_36_words_takes_36) // threads §12 #14
{
    const struct thread *a = given_inactive_thread();
    assert_ok(write_registers(a, 0, 38, NUMBERED_WORDS, 0x70, 0x71));
    assert_int_equal(a->tcb->regs.tpidrro_el0, 0x61);
}

TEST(write_registers_of_a_few_leaves_the_others) // threads §2.1 WriteRegisters 4
{
    const struct thread *a = given_numbered_registers();
    assert_ok(write_registers(a, 0, 2, 0x10, 0x11, 0x12));
    assert_answer(read_registers(a, 0, 4), 0x10, 0x11, 0xf00000ff, 0x100);
    assert_int_equal(a->tcb->regs.pc, 0x10);
}

TEST(write_registers_lets_user_level_set_only_the_flags_of_the_processor_state) // threads §12 #18, REG-1
{
    const struct thread *a = given_inactive_thread();
    assert_ok(write_registers(a, 0, 3, 0x10, 0x11, ~UINT64_C(0)));
    assert_int_equal(a->tcb->regs.spsr, 0xf0000040);
}

TEST(write_registers_does_not_stop_the_target) // threads §12 #15
{
    const struct thread *a = given_ready_thread_at(0x1000, 0x1004);
    assert_ok(write_registers(a, 0, 1, 0x10));
    assert_state(a, THREAD_RUNNING);
    assert_ready(255, a);
}

TEST(write_registers_does_not_resume_unless_asked) // threads §2.1 WriteRegisters 4
{
    const struct thread *a = given_inactive_thread();
    assert_ok(write_registers(a, 0xff00, 1, 0x10));
    assert_state(a, THREAD_INACTIVE);
}

TEST(write_registers_resumes_if_asked) // threads §2.1 WriteRegisters 4
{
    const struct thread *a = given_inactive_thread();
    assert_ok(write_registers(a, RESUME_TARGET, 1, 0x10));
    assert_state(a, THREAD_RESTART);
    assert_ready(255, a);
}

TEST(write_registers_with_resume_ends_the_wait_of_a_blocked_thread) // threads §2.6
{
    const struct thread *a = given_thread();
    cptr_t endpoint = given_endpoint();
    as(a);
    sys_wait(endpoint);
    assert_ok(write_registers(a, RESUME_TARGET, 1, 0x10));
    assert_state(a, THREAD_RESTART);
    assert_waiting(endpoint);
}

TEST(write_registers_without_resume_leaves_a_blocked_thread_blocked) // threads §2.6
{
    const struct thread *a = given_thread();
    cptr_t endpoint = given_endpoint();
    as(a);
    sys_wait(endpoint);
    assert_ok(write_registers(a, 0, 1, 0x10));
    assert_waiting(endpoint, a);
}

TEST(write_registers_tells_the_machine) // platform.h: plat_thread_registers_written
{
    const struct thread *a = given_inactive_thread();
    fake_forget_calls();
    assert_ok(write_registers(a, 0, 0));
    assert_int_equal(fake_count_calls(FAKE_REGISTERS_WRITTEN), 1);
    assert_int_equal(fake_nth_call(FAKE_REGISTERS_WRITTEN, 0)->a, (word_t)a->tcb);
}

// ----------------------------------------------------------------------------------- CopyRegisters

TEST(copy_registers_needs_a_word) // threads §2.1 CopyRegisters 1
{
    const struct thread *a = given_inactive_thread();
    assert_refused(method(a->cap, TCBCopyRegisters, CAPS(root->cap), ), seL4_TruncatedMessage);
}

TEST(copy_registers_needs_a_source) // threads §2.1 CopyRegisters 1
{
    const struct thread *a = given_inactive_thread();
    assert_refused(method(a->cap, TCBCopyRegisters, CAPS(), COPY_FRAME), seL4_TruncatedMessage);
}

TEST(copy_registers_from_something_else_is_an_invalid_capability) // threads §2.1 CopyRegisters 2
{
    const struct thread *a = given_inactive_thread();
    assert_refused(method(a->cap, TCBCopyRegisters, CAPS(CNODE), COPY_FRAME), seL4_InvalidCapability, 1);
}

TEST(copy_registers_from_an_empty_slot_is_an_invalid_capability) // threads I-5
{
    const struct thread *a = given_inactive_thread();
    assert_refused(method(a->cap, TCBCopyRegisters, CAPS(new_slot()), COPY_FRAME), seL4_InvalidCapability, 1);
}

TEST(copy_registers_without_flags_copies_nothing) // threads §2.1 CopyRegisters 3
{
    const struct thread *a = given_numbered_registers(), *b = given_zero_registers();
    assert_ok(copy_registers(b, a, 0xff00));
    assert_int_equal(b->tcb->regs.x[0], 0);
    assert_int_equal(b->tcb->regs.x[9], 0);
    assert_state(b, THREAD_INACTIVE);
}

TEST(copy_registers_of_the_frame_copies_17_and_sets_the_pc) // threads §2.1 CopyRegisters 3, REG-2, REG-5
{
    const struct thread *a = given_numbered_registers(), *b = given_zero_registers();
    assert_ok(copy_registers(b, a, COPY_FRAME));
    assert_answer(read_registers(b, 0, 20), 0x1000, 0x3000, 0xf00000ff, 0x100, 0x101, 0x102, 0x103, 0x104, 0x105, 0x106, 0x107,
                  0x108, 0x110, 0x111, 0x112, 0x11d, 0x11e, 0, 0, 0);
    assert_int_equal(b->tcb->regs.pc, 0x1000);
    assert_int_equal(b->tcb->regs.tpidr_el0, 0);
}

TEST(copy_registers_of_the_general_ones_copies_the_other_19) // threads §2.1 CopyRegisters 3
{
    const struct thread *a = given_numbered_registers(), *b = given_zero_registers();
    b->tcb->regs.pc = 0x88;
    assert_ok(copy_registers(b, a, COPY_GENERAL));
    struct result r = read_registers(b, 0, 36);
    assert_int_equal(r.mr[0], 0);
    assert_int_equal(r.mr[16], 0);
    assert_int_equal(r.mr[17], 0x109);
    assert_int_equal(r.mr[35], 0x5000);
    assert_int_equal(b->tcb->regs.pc, 0x88);
}

TEST(copy_registers_suspends_the_source_first_so_that_the_copy_continues_behind_the_call) // threads §12 #20
{
    const struct thread *a = given_ready_thread_at(0x1000, 0x1004), *b = given_inactive_thread();
    assert_ok(copy_registers(b, a, COPY_SUSPENDS | COPY_FRAME));
    assert_state(a, THREAD_INACTIVE);
    assert_int_equal(b->tcb->regs.fault_pc, 0x1004);
    assert_int_equal(b->tcb->regs.pc, 0x1004);
}

TEST(copy_registers_that_suspends_and_resumes_one_thread_leaves_it_running) // threads §12 #20
{
    const struct thread *a = given_ready_thread_at(0x1000, 0x1004);
    assert_ok(copy_registers(a, a, COPY_SUSPENDS | COPY_RESUMES));
    assert_state(a, THREAD_RESTART);
    assert_ready(255, a);
}

TEST(copy_registers_resumes_the_target_before_it_copies) // threads §12 #20
{
    const struct thread *a = given_numbered_registers(), *b = given_inactive_thread();
    assert_ok(copy_registers(b, a, COPY_RESUMES | COPY_FRAME | COPY_GENERAL));
    assert_state(b, THREAD_RESTART);
    assert_int_equal(b->tcb->regs.x[30], 0x11e);
    assert_int_equal(b->tcb->regs.x[9], 0x109);
}

TEST(copy_registers_to_oneself_is_allowed) // threads §12 #16
{
    const struct thread *a = given_numbered_registers();
    assert_ok(copy_registers(root, a, COPY_FRAME));
    assert_runs(root);
    assert_int_equal(root->tcb->regs.x[17], 0x111);
    assert_int_equal(root->tcb->regs.pc, 0x1000);
}

TEST(copy_registers_from_oneself_is_allowed) // threads §12 #16
{
    const struct thread *a = given_inactive_thread();
    root->tcb->regs.x[20] = 0x77;
    assert_ok(copy_registers(a, root, COPY_GENERAL));
    assert_int_equal(a->tcb->regs.x[20], 0x77);
}

TEST(copy_registers_that_suspends_the_invoker_stops_it) // threads §2.6
{
    const struct thread *a = given_thread(), *b = given_inactive_thread();
    (void)copy_registers(b, root, COPY_SUSPENDS);
    assert_state(root, THREAD_INACTIVE);
    assert_runs(a);
}

TEST(copy_registers_does_not_copy_fp_state) // threads REG-12
{
    const struct thread *a = given_numbered_registers(), *b = given_inactive_thread();
    a->tcb->platform.fp_state[5] = 0x55;
    assert_ok(copy_registers(b, a, COPY_FRAME | COPY_GENERAL));
    assert_int_equal(b->tcb->platform.fp_state[5], 0);
}

TEST(copy_registers_to_oneself_switches_anew_and_to_another_does_not) // threads §2.1 CopyRegisters 3: demand
{
    const struct thread *a = given_inactive_thread();
    fake_forget_calls();
    assert_ok(copy_registers(a, root, COPY_GENERAL));
    assert_int_equal(fake_count_calls(FAKE_VSPACE_ACTIVATE), 0);
    assert_int_equal(fake_nth_call(FAKE_REGISTERS_WRITTEN, 0)->a, (word_t)a->tcb);
    assert_ok(copy_registers(root, a, COPY_GENERAL));
    assert_int_equal(fake_count_calls(FAKE_VSPACE_ACTIVATE), 1);
}

// -------------------------------------------------------------------------------------- SetTLSBase

TEST(set_tls_base_needs_a_word) // threads §2.5
{
    assert_refused(method(root->cap, TCBSetTLSBase, CAPS(), ), seL4_TruncatedMessage);
}

TEST(set_tls_base_of_oneself_is_live_at_once) // threads §2.5, REG-7
{
    assert_ok(set_tls_base(root, 0x12345));
    assert_runs(root);
    assert_int_equal(root->tcb->regs.tpidr_el0, 0x12345);
}

TEST(set_tls_base_of_a_blocked_thread_leaves_it_blocked) // threads §2.6
{
    const struct thread *a = given_thread();
    cptr_t endpoint = given_endpoint();
    as(a);
    sys_wait(endpoint);
    assert_ok(set_tls_base(a, ~UINT64_C(0)));
    assert_int_equal(a->tcb->regs.tpidr_el0, ~UINT64_C(0));
    assert_waiting(endpoint, a);
}

TEST(set_tls_base_of_oneself_switches_anew_and_of_another_does_not) // threads §2.5: demand if t = cur
{
    const struct thread *a = given_inactive_thread();
    fake_forget_calls();
    assert_ok(set_tls_base(a, 5));
    assert_int_equal(fake_count_calls(FAKE_VSPACE_ACTIVATE), 0);
    assert_int_equal(fake_nth_call(FAKE_REGISTERS_WRITTEN, 0)->a, (word_t)a->tcb);
    assert_ok(set_tls_base(root, 5));
    assert_int_equal(fake_count_calls(FAKE_VSPACE_ACTIVATE), 1);
}

TEST(set_tls_base_leaves_the_read_only_register) // threads REG-7
{
    const struct thread *a = given_numbered_registers();
    assert_ok(set_tls_base(a, 1));
    assert_int_equal(a->tcb->regs.tpidrro_el0, 0x5000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(read_registers_needs_two_words),
        RUN(read_registers_of_none_is_a_range_error),
        RUN(read_registers_of_37_is_a_range_error),
        RUN(read_registers_of_oneself_is_illegal),
        RUN(read_registers_looks_at_the_count_before_it_looks_at_whose),
        RUN(read_registers_looks_at_the_length_before_the_count),
        RUN(read_registers_gives_all_36_in_the_order_of_the_user_context),
        RUN(read_registers_of_one_gives_one),
        RUN(read_registers_without_a_buffer_gives_four),
        RUN(read_registers_without_a_buffer_gives_fewer_than_four_if_asked),
        RUN(read_registers_leaves_a_ready_thread_running),
        RUN(read_registers_with_suspend_shows_the_instruction_after_the_system_call),
        RUN(read_registers_ignores_the_architecture_flags),
        RUN(read_registers_with_suspend_of_a_blocked_thread_ends_its_wait),
        RUN(read_registers_by_send_suspends_and_writes_no_answer),
        RUN(write_registers_needs_two_words),
        RUN(write_registers_needs_as_many_words_as_it_counts),
        RUN(write_registers_with_a_huge_count_does_not_wrap),
        RUN(write_registers_to_oneself_is_illegal),
        RUN(write_registers_looks_at_the_length_before_it_looks_at_whose),
        RUN(write_registers_of_none_still_sets_the_pc_to_the_fault_pc),
        RUN(write_registers_takes_all_36_in_the_order_of_the_user_context),
        RUN(write_registers_with_more_than_36_words_takes_36),
        RUN(write_registers_of_a_few_leaves_the_others),
        RUN(write_registers_lets_user_level_set_only_the_flags_of_the_processor_state),
        RUN(write_registers_does_not_stop_the_target),
        RUN(write_registers_does_not_resume_unless_asked),
        RUN(write_registers_resumes_if_asked),
        RUN(write_registers_with_resume_ends_the_wait_of_a_blocked_thread),
        RUN(write_registers_without_resume_leaves_a_blocked_thread_blocked),
        RUN(write_registers_tells_the_machine),
        RUN(copy_registers_needs_a_word),
        RUN(copy_registers_needs_a_source),
        RUN(copy_registers_from_something_else_is_an_invalid_capability),
        RUN(copy_registers_from_an_empty_slot_is_an_invalid_capability),
        RUN(copy_registers_without_flags_copies_nothing),
        RUN(copy_registers_of_the_frame_copies_17_and_sets_the_pc),
        RUN(copy_registers_of_the_general_ones_copies_the_other_19),
        RUN(copy_registers_suspends_the_source_first_so_that_the_copy_continues_behind_the_call),
        RUN(copy_registers_that_suspends_and_resumes_one_thread_leaves_it_running),
        RUN(copy_registers_resumes_the_target_before_it_copies),
        RUN(copy_registers_to_oneself_is_allowed),
        RUN(copy_registers_from_oneself_is_allowed),
        RUN(copy_registers_that_suspends_the_invoker_stops_it),
        RUN(copy_registers_does_not_copy_fp_state),
        RUN(copy_registers_to_oneself_switches_anew_and_to_another_does_not),
        RUN(set_tls_base_needs_a_word),
        RUN(set_tls_base_of_oneself_is_live_at_once),
        RUN(set_tls_base_of_a_blocked_thread_leaves_it_blocked),
        RUN(set_tls_base_of_oneself_switches_anew_and_of_another_does_not),
        RUN(set_tls_base_leaves_the_read_only_register),
    };
    return RUN_ALL("TCB registers", tests);
}
