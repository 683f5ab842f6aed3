/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thousand address spaces at the same time, with a thread in each (memory §1.4, §2.11). Each has the puppets' code at the same address, and
 * a page of its own at another one. Their threads run one at a time, with the only scheduling context.
 */
#include <lab4/runtime.h>

#include "lib/mapper.h"
#include "lib/pool.h"
#include "lib/threads.h"
#include "support/check.h"
#include "support/puppet.h"
#include "support/slots.h"

enum { COUNT = 1000, TIMES = 200, LEVELS = 3, PAGE = 4096, CONTEXT_WORDS = 36, MEMORY_BITS = 24, PRIORITY = 100 };

/* The capabilities of an address space, in slots that follow each other. */
enum { SPACE, TABLES, CODE = TABLES + LEVELS, DATA, TCB, PARTS };

static struct {
    seL4_CPtr memory[2]; /* of the address spaces with even numbers, and with odd ones */
    seL4_CPtr pools[2];  /* an ASID pool has room for 512 */
    seL4_CPtr first_slot;
    seL4_CPtr faults, reply, sc;
    seL4_CPtr code_frame;
    seL4_Word data; /* where each has its page: beside the code, so that the same tables serve both */
} stage;

static seL4_CPtr part(seL4_Word number, seL4_Word which)
{
    return stage.first_slot + number * PARTS + which;
}

static void begin(void)
{
    const seL4_BootInfo *boot = lab4_bootinfo();
    const seL4_Word image = (seL4_Word)boot->ipcBuffer - PAGE * (boot->userImageFrames.end - boot->userImageFrames.start);
    stage.code_frame = boot->userImageFrames.start + ((seL4_Word)puppet_code_start - image) / PAGE;
    stage.data = (seL4_Word)puppet_code_start ^ PAGE;
    for (int i = 0; i < 2; i++) {
        stage.memory[i] = pool_object(seL4_UntypedObject, MEMORY_BITS);
    }
    stage.pools[0] = seL4_CapInitThreadASIDPool;
    stage.pools[1] = pool_slot();
    must(seL4_ARM_ASIDControl_MakePool(seL4_CapASIDControl, pool_object(seL4_UntypedObject, 12), CNODE, stage.pools[1], DEPTH),
         "a second ASID pool");
    stage.faults = pool_object(seL4_EndpointObject, 0);
    stage.reply = pool_object(seL4_ReplyObject, 0);
    stage.sc = sched_context_create(seL4_MinSchedContextBits, PUPPET_SLICE, PUPPET_SLICE, 0);
    stage.first_slot = pool_slot();
    for (seL4_Word i = 1; i < COUNT * PARTS; i++) {
        pool_slot();
    }
}

static void make(seL4_Word number)
{
    const seL4_CPtr memory = stage.memory[number % 2], space = part(number, SPACE), tcb = part(number, TCB);
    must(retype(memory, seL4_ARM_VSpaceObject, 0, space, 1), "a VSpace");
    must(retype(memory, seL4_ARM_PageTableObject, 0, part(number, TABLES), LEVELS), "its tables");
    must(retype(memory, seL4_ARM_SmallPageObject, 0, part(number, DATA), 1), "its page");
    must(retype(memory, seL4_TCBObject, 0, tcb, 1), "its thread");
    must(seL4_ARM_ASIDPool_Assign(stage.pools[number / (COUNT / 2)], space), "its ASID");
    for (seL4_Word level = 0; level < LEVELS; level++) {
        must(seL4_ARM_PageTable_Map(part(number, TABLES + level), space, stage.data, seL4_ARM_Default_VMAttributes), "mapping a table");
    }
    must(copy(part(number, CODE), stage.code_frame), "copying the code's capability");
    must(seL4_ARM_Page_Map(part(number, CODE), space, (seL4_Word)puppet_code_start, seL4_CanRead, seL4_ARM_Default_VMAttributes),
         "mapping the code");
    must(seL4_ARM_Page_Map(part(number, DATA), space, stage.data, seL4_ReadWrite, seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever),
         "mapping its page");
    must(seL4_TCB_Configure(tcb, CNODE, 0, space, 0, 0, 0), "configuring its thread");
    must(seL4_TCB_SetSchedParams(tcb, seL4_CapInitThreadTCB, PRIORITY, PRIORITY, 0, stage.faults), "scheduling its thread");
}

