// SPDX-License-Identifier: BSD-2-Clause
//
// Programs that are wrong, to see what a developer is told about them: one for each value of WRONG, the name of the function
// below that main calls. wrong.py looks up the lines by the comments at their ends.
#include "lib/mapper.h"
#include "lib/pool.h"
#include "lib/threads.h"

#include <lab4/exit.h>
#include <lab4/printf.h>
#include <lab4/runtime.h>
#include <sel4/sel4.h>

enum { HIGH = 200, BUDGET = 10000, EMPTY = 0x1f13, OUTSIDE = 0x99999, WINDOW = 0x20000000, DEEP = 1 << 30 };
#define NOINLINE __attribute__((noinline, unused))

static volatile int zero;
static volatile char result;
static seL4_CPtr first, second, reply;

static void start(const char *name, void (*function)(void *), seL4_Time budget)
{
    struct thread thread;
    thread_create(&thread, &(struct thread_options){.name = name, .priority = HIGH, .budget = budget, .period = BUDGET});
    thread_start(&thread, function, NULL);
}

static NOINLINE int length_of(const int *list)
{
    return 2 * list[0] + 1; // null
}

static NOINLINE void null(void)
{
    result = (char)length_of((const int *)(seL4_Word)zero);
}

static NOINLINE void divide(void)
{
    result = (char)(1000 / zero); // divide
}

static NOINLINE void jump(void)
{
    ((void (*volatile)(void))(seL4_Word)zero)(); // jump
}

static NOINLINE void trap(void)
{
    __builtin_trap(); // trap
}

#ifdef __x86_64__
static NOINLINE void raw(void)
{
    __asm__ volatile("syscall" ::"a"(39L) : "rcx", "r11", "memory"); // raw
}
#endif

static NOINLINE int dive(int depth)
{
    volatile char room[100];
    room[0] = (char)depth;
    return depth == 0 ? 0 : dive(depth - 1) + room[0]; // overflow
}

static void diver(void *unused)
{
    (void)unused;
    result = (char)dive(DEEP);
}

static NOINLINE void overflow(void)
{
    start("diver", diver, BUDGET);
    seL4_TCB_Suspend(seL4_CapInitThreadTCB);
}

static NOINLINE void readonly(void)
{
    const seL4_CPtr frame = pool_object(seL4_ARM_SmallPageObject, 0);
    must(mapper_map(seL4_CapInitThreadVSpace, frame, WINDOW, seL4_CanRead, seL4_ARM_Default_VMAttributes), "map a page");
    *(volatile char *)(WINDOW + 8) = 1; // readonly
}

static NOINLINE void empty(void)
{
    seL4_Recv(EMPTY, NULL, 0); // empty
}

static NOINLINE void outside(void)
{
    seL4_Call(OUTSIDE, seL4_MessageInfo_new(0, 0, 0, 0)); // outside
}

static void alice(void *unused)
{
    (void)unused;
    seL4_Call(first, seL4_MessageInfo_new(0, 0, 0, 0)); // alice
    seL4_Recv(second, NULL, reply);
}

static void bob(void *unused)
{
    (void)unused;
    seL4_Call(second, seL4_MessageInfo_new(0, 0, 0, 0)); // bob
    seL4_Recv(first, NULL, reply);
}

// Both threads have all capabilities of the root task, which has gone: each could receive what the other sends.
static NOINLINE void deadlock(void)
{
    first = pool_object(seL4_EndpointObject, 0);
    second = pool_object(seL4_EndpointObject, 0);
    reply = pool_object(seL4_ReplyObject, 0);
    start("alice", alice, BUDGET);
    start("bob", bob, BUDGET);
    seL4_TCB_Suspend(seL4_CapInitThreadTCB); // deadlock
}

static void idler(void *unused)
{
    (void)unused;
}

static NOINLINE void never(void)
{
    first = pool_object(seL4_EndpointObject, 0);
    start("passive", idler, 0);
    seL4_Recv(first, NULL, pool_object(seL4_ReplyObject, 0)); // never
}

static NOINLINE void refused(void)
{
    const seL4_CPtr endpoint = pool_object(seL4_EndpointObject, 0);
    const seL4_CPtr listener = pool_mint(endpoint, seL4_CanRead, 0);
    seL4_NBSend(listener, seL4_MessageInfo_new(0, 0, 0, 0));                    // refused: right
    seL4_NBSend(EMPTY, seL4_MessageInfo_new(0, 0, 0, 0));                       // refused: empty
    seL4_NBSend(OUTSIDE, seL4_MessageInfo_new(0, 0, 0, 0));                     // refused: outside
    seL4_CNode_Copy(seL4_CapInitThreadCNode, EMPTY, 64, seL4_CapInitThreadCNode, EMPTY + 1, 64, seL4_AllRights); // refused: source
    seL4_CNode_Copy(seL4_CapInitThreadCNode, endpoint, 64, seL4_CapInitThreadCNode, listener, 64, seL4_AllRights); // refused: occupied
    seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, 1000);   // refused: priority
    seL4_TCB_SetPriority(seL4_CapInitThreadTCB, EMPTY, 1);                      // refused: authority
}

static NOINLINE void spin(void)
{
    printf("spinning\n");
    for (;;) { // spin
    }
}

int main(void)
{
    pool_init(lab4_bootinfo());
    WRONG(); // main
    lab4_exit(0);
}
