// SPDX-License-Identifier: BSD-2-Clause
//
// Hardware events as fault messages: VM faults, user exceptions, unknown system calls (memory §6.3–6.7).
#include "tests/unit/memory.h"

enum { HANDLER_BADGE = 0xbad };

// A thread that faults, and the root thread as its handler. The endpoint is unbadged; the handler capability is badged.
static const struct thread *given_faulting_thread(cptr_t *endpoint)
{
    const struct thread *thread = given_thread();
    *endpoint = given_endpoint();
    assert_ok(set_fault_handler(thread, given_minted(*endpoint, ALL_RIGHTS, HANDLER_BADGE)));
    as(thread);
    return thread;
}

TEST(a_data_abort_is_reported_with_address_and_whole_syndrome) // memory §11 #55
{
    cptr_t endpoint;
    const struct thread *thread = given_faulting_thread(&endpoint);
    vaddr_t pc = thread->tcb->regs.pc;
    vm_fault(0x30000008, false, 0x92000047);
    as(root);
    assert_message(sys_recv(endpoint, given_reply()), HANDLER_BADGE, seL4_Fault_VMFault, pc, 0x30000008, 0, 0x92000047);
}

TEST(an_instruction_abort_is_reported_at_the_pc) // memory §11 #56
{
    cptr_t endpoint;
    const struct thread *thread = given_faulting_thread(&endpoint);
    vaddr_t pc = thread->tcb->regs.pc;
    vm_fault(pc, true, 0x82000007);
    as(root);
    assert_message(sys_recv(endpoint, given_reply()), HANDLER_BADGE, seL4_Fault_VMFault, pc, pc, 1, 0x82000007);
}

TEST(a_tagged_address_is_reported_as_it_is) // memory §11 #62
{
    cptr_t endpoint;
    const struct thread *thread = given_faulting_thread(&endpoint);
    vaddr_t pc = thread->tcb->regs.pc;
    vm_fault(UINT64_C(0x5500000000410000), false, 0x92000004);
    as(root);
    assert_message(sys_recv(endpoint, given_reply()), HANDLER_BADGE, seL4_Fault_VMFault, pc, UINT64_C(0x5500000000410000), 0, 0x92000004);
}

TEST(a_user_exception_carries_the_syndrome_and_code_0) // memory §6.3, threads §12 #75
{
    cptr_t endpoint;
    const struct thread *thread = given_faulting_thread(&endpoint);
    const struct thread_regs *regs = &thread->tcb->regs;
    vaddr_t pc = regs->pc;
    user_exception(0xf2000005);
    as(root);
    assert_message(sys_recv(endpoint, given_reply()), HANDLER_BADGE, seL4_Fault_UserException, pc, regs->sp, regs->spsr, 0xf2000005, 0);
}

TEST(a_misaligned_pc_is_a_user_exception) // memory §11 #57
{
    cptr_t endpoint;
    const struct thread *thread = given_faulting_thread(&endpoint);
    thread->tcb->regs.pc = 0x400001;
    user_exception(0x8a000000);
    as(root);
    struct result message = sys_recv(endpoint, given_reply());
    assert_int_equal(message.label, seL4_Fault_UserException);
    assert_int_equal(message.mr[0], 0x400001);
    assert_int_equal(message.mr[3], 0x8a000000);
}

TEST(x7_is_compared_as_64_bits) // memory §11 #54
{
    cptr_t endpoint;
    given_faulting_thread(&endpoint);
    sys_number(0xffffffff);
    as(root);
    struct result message = sys_recv(endpoint, given_reply());
    assert_int_equal(message.label, seL4_Fault_UnknownSyscall);
    assert_int_equal(message.mr[12], 0xffffffff);
}

TEST(an_unknown_system_call_tells_both_program_counters) // memory §11 #63
{
    cptr_t endpoint;
    const struct thread *thread = given_faulting_thread(&endpoint);
    vaddr_t svc = thread->tcb->regs.pc;
    sys_number(77);
    as(root);
    struct result message = sys_recv(endpoint, given_reply());
    assert_int_equal(message.length, 13);
    assert_int_equal(message.mr[8], svc);
    assert_int_equal(message.mr[10], svc + 4);
}

