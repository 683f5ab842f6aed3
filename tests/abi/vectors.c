/* SPDX-License-Identifier: BSD-2-Clause */
/* The observed vectors: one check for each row of abi App. A. All registers not named come back unchanged. */
#include <lab4/runtime.h>

#include "lib/mapper.h"
#include "lib/pool.h"
#include "lib/threads.h"
#include "support/check.h"
#include "support/puppet.h"

enum { TCB = seL4_CapInitThreadTCB, CNODE = seL4_CapInitThreadCNode, VSPACE = seL4_CapInitThreadVSpace };

static const seL4_Word max_time = 0x218def416bdb;

static void notifications(void)
{
    const seL4_CPtr n = pool_object(seL4_NotificationObject, 0);
    const seL4_CPtr bn = pool_mint(n, seL4_AllRights, 0x30);

    vector("NBWait on an idle notification: x0 = 0", raw(LAB4_SYS_NBWait, PAIRS(X0, n)), PAIRS(X0, 0));
    vector("Send on a notification changes no register", raw(LAB4_SYS_Send, PAIRS(X0, bn)), NOTHING);
    vector("Wait then: x0 = the badge, nothing else", raw(LAB4_SYS_Wait, PAIRS(X0, n)), PAIRS(X0, 0x30));
    vector("Call on a notification: x0 = x1 = 0", CALL(X0, bn, X1, info(5, 0, 0)), PAIRS(X0, 0, X1, 0));
    vector("NBRecv on an active notification ignores x6", raw(LAB4_SYS_NBRecv, PAIRS(X0, n, X6, 0)), PAIRS(X0, 0x30));
    vector("NBSendRecv: signals x8, receives it at x0", raw(LAB4_SYS_NBSendRecv, PAIRS(X0, n, X1, 0, X8, bn)), PAIRS(X0, 0x30));
    vector("NBSendWait: signals x6, receives it at x0", raw(LAB4_SYS_NBSendWait, PAIRS(X0, n, X1, 0, X6, bn)), PAIRS(X0, 0x30));
    vector("ReplyRecv: signals x6, receives it at x0", raw(LAB4_SYS_ReplyRecv, PAIRS(X0, n, X1, 0, X6, bn)), PAIRS(X0, 0x30));
}

static void refused_sends(void)
{
    vector("NBSend to an address that does not resolve", raw(LAB4_SYS_NBSend, PAIRS(X0, 1ul << 40, X1, 0)), NOTHING);
    vector("Send of an unknown label to a TCB", raw(LAB4_SYS_Send, PAIRS(X0, TCB, X1, info(99, 0, 0))), NOTHING);
    vector("Call on the null slot, label 1", CALL(X0, 0, X1, info(1, 0, 0)), PAIRS(X0, 0, X1, 0x2001, X2, 0));
    vector("Call on a TCB with a foreign label", CALL(X0, TCB, X1, info(CNodeDelete, 0, 4)), PAIRS(X0, 0, X1, 0x3000));
    vector("Call on a CNode with a foreign label", CALL(X0, CNODE, X1, info(TCBSuspend, 0, 4)), PAIRS(X0, 0, X1, 0x3000));
}

/* Registers of CNode_Delete(index, depth). */
static struct raw_regs delete(seL4_Word index, seL4_Word depth, seL4_Word length)
{
    return CALL(X0, CNODE, X1, info(CNodeDelete, 0, length), X2, index, X3, depth);
}

static void cnode_lookups(void)
{
    const seL4_CPtr empty = pool_slot();

    vector("CNode_Delete, length 1: TruncatedMessage", delete(empty, 64, 1), PAIRS(X0, 0, X1, 0x7000));
    vector("CNode_Delete, depth 0: RangeError 1, 64", delete(empty, 0, 2), PAIRS(X0, 0, X1, 0x4002, X2, 1, X3, 64));
    vector("CNode_Delete, depth 65: RangeError 1, 64", delete(empty, 65, 2), PAIRS(X0, 0, X1, 0x4002, X2, 1, X3, 64));
    seL4_SetMR(4, 0);
    vector("CNode_Delete, index 2^40: FailedLookup, GuardMismatch", delete(1ul << 40, 64, 2),
           PAIRS(X0, 0, X1, 0x6005, X2, 0, X3, 4, X4, 64, X5, 0));
    check("  and its fifth word: the guard's size", seL4_GetMR(4), 51);
    vector("CNode_Delete, depth 60: FailedLookup, DepthMismatch", delete(1, 60, 2),
           PAIRS(X0, 0, X1, 0x6004, X2, 0, X3, 3, X4, 60, X5, 64));
    vector("CNode_Delete, length field 127: as length 120, success", delete(empty, 64, 127), PAIRS(X0, 0, X1, 0));
}

