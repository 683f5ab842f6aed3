/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Budgets hold whatever a thread does: it computes, calls a passive server in another address space, faults, touches ever new pages
 * (more of them than the machine keeps mapped), or uses a device. The thread has 300 us in 2 ms. At the end of each slice the kernel
 * sends a timeout fault, which says what was charged for the slice; so the figures are the kernel's own.
 *
 * A busy host takes the processor away in the middle of a slice, and the kernel charges that. It cannot do so in most slices of
 * 300 us, so what is judged is the median and the three-quarter mark.
 */
#include <lab4/printf.h>
#include <lab4/runtime.h>
#include <lab4/tls.h>

#include "lib/devices.h"
#include "lib/mapper.h"
#include "lib/pool.h"
#include "lib/threads.h"
#include "support/check.h"
#include "twin.h"

enum { STACK_BYTES = 8192, TLS_BYTES = 4096, PAGE = 4096 };
enum { BUDGET = 300, PERIOD = 2000, BOUND = 50, SLICES = 160, MOST_SLICES = 500, PAGES = 8500, CALL_EVERY = 16 };
enum { OWN_PRIORITY = 100, SERVER_PRIORITY = 150, PRIORITY = 50, FAULT_LENGTH = 2 /* of ud2 */ };
enum { VSPACE = seL4_CapInitThreadVSpace };

static struct worker {
    _Alignas(16) unsigned char stack[STACK_BYTES];
    _Alignas(64) unsigned char tls[TLS_BYTES];
    seL4_CPtr tcb;
} client, server;

static seL4_CPtr timeouts, service, service_for_client, reply, server_reply;
static volatile seL4_Word sink, *pages, rounds;
static volatile seL4_Uint32 *timer;

/* ------------------------------------------------------------------------------------- what a thread can do */

static void spin(void)
{
    for (int i = 0; i < 100; i++) {
        sink = sink * 3 + 1;
    }
    rounds++;
}

static void compute(void *nothing)
{
    (void)nothing;
    for (;;) {
        spin();
    }
}

static void call(void *nothing)
{
    (void)nothing;
    for (;;) {
        spin();
        if (rounds % CALL_EVERY == 0) {
            seL4_CallWithMRs(service_for_client, seL4_MessageInfo_new(0, 0, 0, 0), NULL, NULL, NULL, NULL);
        }
    }
}

static void fault(void *nothing)
{
    (void)nothing;
    for (;;) {
        spin();
        __asm__ volatile("ud2");
    }
}

static void fill(void *nothing)
{
    (void)nothing;
    for (seL4_Word page = 0;; page = (page + 1) % PAGES) {
        sink += pages[page * 2 * PAGE / sizeof(*pages)];
        rounds++;
    }
}

static void touch_device(void *nothing)
{
    (void)nothing;
    for (;;) {
        sink += timer[0];
        spin();
    }
}

/* Answers calls and undefined instructions, which it steps over. */
static void serve(void *nothing)
{
    seL4_Word badge, mr[4] = {0};
    (void)nothing;
    seL4_MessageInfo_t tag = seL4_RecvWithMRs(service, &badge, server_reply, &mr[0], &mr[1], &mr[2], &mr[3]);
    for (;;) {
        const seL4_Word length = seL4_MessageInfo_get_label(tag) == seL4_Fault_UserException ? 1 : 0;
        mr[0] += FAULT_LENGTH;
        tag = seL4_ReplyRecvWithMRs(service, seL4_MessageInfo_new(0, 0, 0, length), &badge, &mr[0], &mr[1], &mr[2], &mr[3],
                                    server_reply);
    }
}

/* ------------------------------------------------------------------------------------------------- judging */

static void start(struct worker *worker, seL4_CPtr vspace, seL4_Word priority, seL4_CPtr sc, void (*function)(void *))
{
    const struct lab4_thread_memory memory = {.stack = worker->stack, .stack_size = STACK_BYTES, .tls_block = worker->tls};
    worker->tcb = pool_object(seL4_TCBObject, 0);
    must(seL4_TCB_Configure(worker->tcb, seL4_CapInitThreadCNode, 0, vspace, 0, 0, 0), "configuring a thread");
    must(seL4_TCB_SetSchedParams(worker->tcb, seL4_CapInitThreadTCB, 0, priority, sc, service_for_client), "scheduling a thread");
    must(seL4_TCB_SetTimeoutEndpoint(worker->tcb, timeouts), "a timeout handler");
    must(lab4_thread_start(worker->tcb, &memory, function, NULL), "starting a thread");
}