TEST(a_trap_that_is_no_system_call_of_ours_is_an_unknown_one) // docs/HOSTED-ABI.md: a raw host system call
{
    cptr_t endpoint;
    given_faulting_thread(&endpoint);
    core_fault(&(struct hw_fault){.kind = HW_FAULT_UNKNOWN_SYSCALL, .number = 39});
    as(root);
    struct result message = sys_recv(endpoint, given_reply());
    assert_int_equal(message.label, seL4_Fault_UnknownSyscall);
    assert_int_equal(message.mr[12], 39);
}

TEST(only_the_condition_flags_of_a_supplied_spsr_are_kept) // memory §11 #64
{
    cptr_t endpoint, reply = given_reply();
    const struct thread *thread = given_faulting_thread(&endpoint);
    user_exception(0x02000000);
    as(root);
    sys_recv(endpoint, reply);
    sys_send(reply, MESSAGE(0, 0x400010, 0x7000, ~UINT64_C(0)));
    assert_int_equal(thread->tcb->regs.spsr, 0xf0000040);
    assert_int_equal(thread->tcb->regs.fault_pc, 0x400010);
    assert_state(thread, THREAD_RESTART);
}

TEST(a_thread_without_a_live_vspace_faults_at_its_first_instruction) // memory §11 #66
{
    cptr_t endpoint = given_endpoint(), vspace = given_vspace();
    const struct thread *thread = given_thread();
    assert_ok(method(thread->cap, TCBSetSpace, CAPS(given_minted(endpoint, ALL_RIGHTS, HANDLER_BADGE), CNODE, vspace), 0, 0));
    assert_ok(cnode_revoke(AT(vspace)));
    as(thread);
    assert_int_equal(fake.vspace_root, 0);
    vaddr_t pc = thread->tcb->regs.pc;
    vm_fault(pc, true, 0x82000004); // what a machine raises in the empty address space
    as(root);
    assert_message(sys_recv(endpoint, given_reply()), HANDLER_BADGE, seL4_Fault_VMFault, pc, pc, 1, 0x82000004);
}

TEST(a_thread_without_handler_stops_and_the_console_says_why) // memory §6.7 rule 3, threads FLT-9
{
    const struct thread *thread = given_thread();
    as(thread);
    vm_fault(0x1234, false, 0x92000006);
    assert_state(thread, THREAD_INACTIVE);
    assert_non_null(strstr(fake.console, "vm fault"));
    assert_int_equal(thread->tcb->fault.type, seL4_Fault_NullFault);
}

TEST(a_fault_without_budget_is_dropped_and_happens_again) // memory §6.4 rule 3, threads FLT-10
{
    cptr_t endpoint;
    const struct thread *thread = given_faulting_thread(&endpoint);
    wind_clock_us(20000);
    vm_fault(0x30000008, false, 0x92000047);
    assert_state(thread, THREAD_RESTART);
    assert_int_equal(thread->tcb->fault.type, seL4_Fault_NullFault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_data_abort_is_reported_with_address_and_whole_syndrome),
        RUN(an_instruction_abort_is_reported_at_the_pc),
        RUN(a_tagged_address_is_reported_as_it_is),
        RUN(a_user_exception_carries_the_syndrome_and_code_0),
        RUN(a_misaligned_pc_is_a_user_exception),
        RUN(x7_is_compared_as_64_bits),
        RUN(an_unknown_system_call_tells_both_program_counters),
        RUN(a_trap_that_is_no_system_call_of_ours_is_an_unknown_one),
        RUN(only_the_condition_flags_of_a_supplied_spsr_are_kept),
        RUN(a_thread_without_a_live_vspace_faults_at_its_first_instruction),
        RUN(a_thread_without_handler_stops_and_the_console_says_why),
        RUN(a_fault_without_budget_is_dropped_and_happens_again),
    };
    return RUN_ALL("exceptions", tests);
}
