// SPDX-License-Identifier: BSD-2-Clause
//
// Builds the world of world.h, as a root task would: with system calls.
#include "tests/fuzz/world.h"

#include <stdio.h>
#include <stdlib.h>

#include <sel4/objecttype.h>

#include "core/caps/cdt.h"
#include "core/threads/state.h"
#include "core/threads/tcb.h"
#include "tests/fuzz/calls.h"
#include "tests/fuzz/machine.h"

#define ALL_RIGHTS 15
enum { WRITE = 1, READ = 2, GRANT_REPLY = 8 };

// ------------------------------------------------------------------------------------------- parts

static void mint(word_t dest, word_t source, word_t rights, word_t badge)
{
    user_must(W_ROOT_CNODE, CNodeMint, WORDS(dest, 64, source, 64, rights, badge), CAPS(W_ROOT_CNODE));
}

static void configure_sc(word_t sc, word_t budget, word_t period, word_t refills, word_t badge, word_t flags)
{
    user_must(W_SCHED_CONTROL, SchedControlConfigureFlags, WORDS(budget, period, refills, badge, flags), CAPS(sc));
}

// The untypeds of the boot: a few are kept, under names, the others are deleted.
static void sort_untypeds(void)
{
    user_take_untyped(0x40040000, W_UT_PARENT);
    user_take_untyped(0x40070000, W_UT_FREE);
    user_take_untyped(0x80000000, W_UT_DEVICE);
    for (word_t slot = W_ROOT_IMAGE + 1; slot < W_UT_PARENT; slot++) {
        user_must(W_ROOT_CNODE, CNodeDelete, WORDS(slot, 64), NONE);
    }
}

static void make_memory(void)
{
    user_retype(W_UT_PARENT, seL4_UntypedObject, 12, W_UT_POOL, 1);
    user_retype(W_UT_PARENT, seL4_UntypedObject, 12, W_UT_CHILDREN, 1);
    user_retype(W_UT_PARENT, seL4_UntypedObject, 12, W_UT_POOL_2, 1);
    user_retype(W_UT_PARENT, seL4_ARM_VSpaceObject, 0, W_VSPACE_A, 2);
    user_retype(W_UT_PARENT, seL4_ARM_PageTableObject, 0, W_TABLE_A1, 4);
    user_retype(W_UT_PARENT, seL4_ARM_SmallPageObject, 0, W_FRAME_MAPPED, 1);
    user_retype(W_UT_PARENT, seL4_ARM_SmallPageObject, 0, W_FRAME_FREE, 1);
    user_retype(W_UT_PARENT, seL4_ARM_SmallPageObject, 0, W_FRAME_BUFFERS, 2);
    user_retype(W_UT_DEVICE, seL4_ARM_HugePageObject, 0, W_FRAME_HUGE, 1);
    user_retype(W_UT_DEVICE, seL4_ARM_LargePageObject, 0, W_FRAME_LARGE, 1);
    user_retype(W_UT_DEVICE, seL4_ARM_LargePageObject, 0, W_FRAME_LARGE_MAPPED, 1);
    user_retype(W_UT_DEVICE, seL4_ARM_SmallPageObject, 0, W_FRAME_DEVICE, 1);
    user_retype(W_UT_DEVICE, seL4_UntypedObject, 12, W_UT_DEVICE_PAGE, 1);
    user_retype(W_UT_CHILDREN, seL4_EndpointObject, 0, W_EP_CHILD_A, 2);
    user_copy(W_FRAME_READ_ONLY, W_FRAME_MAPPED, READ);
    user_copy(W_FRAME_NO_ACCESS, W_FRAME_MAPPED, 0);
}

static void make_address_spaces(void)
{
    user_must(W_ASID_CONTROL, ARMASIDControlMakePool, WORDS(W_POOL_2, 64), CAPS(W_UT_POOL_2, W_ROOT_CNODE));
    user_must(W_POOL_2, ARMASIDPoolAssign, NONE, CAPS(W_VSPACE_A));
    for (word_t table = W_TABLE_A1; table <= W_TABLE_A3; table++) {
        user_must(table, ARMPageTableMap, WORDS(WORLD_MAPPED, 3), CAPS(W_VSPACE_A));
    }
    user_must(W_FRAME_MAPPED, ARMPageMap, WORDS(WORLD_MAPPED, 3, 3), CAPS(W_VSPACE_A));
    user_must(W_FRAME_READ_ONLY, ARMPageMap, WORDS(WORLD_MAPPED + 0x1000, 3, 3), CAPS(W_VSPACE_A));
    user_must(W_FRAME_LARGE_MAPPED, ARMPageMap, WORDS(WORLD_LARGE, 3, 4), CAPS(W_VSPACE_A));
}

