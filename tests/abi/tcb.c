/* SPDX-License-Identifier: BSD-2-Clause */
/* Methods of threads (threads §2, §12 #1–#36, #91–#93). */
#include <lab4/runtime.h>
#include <lab4/string.h>

#include "lib/mapper.h"
#include "lib/pool.h"
#include "lib/threads.h"
#include "support/check.h"
#include "support/puppet.h"
#include "support/slots.h"

enum { TCB = seL4_CapInitThreadTCB, VSPACE = seL4_CapInitThreadVSpace, REGISTERS = 36 };

static struct puppet a, b;
static seL4_CPtr endpoint, reply, empty;

static const seL4_Word here = (seL4_Word)puppet_syscall;

/* ----------------------------------------------------------------------------------------------------- registers */

/* threads §12 #3 */
static void new_thread(void)
{
    const seL4_CPtr tcb = pool_object(seL4_TCBObject, 0);
    seL4_UserContext context;
    memset(&context, 0xff, sizeof(context));
    must(seL4_TCB_ReadRegisters(tcb, 0, 0, REGISTERS, &context), "reading");
    check("a new thread's SPSR is 0x40", context.spsr, 0x40);
    context.spsr = 0;
    seL4_Word any = 0;
    for (int i = 0; i < REGISTERS; i++) {
        any |= ((seL4_Word *)&context)[i];
    }
    check("  all other registers are 0", any, 0);
    check_ok("its priority can be set by an authority's MCP", seL4_TCB_SetPriority(tcb, TCB, 255));
    check_refused("#3 its own MCP is 0 and gives no authority", seL4_TCB_SetPriority(tcb, tcb, 1), seL4_RangeError, WORDS(0, 0));
    check_ok("#3   but for priority 0", seL4_TCB_SetPriority(tcb, tcb, 0));
}

/* threads §12 #14, #16, #17, #18, #19 */
static void reading_and_writing(void)
{
    const seL4_CPtr tcb = pool_object(seL4_TCBObject, 0);
    seL4_UserContext in, out;
    for (int i = 0; i < REGISTERS; i++) {
        ((seL4_Word *)&in)[i] = 0x100ul + (seL4_Word)i * 8;
    }
    in.spsr = ~0ul;
    must(seL4_TCB_WriteRegisters(tcb, 0, 0xff, REGISTERS, &in), "writing");
    must(seL4_TCB_ReadRegisters(tcb, 0, 0xff, REGISTERS, &out), "reading");
    check("#18 SPSR written as all ones reads back as 0xf0000040", out.spsr, 0xf0000040);
    in.spsr = out.spsr;
    check("all 36 registers read back as written", (seL4_Word)(unsigned)memcmp(&in, &out, sizeof(in)), 0);
    check("#19   the thread registers are the last two", ((seL4_Word *)&out)[34] ^ ((seL4_Word *)&out)[35],
          (0x100 + 34 * 8) ^ (0x100 + 35 * 8));

    memset(&out, 0, sizeof(out));
    must(seL4_TCB_WriteRegisters(tcb, 0, 0, 2, &out), "writing pc and sp");
    must(seL4_TCB_ReadRegisters(tcb, 0, 0, REGISTERS, &out), "reading");
    check("a count of 2 writes pc and sp", out.pc | out.sp, 0);
    check("  and not what follows", out.x0, in.x0);
    seL4_SetMR(4, ~0ul);
    vector("#14 WriteRegisters with count 40 and 42 words is legal",
           CALL(X0, tcb, X1, info(TCBWriteRegisters, 0, 42), X2, 0, X3, 40, X4, 0, X5, 0), PAIRS(X0, 0, X1, 0));
    vector("#17 WriteRegisters with fewer words than its count, even of the caller: TruncatedMessage",
           CALL(X0, TCB, X1, info(TCBWriteRegisters, 0, 5), X2, 0, X3, 4), PAIRS(X0, 0, X1, info(7, 0, 0)));
    vector("#16 WriteRegisters of the caller: IllegalOperation",
           CALL(X0, TCB, X1, info(TCBWriteRegisters, 0, 4), X2, 0, X3, 2, X4, 0, X5, 0), PAIRS(X0, 0, X1, info(3, 0, 0)));
    vector("#17 ReadRegisters of the caller with count 0: RangeError first",
           CALL(X0, TCB, X1, info(TCBReadRegisters, 0, 2), X2, 0, X3, 0), PAIRS(X0, 0, X1, info(4, 0, 2), X2, 1, X3, 36));
    vector("ReadRegisters of 3 registers: three words", CALL(X0, tcb, X1, info(TCBReadRegisters, 0, 2), X2, 0, X3, 3),
           PAIRS(X0, 0, X1, info(0, 0, 3), X2, 0, X3, 0, X4, 0xf0000040));
}

