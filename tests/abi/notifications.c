/* SPDX-License-Identifier: BSD-2-Clause */
/* Notifications, bound notifications, and scheduling contexts bound to notifications (objects §9, §12.7; threads §6.6). */
#include "lib/pool.h"
#include "lib/threads.h"
#include "support/check.h"
#include "support/puppet.h"
#include "support/slots.h"

static struct puppet a, b, c; /* priorities 100, 90, 90 */
static struct puppet p;       /* passive, priority 95 */
static seL4_CPtr endpoint, badged, reply, notification, one, two, sc;

static const seL4_Word here = (seL4_Word)puppet_syscall;

/* objects §12 #76, #77, #78 */
static void words(void)
{
    const seL4_CPtr n = pool_object(seL4_NotificationObject, 0);
    seL4_Signal(pool_mint(n, seL4_AllRights, 0x11));
    seL4_Signal(pool_mint(n, seL4_AllRights, 0x1000000000000100));
    vector("badges of signals are OR-ed, all 64 bits", raw(LAB4_SYS_NBWait, PAIRS(X0, n)), PAIRS(X0, 0x1000000000000111));
    vector("  once", raw(LAB4_SYS_NBWait, PAIRS(X0, n)), PAIRS(X0, 0));
    seL4_Signal(n);
    puppet_do(&a, do_wait(n));
    check_returned("#76 a signal with badge 0 makes it active: Wait returns 0 at once", &a, PAIRS(X0, 0));
    puppet_do(&a, do_recv(n, 1ul << 40));
    check_waiting("#77 Recv on a notification ignores an invalid reply address", &a);
    seL4_Signal(pool_mint(n, seL4_AllRights, 5));
    settle();
    check_returned("#78   and changes x0 alone", &a, PAIRS(X0, 5));
}

static void rights(void)
{
    const seL4_CPtr read = pool_slot(), write = pool_slot();
    must(seL4_CNode_Copy(CNODE, read, DEPTH, CNODE, notification, DEPTH, seL4_CanRead), "a receive cap");
    must(seL4_CNode_Copy(CNODE, write, DEPTH, CNODE, notification, DEPTH, seL4_CanWrite), "a send cap");
    puppet_do(&a, do_call(read, 0, 0));
    check_returned("Call without the send right: InvalidCapability 0", &a, PAIRS(X0, 0, X1, info(2, 0, 1), X2, 0));
    puppet_do(&a, do_wait(write));
    check_fault("Wait without the receive right: CapFault, Missing 0", &a, 1, WORDS(here, write, 1, 2, 0));
}

static void waiters(void)
{
    order_begin();
    puppet_do(&b, do_wait(notification));
    puppet_do(&c, do_wait(notification));
    puppet_do(&a, do_wait(notification));
    seL4_Signal(one);
    settle();
    check_text("the waiter of highest priority is woken first", order(), "a");
    seL4_Signal(one);
    settle();
    check_text("  then in queue order", order(), "ab");
    seL4_Signal(two);
    settle();
    check_text("  one for each signal", order(), "abc");
    check_returned("  with its badge", &c, PAIRS(X0, 2));

    const seL4_CPtr n = pool_object(seL4_NotificationObject, 0);
    puppet_do(&a, do_wait(n));
    must(delete(n), "destroying it");
    settle();
    check_fault("destruction restarts a waiter: CapFault", &a, 1, WORDS(here, n, 1, 2, 0));
}

