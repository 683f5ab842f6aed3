// SPDX-License-Identifier: BSD-2-Clause
//
// The observed vectors of abi Appendix A, row by row: raw registers as the reference kernel returned them.
// Each comment quotes the row.
#include "tests/unit/harness/harness.h"

// x0, x1, and as many of x2..x5 as the row lists; the others must be what the caller had put there.
static void check_registers(struct result r, struct words expected, struct words sent, const char *file, int line)
{
    word_t registers[6] = {r.badge, r.info, r.mr[0], r.mr[1], r.mr[2], r.mr[3]};
    for (word_t i = 0; i < 6; i++) {
        word_t unchanged = i < 2 ? 0 : i - 2 < sent.count ? sent.words[i - 2] : 0xdead0000 + i - 2;
        word_t value = i < expected.count ? expected.words[i] : unchanged;
        if (registers[i] != value) {
            print_error("x%d is 0x%llx, not 0x%llx\n", (int)i, (unsigned long long)registers[i], (unsigned long long)value);
            _fail(file, line);
        }
    }
}

// One Call: its message words, and the registers afterwards.
#define assert_vector(cap, label, caps, sent, ...) \
    check_registers(sys_call(cap, message_of(label, caps, sent)), WORDS(__VA_ARGS__), sent, HERE)

static cptr_t badged; // `bn`
static cptr_t plain;  // `n`

static void given_bn_and_n(void)
{
    plain = given_notification();
    badged = given_minted(plain, ALL_RIGHTS, 0x30);
}

// "NBWait on idle n"
TEST(row_nbwait_on_idle)
{
    given_bn_and_n();
    assert_changes_only_x0(sys_nbwait(plain), 0);
}

// "Send bn; then Wait n (Wait row)"
TEST(row_send_then_wait)
{
    given_bn_and_n();
    sys_send(badged, MESSAGE(0));
    struct result r = sys_wait(plain);
    assert_int_equal(r.badge, 0x30);
    assert_int_equal(r.info, 0x777 << 12 | 7);
}

// "Call bn, label 5"
TEST(row_call_on_a_notification)
{
    given_bn_and_n();
    assert_vector(badged, 5, CAPS(), WORDS(), 0, 0);
}

// "NBSendRecv x8=bn x0=n; NBSendWait x6=bn x0=n; ReplyRecv x6=bn x0=n"
TEST(row_combined_calls_on_a_notification)
{
    given_bn_and_n();
    assert_int_equal(sys_nbsend_recv(badged, MESSAGE(0), plain, NULL_CAP).badge, 0x30);
    assert_int_equal(sys_nbsend_wait(badged, MESSAGE(0), plain).badge, 0x30);
    assert_int_equal(sys_reply_recv(plain, badged, MESSAGE(0)).badge, 0x30);
}

// "NBRecv x0=n x6=0 with n active"
TEST(row_nbrecv_with_null_reply)
{
    given_bn_and_n();
    sys_signal(badged);
    assert_int_equal(sys_nbrecv(plain, 0).badge, 0x30);
}

// "NBSend to unresolvable cptr; Send TCB label 99"
TEST(row_sends_without_effect)
{
    assert_no_effect(sys_nbsend(UNRESOLVABLE, MESSAGE(0)));
    assert_no_effect(sys_send(TCB, MESSAGE(99)));
}

// "Call null slot 0, label 1"
TEST(row_call_on_null)
{
    assert_vector(0, 1, CAPS(), WORDS(), 0, 0x2001, 0);
}

// "Call TCB/CNode with foreign label"
TEST(row_foreign_label)
{
    assert_vector(TCB, CNodeDelete, CAPS(), WORDS(1, 2, 3, 4), 0, 0x3000);
    assert_vector(CNODE, TCBSuspend, CAPS(), WORDS(), 0, 0x3000);
}

// "CNode_Delete, length 1"
TEST(row_delete_with_length_1)
{
    assert_vector(CNODE, CNodeDelete, CAPS(), WORDS(7), 0, 0x7000);
}