/* threads §12 #12 */
static void waiting(void)
{
    puppet_do(&a, do_recv(endpoint, reply));
    check("#12 pc of a thread that waits is that of its call", puppet_registers(&a).pc, here);
}

/* threads §12 #12 */
static void preempted(void)
{
    seL4_UserContext first, second;
    /* b's Send wakes a, which has a higher priority, whose report wakes the test: b is behind its call. */
    puppet_do(&a, do_recv(endpoint, reply));
    puppet_start(&b, puppet_syscall, do_send(endpoint, info(0, 0, 0), 0));
    seL4_Word badge;
    const seL4_CPtr faults = pool_object(seL4_EndpointObject, 0);
    puppet_set_handler(&a, pool_mint(faults, seL4_AllRights, 1));
    seL4_Wait(faults, &badge);
    must(seL4_TCB_ReadRegisters(b.tcb, 0, 0, REGISTERS, &first), "reading");
    must(seL4_TCB_ReadRegisters(b.tcb, 1, 0, REGISTERS, &second), "reading and suspending");
    check("#12 pc of a thread preempted by its own call: the call", first.pc, here);
    check("#12   and after suspending it: the next instruction", second.pc, here + CODE_GATE_BYTES);
    must(seL4_TCB_Resume(b.tcb), "resuming");
    puppet_set_handler(&a, puppet_handler(&a));
    settle();
    check_returned("     resumed, it does not repeat the call", &b, NOTHING);
}

/* threads §12 #13, #15 */
static void repeated(void)
{
    seL4_UserContext any = {0};
    /* As above; the message of b is in the registers that a reported. */
    puppet_do(&a, do_recv(endpoint, reply));
    puppet_start(&b, puppet_syscall, do_send(endpoint, info(0, 0, 1), 0x13));
    while (is_waiting(&a)) {
        step();
    }
    must(seL4_TCB_WriteRegisters(b.tcb, 0, 0, 0, &any), "writing no register");
    puppet_do(&a, do_recv(endpoint, reply));
    check_returned("#13 WriteRegisters with count 0 sets the next instruction back: the call is repeated", &a,
                   PAIRS(X0, 0, X1, info(0, 0, 1), X2, 0x13));
    check_returned("#15   and the thread was not stopped", &b, NOTHING);
}

/* threads §12 #16 */
static void copy_registers(void)
{
    const seL4_CPtr from = pool_object(seL4_TCBObject, 0), to = pool_object(seL4_TCBObject, 0);
    seL4_UserContext in, out;
    for (int i = 0; i < REGISTERS; i++) {
        ((seL4_Word *)&in)[i] = 0x1000ul + (seL4_Word)i * 8;
    }
    must(seL4_TCB_WriteRegisters(from, 0, 0, REGISTERS, &in), "writing");
    check_ok("CopyRegisters of the frame registers", seL4_TCB_CopyRegisters(to, from, 0, 0, 1, 0, 0));
    must(seL4_TCB_ReadRegisters(to, 0, 0, REGISTERS, &out), "reading");
    check("  copies pc", out.pc, in.pc);
    check("  and x30", out.x30, in.x30);
    check("  not x9 nor tpidrro_el0", out.x9 | out.tpidrro_el0, 0);
    check_ok("CopyRegisters of the integer registers", seL4_TCB_CopyRegisters(to, from, 0, 0, 0, 1, 0));
    must(seL4_TCB_ReadRegisters(to, 0, 0, REGISTERS, &out), "reading");
    check("  copies x9", out.x9, in.x9);
    check("  and tpidrro_el0", out.tpidrro_el0, in.tpidrro_el0);
    check_refused("CopyRegisters from what is no TCB: InvalidCapability 1", seL4_TCB_CopyRegisters(to, endpoint, 0, 0, 1, 1, 0),
                  seL4_InvalidCapability, WORDS(1));
    check_ok("#16 CopyRegisters of the caller to itself is allowed", seL4_TCB_CopyRegisters(TCB, TCB, 0, 0, 0, 0, 0));
}

