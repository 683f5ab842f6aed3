/* SPDX-License-Identifier: BSD-2-Clause */
/* What the stubs hand to the kernel and what they make of its answer (spec abi §2, §7.2, §12.5-§12.7). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "gate_recorder.h"

#define INFO(label, caps, length) (((seL4_Word)(label) << 12) | ((seL4_Word)(caps) << 7) | (length))

#define assert_message(call, x0, x1, x2, x3, x4, x5) \
    do { \
        assert_int_equal((long)gate.x[7], call); \
        assert_int_equal(gate.x[0], x0); \
        assert_int_equal(gate.x[1], x1); \
        assert_int_equal(gate.x[2], x2); \
        assert_int_equal(gate.x[3], x3); \
        assert_int_equal(gate.x[4], x4); \
        assert_int_equal(gate.x[5], x5); \
    } while (0)

#define TEST(name) static void name(void **state __attribute__((unused)))

TEST(a_call_can_be_repeated_from_the_address_that_the_kernel_computes)
{
    given_a_gate();
    seL4_Yield();
    const unsigned char *stub = (const unsigned char *)gate.return_address - LAB4_GATE_STUB_BYTES;
    assert_int_equal(stub[0], 0x49); /* movabs $..., %r13 */
    assert_int_equal(stub[1], 0xbd);
    assert_memory_equal(&stub[2], &(seL4_Word) {LAB4_GATE_PAGE}, 8);
}

TEST(words_beyond_the_fourth_and_capabilities_go_to_the_buffer)
{
    given_a_gate();
    given_the_answer(0, 0, 21, 22, 23, 24);
    assert_int_equal(seL4_Untyped_Retype(5, 11, 12, 13, 14, 15, 16, 17), seL4_NoError);
    assert_message(-1, 5, INFO(1, 1, 6), 11, 12, 14, 15);
    assert_int_equal(gate.x[6], 0);
    assert_int_equal(seL4_GetMR(4), 16);
    assert_int_equal(seL4_GetMR(5), 17);
    assert_int_equal(seL4_GetCap(0), 13);
}

TEST(success_leaves_the_first_four_words_of_the_buffer_alone)
{
    given_a_gate();
    given_the_answer(0, 0, 21, 22, 23, 24);
    assert_int_equal(seL4_TCB_Suspend(5), seL4_NoError);
    assert_message(-1, 5, INFO(12, 0, 0), 0, 0, 0, 0);
    assert_int_equal(seL4_GetMR(0), 1000);
    assert_int_equal(seL4_GetMR(3), 1003);
}

TEST(an_error_leaves_its_details_in_the_buffer)
{
    given_a_gate();
    given_the_answer(0, INFO(seL4_FailedLookup, 0, 5), 0, 4, 64, 0);
    assert_int_equal(seL4_CNode_Delete(2, 1ul << 40, 64), seL4_FailedLookup);
    assert_message(-1, 2, INFO(19, 0, 2), 1ul << 40, 64, 0, 0);
    assert_int_equal(seL4_GetMR(1), 4);
    assert_int_equal(seL4_GetMR(2), 64);
    assert_int_equal(seL4_GetMR(4), 1004);
}

static void assert_described(seL4_Word label, seL4_Error error, const char *words)
{
    char text[LAB4_INVOCATION_ERROR_BYTES], little[10];
    lab4_describe_invocation_error(text, sizeof(text), 12, label, error);
    assert_string_equal(text, words);
    lab4_describe_invocation_error(little, sizeof(little), 12, label, error);
    assert_int_equal(strlen(little), sizeof(little) - 1);
    assert_memory_equal(little, words, sizeof(little) - 1);
}

static void given_details(seL4_Word mr0, seL4_Word mr1, seL4_Word mr2, seL4_Word mr3, seL4_Word mr4)
{
    const seL4_Word words[] = {mr0, mr1, mr2, mr3, mr4};
    given_a_gate();
    memcpy(ipc_buffer.msg, words, sizeof(words));
}