/* Lets the thread of an address space execute some puppet's code; false if it has not reported in the end. *x1 goes in and out. */
static int execute(seL4_Word number, const char *code, seL4_Word *x1)
{
    seL4_UserContext context = {.pc = (seL4_Word)code, .sp = PUPPET_STACK, .x0 = stage.data, .x1 = *x1};
    must(seL4_TCB_WriteRegisters(part(number, TCB), 1, 0, CONTEXT_WORDS, &context), "starting a thread");
    must(seL4_SchedContext_Bind(stage.sc, part(number, TCB)), "giving it time");
    const seL4_MessageInfo_t message = seL4_Recv(stage.faults, NULL, stage.reply);
    const int has_reported = seL4_MessageInfo_get_label(message) == seL4_Fault_UnknownSyscall &&
                             seL4_GetMR(seL4_UnknownSyscall_Syscall) == PUPPET_REPORT_NUMBER;
    *x1 = seL4_GetMR(seL4_UnknownSyscall_X1);
    must(seL4_SchedContext_Unbind(stage.sc), "taking its time away");
    return has_reported;
}

/* How many of every `stride`-th address space, from `first`, can store a value of their own (made from `salt`) in their page. */
static seL4_Word storing(seL4_Word first, seL4_Word stride, seL4_Word salt)
{
    seL4_Word right = 0;
    for (seL4_Word i = first; i < COUNT; i += stride) {
        seL4_Word value = salt + i;
        right += (seL4_Word)execute(i, puppet_store, &value);
    }
    return right;
}

/* How many find that value there, or 0 if there is no salt. In the opposite order. */
static seL4_Word finding(seL4_Word first, seL4_Word stride, seL4_Word salt)
{
    seL4_Word right = 0;
    for (seL4_Word i = COUNT; i-- > 0;) {
        seL4_Word value = ~0ul;
        if (i % stride == first) {
            right += execute(i, puppet_load, &value) && value == (salt ? salt + i : 0);
        }
    }
    return right;
}

/* Takes back the memory of those with odd numbers; the copies of the code's capability are not made of it. */
static void delete_odd(seL4_Word count)
{
    must(revoke(stage.memory[1]), "taking memory back");
    for (seL4_Word i = 1; i < count; i += 2) {
        must(delete(part(i, CODE)), "deleting the code's capability");
    }
}

/* memory §11 #20 */
static void one_again_and_again(void)
{
    seL4_Word right = 0;
    for (int i = 0; i < TIMES; i++) {
        seL4_Word value = ~0ul;
        make(1);
        right += execute(1, puppet_load, &value) && value == 0;
        value = 0x5000;
        right += (seL4_Word)execute(1, puppet_store, &value);
        delete_odd(2);
    }
    check("one that is made and deleted 200 times is a new one each time", right, 2 * TIMES);
}

int main(void)
{
    check_begin();
    begin();
    for (seL4_Word i = 0; i < COUNT; i++) {
        make(i);
    }
    check_true("a thousand address spaces can be made", 1);
    check("  a thread runs in each, and finds a fresh page", finding(0, 1, 0), COUNT);
    check("  and stores its own value there", storing(0, 1, 0x10000), COUNT);
    check("  which it finds again", finding(0, 1, 0x10000), COUNT);

    delete_odd(COUNT);
    check("deleting every other one leaves the others", finding(0, 2, 0x10000), COUNT / 2);
    for (seL4_Word i = 1; i < COUNT; i += 2) {
        make(i);
    }
    check("new ones in that memory, with the ASIDs of the old, find a fresh page", finding(1, 2, 0), COUNT / 2);
    check("  and store their own values", storing(1, 2, 0x20000), COUNT / 2);
    check("  which they find again", finding(1, 2, 0x20000), COUNT / 2);
    check("  while the others still have theirs", finding(0, 2, 0x10000), COUNT / 2);

    delete_odd(COUNT);
    one_again_and_again();
    check("meanwhile the others have kept their pages", finding(0, 2, 0x10000), COUNT / 2);
    check_end();
}