/* ----------------------------------------------------------------------------------------------- suspend, resume */

/* threads §12 #8, #10 */
static void suspension(void)
{
    puppet_do(&a, raw(LAB4_SYS_Call, PAIRS(X0, a.tcb, X1, info(TCBSuspend, 0, 0))));
    check_waiting("a thread suspends itself", &a);
    must(seL4_TCB_Resume(a.tcb), "resuming it");
    settle();
    check_waiting("#8 resumed from outside, it suspends itself again", &a);
    check("#8   its pc is still at the call", puppet_registers(&a).pc, here);

    puppet_do(&b, raw(LAB4_SYS_Call, PAIRS(X0, b.tcb, X1, info(TCBResume, 0, 0))));
    check_returned("Resume of itself does nothing", &b, PAIRS(X0, 0, X1, 0));

    must(seL4_TCB_Suspend(a.tcb), "suspending");
    puppet_do(&a, do_call(endpoint, info(1, 0, 1), 3));
    must(seL4_TCB_Resume(a.tcb), "resuming a queued caller");
    puppet_do(&b, do_recv(endpoint, reply));
    check_returned("#10 a caller resumed while queued sends again", &b, PAIRS(X0, 0, X1, info(1, 0, 1), X2, 3));
    must(seL4_TCB_Resume(a.tcb), "resuming a caller that waits for its reply");
    puppet_do(&b, do_recv(endpoint, reply));
    check_returned("#10   and while it waits for the reply too", &b, PAIRS(X0, 0, X1, info(1, 0, 1), X2, 3));
    puppet_do(&b, do_send(reply, info(2, 0, 0), 0));
    check_returned("      which then comes", &a, PAIRS(X0, 0, X1, info(2, 0, 0)));
}

/* The first half of a combined call may not invoke a TCB, CNode or scheduling context. */
/* objects §12 #98 */
static void restricted_first_phase(void)
{
    const seL4_CPtr idle = pool_object(seL4_NotificationObject, 0), signal = pool_mint(idle, seL4_AllRights, 1);
    puppet_do(&a, do_recv(endpoint, reply));
    seL4_Signal(signal);
    vector("objects #98 TCBSuspend in the first phase of NBSendWait: nothing is said",
           raw(LAB4_SYS_NBSendWait, PAIRS(X0, idle, X1, info(TCBSuspend, 0, 0), X6, a.tcb)), PAIRS(X0, 1));
    puppet_do(&b, do_send(endpoint, info(1, 0, 0), 0));
    check_returned("objects #98   and nothing done: the thread still waits for its message", &a, PAIRS(X0, 0, X1, info(1, 0, 0)));
    puppet_do(&a, do_recv(endpoint, reply));
    seL4_NBSend(a.tcb, seL4_MessageInfo_new(TCBSuspend, 0, 0, 0));
    puppet_do(&b, raw(LAB4_SYS_NBSend, PAIRS(X0, endpoint, X1, info(1, 0, 0))));
    check_waiting("           NBSend may", &a);
}

/* ------------------------------------------------------------------------------------------------------- spaces */