/* Registers of CNode_Copy, Mint or Mutate between slots of the root CNode; MR4 is in the buffer. */
static struct raw_regs derive(seL4_Word label, seL4_Word to, seL4_Word from, seL4_Word mr4, seL4_Word mr5)
{
    extra_caps(CNODE, 0, 0);
    seL4_SetMR(4, mr4);
    seL4_SetMR(5, mr5);
    return CALL(X0, CNODE, X1, info(label, 1, label == CNodeMint ? 6 : 5), X2, to, X3, 64, X4, from, X5, 64);
}

static void derivation(void)
{
    const seL4_CPtr empty = pool_slot();
    const seL4_CPtr to = pool_slot();
    const seL4_CPtr endpoint = pool_object(seL4_EndpointObject, 0);
    const seL4_CPtr badged = pool_mint(endpoint, seL4_AllRights, 7);
    const seL4_CPtr untyped = pool_object(seL4_UntypedObject, 13);
    must(seL4_Untyped_Retype(untyped, seL4_EndpointObject, 0, CNODE, 0, 0, pool_slot(), 1), "making a child");

    vector("CNode_Copy from an empty slot: FailedLookup 1, Missing 64", derive(CNodeCopy, to, empty, 15, 0),
           PAIRS(X0, 0, X1, 0x6003, X2, 1, X3, 2, X4, 64));
    vector("CNode_Copy to an occupied slot: DeleteFirst", derive(CNodeCopy, badged, endpoint, 15, 0), PAIRS(X0, 0, X1, 0x8000));
    vector("CNode_Mint with a new badge on a badged cap: IllegalOperation", derive(CNodeMint, to, badged, 15, 9),
           PAIRS(X0, 0, X1, 0x3000));
    vector("CNode_Mutate of an endpoint cap: IllegalOperation", derive(CNodeMutate, to, endpoint, 9, 0),
           PAIRS(X0, 0, X1, 0x3000));
    vector("CNode_Copy of IRQControl: IllegalOperation", derive(CNodeCopy, to, seL4_CapIRQControl, 15, 0),
           PAIRS(X0, 0, X1, 0x3000));
    vector("CNode_Copy of an untyped with children: RevokeFirst", derive(CNodeCopy, to, untyped, 15, 0),
           PAIRS(X0, 0, X1, 0x9000));
}

/* Registers of Untyped_Retype(type, size, root = CNode, 0, 0, offset, count). */
static struct raw_regs retype(seL4_CPtr untyped, seL4_Word type, seL4_Word size, seL4_Word offset, seL4_Word number)
{
    extra_caps(CNODE, 0, 0);
    seL4_SetMR(4, offset);
    seL4_SetMR(5, number);
    return CALL(X0, untyped, X1, info(UntypedRetype, 1, 6), X2, type, X3, size, X4, 0, X5, 0);
}