TEST(refusals_are_described_with_their_details)
{
    given_details(64, 7, 0, 0, 0);
    assert_described(UntypedRetype, seL4_NotEnoughMemory, "seL4_Untyped_Retype on capability 12: seL4_NotEnoughMemory (10), 64 bytes are free");
    assert_described(TCBSetPriority, seL4_InvalidArgument, "seL4_TCB_SetPriority on capability 12: seL4_InvalidArgument (1), argument 64");
    assert_described(TCBSetPriority, seL4_RangeError, "seL4_TCB_SetPriority on capability 12: seL4_RangeError (4), allowed are 64 to 7");
    assert_described(CNodeMove, seL4_DeleteFirst, "seL4_CNode_Move on capability 12: seL4_DeleteFirst (8)");
    assert_described(57, seL4_IllegalOperation, "an unknown invocation on capability 12: seL4_IllegalOperation (3)");
    assert_described(CNodeMove, (seL4_Error)99, "seL4_CNode_Move on capability 12: an unknown error (99)");
    given_details(0, 0, 0, 0, 0);
    assert_described(ARMPageMap, seL4_InvalidCapability, "seL4_ARM_Page_Map on capability 12: seL4_InvalidCapability (2), capability 0 (the invoked one)");
}

TEST(failed_lookups_are_described_by_their_kind)
{
    given_details(1, seL4_InvalidRoot, 0, 0, 0);
    assert_described(CNodeCopy, seL4_FailedLookup, "seL4_CNode_Copy on capability 12: seL4_FailedLookup (6), of a source: the root is no CNode");
    given_details(0, seL4_MissingCapability, 21, 0, 0);
    assert_described(ARMPageMap, seL4_FailedLookup, "seL4_ARM_Page_Map on capability 12: seL4_FailedLookup (6): nothing is there, with 21 bits left");
    given_details(0, seL4_DepthMismatch, 60, 4, 0);
    assert_described(CNodeCopy, seL4_FailedLookup, "seL4_CNode_Copy on capability 12: seL4_FailedLookup (6): 60 bits were left, the CNode has 4");
    given_details(0, seL4_GuardMismatch, 64, 0xab, 8);
    assert_described(CNodeCopy, seL4_FailedLookup,
                     "seL4_CNode_Copy on capability 12: seL4_FailedLookup (6): 64 bits were left, the guard is 0xab of 8 bits");
}

TEST(rotate_sends_eight_words_and_two_roots)
{
    given_a_gate();
    seL4_CNode_Rotate(2, 11, 12, 13, 50, 14, 15, 16, 51, 17, 18);
    assert_message(-1, 2, INFO(25, 2, 8), 11, 12, 13, 14);
    assert_int_equal(seL4_GetMR(4), 15);
    assert_int_equal(seL4_GetMR(5), 16);
    assert_int_equal(seL4_GetMR(6), 17);
    assert_int_equal(seL4_GetMR(7), 18);
    assert_int_equal(seL4_GetCap(0), 50);
    assert_int_equal(seL4_GetCap(1), 51);
}

TEST(rights_and_attributes_are_words)
{
    given_a_gate();
    seL4_ARM_Page_Map(7, 3, 0x500000, seL4_ReadWrite, seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever);
    assert_message(-1, 7, INFO(46, 1, 3), 0x500000, 3, 7, 0);
    assert_int_equal(seL4_GetCap(0), 3);
}

TEST(capabilities_are_numbered_in_the_order_of_the_prototype)
{
    given_a_gate();
    seL4_TCB_SetSchedParams(5, 50, 11, 12, 51, 52);
    assert_message(-1, 5, INFO(8, 3, 2), 11, 12, 0, 0);
    assert_int_equal(seL4_GetCap(0), 50);
    assert_int_equal(seL4_GetCap(1), 51);
    assert_int_equal(seL4_GetCap(2), 52);
}

TEST(configure_is_configure_flags_without_flags)
{
    given_a_gate();
    seL4_SchedControl_Configure(5, 50, 11, 12, 13, 14);
    assert_message(-1, 5, INFO(33, 1, 5), 11, 12, 13, 14);
    assert_int_equal(seL4_GetMR(4), 0);
}

TEST(a_result_is_returned_beside_the_error)
{
    given_a_gate();
    given_the_answer(0, INFO(0, 0, 1), 0x40000000, 0, 0, 0);
    const seL4_ARM_Page_GetAddress_t address = seL4_ARM_Page_GetAddress(7);
    assert_int_equal(address.error, 0);
    assert_int_equal(address.paddr, 0x40000000);
}

TEST(read_registers_takes_four_from_registers_and_the_rest_from_the_buffer)
{
    seL4_UserContext regs = {.x5 = 77};
    given_a_gate();
    given_the_answer(0, INFO(0, 0, 6), 11, 12, 13, 14);
    assert_int_equal(seL4_TCB_ReadRegisters(5, 1, 2, 6, &regs), seL4_NoError);
    assert_message(-1, 5, INFO(2, 0, 2), 0x201, 6, 0, 0);
    assert_int_equal(regs.pc, 11);
    assert_int_equal(regs.x0, 14);
    assert_int_equal(regs.x1, 1004);
    assert_int_equal(regs.x2, 1005);
    assert_int_equal(regs.x5, 77);
}