/* threads §12 #22, #23, #25, #26 */
static void spaces(void)
{
    const seL4_CPtr tcb = pool_object(seL4_TCBObject, 0);
    const seL4_CPtr vspace = pool_object(seL4_ARM_VSpaceObject, 0);
    const seL4_CPtr send = pool_slot(), handler = pool_slot();
    must(seL4_CNode_Copy(CNODE, send, DEPTH, CNODE, endpoint, DEPTH, seL4_CanWrite), "a cap that can only send");
    must(seL4_CNode_Copy(CNODE, handler, DEPTH, CNODE, endpoint, DEPTH, seL4_CapRights_new(1, 0, 0, 1)), "Write and GrantReply");

    check_ok("#25 Configure with buffer 0 ignores the frame cap", seL4_TCB_Configure(tcb, CNODE, 0, VSPACE, 0, 0, endpoint));
    check_ok("#25   even an empty slot", seL4_TCB_Configure(tcb, CNODE, 0, VSPACE, 0, 0, empty));
    check_refused("#26 a misaligned buffer in what is no frame: IllegalOperation",
                  seL4_TCB_Configure(tcb, CNODE, 0, VSPACE, 0, 0x1001, endpoint), seL4_IllegalOperation, NO_WORDS);
    check_refused("#26 in a frame: AlignmentError", seL4_TCB_Configure(tcb, CNODE, 0, VSPACE, 0, 0x1200, a.frame),
                  seL4_AlignmentError, NO_WORDS);
    check_refused("a CSpace root that is none: IllegalOperation", seL4_TCB_Configure(tcb, TCB, 0, VSPACE, 0, 0, 0),
                  seL4_IllegalOperation, NO_WORDS);
    check_refused("a VSpace without ASID: IllegalOperation", seL4_TCB_Configure(tcb, CNODE, 0, vspace, 0, 0, 0),
                  seL4_IllegalOperation, NO_WORDS);
    check_refused("an impossible guard: IllegalOperation", seL4_TCB_Configure(tcb, CNODE, 52, VSPACE, 0, 0, 0),
                  seL4_IllegalOperation, NO_WORDS);
    check_refused("#22 SetSpace: the fault handler is looked at last: IllegalOperation",
                  seL4_TCB_SetSpace(tcb, send, TCB, 0, VSPACE, 0), seL4_IllegalOperation, NO_WORDS);
    check_refused("#23 a handler with Write alone: InvalidCapability 1", seL4_TCB_SetSpace(tcb, send, CNODE, 0, VSPACE, 0),
                  seL4_InvalidCapability, WORDS(1));
    check_ok("#23 with Write and GrantReply it is accepted", seL4_TCB_SetSpace(tcb, handler, CNODE, 0, VSPACE, 0));
    check_refused("SetTimeoutEndpoint with Write alone: InvalidCapability 1", seL4_TCB_SetTimeoutEndpoint(tcb, send),
                  seL4_InvalidCapability, WORDS(1));
    check_ok("SetTimeoutEndpoint with an empty slot", seL4_TCB_SetTimeoutEndpoint(tcb, empty));
    check_refused("SetIPCBuffer with an empty slot and an address: IllegalOperation", seL4_TCB_SetIPCBuffer(tcb, 0x1000, empty),
                  seL4_IllegalOperation, NO_WORDS);
    check_ok("  and without an address", seL4_TCB_SetIPCBuffer(tcb, 0, empty));
}