static void retyping(void)
{
    const seL4_CPtr ut = pool_object(seL4_UntypedObject, 12);
    const seL4_CPtr to = pool_slot();

    vector("Retype type 12: InvalidArgument 0", retype(ut, 12, 0, to, 1), PAIRS(X0, 0, X1, 0x1001, X2, 0));
    vector("Retype untyped of 48 bits: RangeError 0, 47", retype(ut, seL4_UntypedObject, 48, to, 1),
           PAIRS(X0, 0, X1, 0x4002, X2, 0, X3, 47));
    vector("Retype CapTable with size 0: InvalidArgument 1", retype(ut, seL4_CapTableObject, 0, to, 1),
           PAIRS(X0, 0, X1, 0x1001, X2, 1));
    vector("Retype SchedContext with size 6: InvalidArgument 1", retype(ut, seL4_SchedContextObject, 6, to, 1),
           PAIRS(X0, 0, X1, 0x1001, X2, 1));
    vector("Retype 257 objects: RangeError 1, 256", retype(ut, seL4_EndpointObject, 0, to, 257),
           PAIRS(X0, 0, X1, 0x4002, X2, 1, X3, 256));
    vector("Retype at offset 8192: RangeError 0, 8191", retype(ut, seL4_EndpointObject, 0, 8192, 1),
           PAIRS(X0, 0, X1, 0x4002, X2, 0, X3, 8191));
    vector("Retype 3 objects at offset 8190: RangeError 1, 2", retype(ut, seL4_EndpointObject, 0, 8190, 3),
           PAIRS(X0, 0, X1, 0x4002, X2, 1, X3, 2));
    struct raw_regs call = retype(ut, seL4_EndpointObject, 0, to, 1);
    extra_caps(TCB, 0, 0);
    vector("Retype, root is no CNode, depth 0: FailedLookup 0, Missing 0", call,
           PAIRS(X0, 0, X1, 0x6003, X2, 0, X3, 2, X4, 0));
}

static void interrupts(void)
{
    const seL4_CPtr to = pool_slot();
    const seL4_CPtr handler = pool_slot();

    extra_caps(CNODE, 0, 0);
    vector("IRQControl_Get 160: RangeError 0, 159",
           CALL(X0, seL4_CapIRQControl, X1, info(IRQIssueIRQHandler, 1, 3), X2, 160, X3, to, X4, 64),
           PAIRS(X0, 0, X1, 0x4002, X2, 0, X3, 159));
    vector("IRQControl_Get 27, the kernel's timer: RevokeFirst",
           CALL(X0, seL4_CapIRQControl, X1, info(IRQIssueIRQHandler, 1, 3), X2, 27, X3, to, X4, 64),
           PAIRS(X0, 0, X1, 0x9000));
    vector("IssueSGISignal 16: RangeError 0, 15",
           CALL(X0, seL4_CapIRQControl, X1, info(ARMIRQIssueSGISignal, 1, 4), X2, 16, X3, 0, X4, to, X5, 64),
           PAIRS(X0, 0, X1, 0x4002, X2, 0, X3, 15));
    vector("IssueSGISignal target 8: InvalidArgument 1",
           CALL(X0, seL4_CapIRQControl, X1, info(ARMIRQIssueSGISignal, 1, 4), X2, 1, X3, 8, X4, to, X5, 64),
           PAIRS(X0, 0, X1, 0x1001, X2, 1));
    must(seL4_IRQControl_Get(seL4_CapIRQControl, 40, CNODE, handler, 64), "claiming an interrupt");
    extra_caps(TCB, 0, 0);
    vector("IRQHandler_SetNotification with a TCB cap: InvalidCapability 0",
           CALL(X0, handler, X1, info(IRQSetIRQHandler, 1, 0)), PAIRS(X0, 0, X1, 0x2001, X2, 0));
}

/* Registers of Page_Map into the root task's address space. */
static struct raw_regs map(seL4_CPtr frame, seL4_Word address)
{
    extra_caps(VSPACE, 0, 0);
    return CALL(X0, frame, X1, info(ARMPageMap, 1, 3), X2, address, X3, 3, X4, 3);
}

