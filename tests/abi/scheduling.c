/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs when (threads §4, §6.4, §6.5, §12 #4–#6, #40–#54). Order is what the puppets' reports tell; time appears only as
 * "some budget is used up" and "some time has passed".
 */
#include <lab4/runtime.h>

#include "lib/pool.h"
#include "support/check.h"
#include "support/puppet.h"
#include "support/slots.h"

enum { TCB = seL4_CapInitThreadTCB, MS = 1000, LOW = 80, MIDDLE = 90, HIGH = 100 };

static struct puppet a, b, c, d;
static seL4_CPtr control, reply;

static struct raw_regs nothing(void)
{
    return raw(LAB4_SYS_Yield, NOTHING);
}

/* Makes it ready to run, to report at once. */
static void ready(struct puppet *puppet)
{
    puppet_start(puppet, puppet_report, nothing());
}

static void set_priority(struct puppet *puppet, seL4_Word priority)
{
    must(seL4_TCB_SetPriority(puppet->tcb, TCB, priority), "setting a priority");
    puppet->priority = priority;
}

static void everyone_at(seL4_Word priority)
{
    struct puppet *all[] = {&a, &b, &c, &d};
    for (int i = 0; i < 4; i++) {
        must(seL4_TCB_Suspend(all[i]->tcb), "stopping a puppet");
        set_priority(all[i], priority);
    }
    order_begin();
}

/* ---------------------------------------------------------------------------------------------------- ready queues */

/* threads §12 #4, #52 */
static void order_of_wakeups(void)
{
    everyone_at(MIDDLE);
    set_priority(&a, LOW);
    set_priority(&c, HIGH);
    ready(&a);
    ready(&b);
    ready(&c);
    settle();
    check_text("the highest priority runs first", order(), "cba");

    everyone_at(MIDDLE);
    ready(&a);
    ready(&b);
    ready(&c);
    settle();
    check_text("[NOM-3] threads made ready one after the other by a higher one run last to first", order(), "cba");

    everyone_at(MIDDLE);
    ready(&a);
    ready(&b);
    ready(&c);
    set_priority(&a, MIDDLE);
    settle();
    check_text("#4 setting the priority that it has moves a ready thread to the front", order(), "acb");

    const seL4_CPtr endpoint = pool_object(seL4_EndpointObject, 0);
    everyone_at(MIDDLE);
    puppet_do(&a, do_wait(endpoint));
    puppet_do(&b, do_wait(endpoint));
    puppet_do(&c, do_wait(endpoint));
    for (int i = 0; i < 3; i++) {
        seL4_NBSend(endpoint, seL4_MessageInfo_new(0, 0, 0, 0));
    }
    settle();
    check_text("#52 three NBSends to lower-priority waiters: they run in reverse order of waking", order(), "cba");
}

/* a runs and changes a priority; b and c are ready. */
/* threads §12 #5, #6 */
static void priority_changes(void)
{
    everyone_at(MIDDLE);
    set_priority(&a, HIGH);
    ready(&b);
    ready(&c);
    a.buffer->caps_or_badges[0] = TCB;
    puppet_start(&a, puppet_syscall, do_call(a.tcb, info(TCBSetPriority, 1, 1), MIDDLE));
    settle();
    check_text("#5 a thread that lowers itself to the level of ready ones goes on before them", order(), "acb");

    everyone_at(MIDDLE);
    set_priority(&a, HIGH);
    ready(&b);
    puppet_start(&a, puppet_syscall, do_call(a.tcb, info(TCBSetPriority, 1, 1), LOW));
    settle();
    check_text("[INT-3] one that lowers itself below them does not", order(), "ba");
    check_returned("[INT-3]   though its call succeeds", &a, PAIRS(X0, 0, X1, 0));

    everyone_at(MIDDLE);
    set_priority(&c, LOW);
    ready(&c);
    ready(&b);
    puppet_start(&a, puppet_syscall, do_call(c.tcb, info(TCBSetPriority, 1, 1), MIDDLE));
    settle();
    check_text("#6 a thread raised to the running one's priority waits, but before older ones", order(), "acb");

    everyone_at(MIDDLE);
    set_priority(&c, LOW);
    ready(&c);
    ready(&b);
    puppet_start(&a, puppet_syscall, do_call(c.tcb, info(TCBSetPriority, 1, 1), HIGH));
    settle();
    check_text("a thread raised above the running one runs at once", order(), "cab");
}

/* threads §12 #50, #51 */
static void wakeups_by_equals(void)
{
    const seL4_CPtr endpoint = pool_object(seL4_EndpointObject, 0), notification = pool_object(seL4_NotificationObject, 0);
    everyone_at(MIDDLE);
    puppet_do(&a, do_wait(endpoint));
    puppet_do(&b, do_wait(endpoint));
    ready(&d);
    puppet_start(&c, puppet_syscall, raw(LAB4_SYS_Call, PAIRS(X0, CNODE, X1, info(CNodeDelete, 0, 2), X2, endpoint, X3, DEPTH)));
    settle();
    check_text("#50 waiters of a destroyed endpoint: behind the destroyer, in reverse order, before older ones", order(), "cbad");

    everyone_at(MIDDLE);
    puppet_do(&a, do_wait(notification));
    ready(&b);
    puppet_start(&c, puppet_syscall, do_send(notification, 0, 0));
    settle();
    check_text("#51 one woken by an equal's signal: behind older ones", order(), "cba");

    everyone_at(MIDDLE);
    puppet_do(&a, do_wait(notification));
    ready(&b);
    set_priority(&a, HIGH);
    puppet_start(&c, puppet_syscall, do_send(notification, 0, 0));
    settle();
    check_text("one of higher priority: at once", order(), "acb");
}

/* threads §12 #54, #55 */
/* a, the running one, wakes d and then blocks; b is between them, c an older equal of d. */
static void woken_by_who_blocks(void)
{
    const seL4_CPtr endpoint = pool_object(seL4_EndpointObject, 0), idle = pool_object(seL4_NotificationObject, 0);
    everyone_at(LOW);
    set_priority(&a, HIGH);
    set_priority(&b, MIDDLE);
    puppet_do(&d, do_wait(endpoint));
    ready(&c);
    ready(&b);
    puppet_start(&a, puppet_syscall, raw(LAB4_SYS_NBSendWait, PAIRS(X0, idle, X1, 0, X6, endpoint)));
    settle();
    check_text("§4.4 a thread woken by one that then blocks: behind higher priorities, before older equals", order(), "bdc");
}

/* threads §12 #54, #55 */
static void passive_server(void)
{
    const seL4_CPtr endpoint = pool_object(seL4_EndpointObject, 0);
    everyone_at(MIDDLE);
    set_priority(&d, LOW - 10);
    set_priority(&c, LOW - 10);
    set_priority(&b, LOW);
    puppet_do(&d, do_recv(endpoint, reply));
    must(seL4_SchedContext_UnbindObject(d.sc, d.tcb), "d becomes a passive server");
    ready(&c);
    ready(&b);
    puppet_start(&a, puppet_syscall, do_call(endpoint, info(1, 0, 0), 0));
    settle();
    check_text("#54 a call to a passive server of low priority: the middle thread first, then the server, then its equals", order(),
               "bdc");
    check_waiting("#55   which has not inherited the caller's priority", &a);
    puppet_do(&d, do_send(reply, info(2, 0, 0), 0));
    check_returned("     the caller gets its reply", &a, PAIRS(X0, 0, X1, info(2, 0, 0)));
    must(seL4_TCB_Suspend(d.tcb), "stopping the server");
    must(seL4_SchedContext_Bind(d.sc, d.tcb), "d is as before");
}

/* ------------------------------------------------------------------------------------------------- yield, yield-to */

static void configure(struct puppet *puppet, seL4_Time budget, seL4_Time period, seL4_Word badge)
{
    must(seL4_TCB_Suspend(puppet->tcb), "stopping a puppet");
    must(seL4_SchedControl_Configure(control, puppet->sc, budget, period, 0, badge), "configuring a puppet's context");
}

static void yields(void)
{
    everyone_at(MIDDLE);
    ready(&b);
    puppet_start(&a, puppet_syscall, nothing());
    settle();
    check_text("[Y-1] Yield with a round-robin context: behind equals", order(), "ba");

    everyone_at(MIDDLE);
    set_priority(&a, HIGH);
    ready(&b);
    puppet_start(&a, puppet_syscall, nothing());
    settle();
    check_text("[Y-1]   but not behind lower priorities", order(), "ab");

    configure(&a, 2 * MS, 20 * MS, 0);
    ready(&b);
    order_begin();
    puppet_start(&a, puppet_syscall, nothing());
    await(&a);
    check_text("[Y-2] Yield with a budget: not before the next period; lower ones run", order(), "ba");
    check_returned("[Y-4] no register is changed", &a, NOTHING);
    configure(&a, PUPPET_SLICE, PUPPET_SLICE, 0);
}

/* threads §12 #87, #88 */
static void yield_to(void)
{
    everyone_at(MIDDLE);
    ready(&b);
    ready(&c);
    const struct seL4_SchedContext_YieldTo result = seL4_SchedContext_YieldTo(b.sc);
    check("#88 YieldTo a thread of lower priority: immediate success", (seL4_Word)result.error, 0);
    settle();
    check_text("#88   and it moves to the front", order(), "bc");
    check("#87 YieldTo an inactive thread: immediate success", (seL4_Word)seL4_SchedContext_YieldTo(b.sc).error, 0);
    check("YieldTo of the caller's own: IllegalOperation", (seL4_Word)seL4_SchedContext_YieldTo(seL4_CapInitThreadSC).error,
          seL4_IllegalOperation);

    everyone_at(MIDDLE);
    ready(&c);
    ready(&b);
    puppet_start(&a, puppet_syscall, raw(LAB4_SYS_Call, PAIRS(X0, c.sc, X1, info(SchedContextYieldTo, 0, 0))));
    settle();
    check_text("[YT-4] YieldTo an equal: it runs, then the caller, then older ones", order(), "cab");
    check("[YT-6]   the result has one word", a.report.mr[X1], info(0, 0, 1));

    everyone_at(MIDDLE);
    set_priority(&c, HIGH);
    must(seL4_TCB_SetMCPriority(a.tcb, TCB, MIDDLE), "limiting a");
    puppet_do(&a, raw(LAB4_SYS_Call, PAIRS(X0, c.sc, X1, info(SchedContextYieldTo, 0, 0))));
    check_returned("YieldTo above the caller's MCP: IllegalOperation", &a, PAIRS(X0, 0, X1, info(3, 0, 0)));
    must(seL4_SchedContext_UnbindObject(c.sc, c.tcb), "unbinding c");
    puppet_do(&a, raw(LAB4_SYS_Call, PAIRS(X0, c.sc, X1, info(SchedContextYieldTo, 0, 0))));
    check_returned("YieldTo a context without thread: IllegalOperation", &a, PAIRS(X0, 0, X1, info(3, 0, 0)));
    must(seL4_SchedContext_Bind(c.sc, c.tcb), "c is as before");
}

/* --------------------------------------------------------------------------------------------------------- budgets */

/* threads §12 #42 */
static void exhausted_budget(void)
{
    everyone_at(MIDDLE);
    set_priority(&a, HIGH);
    configure(&a, 1 * MS, 10000 * MS, 0);
    ready(&b);
    puppet_start(&a, puppet_spin, raw(LAB4_SYS_Yield, PAIRS(X0, 0)));
    settle();
    check_text("a thread without budget sleeps: lower ones run", order(), "b");
    const seL4_Word consumed = seL4_SchedContext_Consumed(a.sc).consumed;
    check_true("  and consumed its millisecond", consumed >= 1 * MS && consumed < 10000 * MS);
    check("#42 Consumed resets", seL4_SchedContext_Consumed(a.sc).consumed, 0);
}

/* The context of a blocked thread can be exhausted only by another thread that used it. */
/* threads §12 #31 */
static void exhausted_and_blocked(void)
{
    const seL4_CPtr endpoint = pool_object(seL4_EndpointObject, 0);
    everyone_at(MIDDLE);
    puppet_do(&b, do_recv(endpoint, reply));
    must(seL4_SchedContext_UnbindObject(b.sc, b.tcb), "taking b's context");
    must(seL4_SchedContext_UnbindObject(a.sc, a.tcb), "taking a's, which is exhausted");
    check_refused("#31 a blocked thread cannot be given an exhausted context, by Bind", seL4_SchedContext_Bind(a.sc, b.tcb),
                  seL4_IllegalOperation, NO_WORDS);
    check_refused("#31   nor by SetSchedParams", seL4_TCB_SetSchedParams(b.tcb, TCB, 255, MIDDLE, a.sc, 0), seL4_IllegalOperation,
                  NO_WORDS);
    check_ok("     but by one that is released", seL4_SchedContext_Bind(b.sc, b.tcb));
    must(seL4_SchedContext_Bind(a.sc, a.tcb), "a's own");
}

/* Timeout faults arrive at an endpoint where the test waits with the idler's help. */
static seL4_CPtr timeouts;

/* threads §12 #42, #68, #70, #72 */
static void timeout_fault(void)
{
    seL4_Word badge;
    timeouts = pool_object(seL4_EndpointObject, 0);
    must(seL4_TCB_SetTimeoutEndpoint(a.tcb, pool_mint(timeouts, seL4_AllRights, 0x7f)), "a timeout handler");
    everyone_at(MIDDLE);
    configure(&a, 1 * MS, 10000 * MS, 0xabc);
    puppet_start(&a, puppet_spin, raw(LAB4_SYS_Yield, PAIRS(X0, 0)));
    settle();
    const seL4_MessageInfo_t message = seL4_NBRecv(timeouts, &badge, reply);
    check("an exhausted budget with a timeout handler: label 5, 2 words", message.words[0], info(5, 0, 2));
    check("#68   badge of the handler cap", badge, 0x7f);
    check("#68   MR0: badge of the context", seL4_GetMR(0), 0xabc);
    check_true("     MR1: the time consumed", seL4_GetMR(1) >= 1 * MS && seL4_GetMR(1) < 10000 * MS);
    check("#42   which resets the counter", seL4_SchedContext_Consumed(a.sc).consumed, 0);

    seL4_UserContext registers = {.pc = (seL4_Word)puppet_report, .sp = 0x6660, .x0 = 0x60, .x1 = 0x61, .x6 = 0x66};
    const seL4_MessageInfo_t resume = seL4_TimeoutReply_new(1, registers, 34);
    seL4_Send(reply, resume);
    settle();
    check_waiting("#70 answered without new budget, it sleeps", &a);
    const seL4_MessageInfo_t second = seL4_NBRecv(timeouts, &badge, reply);
    check("#70   and there is no second fault", badge, 0);
    (void)second;
    must(seL4_SchedControl_Configure(control, a.sc, PUPPET_SLICE, PUPPET_SLICE, 0, 0), "new budget");
    settle();
    check("with new budget it goes on with the registers of the answer: x0", a.report.mr[0], 0x60);
    check("  x1", a.report.mr[1], 0x61);
    check("  x6", a.report.mr[6], 0x66);
    check("  sp", a.report.mr[seL4_UnknownSyscall_SP], 0x6660);

    configure(&a, 1 * MS, 10000 * MS, 0xabd);
    puppet_start(&a, puppet_spin, raw(LAB4_SYS_Yield, PAIRS(X0, 0)));
    settle();
    seL4_NBRecv(timeouts, &badge, reply);
    seL4_Send(reply, seL4_MessageInfo_new(1, 0, 0, 0));
    must(seL4_SchedControl_Configure(control, a.sc, PUPPET_SLICE, PUPPET_SLICE, 0, 0), "new budget");
    settle();
    check_waiting("#72 a label other than 0 leaves it inactive", &a);
}

/* threads §12 #66, #67 */
static void timeout_of_a_server(void)
{
    const seL4_CPtr endpoint = pool_object(seL4_EndpointObject, 0);
    seL4_Word badge;
    must(seL4_TCB_SetTimeoutEndpoint(a.tcb, 0), "no timeout handler");
    must(seL4_TCB_SetTimeoutEndpoint(d.tcb, pool_mint(timeouts, seL4_AllRights, 0xd)), "a timeout handler");
    everyone_at(MIDDLE);
    puppet_do(&d, do_recv(endpoint, reply));
    must(seL4_SchedContext_UnbindObject(d.sc, d.tcb), "d becomes a passive server");
    configure(&a, PUPPET_SLICE, PUPPET_SLICE, 0);
    puppet_do(&a, do_call(endpoint, info(1, 0, 0), 0));
    must(seL4_SchedControl_Configure(control, a.sc, 1 * MS, 10000 * MS, 0, 0xc11), "little budget, lent");
    puppet_start(&d, puppet_spin, raw(LAB4_SYS_Yield, PAIRS(X0, 0)));
    settle();
    const seL4_CPtr second = pool_object(seL4_ReplyObject, 0);
    const seL4_MessageInfo_t message = seL4_NBRecv(timeouts, &badge, second);
    check("#67 a server exhausts its client's budget: fault of the server", message.words[0], info(5, 0, 2));
    check("#67   at its handler", badge, 0xd);
    check("#67   with the badge of the client's context", seL4_GetMR(0), 0xc11);

    /* The handler answers the client in the server's place; the context goes home exhausted. */
    seL4_Send(reply, seL4_MessageInfo_new(9, 0, 0, 0));
    settle();
    check_waiting("#66 a reply that returns an exhausted context: the client sleeps", &a);
    must(seL4_SchedControl_Configure(control, a.sc, PUPPET_SLICE, PUPPET_SLICE, 0, 0), "new budget");
    settle();
    check_returned("     with new budget it has the reply", &a, PAIRS(X0, 0, X1, info(9, 0, 0)));
    must(seL4_TCB_SetTimeoutEndpoint(d.tcb, 0), "no timeout handler");
    must(seL4_TCB_Suspend(d.tcb), "stopping the server");
    must(seL4_SchedContext_Bind(d.sc, d.tcb), "d is as before");
}

static void contexts(void)
{
    everyone_at(MIDDLE);
    must(seL4_SchedContext_UnbindObject(a.sc, a.tcb), "unbinding a");
    ready(&a);
    settle();
    check_waiting("a thread without context does not run", &a);
    must(seL4_SchedContext_Bind(a.sc, a.tcb), "binding");
    settle();
    check_true("  with one it does", has_returned(&a));

    const seL4_CPtr fresh = pool_object(seL4_SchedContextObject, seL4_MinSchedContextBits);
    must(seL4_SchedContext_UnbindObject(b.sc, b.tcb), "unbinding b");
    must(seL4_SchedContext_Bind(fresh, b.tcb), "a context that is not configured");
    ready(&b);
    settle();
    check_waiting("nor does one whose context is not configured", &b);
    must(seL4_SchedControl_Configure(control, fresh, PUPPET_SLICE, PUPPET_SLICE, 0, 0), "configuring");
    settle();
    check_true("[CFG-3]   configuring starts it", has_returned(&b));
    must(delete(fresh), "deleting the context");
    ready(&b);
    settle();
    check_waiting("nor one whose context was deleted", &b);
    must(seL4_SchedContext_Bind(b.sc, b.tcb), "b's own");
    settle();
    check_true("  which can be bound to another", has_returned(&b));
}

int main(void)
{
    check_begin();
    control = lab4_bootinfo()->schedcontrol.start;
    puppets_begin();
    puppet_create(&a, MIDDLE);
    puppet_create(&b, MIDDLE);
    puppet_create(&c, MIDDLE);
    puppet_create(&d, MIDDLE);
    reply = pool_object(seL4_ReplyObject, 0);

    order_of_wakeups();
    priority_changes();
    wakeups_by_equals();
    woken_by_who_blocks();
    passive_server();
    yields();
    yield_to();
    exhausted_budget();
    exhausted_and_blocked();
    timeout_fault();
    timeout_of_a_server();
    contexts();
    check_end();
}
