// SPDX-License-Identifier: BSD-2-Clause
//
// A root task to look at: one thread waits for a message, one for a signal, one has just faulted, and the first one, which has
// made them, computes for ever. Prints a line when all that is so.
#include "lib/pool.h"
#include "lib/threads.h"

#include <lab4/printf.h>
#include <lab4/runtime.h>
#include <sel4/sel4.h>

enum { LOW = 10, HIGH = 200, BUDGET = 10000, BADGE = 0x77, NO_ADDRESS = 0x123450 };

static seL4_CPtr endpoint, notification, reply;

static void receive(void *unused)
{
    (void)unused;
    seL4_Recv(endpoint, NULL, reply);
}

static void wait(void *unused)
{
    (void)unused;
    seL4_Wait(notification, NULL);
}

static void fault(void *unused)
{
    (void)unused;
    *(volatile int *)NO_ADDRESS = 1;
}

static void start(const char *name, void (*function)(void *), seL4_CPtr fault_handler)
{
    struct thread thread;
    thread_create(&thread, &(struct thread_options){
                               .name = name, .priority = HIGH, .fault_handler = fault_handler, .budget = BUDGET, .period = BUDGET});
    thread_start(&thread, function, NULL);
}

int main(void)
{
    pool_init(lab4_bootinfo());
    endpoint = pool_object(seL4_EndpointObject, 0);
    notification = pool_object(seL4_NotificationObject, 0);
    reply = pool_object(seL4_ReplyObject, 0);
    const seL4_CPtr nobody = pool_mint(pool_object(seL4_EndpointObject, 0), seL4_AllRights, BADGE);
    must(seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, LOW), "lower our priority");
    start("receiver", receive, 0);
    start("waiter", wait, 0);
    start("\"faulter\"", fault, nobody);
    printf("still\n");
    for (;;) {
    }
}