TEST(write_registers_always_sends_thirty_eight_words_and_fills_as_many_as_counted)
{
    seL4_UserContext regs = {.pc = 11, .sp = 12, .spsr = 13, .x0 = 14, .x1 = 15};
    given_a_gate();
    seL4_TCB_WriteRegisters(5, 1, 0, 4, &regs);
    assert_message(-1, 5, INFO(3, 0, 38), 1, 4, 11, 12);
    assert_int_equal(seL4_GetMR(4), 13);
    assert_int_equal(seL4_GetMR(5), 14);
    assert_int_equal(seL4_GetMR(6), 1006);
}

TEST(copy_registers_packs_its_flags)
{
    given_a_gate();
    seL4_TCB_CopyRegisters(5, 50, 0, 2, 1, 3, 0xff); /* only the low bit of a boolean counts */
    assert_message(-1, 5, INFO(4, 1, 1), 0xff0c, 0, 0, 0);
    assert_int_equal(seL4_GetCap(0), 50);
}

TEST(send_takes_the_words_from_the_buffer)
{
    given_a_gate();
    seL4_Send(5, seL4_MessageInfo_new(9, 0, 0, 0));
    assert_message(-5, 5, INFO(9, 0, 0), 1000, 1001, 1002, 1003);
    seL4_NBSend(5, seL4_MessageInfo_new(9, 0, 0, 0));
    assert_message(-6, 5, INFO(9, 0, 0), 1000, 1001, 1002, 1003);
}

TEST(signal_is_an_empty_send)
{
    given_a_gate();
    seL4_Signal(5);
    assert_int_equal((long)gate.x[7], -5);
    assert_int_equal(gate.x[0], 5);
    assert_int_equal(gate.x[1], 0);
}

TEST(receive_stores_words_and_badge)
{
    seL4_Word badge = 0;
    given_a_gate();
    given_the_answer(0xbad, INFO(3, 0, 2), 11, 12, 13, 14);
    const seL4_MessageInfo_t info = seL4_Recv(5, &badge, 6);
    assert_int_equal((long)gate.x[7], -7);
    assert_int_equal(gate.x[0], 5);
    assert_int_equal(gate.x[6], 6);
    assert_int_equal(badge, 0xbad);
    assert_int_equal(info.words[0], INFO(3, 0, 2));
    assert_int_equal(seL4_GetMR(0), 11);
    assert_int_equal(seL4_GetMR(3), 14); /* beyond the length too */
    seL4_Wait(5, NULL);
    assert_int_equal((long)gate.x[7], -9);
    assert_int_equal(gate.x[6], 0);
    seL4_NBRecv(5, NULL, 6);
    assert_int_equal((long)gate.x[7], -8);
    seL4_Poll(5, NULL);
    assert_int_equal((long)gate.x[7], -10);
}

TEST(reply_receive_names_the_reply_object)
{
    given_a_gate();
    seL4_ReplyRecv(5, seL4_MessageInfo_new(1, 0, 0, 2), NULL, 6);
    assert_message(-2, 5, INFO(1, 0, 2), 1000, 1001, 1002, 1003);
    assert_int_equal(gate.x[6], 6);
}

TEST(combined_send_and_receive_have_three_capabilities)
{
    given_a_gate();
    seL4_NBSendRecv(7, seL4_MessageInfo_new(1, 0, 0, 2), 5, NULL, 6);
    assert_message(-3, 5, INFO(1, 0, 2), 1000, 1001, 1002, 1003);
    assert_int_equal(gate.x[6], 6);
    assert_int_equal(gate.x[8], 7);
}

TEST(combined_send_and_wait_has_its_own_number_and_sends_through_the_register_of_the_reply)
{
    given_a_gate();
    seL4_NBSendWait(7, seL4_MessageInfo_new(1, 0, 0, 2), 5, NULL);
    assert_message(-4, 5, INFO(1, 0, 2), 1000, 1001, 1002, 1003);
    assert_int_equal(gate.x[6], 7);
    assert_int_equal(gate.x[8], 0);
    seL4_NBSendWaitWithMRs(7, seL4_MessageInfo_new(1, 0, 0, 0), 5, NULL, NULL, NULL, NULL, NULL);
    assert_message(-4, 5, INFO(1, 0, 0), 0, 0, 0, 0);
    assert_int_equal(gate.x[6], 7);
}

