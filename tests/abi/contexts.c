/* SPDX-License-Identifier: BSD-2-Clause */
/* Scheduling contexts that are reconfigured, lent, yielded to and deleted (threads §3, §6.5, §9.2; objects §12 #44). */
#include <lab4/runtime.h>

#include "lib/pool.h"
#include "lib/threads.h"
#include "support/check.h"
#include "support/puppet.h"
#include "support/slots.h"

enum { MS = 1000, SECOND = 1000000, MIDDLE = 90, HIGH = 100, REGISTERS = 36 };

static struct puppet a, b, clock, server; /* the server is passive */
static seL4_CPtr control, endpoint, reply, start_sc;

static void configure(seL4_CPtr sc, seL4_Time budget, seL4_Time period)
{
    must(seL4_SchedControl_Configure(control, sc, budget, period, 0, 0), "configuring a context");
}

static void stop(struct puppet *puppet)
{
    must(seL4_TCB_Suspend(puppet->tcb), "stopping a puppet");
}

static int runs(struct puppet *puppet)
{
    puppet_do(puppet, raw(LAB4_SYS_Yield, NOTHING));
    return has_returned(puppet);
}

/* Makes it report instead of what it does, without stopping or resuming it. */
static void redirect(struct puppet *puppet)
{
    seL4_UserContext context = puppet_registers(puppet);
    context.pc = (seL4_Word)puppet_report;
    puppet->report.there = 0;
    must(seL4_TCB_WriteRegisters(puppet->tcb, 0, 0, REGISTERS, &context), "redirecting a puppet");
}

/* Uses a context up. */
static void exhaust(struct puppet *puppet)
{
    stop(puppet);
    configure(puppet->sc, 1 * MS, 100 * SECOND);
    puppet_run(puppet, puppet_spin, raw(LAB4_SYS_Yield, PAIRS(X0, 0)));
}

/* threads §12 #15, #37, #38, #41 */
static void reconfiguration(void)
{
    exhaust(&a);
    redirect(&a);
    settle();
    check_waiting("#15 WriteRegisters does not wake a thread without budget", &a);
    configure(a.sc, 1 * MS, 100 * SECOND);
    settle();
    check_waiting("#37 configuring the context of a thread that could run does not refill it", &a);
    stop(&a);
    configure(a.sc, 10 * SECOND, 100 * SECOND);
    puppet_run(&a, puppet_report, raw(LAB4_SYS_Yield, NOTHING));
    check_true("#37 that of an inactive one does", has_returned(&a));

    exhaust(&a);
    redirect(&a);
    configure(a.sc, PUPPET_SLICE, PUPPET_SLICE);
    settle();
    check_true("#38 configuring to round robin always gives a fresh slice", has_returned(&a));

    stop(&a);
    configure(a.sc, 10 * SECOND, 20 * SECOND);
    must(seL4_SchedContext_Consumed(a.sc).error ? seL4_InvalidArgument : seL4_NoError, "resetting the counter");
    puppet_do(&a, raw(LAB4_SYS_Yield, NOTHING));
    check_waiting("[Y-2] Yield with a budget gives up the rest of it", &a);
    check_true("#41   which is not counted as consumed", seL4_SchedContext_Consumed(a.sc).consumed < 10 * SECOND);
    stop(&a);
    configure(a.sc, PUPPET_SLICE, PUPPET_SLICE);
}

/* ------------------------------------------------------------------------------------------------------- deletion */

/* threads §12 #98 */
static void deleted_by_its_thread(void)
{
    const seL4_CPtr sc = sched_context_create(seL4_MinSchedContextBits, PUPPET_SLICE, PUPPET_SLICE, 0);
    stop(&a);
    must(seL4_SchedContext_UnbindObject(a.sc, a.tcb), "taking a's context");
    must(seL4_SchedContext_Bind(sc, a.tcb), "and giving it one that it can delete");
    puppet_do(&a, raw(LAB4_SYS_Call, PAIRS(X0, CNODE, X1, info(CNodeDelete, 0, 2), X2, sc, X3, DEPTH)));
    check_waiting("#98 a thread that deletes its own context stops", &a);
    check("#98   the context is gone", tag(sc), TAG_NULL);
    must(seL4_SchedContext_Bind(a.sc, a.tcb), "with another one");
    settle();
    check_returned("#98   it sees the result", &a, PAIRS(X0, 0, X1, 0));
}

/* Gets the server into Recv, on a context that it then loses. */
static void serve(void)
{
    stop(&server);
    must(seL4_SchedContext_Bind(start_sc, server.tcb), "a context to start with");
    puppet_do(&server, do_recv(endpoint, reply));
    must(seL4_SchedContext_UnbindObject(start_sc, server.tcb), "and without it");
}

