/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chapter 2: demand paging. A worker computes in 16 pages, of which none is mapped at first, and its pager has four
 * frames. A page gets a frame when the worker touches it; the frame that has been in use longest is taken away for that, and if it was written to,
 * its contents go to a store first. A page that is only read is mapped read-only: the first write to it is another fault,
 * and so the pager knows.
 *
 * The worker never learns of any of this.
 */
#include <lab4/printf.h>
#include <lab4/string.h>

#include "chapters.h"
#include "lib/mapper.h"
#include "lib/pool.h"
#include "lib/threads.h"

enum { PAGES = 16, FRAMES = 4, PAGE_BYTES = 1 << seL4_PageBits, NO_FRAME = -1, NO_PAGE = -1 };
enum { PRIORITY_PAGER = 150, PRIORITY_WORKER = 100 };
enum { FSR_WRITE = 0x40 }; /* Arm ARM, ESR_EL1.ISS.WnR */

struct frame {
    seL4_CPtr cap;     /* for the worker's mapping */
    void *window;      /* where the pager sees it, by another capability */
    int page;          /* that it holds, or NO_PAGE */
    int is_dirty;
};

static struct {
    seL4_CPtr faults, reply, done;
    seL4_Word region;        /* the worker's 16 pages */
    int frame_of[PAGES];     /* or NO_FRAME */
    struct frame frames[FRAMES];
    int oldest;              /* the next one to be taken away */
    char store[PAGES][PAGE_BYTES];
    unsigned faults_seen, written_back, dropped, made_writable;
} pager;

/* ------------------------------------------------------------------------------------------------ the pager */

static void map(struct frame *frame, int is_write)
{
    const seL4_Word address = pager.region + (seL4_Word)frame->page * PAGE_BYTES;
    must(mapper_map(seL4_CapInitThreadVSpace, frame->cap, address, is_write ? seL4_ReadWrite : seL4_CanRead,
                    seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever),
         "mapping a page for the worker");
    frame->is_dirty |= is_write;
}

static struct frame *take_oldest_frame(void)
{
    struct frame *frame = &pager.frames[pager.oldest];
    pager.oldest = (pager.oldest + 1) % FRAMES;
    if (frame->page != NO_PAGE) {
        must(seL4_ARM_Page_Unmap(frame->cap), "seL4_ARM_Page_Unmap");
        if (frame->is_dirty) {
            memcpy(pager.store[frame->page], frame->window, PAGE_BYTES);
        }
        *(frame->is_dirty ? &pager.written_back : &pager.dropped) += 1;
        pager.frame_of[frame->page] = NO_FRAME;
    }
    return frame;
}

static void handle_fault(seL4_Word address, int is_write)
{
    const int page = (int)((address - pager.region) / PAGE_BYTES);
    pager.faults_seen++;
    if (pager.frame_of[page] != NO_FRAME) { /* it is there, but read-only */
        map(&pager.frames[pager.frame_of[page]], is_write);
        pager.made_writable++;
        return;
    }
    struct frame *frame = take_oldest_frame();
    frame->page = page;
    frame->is_dirty = 0;
    memcpy(frame->window, pager.store[page], PAGE_BYTES);
    map(frame, is_write);
    pager.frame_of[page] = (int)(frame - pager.frames);
}

static void page(void *nothing)
{
    (void)nothing;
    for (;;) {
        seL4_Word badge;
        const seL4_Fault_t fault = seL4_getFault(seL4_Recv(pager.faults, &badge, pager.reply));
        const seL4_Word address = seL4_Fault_VMFault_get_Addr(fault);
        if (seL4_Fault_get_seL4_FaultType(fault) != seL4_Fault_VMFault || address - pager.region >= PAGES * PAGE_BYTES) {
            printf("   pager:  that is a fault that it cannot mend\n");
            seL4_Signal(pager.done);
            continue; /* without an answer the worker stays where it is */
        }
        handle_fault(address, (seL4_Fault_VMFault_get_FSR(fault) & FSR_WRITE) != 0);
        seL4_Send(pager.reply, seL4_MessageInfo_new(0, 0, 0, 0));
    }
}

/* ----------------------------------------------------------------------------------------------- the worker */

static volatile seL4_Word *word_of(int number)
{
    return (volatile seL4_Word *)(pager.region + (seL4_Word)number * PAGE_BYTES);
}

static void tell(const char *what)
{
    printf("   pager:  %s: %u faults so far; %u pages written back, %u dropped, %u made writable\n", what, pager.faults_seen,
           pager.written_back, pager.dropped, pager.made_writable);
}

static void work(void *nothing)
{
    (void)nothing;
    for (int i = 0; i < PAGES; i++) {
        *word_of(i) = (seL4_Word)(i * i);
    }
    tell("after the first pass");

    seL4_Word sum = 0;
    for (int i = 0; i < PAGES; i++) {
        sum += *word_of(i);
    }
    printf("   worker: the sum of the squares below %d is %lu\n", PAGES, sum);
    tell("after the second");

    for (int i = 0; i < PAGES; i += 2) {
        seL4_Word value = *word_of(i);
        __asm__ volatile("" : "+r"(value)); /* a load, then a store: on no machine a single instruction */
        *word_of(i) = value + 1;
    }
    tell("after the third");
    seL4_Signal(pager.done);
}

/* ------------------------------------------------------------------------------------------------ beginning */

static void make_frames(void)
{
    for (int i = 0; i < FRAMES; i++) {
        struct frame *frame = &pager.frames[i];
        seL4_CPtr cap;
        frame->window = mapper_page(&cap);
        frame->cap = pool_mint(cap, seL4_ReadWrite, 0); /* each mapping needs a capability of its own */
        frame->page = NO_PAGE;
    }
    for (int i = 0; i < PAGES; i++) {
        pager.frame_of[i] = NO_FRAME;
    }
}

void pager_chapter(void)
{
    static struct thread pager_thread, worker_thread;
    printf("2. A pager with %d frames, for a worker with %d pages: it writes to each, reads each, and changes every other one.\n", FRAMES, PAGES);
    pager.faults = pool_object(seL4_EndpointObject, 0);
    pager.reply = pool_object(seL4_ReplyObject, 0);
    pager.done = pool_object(seL4_NotificationObject, 0);
    pager.region = mapper_reserve(PAGES * PAGE_BYTES);
    make_frames();
    thread_create(&pager_thread, &(struct thread_options) {
        .name = "pager", .priority = PRIORITY_PAGER, .budget = 10 * MILLISECOND, .period = 10 * MILLISECOND});
    thread_create(&worker_thread, &(struct thread_options) {
        .name = "worker",
        .priority = PRIORITY_WORKER,
        .budget = 10 * MILLISECOND,
        .period = 10 * MILLISECOND,
        .fault_handler = pool_mint(pager.faults, seL4_NoRead, 1),
    });
    thread_start(&pager_thread, page, NULL);
    thread_start(&worker_thread, work, NULL);
    seL4_Wait(pager.done, NULL);
    must(seL4_TCB_Suspend(worker_thread.tcb), "seL4_TCB_Suspend");
    must(seL4_TCB_Suspend(pager_thread.tcb), "seL4_TCB_Suspend");
    printf("\n");
}