static void make_endpoints(void)
{
    static const word_t endpoints[] = {W_EP_SERVER, W_EP_SENDERS, W_EP_FAULT, W_EP_FREE, W_EP_CALLED};
    for (word_t i = 0; i < ARRAY_LENGTH(endpoints); i++) {
        user_retype(W_UT_PARENT, seL4_EndpointObject, 0, endpoints[i], 1);
    }
    mint(W_EP_SERVER_7, W_EP_SERVER, ALL_RIGHTS, 7);
    user_copy(W_EP_SERVER_7_COPY, W_EP_SERVER_7, ALL_RIGHTS);
    mint(W_EP_SENDERS_9, W_EP_SENDERS, ALL_RIGHTS, 9);
    user_copy(W_EP_SEND_ONLY, W_EP_SERVER, WRITE);
    user_copy(W_EP_NO_RIGHTS, W_EP_SERVER, 0);
    user_copy(W_EP_RECEIVE_ONLY, W_EP_SENDERS, READ);
    mint(W_EP_FREE_5, W_EP_FREE, ALL_RIGHTS, 5);
    user_copy(W_EP_FREE_5_COPY, W_EP_FREE_5, ALL_RIGHTS);
    mint(W_EP_FREE_5_AGAIN, W_EP_FREE, ALL_RIGHTS, 5);
    user_copy(W_EP_GRANT_REPLY, W_EP_FREE, WRITE | GRANT_REPLY);
    user_retype(W_UT_PARENT, seL4_NotificationObject, 0, W_NTFN_IDLE, 4);
    user_retype(W_UT_PARENT, seL4_NotificationObject, 0, W_NTFN_IRQ, 1);
    mint(W_NTFN_WAITING_2, W_NTFN_WAITING, ALL_RIGHTS, 2);
    user_retype(W_UT_PARENT, seL4_ReplyObject, 0, W_REPLY_FREE, 4);
    user_copy(W_REPLY_NO_GRANT, W_REPLY_FREE, WRITE);
    user_must(W_NTFN_ACTIVE, 0, NONE, NONE);
}

static void make_cnodes(void)
{
    user_retype(W_UT_PARENT, seL4_CapTableObject, 4, W_CNODE_4, 1);
    user_retype(W_UT_PARENT, seL4_CapTableObject, 2, W_CNODE_2, 1);
    user_retype(W_UT_PARENT, seL4_CapTableObject, 3, W_CNODE_EMPTY, 1);
    user_must(W_ROOT_CNODE, CNodeMutate, WORDS(WORLD_FIRST_SPARE, 64, W_CNODE_2, 64, 5 << 6 | 3), CAPS(W_ROOT_CNODE));
    user_must(W_ROOT_CNODE, CNodeMove, WORDS(W_CNODE_2, 64, WORLD_FIRST_SPARE, 64), CAPS(W_ROOT_CNODE));
    user_must(W_CNODE_4, CNodeCopy, WORDS(0, 4, W_EP_FREE, 64, ALL_RIGHTS), CAPS(W_ROOT_CNODE));
    user_must(W_CNODE_4, CNodeCopy, WORDS(1, 4, W_CNODE_2, 64, ALL_RIGHTS), CAPS(W_ROOT_CNODE));
    user_must(W_CNODE_4, CNodeCopy, WORDS(15, 4, W_CNODE_4, 64, ALL_RIGHTS), CAPS(W_ROOT_CNODE));
    user_must(W_CNODE_2, CNodeMint, WORDS(5 << 2 | 3, 5, W_NTFN_IDLE, 64, ALL_RIGHTS, 4), CAPS(W_ROOT_CNODE));
}

static void make_interrupts(void)
{
    user_must(W_IRQ_CONTROL, IRQIssueIRQHandler, WORDS(40, W_IRQ_40, 64), CAPS(W_ROOT_CNODE));
    user_must(W_IRQ_CONTROL, ARMIRQIssueIRQHandlerTrigger, WORDS(41, 1, W_IRQ_41, 64), CAPS(W_ROOT_CNODE));
    user_must(W_IRQ_CONTROL, ARMIRQIssueSGISignal, WORDS(3, 0, W_SGI_3, 64), CAPS(W_ROOT_CNODE));
    user_must(W_IRQ_40, IRQSetIRQHandler, NONE, CAPS(W_NTFN_IRQ));
}

static void make_threads(void)
{
    user_retype(W_UT_PARENT, seL4_TCBObject, 0, W_T1, 9);
    user_retype(W_UT_PARENT, seL4_SchedContextObject, 7, W_SC_1, 1);
    user_retype(W_UT_PARENT, seL4_SchedContextObject, 8, W_SC_2, 1);
    user_retype(W_UT_PARENT, seL4_SchedContextObject, 7, W_SC_NTFN, 7);
    configure_sc(W_SC_1, 5000, 5000, 0, 11, 0);
    configure_sc(W_SC_2, 1000, 10000, 8, 12, 1);
    configure_sc(W_SC_NTFN, 1000, 20000, 0, 13, 0);
    configure_sc(W_SC_4, 2000, 10000, 0, 14, 0);
    configure_sc(W_SC_5, 2000, 10000, 0, 15, 1);
    configure_sc(W_SC_6, 1000, 5000, 0, 16, 0);
    configure_sc(W_SC_7, 1000, 8000, 0, 17, 0);
    configure_sc(W_SC_9, 5000, 5000, 0, 19, 0);
    for (word_t i = 0; i < 9; i++) {
        word_t buffer = 0x500000 + i * 1024, frame = i < 4 ? W_FRAME_BUFFERS : W_FRAME_BUFFERS_2;
        word_t vspace = i < 4 ? W_VSPACE_A : W_ROOT_VSPACE;
        user_must(W_T1 + i, TCBConfigure, WORDS(0, 0, i == 8 ? 0 : buffer), CAPS(W_ROOT_CNODE, vspace, frame));
    }
    user_must(W_T2, TCBSetTimeoutEndpoint, NONE, CAPS(W_EP_FAULT));
    user_must(W_T3, TCBBindNotification, NONE, CAPS(W_NTFN_BOUND));
    user_must(W_SC_NTFN, SchedContextBind, NONE, CAPS(W_NTFN_BOUND));
}