/* objects §12 #44 */
static void deleted_while_lent(void)
{
    static struct puppet client;
    puppet_create(&client, MIDDLE);
    serve();
    puppet_do(&client, do_call(endpoint, info(1, 0, 0), 0));
    check_true("a server runs on the context that its client lent", has_returned(&server));
    must(delete(client.sc), "deleting that context");
    check_true("objects #44 deleting it stops the server", !runs(&server));
    seL4_Send(reply, seL4_MessageInfo_new(2, 0, 0, 0));
    settle();
    check_waiting("objects #44 a reply leaves the client without context", &client);
    client.sc = start_sc;
    must(seL4_SchedContext_Bind(start_sc, client.tcb), "a new one");
    settle();
    check_returned("objects #44   but with the message", &client, PAIRS(X0, 0, X1, info(2, 0, 0)));
    must(seL4_SchedContext_UnbindObject(start_sc, client.tcb), "taking it back");
}

/* threads §12 #59 */
static void new_context_while_waiting(void)
{
    serve();
    puppet_do(&a, do_call(endpoint, info(1, 0, 0), 0));
    check_ok("#59 a caller that waits can get another context", seL4_SchedContext_Bind(start_sc, a.tcb));
    puppet_do(&server, do_send(reply, info(2, 0, 0), 0));
    check_returned("#59   the reply arrives", &a, PAIRS(X0, 0, X1, info(2, 0, 0)));
    check_returned("#59   and the server keeps the old one: it runs on", &server, NOTHING);
    stop(&server);
    stop(&a);
    must(seL4_SchedContext_UnbindObject(a.sc, server.tcb), "taking a's from the server");
    must(seL4_SchedContext_UnbindObject(start_sc, a.tcb), "taking the other from a");
    must(seL4_SchedContext_Bind(a.sc, a.tcb), "a has its own");
}

/* ------------------------------------------------------------------------------------------------------- yield to */

/* a has yielded to b, which spins; the test has the processor again. */
static void yielded(void)
{
    puppet_start(&b, puppet_spin, raw(LAB4_SYS_Yield, PAIRS(X0, 0)));
    puppet_start(&a, puppet_syscall, raw(LAB4_SYS_Call, PAIRS(X0, b.sc, X1, info(SchedContextYieldTo, 0, 0))));
    puppet_start(&clock, puppet_syscall, raw(LAB4_SYS_Yield, NOTHING));
    while (is_waiting(&clock)) {
        step();
    }
}

/* threads §12 #89, #90 */
static void yielders(void)
{
    yielded();
    check("[YT-4] a thread that yielded to another has an empty success as its result", puppet_registers(&a).x1, 0);
    check_true("[YT-4]   the other runs", puppet_registers(&b).x0 > 0);
    check("#89 a second YieldTo on the same context succeeds", (seL4_Word)seL4_SchedContext_YieldTo(b.sc).error, 0);
    check("#89   and completes the first: one word", puppet_registers(&a).x1, info(0, 0, 1));
    stop(&b);
    settle();
    check("        which is what it returns", a.report.mr[X1], info(0, 0, 1));

    yielded();
    stop(&a);
    stop(&b);
    must(seL4_TCB_Resume(a.tcb), "resuming the yielder");
    settle();
    check_returned("#90 a yielder that was suspended and resumed: the empty success, not repeated", &a, PAIRS(X0, 0, X1, 0));

    yielded();
    must(seL4_SchedContext_UnbindObject(b.sc, b.tcb), "unbinding the target");
    settle();
    check("unbinding the target: the yielder goes on, with one word", a.report.mr[X1], info(0, 0, 1));
    must(seL4_SchedContext_Bind(b.sc, b.tcb), "b has its own");
    stop(&b);
}

int main(void)
{
    check_begin();
    control = lab4_bootinfo()->schedcontrol.start;
    puppets_begin();
    puppet_create(&a, MIDDLE);
    puppet_create(&b, MIDDLE);
    puppet_create(&clock, HIGH);
    puppet_create_passive(&server, HIGH);
    configure(clock.sc, 1 * MS, 20 * MS);
    endpoint = pool_object(seL4_EndpointObject, 0);
    reply = pool_object(seL4_ReplyObject, 0);
    start_sc = sched_context_create(seL4_MinSchedContextBits, PUPPET_SLICE, PUPPET_SLICE, 0);

    reconfiguration();
    deleted_by_its_thread();
    deleted_while_lent();
    new_context_while_waiting();
    yielders();
    check_end();
}
