/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hello: the first root task to read. In six steps it shows what a program on this kernel consists of: what it is given, how
 * memory becomes objects, how a second thread is made and talked to, what a refusal looks like, and how one thread mends the
 * page fault of another. The small helpers (slots, pages, threads) are in ../lib.
 *
 * What it prints is the same on every platform, so it speaks of no address and no size that depends on the program's image.
 */
#include <lab4/exit.h>
#include <lab4/printf.h>
#include <lab4/runtime.h>
#include <sel4/sel4.h>

#include "lib/mapper.h"
#include "lib/pool.h"
#include "lib/threads.h"

enum {
    MILLISECOND = 1000, /* the kernel counts in microseconds */
    PRIORITY_SERVER = 200,
    PRIORITY_PAGER = 150,
    PRIORITY_TOUCHER = 100,
};

static const seL4_CPtr root = seL4_CapInitThreadCNode;

/* ------------------------------------------------------------------------------------------- 1. BootInfo */

static seL4_Word count(seL4_SlotRegion region)
{
    return region.end - region.start;
}

static void tell_bootinfo(const seL4_BootInfo *info)
{
    seL4_Word devices = 0;
    while (devices < count(info->untyped) && info->untypedList[devices].isDevice) {
        devices++;
    }
    const seL4_BootInfoHeader *extra = (const seL4_BootInfoHeader *)((const char *)info + seL4_BootInfoFrameSize);

    printf("1. The kernel started this thread with one argument, the address of BootInfo. It says:\n");
    printf("   - this is node %lu of %lu, in domain %lu\n", info->nodeID, info->numNodes, info->initThreadDomain);
    printf("   - our CNode has %lu slots, the first %d of them with fixed meanings\n", 1ul << info->initThreadCNodeSizeBits,
           seL4_NumInitialCaps);
    printf("   - the frames of our image are there as capabilities: %s\n", count(info->userImageFrames) > 0 ? "yes" : "no");
    printf("   - capabilities to untyped memory: devices first (%s), then RAM (%s)\n", devices > 0 ? "yes" : "no",
           devices < count(info->untyped) ? "yes" : "no");
    printf("   - a device tree came along: %s\n", info->extraLen > 0 && extra->id == SEL4_BOOTINFO_HEADER_FDT ? "yes" : "no");
    printf("   - slots up to %lu are empty, ours to fill\n\n", info->empty.end - 1);
}

/* ---------------------------------------------------------------------------------- 2. untyped memory, 3. a refusal */

/* An untyped of 16 KiB, so that we know what fits. The rest of the program leaves this work to pool_object. */
static void retype_memory(void)
{
    const seL4_CPtr untyped = pool_object(seL4_UntypedObject, 14);
    const seL4_CPtr frame = pool_slot();
    const seL4_CPtr notification = pool_slot();

    printf("2. Memory becomes objects when an untyped capability is asked to. From 16 KiB we make\n");
    must(seL4_Untyped_Retype(untyped, seL4_ARM_SmallPageObject, 0, root, 0, 0, frame, 1), "making a frame");
    printf("   - a frame of 4 KiB\n");
    must(seL4_Untyped_Retype(untyped, seL4_NotificationObject, 0, root, 0, 0, notification, 1), "making a notification");
    printf("   - a notification of 64 bytes\n");

    seL4_Word badge;
    seL4_Signal(pool_mint(notification, seL4_CanWrite, 0x20));
    seL4_Signal(pool_mint(notification, seL4_CanWrite, 0x03));
    seL4_Wait(notification, &badge);
    printf("   and use it: two signals, badged 0x20 and 0x3, arrive as one word, 0x%lx\n\n", badge);

    printf("3. Three more frames do not fit into what is left. The kernel refuses:\n");
    const seL4_CPtr more = pool_slot();
    pool_slot();
    pool_slot();
    const seL4_Error error = seL4_Untyped_Retype(untyped, seL4_ARM_SmallPageObject, 0, root, 0, 0, more, 3);
    printf("   - error %d is seL4_NotEnoughMemory: %s\n", (int)error, error == seL4_NotEnoughMemory ? "yes" : "no");
    printf("   - it comes with a detail in message register 0: %lu bytes are free\n", seL4_GetMR(0));
    /* Asked for one, it finds room, and the slot that the refused request left empty. */
    must(seL4_Untyped_Retype(untyped, seL4_ARM_SmallPageObject, 0, root, 0, 0, more, 1), "making a frame");
    printf("   - and nothing has happened: one frame, which does fit, goes into the slot that is still empty\n\n");
}