// "CNode_Delete depth 0 or 65"
TEST(row_delete_with_impossible_depth)
{
    assert_vector(CNODE, CNodeDelete, CAPS(), WORDS(7, 0), 0, 0x4002, 1, 64);
    assert_vector(CNODE, CNodeDelete, CAPS(), WORDS(7, 65), 0, 0x4002, 1, 64);
}

// "CNode_Delete index 2^40 depth 64": MR4 = 51
TEST(row_delete_with_a_guard_mismatch)
{
    assert_vector(CNODE, CNodeDelete, CAPS(), WORDS(BIT(40), 64), 0, 0x6005, 0, 4, 64, 0);
    assert_int_equal(root->buffer[BUFFER_MESSAGE + 4], 51);
}

// "same without IPC buffer"
TEST(row_delete_with_a_guard_mismatch_and_no_buffer)
{
    assert_ok(set_buffer(root, 0, NULL_CAP));
    root->buffer[BUFFER_MESSAGE + 4] = 0x5a;
    assert_vector(CNODE, CNodeDelete, CAPS(), WORDS(BIT(40), 64), 0, 0x6004, 0, 4, 64, 0);
    assert_int_equal(root->buffer[BUFFER_MESSAGE + 4], 0x5a);
}

// "CNode_Delete depth 60"
TEST(row_delete_with_a_depth_mismatch)
{
    assert_vector(CNODE, CNodeDelete, CAPS(), WORDS(7, 60), 0, 0x6004, 0, 3, 60, 64);
}

// "CNode_Copy src empty / dest occupied"
TEST(row_copy)
{
    cptr_t empty = new_slot();
    assert_vector(CNODE, CNodeCopy, CAPS(CNODE), WORDS(empty, 64, 8, 64, 15), 0, 0x6003, 1, 2, 64);
    assert_vector(CNODE, CNodeCopy, CAPS(CNODE), WORDS(TCB, 64, SC, 64, 15), 0, 0x8000);
}

// "Retype type 12 / untyped 48 bits / CapTable 0 / SC 6"
TEST(row_retype_of_impossible_objects)
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_vector(untyped, UntypedRetype, CAPS(CNODE), WORDS(12, 0, 0, 0, slot, 1), 0, 0x1001, 0);
    assert_vector(untyped, UntypedRetype, CAPS(CNODE), WORDS(0, 48, 0, 0, slot, 1), 0, 0x4002, 0, 47);
    assert_vector(untyped, UntypedRetype, CAPS(CNODE), WORDS(4, 0, 0, 0, slot, 1), 0, 0x1001, 1);
    assert_vector(untyped, UntypedRetype, CAPS(CNODE), WORDS(5, 6, 0, 0, slot, 1), 0, 0x1001, 1);
}

// "Retype 257 objects / offset 8192 / offset 8190 × 3"
TEST(row_retype_to_impossible_windows)
{
    cptr_t untyped = given_untyped(12), slot = new_slot();
    assert_vector(untyped, UntypedRetype, CAPS(CNODE), WORDS(2, 0, 0, 0, slot, 257), 0, 0x4002, 1, 256);
    assert_vector(untyped, UntypedRetype, CAPS(CNODE), WORDS(2, 0, 0, 0, 8192, 1), 0, 0x4002, 0, 8191);
    assert_vector(untyped, UntypedRetype, CAPS(CNODE), WORDS(2, 0, 0, 0, 8190, 3), 0, 0x4002, 1, 2);
}

// "Retype, root cap not a CNode, depth 0"
TEST(row_retype_to_a_root_that_is_no_cnode)
{
    cptr_t untyped = given_untyped(12);
    assert_vector(untyped, UntypedRetype, CAPS(TCB), WORDS(2, 0, 0, 0, 0, 1), 0, 0x6003, 0, 2, 0);
}