TEST(with_mrs_takes_a_word_only_if_the_message_has_it)
{
    seL4_Word a = 11, b = 12, c = 13, d = 14;
    given_a_gate();
    seL4_SendWithMRs(5, seL4_MessageInfo_new(0, 0, 0, 1), &a, &b, &c, &d);
    assert_message(-5, 5, INFO(0, 0, 1), 11, 0, 0, 0);
    seL4_NBSendWithMRs(5, seL4_MessageInfo_new(0, 0, 0, 4), &a, NULL, &c, &d);
    assert_message(-6, 5, INFO(0, 0, 4), 11, 0, 13, 14);
}

TEST(with_mrs_stores_a_word_wherever_there_is_a_pointer_and_not_in_the_buffer)
{
    seL4_Word a = 1, d = 2;
    given_a_gate();
    given_the_answer(0, INFO(0, 0, 1), 11, 12, 13, 14);
    seL4_CallWithMRs(5, seL4_MessageInfo_new(0, 0, 0, 1), &a, NULL, NULL, &d);
    assert_message(-1, 5, INFO(0, 0, 1), 1, 0, 0, 0);
    assert_int_equal(a, 11);
    assert_int_equal(d, 14);
    assert_int_equal(seL4_GetMR(0), 1000);
    assert_int_equal(seL4_GetMR(3), 1003);
}

TEST(every_stub_sends_its_label_and_as_many_words_and_capabilities_as_the_kernel_asks_for)
{
    seL4_UserContext regs = {0};
    seL4_ARM_SMCContext smc = {0};
    const seL4_CapRights_t rights = seL4_AllRights;
    given_a_gate();
#define VALUE_word 1
#define VALUE_byte 1
#define VALUE_time 1
#define VALUE_rights rights
#define VALUE_attr seL4_ARM_Default_VMAttributes
#define VALUE_cap 1
#define VALUE_cnode 1
#define VALUE_tcb 1
#define VALUE_sc 1
#define VALUE_untyped 1
#define VALUE_bit0 1
#define VALUE_bit1 1
#define VALUE_bit2 1
#define VALUE_bit3 1
#define VALUE_archflags 1
#define VALUE_regs_in &regs
#define VALUE_regs_out &regs
#define VALUE_smc_in &smc
#define VALUE_smc_out &smc
#define VALUES_A(type, name) , VALUE_##type VALUES_B
#define VALUES_B(type, name) , VALUE_##type VALUES_A
#define VALUES_A_END
#define VALUES_B_END
#define INVOKE(number, label, kind, stub, words, caps, result, args) \
    (void)stub(9 LAB4_SEQUENCE(VALUES, args)); \
    assert_int_equal(gate.x[0], 9); \
    assert_int_equal(gate.x[1] >> 12, number); \
    assert_true((int)(gate.x[1] & 0x7f) >= (words)); \
    assert_true((int)(gate.x[1] >> 7 & 3) >= (caps));
    LAB4_INVOCATIONS(INVOKE)
    assert_int_equal(gate.calls, 56);
}

TEST(a_fault_message_becomes_a_fault)
{
    given_a_gate();
    const seL4_Fault_t unknown = seL4_getFault(seL4_MessageInfo_new(2, 0, 0, 13));
    assert_int_equal(seL4_Fault_get_seL4_FaultType(unknown), seL4_Fault_UnknownSyscall);
    assert_int_equal(seL4_Fault_UnknownSyscall_get_X0(unknown), 1000);
    assert_int_equal(seL4_Fault_UnknownSyscall_get_Syscall(unknown), 1012);
    const seL4_Fault_t timeout = seL4_getFault(seL4_MessageInfo_new(5, 0, 0, 2));
    assert_int_equal(seL4_Fault_Timeout_get_consumed(timeout), 1001);
    const seL4_Fault_t none = seL4_getFault(seL4_MessageInfo_new(4, 0, 0, 13));
    assert_true(seL4_Fault_seL4_FaultType_equals(none, seL4_Fault_NullFault));
    assert_true(seL4_isVMFault_tag(seL4_MessageInfo_new(6, 0, 0, 4)));
}

TEST(a_timeout_reply_carries_registers_and_the_wish_to_resume)
{
    seL4_UserContext regs = {.pc = 11, .sp = 12, .spsr = 13};
    given_a_gate();
    assert_int_equal(seL4_TimeoutReply_new(1, regs, 2).words[0], INFO(0, 0, 2));
    assert_int_equal(seL4_GetMR(1), 12);
    assert_int_equal(seL4_GetMR(2), 1002);
    assert_int_equal(seL4_TimeoutReply_new(0, regs, 34).words[0], INFO(1, 0, 34));
    assert_int_equal(seL4_GetMR(33), 0);
}