/* objects §12 #79, #80, #81, #82 */
static void bound(void)
{
    must(seL4_TCB_BindNotification(a.tcb, notification), "binding");
    check_refused("a thread can have one bound notification", seL4_TCB_BindNotification(a.tcb, notification),
                  seL4_IllegalOperation, NO_WORDS);
    check_refused("a notification one bound thread", seL4_TCB_BindNotification(b.tcb, notification), seL4_IllegalOperation,
                  NO_WORDS);
    puppet_do(&b, do_wait(notification));
    check_fault("#79 another thread's Wait on it: CapFault, Missing 0", &b, 1, WORDS(here, notification, 1, 2, 0));

    puppet_do(&a, do_recv(endpoint, reply));
    seL4_Signal(one);
    settle();
    check_returned("a signal ends its Recv on an endpoint: x0 = badge, nothing else", &a, PAIRS(X0, 1));

    seL4_Signal(two);
    puppet_do(&b, do_send(badged, info(7, 0, 0), 0));
    puppet_do(&a, do_recv(endpoint, reply));
    check_returned("#81 a pending signal goes before queued senders", &a, PAIRS(X0, 2));
    check_waiting("#81   who stay queued", &b);
    puppet_do(&a, do_recv(endpoint, reply));
    check_returned("     until the next Recv", &a, PAIRS(X0, 0x77, X1, info(7, 0, 0)));

    puppet_do(&a, do_call(badged, info(1, 0, 0), 0));
    seL4_Signal(one);
    settle();
    check_waiting("#80 a signal does not end its Call, queued", &a);
    puppet_do(&b, do_recv(endpoint, reply));
    seL4_Signal(two);
    settle();
    check_waiting("#80   nor delivered", &a);
    puppet_do(&b, do_send(reply, info(2, 0, 0), 0));
    check_returned("     the reply does", &a, PAIRS(X0, 0, X1, info(2, 0, 0)));
    puppet_do(&a, raw(LAB4_SYS_NBRecv, PAIRS(X0, endpoint, X6, reply)));
    check_returned("#80   signals have accumulated", &a, PAIRS(X0, 3));

    const seL4_CPtr other = pool_object(seL4_NotificationObject, 0);
    seL4_Signal(one);
    puppet_do(&a, raw(LAB4_SYS_NBWait, PAIRS(X0, other)));
    check_returned("#82 waiting on another notification does not look at the bound one", &a, PAIRS(X0, 0));
    puppet_do(&a, do_wait(notification));
    check_returned("     waiting on itself does", &a, PAIRS(X0, 1));
}

/* objects §12 #86; threads §12 #24, #83 */
static void binding_rules(void)
{
    const seL4_CPtr n = pool_object(seL4_NotificationObject, 0), signal = pool_mint(n, seL4_AllRights, 4);
    const seL4_CPtr write = pool_slot();
    must(seL4_CNode_Copy(CNODE, write, DEPTH, CNODE, n, DEPTH, seL4_CanWrite), "a send cap");
    check_refused("threads #24 binding an endpoint: IllegalOperation", seL4_TCB_BindNotification(b.tcb, endpoint),
                  seL4_IllegalOperation, NO_WORDS);
    check_refused("binding without the receive right: IllegalOperation", seL4_TCB_BindNotification(b.tcb, write),
                  seL4_IllegalOperation, NO_WORDS);
    puppet_do(&c, do_wait(n));
    check_refused("binding one with waiters: IllegalOperation", seL4_TCB_BindNotification(b.tcb, n), seL4_IllegalOperation,
                  NO_WORDS);
    must(seL4_TCB_Suspend(c.tcb), "stopping the waiter");

    puppet_do(&b, do_recv(endpoint, reply));
    seL4_Signal(signal);
    check_ok("binding an active one to a thread in Recv", seL4_TCB_BindNotification(b.tcb, n));
    settle();
    check_waiting("threads #83   delivers nothing", &b);
    seL4_Signal(signal);
    settle();
    check_waiting("threads #83   nor do later signals", &b);
    puppet_do(&b, do_recv(endpoint, reply));
    check_returned("threads #83   its next receive does", &b, PAIRS(X0, 4));

    must(revoke(n), "deleting copies");
    must(delete(n), "deleting the bound notification");
    check_refused("#86 deletion has unbound it: UnbindNotification is IllegalOperation",
                  seL4_TCB_UnbindNotification(b.tcb), seL4_IllegalOperation, NO_WORDS);
    must(seL4_TCB_UnbindNotification(a.tcb), "unbinding");
    puppet_do(&b, do_wait(notification));
    check_waiting("after UnbindNotification others can wait again", &b);
    must(seL4_TCB_Suspend(b.tcb), "stopping it");
}

/* A server without scheduling context of its own, which runs on the notification's. */
/* objects §12 #83 */
static void passive_server(void)
{
    must(seL4_SchedContext_Bind(sc, notification), "binding a context to the notification");
    check_refused("a notification has one context", seL4_SchedContext_Bind(a.sc, notification), seL4_IllegalOperation, NO_WORDS);
    puppet_do(&p, do_wait(notification)); /* it has no context yet: nothing happens */
    must(seL4_SchedContext_Bind(sc, p.tcb), "and to the thread, so that it can start");
    settle();
    check_waiting("a thread waits on the notification whose context it runs on", &p);
    check_refused("#83   and gave it back: it is not the thread's any more", seL4_SchedContext_UnbindObject(sc, p.tcb),
                  seL4_IllegalOperation, NO_WORDS);
}