// "IRQControl_Get 160 / 27"
TEST(row_irq_control_get)
{
    cptr_t slot = new_slot();
    assert_vector(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), WORDS(160, slot, 64), 0, 0x4002, 0, 159);
    assert_vector(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), WORDS(27, slot, 64), 0, 0x9000);
}

// "IssueSGISignal irq 16 / target 8"
TEST(row_issue_sgi_signal)
{
    cptr_t slot = new_slot();
    assert_vector(IRQ_CONTROL, ARMIRQIssueSGISignal, CAPS(CNODE), WORDS(16, 0, slot, 64), 0, 0x4002, 0, 15);
    assert_vector(IRQ_CONTROL, ARMIRQIssueSGISignal, CAPS(CNODE), WORDS(3, 8, slot, 64), 0, 0x1001, 1);
}

// "IRQHandler_SetNotification with TCB cap"
TEST(row_set_notification_with_a_tcb)
{
    cptr_t handler = new_slot();
    assert_ok(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), 40, handler, 64));
    assert_vector(handler, IRQSetIRQHandler, CAPS(TCB), WORDS(), 0, 0x2001, 0);
}

// "Page_Map: no level-1 / level-2 table"
TEST(row_page_map_without_tables)
{
    cptr_t frame = given_frame();
    assert_vector(frame, ARMPageMap, CAPS(VSPACE), WORDS(UINT64_C(0x10000000000), 3, 3), 0, 0x6003, 0, 2, 39);
    assert_vector(frame, ARMPageMap, CAPS(VSPACE), WORDS(UINT64_C(0x40000000), 3, 3), 0, 0x6003, 0, 2, 30);
}

// "Page_Map 2 MiB frame where a level-3 table is"
TEST(row_page_map_of_a_large_page_over_a_table)
{
    cptr_t large = given_object(seL4_ARM_LargePageObject, 0);
    assert_vector(large, ARMPageMap, CAPS(VSPACE), WORDS(0x400000, 3, 3), 0, 0x6003, 0, 2, 12);
}

// "Page_Map misaligned / at 0x800000000000"
TEST(row_page_map_at_impossible_addresses)
{
    cptr_t frame = given_frame();
    assert_vector(frame, ARMPageMap, CAPS(VSPACE), WORDS(0x480800, 3, 3), 0, 0x5000);
    assert_vector(frame, ARMPageMap, CAPS(VSPACE), WORDS(UINT64_C(0x800000000000), 3, 3), 0, 0x1001, 0);
}

// "Page_GetAddress"
TEST(row_get_address)
{
    cptr_t frame = given_frame();
    assert_vector(frame, ARMPageGetAddress, CAPS(), WORDS(), 0, 1, frame_cap_base(cap_of(frame)));
}

// "VSpace_Clean [0x400000,0x402000)"
TEST(row_vspace_clean_across_pages)
{
    assert_vector(VSPACE, ARMVSpaceClean_Data, CAPS(), WORDS(0x400000, 0x402000), 0, 0x4002, 0x400000, 0x400fff);
}

// "ConfigureFlags budget 19 µs / 2000>1000 / 9 refills in 8-bit SC"
TEST(row_configure_flags)
{
    cptr_t sc = given_object(seL4_SchedContextObject, 8);
    assert_vector(sched_control, SchedControlConfigureFlags, CAPS(sc), WORDS(19, 1000, 0, 0, 0), 0, 0x4002, 20, UINT64_C(0x218def416bdb));
    assert_vector(sched_control, SchedControlConfigureFlags, CAPS(sc), WORDS(2000, 1000, 0, 0, 0), 0, 0x4002, 20, 1000);
    assert_vector(sched_control, SchedControlConfigureFlags, CAPS(sc), WORDS(100, 1000, 9, 0, 0), 0, 0x4002, 0, 8);
}

// "SetPriority 256 (authority MCP 255)"
TEST(row_set_priority_256)
{
    const struct thread *thread = given_thread();
    assert_vector(thread->cap, TCBSetPriority, CAPS(TCB), WORDS(256), 0, 0x4002, 0, 255);
}