/* The kernel's view of an IPC buffer does not go through the mapping (memory §2.14). */
/* memory §11 #39 */
static void buffers(void)
{
    const seL4_CPtr frame = pool_object(seL4_ARM_SmallPageObject, 0), alias = pool_slot();
    seL4_IPCBuffer *seen = (seL4_IPCBuffer *)mapper_reserve(4096);
    must(copy(alias, frame), "a second cap of the frame");
    must(mapper_map(VSPACE, alias, (seL4_Word)seen, seL4_ReadWrite, 3), "mapping it here");
    check_ok("a buffer may be said to be where nothing is mapped", seL4_TCB_SetIPCBuffer(a.tcb, 0x7f0000000400, frame));
    puppet_do(&a, do_recv(endpoint, reply));
    b.buffer->msg[4] = 0x4444;
    puppet_do(&b, do_send(endpoint, info(0, 0, 5), 0));
    check("memory #39   messages arrive at that offset of the frame", ((seL4_IPCBuffer *)((char *)seen + 0x400))->msg[4], 0x4444);
    must(delete(frame), "deleting the cap that it was set from");
    puppet_do(&a, do_recv(endpoint, reply));
    b.buffer->msg[4] = 0x5555;
    puppet_do(&b, do_send(endpoint, info(0, 0, 5), 0));
    check("memory #39   also when the capability given is gone", ((seL4_IPCBuffer *)((char *)seen + 0x400))->msg[4], 0x5555);
    must(seL4_TCB_SetIPCBuffer(a.tcb, (seL4_Word)a.buffer, a.frame), "its own buffer");
}

/* --------------------------------------------------------------------------------------- priorities and contexts */

/* threads §12 #1, #2, #3, #22, #29, #31, #32, #33, #34, #35 */
static void parameters(void)
{
    const seL4_CPtr tcb = pool_object(seL4_TCBObject, 0);
    const seL4_CPtr sc = pool_object(seL4_SchedContextObject, seL4_MinSchedContextBits);
    const seL4_CPtr control = lab4_bootinfo()->schedcontrol.start;
    check_refused("#1 SetPriority 256: RangeError, not priority 0", seL4_TCB_SetPriority(tcb, TCB, 256), seL4_RangeError,
                  WORDS(0, 255));
    check_ok("#2 an MCP below the priority is allowed", seL4_TCB_SetSchedParams(tcb, TCB, 50, 100, 0, 0));
    check_refused("#3 authority is the MCP of the cap given", seL4_TCB_SetMCPriority(a.tcb, tcb, 51), seL4_RangeError, WORDS(0, 50));
    check_refused("SetPriority with what is no TCB: InvalidCapability 1", seL4_TCB_SetPriority(tcb, endpoint, 1),
                  seL4_InvalidCapability, WORDS(1));
    check_refused("#32 SetSchedParams with a wrong context: InvalidCapability 2",
                  seL4_TCB_SetSchedParams(tcb, TCB, 1, 1, endpoint, sc), seL4_InvalidCapability, WORDS(2));
    check_refused("#22 with a wrong handler: InvalidCapability 3", seL4_TCB_SetSchedParams(tcb, TCB, 1, 1, sc, sc),
                  seL4_InvalidCapability, WORDS(3));
    check_refused("#29 taking the caller's own context: IllegalOperation",
                  seL4_TCB_SetSchedParams(TCB, TCB, 255, 255, empty, empty), seL4_IllegalOperation, NO_WORDS);
    check_ok("#29 with the context that it has", seL4_TCB_SetSchedParams(TCB, TCB, 255, 255, seL4_CapInitThreadSC, empty));
    check_ok("#31 an inactive thread can have a context that is not configured", seL4_SchedContext_Bind(sc, tcb));
    check_refused("     a context has one thread", seL4_SchedContext_Bind(sc, b.tcb), seL4_IllegalOperation, NO_WORDS);
    check_refused("#32 Bind to an endpoint: InvalidCapability 1", seL4_SchedContext_Bind(sc, endpoint), seL4_InvalidCapability,
                  WORDS(1));
    check_refused("#32 UnbindObject of an endpoint: InvalidCapability 1", seL4_SchedContext_UnbindObject(sc, endpoint),
                  seL4_InvalidCapability, WORDS(1));
    check_ok("     UnbindObject", seL4_SchedContext_UnbindObject(sc, tcb));
    check_refused("     twice: IllegalOperation", seL4_SchedContext_UnbindObject(sc, tcb), seL4_IllegalOperation, NO_WORDS);
    check_ok("     Unbind of a context bound to nothing", seL4_SchedContext_Unbind(sc));
    check_refused("Unbind of the caller's own: IllegalOperation", seL4_SchedContext_Unbind(seL4_CapInitThreadSC),
                  seL4_IllegalOperation, NO_WORDS);

    puppet_do(&a, do_recv(endpoint, reply));
    must(seL4_SchedContext_UnbindObject(a.sc, a.tcb), "unbinding a");
    check_refused("#31 a blocked thread cannot have a context that is not configured", seL4_SchedContext_Bind(sc, a.tcb),
                  seL4_IllegalOperation, NO_WORDS);
    check_ok("#31 but one that is released", seL4_SchedContext_Bind(a.sc, a.tcb));

    check_refused("#33 ConfigureFlags: ranges before the target's type", seL4_SchedControl_Configure(control, endpoint, 5, 5, 0, 0),
                  seL4_RangeError, WORDS(20, 0x218def416bdb));
    check_refused("#32 a target that is no context: InvalidCapability 1", seL4_SchedControl_Configure(control, endpoint, 50, 50, 0, 0),
                  seL4_InvalidCapability, WORDS(1));
    check_refused("#34 budget > period: RangeError 20, period", seL4_SchedControl_Configure(control, sc, 51, 50, 0, 0),
                  seL4_RangeError, WORDS(20, 50));
    check_refused("#35 extra refills are checked also for round robin", seL4_SchedControl_Configure(control, sc, 50, 50, 1, 0),
                  seL4_RangeError, WORDS(0, 0));
    check_ok("20 us of 20 us is legal", seL4_SchedControl_Configure(control, sc, 20, 20, 0, 0));
    const seL4_SchedContext_Consumed_t consumed = seL4_SchedContext_Consumed(sc);
    check("Consumed of a context that was never used", consumed.consumed, 0);
}