static void pages(void)
{
    const seL4_CPtr frame = pool_object(seL4_ARM_SmallPageObject, 0);
    const seL4_CPtr large = pool_object(seL4_ARM_LargePageObject, 0);
    const seL4_Word image = (seL4_Word)puppet_code_start & ~0x1ffffful;
    const seL4_CPtr image_frame = lab4_bootinfo()->userImageFrames.start;

    vector("Page_Map, no level-1 table: FailedLookup 0, Missing 39", map(frame, 1ul << 40),
           PAIRS(X0, 0, X1, 0x6003, X2, 0, X3, 2, X4, 39));
    vector("Page_Map, no level-2 table: FailedLookup 0, Missing 30", map(frame, 1ul << 36),
           PAIRS(X0, 0, X1, 0x6003, X2, 0, X3, 2, X4, 30));
    vector("Page_Map of 2 MiB where a level-3 table is: Missing 12", map(large, image),
           PAIRS(X0, 0, X1, 0x6003, X2, 0, X3, 2, X4, 12));
    vector("Page_Map, misaligned: AlignmentError", map(frame, 0x10000008), PAIRS(X0, 0, X1, 0x5000));
    vector("Page_Map at 0x800000000000: InvalidArgument 0", map(frame, 0x800000000000), PAIRS(X0, 0, X1, 0x1001, X2, 0));

    const seL4_Word physical = seL4_ARM_Page_GetAddress(image_frame + 1).paddr;
    vector("Page_GetAddress: one word, the frame's address", CALL(X0, image_frame, X1, info(ARMPageGetAddress, 0, 0)),
           PAIRS(X0, 0, X1, 1, X2, physical - 0x1000));
    vector("VSpace_Clean_Data across a page boundary: RangeError, the page",
           CALL(X0, VSPACE, X1, info(ARMVSpaceClean_Data, 0, 2), X2, 0x400000, X3, 0x402000),
           PAIRS(X0, 0, X1, 0x4002, X2, 0x400000, X3, 0x400fff));
}

/* Registers of SchedControl_ConfigureFlags. */
static struct raw_regs configure(seL4_CPtr sc, seL4_Word budget, seL4_Word period, seL4_Word refills)
{
    extra_caps(sc, 0, 0);
    seL4_SetMR(4, 0);
    return CALL(X0, lab4_bootinfo()->schedcontrol.start, X1, info(SchedControlConfigureFlags, 1, 5), X2, budget, X3, period,
                X4, refills, X5, 0);
}

static void threads_and_time(void)
{
    const seL4_CPtr sc = pool_object(seL4_SchedContextObject, 8);
    const seL4_CPtr tcb = pool_object(seL4_TCBObject, 0);

    vector("ConfigureFlags, budget of 19 us: RangeError 20, maximum", configure(sc, 19, 1000, 0),
           PAIRS(X0, 0, X1, 0x4002, X2, 20, X3, max_time));
    vector("ConfigureFlags, budget 2000 > period 1000: RangeError 20, 1000", configure(sc, 2000, 1000, 0),
           PAIRS(X0, 0, X1, 0x4002, X2, 20, X3, 1000));
    vector("ConfigureFlags, 9 extra refills in 2^8 bytes: RangeError 0, 8", configure(sc, 1000, 2000, 9),
           PAIRS(X0, 0, X1, 0x4002, X2, 0, X3, 8));
    extra_caps(TCB, 0, 0);
    vector("SetPriority 256: RangeError 0, 255", CALL(X0, tcb, X1, info(TCBSetPriority, 1, 1), X2, 256),
           PAIRS(X0, 0, X1, 0x4002, X2, 0, X3, 255));
    vector("SetFlags clear 0 set 0xff: one word, 1", CALL(X0, tcb, X1, info(TCBSetFlags, 0, 2), X2, 0, X3, 0xff),
           PAIRS(X0, 0, X1, 1, X2, 1));
    vector("ReadRegisters of the caller: IllegalOperation", CALL(X0, TCB, X1, info(TCBReadRegisters, 0, 2), X2, 0, X3, 36),
           PAIRS(X0, 0, X1, 0x3000));
    vector("ReadRegisters of 37 registers: RangeError 1, 36", CALL(X0, TCB, X1, info(TCBReadRegisters, 0, 2), X2, 0, X3, 37),
           PAIRS(X0, 0, X1, 0x4002, X2, 1, X3, 36));
}