// "TCB_SetFlags clear 0 set 0xff"
TEST(row_set_flags)
{
    const struct thread *thread = given_thread();
    assert_vector(thread->cap, TCBSetFlags, CAPS(), WORDS(0, 0xff), 0, 1, 1);
}

// "ReadRegisters own TCB / count 37"
TEST(row_read_registers)
{
    const struct thread *thread = given_thread();
    assert_vector(TCB, TCBReadRegisters, CAPS(), WORDS(0, 2), 0, 0x3000);
    assert_vector(thread->cap, TCBReadRegisters, CAPS(), WORDS(0, 37), 0, 0x4002, 1, 36);
}

// "Mint with new badge on badged EP; Mutate EP; copy IRQControl"
TEST(row_illegal_derivations)
{
    cptr_t endpoint = given_endpoint(), five = given_minted(endpoint, ALL_RIGHTS, 5), slot = new_slot();
    assert_vector(CNODE, CNodeMint, CAPS(CNODE), WORDS(slot, 64, five, 64, 15, 6), 0, 0x3000);
    assert_vector(CNODE, CNodeMutate, CAPS(CNODE), WORDS(slot, 64, endpoint, 64, 6), 0, 0x3000);
    assert_vector(CNODE, CNodeCopy, CAPS(CNODE), WORDS(slot, 64, IRQ_CONTROL, 64, 15), 0, 0x3000);
}

// "Copy untyped that has children"
TEST(row_copy_of_an_untyped_with_children)
{
    cptr_t untyped = given_untyped(12), child = new_slot(), slot = new_slot();
    assert_ok(retype_to(untyped, seL4_EndpointObject, 0, child));
    assert_vector(CNODE, CNodeCopy, CAPS(CNODE), WORDS(slot, 64, untyped, 64, 15), 0, 0x9000);
}

// "Domain: Configure index 1 / SetStart 1 / SetStart 2"
TEST(row_domain_schedule)
{
    assert_vector(DOMAIN, DomainScheduleConfigure, CAPS(), WORDS(1, 0, 100), 0, 0x4002, 0, 0);
    assert_vector(DOMAIN, DomainScheduleSetStart, CAPS(), WORDS(1), 0, 0x1001, 0);
    assert_vector(DOMAIN, DomainScheduleSetStart, CAPS(), WORDS(2), 0, 0x4002, 0, 1);
}

// "any message with length field 127 on CNode_Delete | as length 120"
TEST(row_length_127)
{
    assert_ok(sys_call(CNODE, with_length(MESSAGE(CNodeDelete, new_slot(), 64), 127)));
}

// ------------------------------------------------------------------------------------- fault vectors

struct faulter {
    const struct thread *thread;
    cptr_t handler, reply;
};

static struct faulter given_faulter(void)
{
    struct faulter f = {given_thread(), given_minted(given_endpoint(), ALL_RIGHTS, 0xbad), given_reply()};
    assert_ok(set_fault_handler(f.thread, f.handler));
    as(f.thread);
    return f;
}

// "child svc with x7 = 77 at address P → x0 0xbad, x1 = (2<<12)|13, MR7 = 77, MR8 = P, MR10 = P+4, MR11 = sanitised SPSR,
// MR12 = 77; reply info(0,0,0,3) → x0–x2 replaced and the same svc faults again"
TEST(fault_vector_unknown_syscall)
{
    struct faulter f = given_faulter();
    word_t p = f.thread->tcb->regs.pc;
    sys_number(77);
    as(root);
    struct result r = sys_recv(f.handler, f.reply);
    assert_int_equal(r.badge, 0xbad);
    assert_int_equal(r.info, 2 << 12 | 13);
    assert_int_equal(r.mr[7], 77);
    assert_int_equal(r.mr[8], p);
    assert_int_equal(r.mr[10], p + 4);
    assert_int_equal(r.mr[11], 0x40);
    assert_int_equal(r.mr[12], 77);
    sys_send(f.reply, MESSAGE(0, 1, 2, 3));
    as(f.thread);
    assert_int_equal(f.thread->tcb->regs.x[0], 1);
    assert_int_equal(f.thread->tcb->regs.x[2], 3);
    assert_int_equal(f.thread->tcb->regs.pc, p);
    again();
    assert_state(f.thread, THREAD_BLOCKED_ON_SEND);
}

