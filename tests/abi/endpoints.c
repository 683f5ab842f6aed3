/* SPDX-License-Identifier: BSD-2-Clause */
/* Endpoints and messages (objects §7, §12.6; threads §12 #57, #58, #99). */
#include "lib/pool.h"
#include "lib/threads.h"
#include "support/check.h"
#include "support/puppet.h"
#include "support/slots.h"

static struct puppet a, b, c; /* priorities 100, 90, 90 */
static seL4_CPtr endpoint, badged, reply;

enum { BADGE = 0x77, TCB = seL4_CapInitThreadTCB };

static const seL4_Word here = (seL4_Word)puppet_syscall;

/* objects §12 #57, #58, #59, #60 */
static void rights(void)
{
    const seL4_CPtr read = pool_mint(endpoint, seL4_CanRead, 0), write = pool_mint(endpoint, seL4_CanWrite, 0);
    puppet_do(&a, do_send(read, info(0, 0, 1), 1));
    check_returned("#57 Send without the send right: nothing happens", &a, NOTHING);
    puppet_do(&a, do_call(read, info(0, 0, 1), 1));
    check_returned("#57 Call without the send right: InvalidCapability 0", &a, PAIRS(X0, 0, X1, info(2, 0, 1), X2, 0));
    puppet_do(&a, do_recv(write, reply));
    check_fault("#58 Recv without the receive right: CapFault, Missing 0", &a, 1, WORDS(here, write, 1, 2, 0));
    puppet_do(&a, raw(LAB4_SYS_NBRecv, PAIRS(X0, write, X6, reply)));
    check_fault("#58 NBRecv too", &a, 1, WORDS(here, write, 1, 2, 0));
    puppet_do(&a, raw(LAB4_SYS_NBWait, PAIRS(X0, 1ul << 40)));
    check_fault("#60 NBWait at an address that does not resolve: CapFault although non-blocking", &a, 1,
                WORDS(here, 1ul << 40, 1, 4, 64, 0, 51));
    puppet_do(&a, raw(LAB4_SYS_NBRecv, PAIRS(X0, TCB, X6, reply)));
    check_fault("#60 NBRecv on a TCB cap: CapFault", &a, 1, WORDS(here, TCB, 1, 2, 0));
    puppet_do(&a, raw(LAB4_SYS_Recv, PAIRS(X0, endpoint, X6, 1ul << 41)));
    check_fault("     Recv with a reply address that does not resolve: CapFault at that address", &a, 1,
                WORDS(here, 1ul << 41, 1, 4, 64, 0, 51));
    puppet_do(&a, raw(LAB4_SYS_NBSend, PAIRS(X0, 1ul << 40, X1, 0)));
    check_returned("#59 NBSend to an address that does not resolve is ignored", &a, NOTHING);
    puppet_do(&a, do_send(1ul << 40, 0, 0));
    check_fault("#59 Send faults, in the send phase", &a, 1, WORDS(here, 1ul << 40, 0, 4, 64, 0, 51));
}

/* objects §12 #61 */
static void extra_cap_lookups(void)
{
    const seL4_CPtr poor = pool_mint(endpoint, seL4_CanWrite, 0);
    const seL4_CPtr idle = pool_object(seL4_NotificationObject, 0);
    a.buffer->caps_or_badges[0] = endpoint;
    a.buffer->caps_or_badges[1] = 1ul << 42;
    puppet_do(&a, do_send(poor, info(0, 2, 0), 0));
    check_fault("#61 an extra cap that does not resolve faults a Send, Grant or not", &a, 1,
                WORDS(here, 1ul << 42, 0, 4, 64, 0, 51));
    puppet_do(&a, do_send(idle, info(0, 2, 0), 0));
    check_fault("#61 and one to a notification", &a, 1, WORDS(here, 1ul << 42, 0, 4, 64, 0, 51));
    puppet_do(&a, raw(LAB4_SYS_NBSend, PAIRS(X0, idle, X1, info(0, 2, 0))));
    check_returned("     NBSend is ignored", &a, NOTHING);
    seL4_Word word;
    seL4_NBWait(idle, &word);
    check("     and has not signalled", word, 0);
}

/* objects §12 #68; threads §12 #99 */
static void queueing(void)
{
    puppet_do(&b, do_send(badged, info(0, 0, 1), 1));
    puppet_do(&c, do_send(badged, info(0, 0, 1), 2));
    puppet_do(&a, do_send(badged, info(0, 0, 1), 3));
    seL4_Word mr0 = 0;
    seL4_WaitWithMRs(endpoint, NULL, &mr0, NULL, NULL, NULL);
    check("threads #99 a late sender of higher priority is served first", mr0, 3);
    seL4_WaitWithMRs(endpoint, NULL, &mr0, NULL, NULL, NULL);
    check("#68 within a priority first come, first served", mr0, 1);
    seL4_WaitWithMRs(endpoint, NULL, &mr0, NULL, NULL, NULL);
    check("#68   and then the second", mr0, 2);
    settle();

    puppet_do(&b, do_send(badged, info(0, 0, 1), 1));
    puppet_do(&c, do_send(badged, info(0, 0, 1), 2));
    must(seL4_TCB_SetPriority(b.tcb, TCB, b.priority), "setting the same priority");
    seL4_WaitWithMRs(endpoint, NULL, &mr0, NULL, NULL, NULL);
    check("#68 setting the priority that it has moves a sender behind its equals", mr0, 2);
    seL4_WaitWithMRs(endpoint, NULL, &mr0, NULL, NULL, NULL);
    settle();
}