/* objects §12 #83, #84 */
static void lent_contexts(void)
{
    seL4_Signal(one);
    settle();
    check_returned("#83 a signal gives it the context again", &p, PAIRS(X0, 1));
    check_refused("#83   it has it now", seL4_SchedContext_Bind(sc, b.tcb), seL4_IllegalOperation, NO_WORDS);

    puppet_do(&p, raw(LAB4_SYS_NBWait, PAIRS(X0, notification)));
    check_returned("#83 NBWait does not give it back: the thread runs on", &p, PAIRS(X0, 0));

    /* Someone else uses the notification's context. */
    puppet_do(&p, do_wait(notification));
    must(seL4_TCB_Suspend(b.tcb), "stopping b");
    must(seL4_SchedContext_UnbindObject(b.sc, b.tcb), "b becomes passive");
    must(seL4_SchedContext_Bind(sc, b.tcb), "b takes the notification's context");
    seL4_Signal(two);
    settle();
    check_waiting("#84 if another thread has the context, the woken waiter does not run", &p);
    vector("#84   though the signal is consumed", raw(LAB4_SYS_NBWait, PAIRS(X0, notification)), PAIRS(X0, 0));
    must(seL4_SchedContext_UnbindObject(sc, b.tcb), "b gives it up");
    must(seL4_SchedContext_Bind(sc, p.tcb), "the waiter gets it");
    settle();
    check_returned("#84   with a context it goes on", &p, PAIRS(X0, 2));
    must(seL4_SchedContext_Bind(b.sc, b.tcb), "b is as before");
}

/* objects §12 #84; threads §12 #84, #86 */
static void bound_passive_server(void)
{
    must(seL4_TCB_BindNotification(p.tcb, notification), "binding the notification to the passive thread");
    puppet_do(&p, do_recv(endpoint, reply));
    seL4_Signal(one);
    settle();
    check_returned("a bound passive thread in Recv is woken with the notification's context", &p, PAIRS(X0, 1));

    puppet_do(&b, do_send(badged, info(5, 0, 0), 0));
    puppet_do(&p, raw(LAB4_SYS_NBRecv, PAIRS(X0, endpoint, X6, reply)));
    check_returned("threads #84 NBRecv does not return the context", &p, PAIRS(X0, 0x77, X1, info(5, 0, 0)));
    puppet_do(&b, do_send(badged, info(6, 0, 0), 0));
    puppet_do(&p, do_recv(endpoint, reply));
    check_waiting("threads #84 Recv does, also when a sender waits: the thread is stuck", &p);
    check_returned("#84   the message was taken", &b, NOTHING);
    seL4_Signal(two);
    settle();
    check_waiting("#84   and signals only accumulate", &p);
    must(seL4_SchedContext_Bind(sc, p.tcb), "giving it the context");
    settle();
    check_returned("#84   with a context it has the message", &p, PAIRS(X0, 0x77, X1, info(6, 0, 0)));
    must(seL4_TCB_UnbindNotification(p.tcb), "unbinding");
    must(revoke(notification), "destroying the notification");
    must(delete(notification), "destroying the notification");
    puppet_do(&p, raw(LAB4_SYS_Yield, NOTHING));
    check_returned("threads #86 a thread on a dead notification's context keeps it", &p, NOTHING);
}

int main(void)
{
    check_begin();
    puppets_begin();
    puppet_create(&a, 100);
    puppet_create(&b, 90);
    puppet_create(&c, 90);
    puppet_create_passive(&p, 95);
    endpoint = pool_object(seL4_EndpointObject, 0);
    badged = pool_mint(endpoint, seL4_AllRights, 0x77);
    reply = pool_object(seL4_ReplyObject, 0);
    notification = pool_object(seL4_NotificationObject, 0);
    one = pool_mint(notification, seL4_AllRights, 1);
    two = pool_mint(notification, seL4_AllRights, 2);
    sc = sched_context_create(seL4_MinSchedContextBits, PUPPET_SLICE, PUPPET_SLICE, 0);

    words();
    rights();
    waiters();
    bound();
    binding_rules();
    passive_server();
    lent_contexts();
    bound_passive_server();
    check_end();
}