/* ---------------------------------------------------------------------------------------- 4. a server thread */

/* The server sees nothing but these slots of its own small CNode. */
enum { SERVER_SLOT_BITS = 4, SERVER_ENDPOINT = 1, SERVER_REPLY = 2 };
enum { OPERATION_ADD, OPERATION_REVERSE };

/* Puts the answer where the question was; the result is its length. */
static seL4_Word answer(seL4_Word operation, seL4_Word length)
{
    if (operation == OPERATION_ADD) {
        seL4_Word sum = 0;
        for (seL4_Word i = 0; i < length; i++) {
            sum += seL4_GetMR((int)i);
        }
        seL4_SetMR(0, sum);
        return 1;
    }
    for (seL4_Word i = 0; i < length / 2; i++) {
        const seL4_Word word = seL4_GetMR((int)i);
        seL4_SetMR((int)i, seL4_GetMR((int)(length - 1 - i)));
        seL4_SetMR((int)(length - 1 - i), word);
    }
    return length;
}

static void server(void *argument)
{
    (void)argument;
    seL4_Word badge;
    seL4_MessageInfo_t info = seL4_Recv(SERVER_ENDPOINT, &badge, SERVER_REPLY);
    for (;;) {
        const seL4_Word length = seL4_MessageInfo_get_length(info);
        printf("   server: a call with %lu words, by the holder of badge %lu\n", length, badge);
        const seL4_Word reply_length = answer(seL4_MessageInfo_get_label(info), length);
        info = seL4_ReplyRecv(SERVER_ENDPOINT, seL4_MessageInfo_new(0, 0, 0, reply_length), &badge, SERVER_REPLY);
    }
}

/* A CNode with two capabilities: the right to receive on the endpoint, and a reply object. */
static seL4_CPtr make_server_cspace(seL4_CPtr endpoint)
{
    const seL4_CPtr cnode = pool_object(seL4_CapTableObject, SERVER_SLOT_BITS);
    const seL4_CPtr reply = pool_object(seL4_ReplyObject, 0);
    must(seL4_CNode_Copy(cnode, SERVER_ENDPOINT, SERVER_SLOT_BITS, root, endpoint, seL4_WordBits, seL4_CanRead),
         "giving the endpoint to the server");
    must(seL4_CNode_Move(cnode, SERVER_REPLY, SERVER_SLOT_BITS, root, reply, seL4_WordBits),
         "giving the reply object to the server");
    return cnode;
}

static void call(seL4_CPtr endpoint, seL4_Word operation, seL4_Word length)
{
    for (seL4_Word i = 0; i < length; i++) {
        seL4_SetMR((int)i, i + 1);
    }
    const seL4_MessageInfo_t info = seL4_Call(endpoint, seL4_MessageInfo_new(operation, 0, 0, length));
    printf("   root:   the reply has %lu:", seL4_MessageInfo_get_length(info));
    for (seL4_Word i = 0; i < seL4_MessageInfo_get_length(info); i++) {
        printf(" %lu", seL4_GetMR((int)i));
    }
    printf("\n");
}

static void talk_to_server(void)
{
    static struct thread thread;
    const seL4_CPtr endpoint = pool_object(seL4_EndpointObject, 0);

    printf("4. A second thread: TCB, CSpace of 16 slots, our VSpace, IPC buffer, stack, TLS, priority %d, and a scheduling\n"
           "   context of 10 ms in every 100 ms. We keep a capability to its endpoint, badged 42, and call:\n",
           PRIORITY_SERVER);
    thread_create(&thread, &(struct thread_options) {
        .name = "server",
        .priority = PRIORITY_SERVER,
        .cspace = make_server_cspace(endpoint),
        .cspace_data = seL4_CNode_CapData_new(0, seL4_WordBits - SERVER_SLOT_BITS).words[0],
        .budget = 10 * MILLISECOND,
        .period = 100 * MILLISECOND,
    });
    thread_start(&thread, server, NULL);

    const seL4_CPtr badged = pool_mint(endpoint, seL4_NoRead, 42);
    call(badged, OPERATION_ADD, 3);
    call(badged, OPERATION_ADD, 100);
    call(badged, OPERATION_REVERSE, 10);
    printf("\n");
}