/* objects §12 #69 */
static void calls_without_reply(void)
{
    puppet_do(&a, do_wait(endpoint));
    puppet_do(&b, do_call(badged, info(3, 0, 1), 5));
    check_returned("#69 a Call received by Wait: the message arrives", &a, PAIRS(X0, BADGE, X1, info(3, 0, 1), X2, 5));
    check_waiting("#69   the caller is inactive", &b);
    must(seL4_TCB_Resume(b.tcb), "resuming it");
    puppet_do(&a, do_recv(endpoint, reply));
    check_returned("#69   resumed, it calls again", &a, PAIRS(X0, BADGE, X1, info(3, 0, 1), X2, 5));
    puppet_do(&a, do_send(reply, info(4, 0, 0), 0));
    check_returned("#69   and can be answered", &b, PAIRS(X0, 0, X1, info(4, 0, 0)));

    const seL4_CPtr poor = pool_mint(endpoint, seL4_CanWrite, 8);
    puppet_do(&a, do_recv(endpoint, reply));
    puppet_do(&b, do_call(poor, info(3, 0, 0), 0));
    check_returned("#69 a Call through a cap without Grant and GrantReply: the message arrives", &a,
                   PAIRS(X0, 8, X1, info(3, 0, 0)));
    puppet_do(&a, do_send(reply, info(4, 0, 0), 0));
    check_waiting("#69   there is nobody to answer", &b);
}

/* objects §12 #70, #71 */
static void passive_receivers(void)
{
    static struct puppet p;
    const seL4_CPtr sc = sched_context_create(seL4_MinSchedContextBits, PUPPET_SLICE, PUPPET_SLICE, 0);
    puppet_create_passive(&p, 95);
    must(seL4_SchedContext_Bind(sc, p.tcb), "binding it");
    puppet_do(&p, do_recv(endpoint, reply));
    must(seL4_SchedContext_UnbindObject(sc, p.tcb), "unbinding it: now it is passive");

    puppet_do(&b, do_send(badged, info(1, 0, 1), 4));
    check_returned("#70 Send to a passive receiver returns", &b, NOTHING);
    check_waiting("#70   the receiver does not run", &p);
    must(seL4_SchedContext_Bind(sc, p.tcb), "binding it");
    settle();
    check_returned("#70   until it has a context: it has the message", &p, PAIRS(X0, BADGE, X1, info(1, 0, 1), X2, 4));

    puppet_do(&p, do_recv(endpoint, reply));
    must(seL4_SchedContext_UnbindObject(sc, p.tcb), "unbinding it");
    puppet_do(&b, do_call(badged, info(1, 0, 1), 5));
    check_returned("Call lends the caller's context to a passive receiver", &p, PAIRS(X0, BADGE, X1, info(1, 0, 1), X2, 5));
    puppet_do(&p, raw(LAB4_SYS_ReplyRecv, PAIRS(X0, endpoint, X1, info(2, 0, 0), X6, reply)));
    check_returned("  and the reply gives it back", &b, PAIRS(X0, 0, X1, info(2, 0, 0)));
    check_waiting("  so that the receiver waits again", &p);
    puppet_do(&b, raw(LAB4_SYS_NBSendWait, PAIRS(X0, endpoint, X1, info(3, 0, 0), X6, badged)));
    check_returned("#71 NBSendWait lends its context too", &p, PAIRS(X0, BADGE, X1, info(3, 0, 0)));
    must(seL4_TCB_Suspend(p.tcb), "stopping the server");
    must(seL4_SchedContext_UnbindObject(b.sc, p.tcb), "taking the context from it");
    must(seL4_SchedContext_Bind(b.sc, b.tcb), "giving it back by hand");
}

/* What an endpoint's destruction does to those who wait at it. */
/* objects §12 #42, #43 */
static void destruction(void)
{
    const seL4_CPtr ep = pool_object(seL4_EndpointObject, 0);
    puppet_do(&a, do_send(ep, info(0, 0, 0), 0));
    puppet_do(&b, do_call(ep, info(0, 0, 0), 0));
    must(delete(ep), "destroying the endpoint");
    settle();
    check_returned("#43 a sender restarted by destruction continues", &a, NOTHING);
    check_returned("#43 a caller gets InvalidCapability 0", &b, PAIRS(X0, 0, X1, info(2, 0, 1), X2, 0));

    const seL4_CPtr other = pool_object(seL4_EndpointObject, 0);
    puppet_do(&b, do_recv(other, reply));
    puppet_do(&c, do_wait(other));
    order_begin();
    must(delete(other), "destroying the endpoint");
    settle();
    check_fault("#43 a receiver faults", &b, 1, WORDS(here, other, 1, 2, 0));
    check_text("#42 two of one priority run in reverse queue order", order(), "cb");
}