// Lets the thread run next: it outranks or equals the root thread, which yields.
static void let_run(word_t thread, word_t sc)
{
    user_must(thread, TCBSetSchedParams, WORDS(255, 255), CAPS(W_ROOT_TCB, sc, W_EP_FAULT));
    user_must(thread, TCBResume, NONE, NONE);
    user_syscall(-11, 0, 0, 0, NONE, NONE);
}

static void make_thread_states(void)
{
    struct tcb *root = here()->current;
    let_run(W_T3, W_SC_7);
    user_syscall(-7, W_EP_SERVER, W_REPLY_ARMED, 0, NONE, NONE); // Recv
    user_must(W_SC_7, SchedContextUnbindObject, NONE, CAPS(W_T3));
    let_run(W_T7, W_SC_7);
    user_syscall(-7, W_EP_CALLED, W_REPLY_USED, 0, NONE, NONE);
    user_must(W_SC_7, SchedContextUnbindObject, NONE, CAPS(W_T7));
    user_must(W_T7, TCBSetPriority, WORDS(100), CAPS(W_ROOT_TCB));
    let_run(W_T6, W_SC_6);
    user_syscall(-1, W_EP_CALLED, 0, 66, WORDS(1, 2, 3), NONE); // Call; T7 serves
    let_run(W_T4, W_SC_4);
    user_syscall(-5, W_EP_SENDERS_9, 0, 44, WORDS(4, 5, 6, 7, 8), CAPS(W_EP_FREE)); // Send
    let_run(W_T2, W_SC_2);
    user_syscall(-1, W_EP_SENDERS, 0, 22, WORDS(9), NONE);
    let_run(W_T5, W_SC_5);
    user_syscall(-9, W_NTFN_WAITING, 0, 0, NONE, NONE); // Wait
    let_run(W_T9, W_SC_9);
    machine_run_step(&(struct step){.kind = STEP_FAULT, .words = {HW_FAULT_VM, 0xdead000, 0x92000044}});
    if (here()->current != root) {
        fprintf(stderr, "fuzz: the world cannot be built: another thread than the root thread ended up running\n");
        abort();
    }
}

static void set_priorities(bool equals)
{
    for (word_t i = 0; i < 9; i++) {
        user_must(W_T1 + i, TCBSetMCPriority, WORDS(equals ? 255 : 100 + i), CAPS(W_ROOT_TCB));
        user_must(W_T1 + i, TCBSetPriority, WORDS(equals ? 100 + i % 3 : 100), CAPS(W_ROOT_TCB));
    }
    user_must(W_SC_1, SchedContextBind, NONE, CAPS(W_T1));
    user_must(W_T1, TCBResume, NONE, NONE);
    if (equals) {
        user_must(W_ROOT_TCB, TCBSetPriority, WORDS(102), CAPS(W_ROOT_TCB));
    }
}

// A thread of the harness, in memory that boot considers the kernel's, whose CSpace leads to the root CNode. Its
// capabilities are originals in lists of their own, so nothing the world's threads do depends on it; but the invariant
// checker, which finds slots by following CSpaces, always sees the root CNode.
static void make_anchor(void)
{
    struct tcb *anchor = plat_ptr(0x40000000);
    struct slot *slots = plat_ptr(0x40000800);
    struct cap root_cnode = here()->current->slots[TCB_CSPACE].cap;
    tcb_init(anchor, "anchor of the harness");
    cdt_plant(MAKE_CAP(tcb, .object = 0x40000000), &slots[0]);
    cdt_plant(root_cnode, &slots[1]);
    cdt_plant(MAKE_CAP(cnode, .object = 0x40000800, .radix = 1), &anchor->slots[TCB_CSPACE]);
}

void world_build(bool equals)
{
    user_boot(WORLD_RAM_BYTES);
    make_anchor();
    sort_untypeds();
    make_memory();
    user_retype(W_UT_PARENT, seL4_UntypedObject, 7, W_UT_TINY, 1);
    make_address_spaces();
    make_endpoints();
    make_cnodes();
    make_interrupts();
    make_threads();
    make_thread_states();
    set_priorities(equals);
}