/* ------------------------------------------------------------------------------------------ 5. a page fault */

struct paging {
    seL4_CPtr faults;  /* where the kernel reports faults of the toucher */
    seL4_CPtr reply;   /* holds the toucher while its fault is handled */
    seL4_CPtr done;    /* notification for the root thread */
    seL4_Word *page;   /* not mapped at first */
};

/* Writes where nothing is mapped, twice. It never learns that it was stopped. */
static void toucher(void *argument)
{
    const struct paging *paging = argument;
    volatile seL4_Word *page = paging->page;
    page[0] = 6;
    page[1] = 7;
    printf("   toucher: wrote, and read back %lu\n", page[0] * page[1]);
    seL4_Signal(paging->done);
}

/* The toucher's fault handler: maps what is missing, and lets it repeat the instruction by replying. */
static void pager(void *argument)
{
    const struct paging *paging = argument;
    seL4_Word badge;
    const seL4_MessageInfo_t info = seL4_Recv(paging->faults, &badge, paging->reply);
    const seL4_Fault_t fault = seL4_getFault(info);
    const seL4_Word address = seL4_Fault_VMFault_get_Addr(fault);
    printf("   pager:   fault %lu (%s) of thread %lu at 0x%lx, %s, FSR 0x%lx\n", seL4_MessageInfo_get_label(info),
           seL4_isVMFault_tag(info) ? "VM fault" : "?", badge, address,
           seL4_Fault_VMFault_get_PrefetchFault(fault) ? "fetching" : "accessing data", seL4_Fault_VMFault_get_FSR(fault));

    const seL4_CPtr frame = pool_object(seL4_ARM_SmallPageObject, 0);
    must(mapper_map(seL4_CapInitThreadVSpace, frame, address, seL4_ReadWrite, seL4_ARM_Default_VMAttributes), "mapping");
    printf("   pager:   mapped a page there\n");
    seL4_Send(paging->reply, seL4_MessageInfo_new(0, 0, 0, 0));
}

static void mend_page_fault(void)
{
    static struct thread pager_thread, toucher_thread;
    static struct paging paging;
    paging.faults = pool_object(seL4_EndpointObject, 0);
    paging.reply = pool_object(seL4_ReplyObject, 0);
    paging.done = pool_object(seL4_NotificationObject, 0);
    paging.page = (seL4_Word *)0x30000000;

    printf("5. A thread touches a page that is not there; its fault handler is a third thread:\n");
    thread_create(&pager_thread, &(struct thread_options) {
        .name = "pager", .priority = PRIORITY_PAGER, .budget = 10 * MILLISECOND, .period = 10 * MILLISECOND});
    thread_create(&toucher_thread, &(struct thread_options) {
        .name = "toucher",
        .priority = PRIORITY_TOUCHER,
        .budget = 10 * MILLISECOND,
        .period = 10 * MILLISECOND,
        .fault_handler = pool_mint(paging.faults, seL4_NoRead, 5),
    });
    thread_start(&pager_thread, pager, &paging);
    thread_start(&toucher_thread, toucher, &paging);

    /* Both have lower priorities than this thread: they run while it waits. */
    seL4_Wait(paging.done, NULL);
    printf("   root:    the toucher is done; our mapping of the same page reads %lu, %lu\n\n", paging.page[0], paging.page[1]);
}

int main(void)
{
    const seL4_BootInfo *info = lab4_bootinfo();
    printf("\nhello: a root task on lab4\n\n");
    pool_init(info);
    tell_bootinfo(info);
    retype_memory();
    talk_to_server();
    mend_page_fault();
    printf("6. That is all: lab4_exit(0).\n");
    lab4_exit(0);
}