// "Child Call on cptr 0x5000 in a CNode with guard size 51 → (1<<12)|7: IP, 0x5000, 0, 4, 64, 0, 51"
TEST(fault_vector_call_with_a_guard_mismatch)
{
    struct faulter f = given_faulter();
    word_t p = f.thread->tcb->regs.pc;
    sys_call(0x5000, MESSAGE(0));
    as(root);
    struct result r = sys_recv(f.handler, f.reply);
    assert_int_equal(r.info, 1 << 12 | 7);
    assert_cap_fault(r, 0xbad, p, 0x5000, 0, 4, 64, 0, 51);
}

// "Child Wait on its TCB cap in slot 1 → (1<<12)|5: IP, 1, 1, 2, 0"
TEST(fault_vector_wait_on_a_tcb)
{
    struct faulter f = given_faulter();
    word_t p = f.thread->tcb->regs.pc;
    sys_wait(TCB);
    as(root);
    struct result r = sys_recv(f.handler, f.reply);
    assert_int_equal(r.info, 1 << 12 | 5);
    assert_cap_fault(r, 0xbad, p, 1, 1, 2, 0);
}

// "Recv on EP with x6 naming a TCB cap in slot 1 → same with MR1 = 1"
TEST(fault_vector_recv_with_a_tcb_for_a_reply)
{
    cptr_t endpoint = given_endpoint();
    struct faulter f = given_faulter();
    word_t p = f.thread->tcb->regs.pc;
    sys_recv(endpoint, TCB);
    as(root);
    assert_cap_fault(sys_recv(f.handler, f.reply), 0xbad, p, 1, 1, 2, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(row_nbwait_on_idle),
        RUN(row_send_then_wait),
        RUN(row_call_on_a_notification),
        RUN(row_combined_calls_on_a_notification),
        RUN(row_nbrecv_with_null_reply),
        RUN(row_sends_without_effect),
        RUN(row_call_on_null),
        RUN(row_foreign_label),
        RUN(row_delete_with_length_1),
        RUN(row_delete_with_impossible_depth),
        RUN(row_delete_with_a_guard_mismatch),
        RUN(row_delete_with_a_guard_mismatch_and_no_buffer),
        RUN(row_delete_with_a_depth_mismatch),
        RUN(row_copy),
        RUN(row_retype_of_impossible_objects),
        RUN(row_retype_to_impossible_windows),
        RUN(row_retype_to_a_root_that_is_no_cnode),
        RUN(row_irq_control_get),
        RUN(row_issue_sgi_signal),
        RUN(row_set_notification_with_a_tcb),
        RUN(row_page_map_without_tables),
        RUN(row_page_map_of_a_large_page_over_a_table),
        RUN(row_page_map_at_impossible_addresses),
        RUN(row_get_address),
        RUN(row_vspace_clean_across_pages),
        RUN(row_configure_flags),
        RUN(row_set_priority_256),
        RUN(row_set_flags),
        RUN(row_read_registers),
        RUN(row_illegal_derivations),
        RUN(row_copy_of_an_untyped_with_children),
        RUN(row_domain_schedule),
        RUN(row_length_127),
        RUN(fault_vector_unknown_syscall),
        RUN(fault_vector_call_with_a_guard_mismatch),
        RUN(fault_vector_wait_on_a_tcb),
        RUN(fault_vector_recv_with_a_tcb_for_a_reply),
    };
    return RUN_ALL("vectors", tests);
}