/* threads §12 #91, #94 */
static void flags_and_tls(void)
{
    const seL4_CPtr tcb = pool_object(seL4_TCBObject, 0);
    check("#91 SetFlags: only bit 0 sticks", seL4_TCB_SetFlags(tcb, 0, ~0ul).flags, 1);
    check("#91   clear, then set", seL4_TCB_SetFlags(tcb, 1, 1).flags, 1);
    check("#91   clear", seL4_TCB_SetFlags(tcb, ~0ul, 0).flags, 0);
    must(seL4_TCB_SetTLSBase(tcb, 0x123456789a), "setting the TLS base");
    seL4_UserContext context;
    must(seL4_TCB_ReadRegisters(tcb, 0, 0, REGISTERS, &context), "reading");
    check("SetTLSBase sets tpidr_el0", context.tpidr_el0, 0x123456789a);
    check("  and not tpidrro_el0", context.tpidrro_el0, 0);

    check_refused("#94 Domain_Set: a bad domain, InvalidArgument 0", seL4_DomainSet_Set(seL4_CapDomain, 1, tcb),
                  seL4_InvalidArgument, WORDS(0));
    check_refused("#94   a wrong cap type: InvalidArgument 1", seL4_DomainSet_Set(seL4_CapDomain, 0, endpoint),
                  seL4_InvalidArgument, WORDS(1));
    vector("#94   a bad domain wins over a missing TCB", CALL(X0, seL4_CapDomain, X1, info(DomainSetSet, 0, 1), X2, 7),
           PAIRS(X0, 0, X1, info(1, 0, 1), X2, 0));
    check_ok("Domain_Set to domain 0", seL4_DomainSet_Set(seL4_CapDomain, 0, tcb));
}

int main(void)
{
    check_begin();
    puppets_begin();
    puppet_create(&a, 100);
    puppet_create(&b, 90);
    endpoint = pool_object(seL4_EndpointObject, 0);
    reply = pool_object(seL4_ReplyObject, 0);
    empty = pool_slot();

    new_thread();
    reading_and_writing();
    waiting();
    preempted();
    repeated();
    copy_registers();
    suspension();
    restricted_first_phase();
    spaces();
    buffers();
    parameters();
    flags_and_tls();
    check_end();
}