static void domains(void)
{
    vector("Domain ScheduleConfigure index 1: RangeError 0, 0",
           CALL(X0, seL4_CapDomain, X1, info(DomainScheduleConfigure, 0, 3), X2, 1, X3, 0, X4, 5),
           PAIRS(X0, 0, X1, 0x4002, X2, 0, X3, 0));
    vector("Domain ScheduleSetStart 1, an end mark: InvalidArgument 0",
           CALL(X0, seL4_CapDomain, X1, info(DomainScheduleSetStart, 0, 1), X2, 1), PAIRS(X0, 0, X1, 0x1001, X2, 0));
    vector("Domain ScheduleSetStart 2: RangeError 0, 1",
           CALL(X0, seL4_CapDomain, X1, info(DomainScheduleSetStart, 0, 1), X2, 2), PAIRS(X0, 0, X1, 0x4002, X2, 0, X3, 1));
}

/* The rows that need a second thread: no IPC buffer, and fault messages. */
static void other_threads(void)
{
    static struct puppet a;
    const seL4_CPtr endpoint = pool_object(seL4_EndpointObject, 0);
    puppets_begin();
    puppet_create(&a, 100);

    puppet_set_handler(&a, pool_mint(endpoint, seL4_AllRights, 0xbad));
    puppet_do(&a, raw((enum lab4_syscall)PUPPET_REPORT_NUMBER, NOTHING));
    vector("an unknown system call reaches the handler: x0 = badge, x1 = label 2, 13 words",
           raw(LAB4_SYS_NBWait, PAIRS(X0, endpoint)),
           PAIRS(X0, 0xbad, X1, info(2, 0, 13), X2, a.given.x[0], X3, a.given.x[1], X4, a.given.x[2], X5, a.given.x[3]));
    check("  MR7 is x7", seL4_GetMR(seL4_UnknownSyscall_X7), 77);
    check("  MR8 is the call's address", seL4_GetMR(seL4_UnknownSyscall_FaultIP), (seL4_Word)puppet_syscall);
    check("  MR9 is sp", seL4_GetMR(seL4_UnknownSyscall_SP), PUPPET_STACK);
    check("  MR10 is the next instruction", seL4_GetMR(seL4_UnknownSyscall_LR), (seL4_Word)puppet_syscall + CODE_GATE_BYTES);
    check("  MR11 is the sanitised SPSR", seL4_GetMR(seL4_UnknownSyscall_SPSR) & ~0xf0000000ul, 0x40);
    check("  MR12 is x7 again", seL4_GetMR(seL4_UnknownSyscall_Syscall), 77);

    puppet_do(&a, do_call(0x5000, info(0, 0, 0), 0));
    seL4_Word badge;
    seL4_MessageInfo_t message = seL4_NBWait(endpoint, &badge);
    check("Call on cptr 0x5000 with a guard of 51 bits: label 1, 7 words", message.words[0], info(1, 0, 7));
    check("  MR0 is the call's address", seL4_GetMR(0), (seL4_Word)puppet_syscall);
    check("  MR1 is the cptr", seL4_GetMR(1), 0x5000);
    check("  MR2: not in the receive phase", seL4_GetMR(2), 0);
    check("  MR3: GuardMismatch", seL4_GetMR(3), 4);
    check("  MR4: 64 bits left", seL4_GetMR(4), 64);
    check("  MR5: the guard is 0", seL4_GetMR(5), 0);
    check("  MR6: it has 51 bits", seL4_GetMR(6), 51);

    puppet_set_handler(&a, puppet_handler(&a));
    const seL4_Word at = (seL4_Word)puppet_syscall;
    puppet_do(&a, do_wait(TCB));
    check_fault("Wait on a TCB cap: CapFault, Missing 0, in the receive phase", &a, 1, WORDS(at, TCB, 1, 2, 0));
    puppet_do(&a, do_recv(endpoint, TCB));
    check_fault("Recv with a TCB cap in x6: the same for x6", &a, 1, WORDS(at, TCB, 1, 2, 0));

    puppet_drop_buffer(&a);
    puppet_do(&a, delete(1ul << 40, 64, 2));
    check_returned("CNode_Delete, index 2^40, without IPC buffer: four words", &a,
                   PAIRS(X0, 0, X1, 0x6004, X2, 0, X3, 4, X4, 64, X5, 0));
}

int main(void)
{
    check_begin();
    notifications();
    refused_sends();
    cnode_lookups();
    derivation();
    retyping();
    interrupts();
    pages();
    threads_and_time();
    domains();
    other_threads();
    check_end();
}