/* The server has run up to where it waits, and then lives on its clients' time. */
static void start_server(void)
{
    const seL4_CPtr sc = sched_context_create(seL4_MinSchedContextBits, PERIOD, PERIOD, 0);
    start(&server, twin_vspace(), SERVER_PRIORITY, sc, serve);
    must(seL4_SchedContext_Unbind(sc), "making the server passive");
}

static void sort(seL4_Word *values, int count)
{
    for (int i = 1; i < count; i++) {
        for (int j = i; j > 0 && values[j] < values[j - 1]; j--) {
            const seL4_Word value = values[j];
            values[j] = values[j - 1];
            values[j - 1] = value;
        }
    }
}

/* Lets a thread do that for so many slices. */
static void judge(const char *what, void (*function)(void *), int slices)
{
    static seL4_Word used[MOST_SLICES];
    const seL4_CPtr sc = sched_context_create(seL4_MinSchedContextBits, BUDGET, PERIOD, 0);
    seL4_Word badge, mr[4] = {0};
    int others = 0;
    start(&client, VSPACE, PRIORITY, sc, function);
    for (int i = 0; i < slices; i++) {
        const seL4_MessageInfo_t tag = seL4_RecvWithMRs(timeouts, &badge, reply, &mr[0], &mr[1], &mr[2], &mr[3]);
        used[i] = mr[1];
        others += seL4_MessageInfo_get_label(tag) != seL4_Fault_Timeout;
        seL4_Send(reply, seL4_MessageInfo_new(0, 0, 0, 0));
    }
    must(seL4_TCB_Suspend(client.tcb), "stopping a thread");
    must(seL4_TCB_Suspend(server.tcb), "stopping the server");
    must(seL4_SchedContext_Unbind(sc), "taking its time");
    sort(used, slices);
    printf("[timing] %s: %lu %lu %lu %lu %lu us of %d; %lu rounds\n", what, used[0], used[slices / 4], used[slices / 2],
           used[slices * 3 / 4], used[slices - 1], BUDGET, rounds);
    printf("%s:\n", what);
    check("  each slice ends with a timeout fault", (seL4_Word)others, 0);
    check_true("  the thread gets on", rounds > 0);
    check_true("  the median of its slices is its budget, but for 50 us", used[slices / 2] <= BUDGET + BOUND);
    check_true("  and so are three quarters of them", used[slices * 3 / 4] <= BUDGET + BOUND);
    check_true("  and it gets its budget", used[slices * 3 / 4] >= BUDGET - BOUND); /* what is left of one may be a slice of its own */
    rounds = 0;
}

/* Each page is a mapping of its own: a copy of the same frame, with a hole behind it. */
static void map_pages(void)
{
    seL4_CPtr frame;
    mapper_page(&frame);
    pages = (volatile seL4_Word *)mapper_reserve(PAGES * 2 * PAGE);
    big_cspace_begin();
    for (seL4_Word i = 0; i < PAGES; i++) {
        must(mapper_map(VSPACE, big_cspace_copy(frame), (seL4_Word)pages + i * 2 * PAGE, seL4_CanRead, seL4_ARM_ExecuteNever),
             "a page");
    }
}

int main(void)
{
    check_begin();
    timeouts = pool_object(seL4_EndpointObject, 0);
    service = pool_object(seL4_EndpointObject, 0);
    service_for_client = pool_mint(service, seL4_AllRights, 1);
    reply = pool_object(seL4_ReplyObject, 0);
    server_reply = pool_object(seL4_ReplyObject, 0);
    timer = device_page(0x09100000);
    map_pages();
    must(seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, OWN_PRIORITY), "our priority");
    static const struct {
        const char *name;
        void (*function)(void *);
    } activities[] = {{"computing", compute}, {"calling another address space", call}, {"faulting", fault},
                      {"touching new pages", fill}, {"using a device", touch_device}};
    for (seL4_Word i = 0; i < sizeof(activities) / sizeof(activities[0]); i++) {
        start_server();
        judge(activities[i].name, activities[i].function, activities[i].function == fill ? MOST_SLICES : SLICES);
    }
    check_end();
}