TEST(bit_fields_are_where_the_specification_has_them)
{
    assert_int_equal(seL4_MessageInfo_new(0xfffffffffffff, 0, 0, 0).words[0], 0xfffffffffffff000);
    assert_int_equal(seL4_MessageInfo_new(1, 5, 2, 120).words[0], (1 << 12) | (5 << 9) | (2 << 7) | 120);
    assert_int_equal(seL4_CapRights_new(1, 0, 0, 0).words[0], 8);
    assert_int_equal(seL4_CapRights_new(0, 1, 0, 0).words[0], 4);
    assert_int_equal(seL4_CapRights_new(0, 0, 1, 0).words[0], 2);
    assert_int_equal(seL4_CapRights_new(0, 0, 0, 1).words[0], 1);
    assert_int_equal(seL4_NoRead.words[0], 0xd);
    assert_int_equal(seL4_NoWrite.words[0], 0xe);
    assert_int_equal(seL4_CNode_CapData_new(3, 51).words[0], (3 << 6) | 51);
    seL4_MessageInfo_t info = seL4_MessageInfo_new(1, 5, 2, 120);
    seL4_MessageInfo_ptr_set_capsUnwrapped(&info, 0);
    assert_int_equal(seL4_MessageInfo_get_capsUnwrapped(info), 0);
    assert_int_equal(seL4_MessageInfo_set_length(info, 3).words[0], (1 << 12) | (2 << 7) | 3);
}

TEST(extra_refills_follow_from_the_size)
{
    assert_int_equal(seL4_MaxExtraRefills(7), 0);
    assert_int_equal(seL4_MaxExtraRefills(8), 8);
    assert_int_equal(seL4_MaxExtraRefills(12), 248);
}

#ifdef CONFIG_DEBUG_BUILD
TEST(a_name_that_is_too_long_is_cut)
{
    char name[2000];
    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    given_a_gate();
    seL4_DebugNameThread(5, name);
    assert_int_equal(gate.x[0], 5);
    assert_int_equal((long)gate.x[7], -17);
    assert_int_equal(strlen((char *)ipc_buffer.msg), 959);
    assert_int_equal(ipc_buffer.userData, 0);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_can_be_repeated_from_the_address_that_the_kernel_computes),
        cmocka_unit_test(words_beyond_the_fourth_and_capabilities_go_to_the_buffer),
        cmocka_unit_test(success_leaves_the_first_four_words_of_the_buffer_alone),
        cmocka_unit_test(an_error_leaves_its_details_in_the_buffer),
        cmocka_unit_test(refusals_are_described_with_their_details),
        cmocka_unit_test(failed_lookups_are_described_by_their_kind),
        cmocka_unit_test(rotate_sends_eight_words_and_two_roots),
        cmocka_unit_test(rights_and_attributes_are_words),
        cmocka_unit_test(capabilities_are_numbered_in_the_order_of_the_prototype),
        cmocka_unit_test(configure_is_configure_flags_without_flags),
        cmocka_unit_test(a_result_is_returned_beside_the_error),
        cmocka_unit_test(read_registers_takes_four_from_registers_and_the_rest_from_the_buffer),
        cmocka_unit_test(write_registers_always_sends_thirty_eight_words_and_fills_as_many_as_counted),
        cmocka_unit_test(copy_registers_packs_its_flags),
        cmocka_unit_test(send_takes_the_words_from_the_buffer),
        cmocka_unit_test(signal_is_an_empty_send),
        cmocka_unit_test(receive_stores_words_and_badge),
        cmocka_unit_test(reply_receive_names_the_reply_object),
        cmocka_unit_test(combined_send_and_receive_have_three_capabilities),
        cmocka_unit_test(combined_send_and_wait_has_its_own_number_and_sends_through_the_register_of_the_reply),
        cmocka_unit_test(with_mrs_takes_a_word_only_if_the_message_has_it),
        cmocka_unit_test(with_mrs_stores_a_word_wherever_there_is_a_pointer_and_not_in_the_buffer),
        cmocka_unit_test(every_stub_sends_its_label_and_as_many_words_and_capabilities_as_the_kernel_asks_for),
        cmocka_unit_test(a_fault_message_becomes_a_fault),
        cmocka_unit_test(a_timeout_reply_carries_registers_and_the_wish_to_resume),
        cmocka_unit_test(bit_fields_are_where_the_specification_has_them),
        cmocka_unit_test(extra_refills_follow_from_the_size),
#ifdef CONFIG_DEBUG_BUILD
        cmocka_unit_test(a_name_that_is_too_long_is_cut),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
