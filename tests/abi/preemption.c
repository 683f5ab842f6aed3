/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads that never give up the processor, and what others get in spite of them (threads §4, §8.4, §12 #46, #47, #53). */
#include <lab4/runtime.h>

#include "lib/pool.h"
#include "lib/threads.h"
#include "support/check.h"
#include "support/puppet.h"
#include "support/slots.h"

enum { MS = 1000, LOW = 80, HIGH = 100 };

static struct puppet a, b, clock;
static seL4_CPtr control;

static void configure(struct puppet *puppet, seL4_Time budget, seL4_Time period)
{
    must(seL4_TCB_Suspend(puppet->tcb), "stopping a puppet");
    must(seL4_SchedControl_Configure(control, puppet->sc, budget, period, 0, 0), "configuring a puppet's context");
}

/* Lets the others run until the clock, which sleeps until its next period each time, has told the time `count` times. */
static void ticks(int count)
{
    for (int i = 0; i < count; i++) {
        puppet_start(&clock, puppet_syscall, raw(LAB4_SYS_Yield, NOTHING));
        while (is_waiting(&clock)) {
            step();
        }
    }
}

/* How far a spinning puppet has counted: its registers are those of its last preemption. */
static seL4_Word counted(const struct puppet *puppet)
{
    return puppet_registers(puppet).x0;
}

/* The same, until both puppets have run; a machine under load may need more time. */
static void ticks_until(const struct puppet *first, const struct puppet *second)
{
    for (int i = 0; i < 300 && (counted(first) == 0 || counted(second) == 0); i++) {
        ticks(1);
    }
}

static void spin(struct puppet *puppet)
{
    puppet_start(puppet, puppet_spin, raw(LAB4_SYS_Yield, PAIRS(X0, 0)));
}

static void one_spinner(void)
{
    spin(&a);
    order_begin();
    ticks(5);
    check_text("a thread that wakes up each period runs in spite of a spinning one of lower priority", order(), "ccccc");
    ticks_until(&a, &a);
    const seL4_Word before = counted(&a);
    check_true("  which counts meanwhile", before > 0);
    for (int i = 0; i < 300 && counted(&a) == before; i++) {
        ticks(1);
    }
    check_true("  and goes on where it was", counted(&a) > before);
    check("  no other register of it is changed", puppet_registers(&a).x6, a.given.x[X6]);
    must(seL4_TCB_Suspend(a.tcb), "stopping it");
    const seL4_Word stopped = counted(&a);
    ticks(2);
    check("  suspended, it stands still", counted(&a), stopped);
}

/* threads §12 #47, #53 */
static void two_spinners(void)
{
    configure(&a, PUPPET_SLICE, PUPPET_SLICE);
    configure(&b, PUPPET_SLICE, PUPPET_SLICE);
    spin(&b);
    spin(&a);
    ticks(5);
    ticks_until(&a, &a);
    check_true("#53 a preempted thread goes on before its equals while its slice lasts: one runs", counted(&a) > 0);
    check("#53   the other waits", counted(&b), 0);

    configure(&a, 1 * MS, 1 * MS);
    configure(&b, 1 * MS, 1 * MS);
    spin(&b);
    spin(&a);
    ticks_until(&a, &b);
    check_true("with short slices both run", counted(&a) > 0 && counted(&b) > 0);
    check_true("#47   and a round-robin thread has no timeout fault", is_waiting(&a) && is_waiting(&b));

    configure(&a, 1 * MS, 10000 * MS);
    configure(&b, PUPPET_SLICE, PUPPET_SLICE);
    spin(&b);
    spin(&a);
    ticks_until(&b, &b);
    const seL4_Word a_before = counted(&a), b_before = counted(&b);
    for (int i = 0; i < 300 && counted(&b) == b_before; i++) {
        ticks(1);
    }
    check("a thread whose budget is used up stands still", counted(&a), a_before);
    check_true("  and the other goes on", counted(&b) > b_before);
    must(seL4_TCB_Suspend(a.tcb), "stopping a");
    must(seL4_TCB_Suspend(b.tcb), "stopping b");
}

static void vector_registers(void)
{
    configure(&a, 1 * MS, 1 * MS);
    configure(&b, 1 * MS, 1 * MS);
    a.x19 = 0x1111111111110000;
    b.x19 = 0x2222222222220000;
    puppet_start(&a, puppet_simd_spin, raw(LAB4_SYS_Yield, PAIRS(X0, 0, X5, 0)));
    puppet_start(&b, puppet_simd_spin, raw(LAB4_SYS_Yield, PAIRS(X0, 0, X5, 0)));
    ticks_until(&a, &b);
    ticks(20);
    must(seL4_TCB_Suspend(a.tcb), "stopping a");
    must(seL4_TCB_Suspend(b.tcb), "stopping b");
    check_true("two threads with different vector registers take turns", counted(&a) > 0 && counted(&b) > 0);
    check("  the first never saw a wrong one", puppet_registers(&a).x5, 0);
    check("  nor did the second", puppet_registers(&b).x5, 0);
}

/* An operation long enough that an interrupt may come. */
static void long_revocation(void)
{
    enum { BITS = 12 };
    const seL4_CPtr endpoint = pool_object(seL4_EndpointObject, 0), cnode = pool_object(seL4_CapTableObject, BITS);
    for (seL4_Word i = 0; i < 1ul << BITS; i++) {
        must(seL4_CNode_Mint(cnode, i, BITS, CNODE, endpoint, DEPTH, seL4_AllRights, i + 1), "filling a CNode");
    }
    order_begin();
    puppet_start(&clock, puppet_syscall, raw(LAB4_SYS_Yield, NOTHING));
    puppet_start(&a, puppet_syscall, raw(LAB4_SYS_Call, PAIRS(X0, CNODE, X1, info(CNodeRevoke, 0, 2), X2, endpoint, X3, DEPTH)));
    await(&a);
    check_returned("Revoke of 4096 capabilities succeeds, whatever interrupts it", &a, PAIRS(X0, 0, X1, 0));
    check_refused("  and has deleted the first", seL4_CNode_Move(cnode, 1, BITS, cnode, 0, BITS), seL4_FailedLookup,
                  WORDS(1, 2, BITS));
    check_refused("  and the last", seL4_CNode_Move(cnode, 0, BITS, cnode, (1ul << BITS) - 1, BITS), seL4_FailedLookup,
                  WORDS(1, 2, BITS));
    await(&clock);
}

/* ------------------------------------------------------------------------------------- calls and small budgets */

enum { CALLS = 2000 };

struct conversation {
    seL4_CPtr endpoint, reply;
    seL4_Word asked, answered_wrongly, heard_wrongly;
    volatile int is_over;
};

static void ask(void *argument)
{
    struct conversation *conversation = argument;
    while (conversation->asked < CALLS) {
        const seL4_Word question = ++conversation->asked;
        seL4_SetMR(0, question);
        seL4_Call(conversation->endpoint, seL4_MessageInfo_new(0, 0, 0, 1));
        conversation->answered_wrongly += seL4_GetMR(0) != question + 1;
    }
    conversation->is_over = 1;
}

static void hear(void *argument)
{
    struct conversation *conversation = argument;
    seL4_Word heard = 0;
    seL4_Recv(conversation->endpoint, NULL, conversation->reply);
    for (;;) {
        conversation->heard_wrongly += seL4_GetMR(0) != ++heard;
        seL4_SetMR(0, heard + 1);
        seL4_ReplyRecv(conversation->endpoint, seL4_MessageInfo_new(0, 0, 0, 1), NULL, conversation->reply);
    }
}

/* A caller whose budget ends again and again, at any place in or between its calls. */
/* threads §12 #44 */
static void small_budget(void)
{
    static struct thread caller, server;
    static struct conversation conversation;
    conversation.endpoint = pool_object(seL4_EndpointObject, 0);
    conversation.reply = pool_object(seL4_ReplyObject, 0);
    thread_create(&server, &(struct thread_options) {
        .name = "server", .priority = HIGH, .budget = PUPPET_SLICE, .period = PUPPET_SLICE});
    thread_create(&caller, &(struct thread_options) {.name = "caller", .priority = LOW, .budget = 200, .period = 400});
    thread_start(&server, hear, &conversation);
    thread_start(&caller, ask, &conversation);
    while (!conversation.is_over) {
        step();
    }
    check("#44 calls repeated at the end of a budget: none is lost or done twice", conversation.heard_wrongly, 0);
    check("#44   and each gets its answer", conversation.answered_wrongly, 0);
}

int main(void)
{
    check_begin();
    control = lab4_bootinfo()->schedcontrol.start;
    puppets_begin();
    puppet_create(&a, LOW);
    puppet_create(&b, LOW);
    puppet_create(&clock, HIGH);
    configure(&clock, 1 * MS, 3 * MS);

    one_spinner();
    two_spinners();
    vector_registers();
    configure(&a, PUPPET_SLICE, PUPPET_SLICE);
    long_revocation();
    small_budget();
    check_end();
}