/* objects §12 #72 */
static void restarts(void)
{
    puppet_do(&a, do_recv(endpoint, reply));
    must(seL4_TCB_Suspend(a.tcb), "suspending a receiver");
    puppet_do(&b, do_send(badged, info(1, 0, 0), 0));
    check_waiting("a suspended receiver is not in the queue", &b);
    must(seL4_TCB_Resume(a.tcb), "resuming it");
    settle();
    check_returned("#72 resumed, it repeats its receive", &a, PAIRS(X0, BADGE, X1, info(1, 0, 0)));
    check_returned("     and the sender goes on", &b, NOTHING);
}

/* objects §12 #73, #74 */
static void phase_two_fault(void)
{
    const seL4_CPtr idle = pool_object(seL4_NotificationObject, 0);
    const seL4_CPtr signal = pool_mint(idle, seL4_AllRights, 1);
    const seL4_CPtr faults = pool_object(seL4_EndpointObject, 0);
    const seL4_CPtr late = pool_slot();
    seL4_Word word;
    puppet_set_handler(&a, pool_mint(faults, seL4_AllRights, 1));
    puppet_do(&a, raw(LAB4_SYS_NBSendWait, PAIRS(X0, late, X1, 0, X6, signal)));
    seL4_NBWait(idle, &word);
    check("a combined call with a bad receive cap has done its first phase", word, 1);
    const seL4_MessageInfo_t message = seL4_NBRecv(faults, &word, reply);
    check("  and faults in the second", seL4_MessageInfo_get_label(message), seL4_Fault_CapFault);
    check("    in the receive phase", seL4_GetMR(seL4_CapFault_InRecvPhase), 1);
    must(copy(late, endpoint), "mending what was wrong");
    puppet_set_handler(&a, puppet_handler(&a));
    seL4_Send(reply, seL4_MessageInfo_new(99, 0, 0, 0));
    settle();
    seL4_NBWait(idle, &word);
    check("#73 the answered fault repeats phase 1", word, 1);
    check_waiting("#74 whatever the label of the answer", &a);
    puppet_do(&b, do_send(badged, info(1, 0, 0), 0));
    check_returned("     and phase 2 now succeeds", &a, PAIRS(X0, BADGE, X1, info(1, 0, 0)));
}

/* objects §12 #67; memory §11 #41 */
static void missing_buffers(void)
{
    static struct puppet mute;
    puppet_create(&mute, 95);
    puppet_drop_buffer(&mute);
    puppet_do(&mute, do_recv(endpoint, reply));
    puppet_do(&b, do_send(badged, info(1, 0, 9), 0));
    check_returned("#67 a receiver without buffer gets 4 words of 9", &mute,
                   PAIRS(X0, BADGE, X1, info(1, 0, 4), X2, 0, X3, b.given.x[X3], X4, b.given.x[X4], X5, b.given.x[X5]));
    puppet_do(&a, do_recv(endpoint, reply));
    puppet_do(&mute, do_send(badged, info(1, 0, 9), 0));
    check_returned("#67 a sender without buffer sends 4 of 9", &a,
                   PAIRS(X0, BADGE, X1, info(1, 0, 4), X2, 0, X3, mute.given.x[X3], X4, mute.given.x[X4], X5, mute.given.x[X5]));

    const seL4_CPtr readable = pool_slot();
    must(seL4_CNode_Copy(CNODE, readable, DEPTH, CNODE, c.frame, DEPTH, seL4_CanRead), "a read-only frame cap");
    must(seL4_TCB_SetIPCBuffer(c.tcb, (seL4_Word)c.buffer, readable), "a read-only buffer");
    c.buffer->msg[4] = 0x1234;
    puppet_do(&a, do_recv(endpoint, reply));
    puppet_do(&c, do_send(badged, info(1, 0, 5), 0));
    check("memory #41 a read-only buffer can send long messages", a.buffer->msg[4], 0x1234);
    puppet_do(&c, do_recv(endpoint, reply));
    puppet_do(&b, do_send(badged, info(1, 0, 5), 0));
    check_returned("memory #41 and receives only 4 words", &c,
                   PAIRS(X0, BADGE, X1, info(1, 0, 4), X2, 0, X3, b.given.x[X3], X4, b.given.x[X4], X5, b.given.x[X5]));
    must(seL4_TCB_SetIPCBuffer(c.tcb, (seL4_Word)c.buffer, c.frame), "a writable buffer again");
}

int main(void)
{
    check_begin();
    puppets_begin();
    puppet_create(&a, 100);
    puppet_create(&b, 90);
    puppet_create(&c, 90);
    endpoint = pool_object(seL4_EndpointObject, 0);
    badged = pool_mint(endpoint, seL4_AllRights, BADGE);
    reply = pool_object(seL4_ReplyObject, 0);

    rights();
    extra_cap_lookups();
    queueing();
    calls_without_reply();
    passive_receivers();
    destruction();
    restarts();
    phase_two_fault();
    missing_buffers();
    check_end();
}
