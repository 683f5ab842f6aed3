/* SPDX-License-Identifier: BSD-2-Clause */
/* Reply objects and chains of calls (objects §10, §12.8; threads §6, §9.5, §12 #59–#65). */
#include "lib/pool.h"
#include "lib/threads.h"
#include "support/check.h"
#include "support/puppet.h"
#include "support/slots.h"

static struct puppet client, other; /* with contexts of their own; priorities 90 */
static struct puppet s, t;          /* passive servers, priorities 100 and 110, started on contexts that they then lose */
static seL4_CPtr at_s, at_t, reply_s, reply_t;

static seL4_CPtr start_sc; /* for starting the servers */

/* Gets a server into Recv without a context. */
static void serve(struct puppet *server, seL4_CPtr endpoint, seL4_CPtr reply)
{
    must(seL4_TCB_Suspend(server->tcb), "stopping a server");
    must(seL4_SchedContext_Bind(start_sc, server->tcb), "a context to start with");
    puppet_do(server, do_recv(endpoint, reply));
    must(seL4_SchedContext_UnbindObject(start_sc, server->tcb), "and without it");
}

/* The client has called s, which has called t; all on the client's context. */
static void chain(void)
{
    must(seL4_TCB_Suspend(client.tcb), "stopping the client");
    serve(&s, at_s, reply_s);
    serve(&t, at_t, reply_t);
    puppet_do(&client, do_call(at_s, info(1, 0, 0), 0));
    puppet_do(&s, do_call(at_t, info(2, 0, 0), 0));
}

/* A thread has the context: it can be told to do something, and does it. */
static int runs(struct puppet *puppet)
{
    puppet_do(puppet, raw(LAB4_SYS_Yield, NOTHING));
    return has_returned(puppet);
}

/* Takes the client's context from whoever has it, so that the next test starts as the first did. */
static void reset(void)
{
    must(seL4_TCB_Suspend(client.tcb), "stopping the client");
    must(seL4_TCB_Suspend(s.tcb), "stopping a server");
    must(seL4_TCB_Suspend(t.tcb), "stopping a server");
    must(seL4_SchedContext_Unbind(client.sc), "taking the context");
    must(seL4_SchedContext_Bind(client.sc, client.tcb), "giving it to its owner");
}

/* objects §12 #87, #89 */
static void unused_objects(void)
{
    const seL4_CPtr reply = pool_object(seL4_ReplyObject, 0);
    puppet_do(&other, do_call(reply, info(5, 0, 2), 1));
    check_returned("#87 Call on a free reply object succeeds", &other, PAIRS(X0, 0, X1, 0));
    puppet_do(&client, do_recv(at_s, reply));
    puppet_do(&other, do_call(reply, info(5, 0, 2), 1));
    check_returned("#87 and on a reserved one", &other, PAIRS(X0, 0, X1, 0));
    check_waiting("#87   whose receiver goes on waiting", &client);

    puppet_do(&other, raw(LAB4_SYS_NBRecv, PAIRS(X0, at_t, X6, reply)));
    check_returned("#89 NBRecv with a reply object in use elsewhere finds nothing", &other, PAIRS(X0, 0));
    puppet_do(&other, raw(LAB4_SYS_NBSend, PAIRS(X0, at_s, X1, 0)));
    check_waiting("#89   and has cancelled the other receiver", &client);
}

/* objects §12 #90 */
static void deleted_objects(void)
{
    const seL4_CPtr memory = pool_object(seL4_ReplyObject, 0), second = pool_slot();
    must(copy(second, memory), "copying a reply cap");
    puppet_do(&other, do_recv(at_s, memory));
    must(delete(second), "deleting one of two caps");
    puppet_do(&client, do_send(at_s, info(1, 0, 0), 0));
    check_returned("#90 deleting one of two reply caps does nothing", &other, PAIRS(X0, 0, X1, info(1, 0, 0)));
    puppet_do(&other, do_recv(at_s, memory));
    must(delete(memory), "deleting the last");
    settle();
    puppet_do(&client, raw(LAB4_SYS_NBSend, PAIRS(X0, at_s, X1, 0)));
    check_waiting("#90 deleting the last makes its receiver inactive", &other);
}

static void chains(void)
{
    chain();
    check_returned("a call to a passive server that calls another: the message is there", &t, PAIRS(X0, 0, X1, info(2, 0, 0)));
    puppet_do(&t, raw(LAB4_SYS_ReplyRecv, PAIRS(X0, at_t, X1, info(3, 0, 0), X6, reply_t)));
    check_returned("  the reply goes to the server before", &s, PAIRS(X0, 0, X1, info(3, 0, 0)));
    puppet_do(&s, raw(LAB4_SYS_ReplyRecv, PAIRS(X0, at_s, X1, info(4, 0, 0), X6, reply_s)));
    check_returned("  and its reply to the client", &client, PAIRS(X0, 0, X1, info(4, 0, 0)));
    check_true("  who has its context back", runs(&client));
    reset();
}

/* objects §12 #92, #94; threads §12 #63 */
static void broken_chains(void)
{
    chain();
    must(seL4_TCB_Suspend(s.tcb), "suspending the middle");
    puppet_do(&t, raw(LAB4_SYS_Call, PAIRS(X0, reply_t, X1, info(3, 0, 0))));
    check_returned("#94 the middle is suspended: the last keeps the context, its reply is a no-op", &t, PAIRS(X0, 0, X1, 0));
    puppet_do(&t, raw(LAB4_SYS_Call, PAIRS(X0, reply_s, X1, info(4, 0, 0))));
    check_waiting("threads §9.5   a reply to the client leaves it without context", &client);
    must(seL4_SchedContext_Unbind(client.sc), "taking the context");
    must(seL4_SchedContext_Bind(client.sc, client.tcb), "giving it to the client");
    settle();
    check_returned("threads §9.5   though with the message", &client, PAIRS(X0, 0, X1, info(4, 0, 0)));
    reset();

    chain();
    puppet_do(&t, raw(LAB4_SYS_Call, PAIRS(X0, reply_s, X1, info(4, 0, 0))));
    check_waiting("#92 replying out of order strands the context: the client does not run", &client);
    puppet_do(&t, raw(LAB4_SYS_Send, PAIRS(X0, reply_t, X1, info(3, 0, 0))));
    check_returned("#92   it returns to the middle", &s, PAIRS(X0, 0, X1, info(3, 0, 0)));
    check_true("#92   and stays there", runs(&s));
    reset();

    chain();
    must(seL4_SchedContext_UnbindObject(client.sc, t.tcb), "taking the context from the last");
    seL4_Send(reply_t, seL4_MessageInfo_new(3, 0, 0, 0));
    settle();
    check_returned("threads #63 UnbindObject keeps the chain: the reply returns the context", &s, PAIRS(X0, 0, X1, info(3, 0, 0)));
    reset();

    chain();
    must(seL4_SchedContext_Unbind(client.sc), "unbinding all");
    seL4_Send(reply_t, seL4_MessageInfo_new(3, 0, 0, 0));
    settle();
    check_waiting("threads [DON-10] Unbind cuts it: the reply returns no context", &s);
    reset();
}

/* objects §12 #91 */
static void deleted_in_a_chain(void)
{
    const seL4_CPtr top = pool_object(seL4_ReplyObject, 0);
    must(seL4_TCB_Suspend(client.tcb), "stopping the client");
    serve(&s, at_s, top);
    puppet_do(&client, do_call(at_s, info(1, 0, 1), 5));
    must(delete(top), "deleting the reply object");
    settle();
    check_waiting("#91 deleting the last reply cap makes the caller inactive", &client);
    serve(&s, at_s, reply_s);
    must(seL4_TCB_Resume(client.tcb), "resuming it");
    settle();
    check_returned("#91   it has its context, and resumed it calls again", &s, PAIRS(X0, 0, X1, info(1, 0, 1), X2, 5));
    puppet_do(&s, raw(LAB4_SYS_ReplyRecv, PAIRS(X0, at_s, X1, info(6, 0, 0), X6, reply_s)));
    check_returned("     and gets its reply", &client, PAIRS(X0, 0, X1, info(6, 0, 0)));
    reset();
}

/* The reply object of the first call, below that of the second, is deleted. */
/* threads §12 #62 */
static void cut_chain(void)
{
    const seL4_CPtr bottom = pool_object(seL4_ReplyObject, 0);
    serve(&s, at_s, bottom);
    serve(&t, at_t, reply_t);
    puppet_do(&client, do_call(at_s, info(1, 0, 0), 0));
    puppet_do(&s, do_call(at_t, info(2, 0, 0), 0));
    must(delete(bottom), "deleting the older reply object");
    settle();
    check_waiting("threads #62 the older reply object of a chain is deleted: the client is inactive", &client);
    puppet_do(&t, raw(LAB4_SYS_ReplyRecv, PAIRS(X0, at_t, X1, info(3, 0, 0), X6, reply_t)));
    check_returned("threads #62   the reply of the last returns the context to the middle", &s, PAIRS(X0, 0, X1, info(3, 0, 0)));
    check_true("threads #62   where it stays", runs(&s));
    reset();
}

/* The server's TCB is deleted while it serves. */
/* objects §12 #93 */
static void deleted_server(void)
{
    static struct puppet doomed;
    puppet_create_passive(&doomed, 105);
    serve(&doomed, at_t, reply_t);
    puppet_do(&client, do_call(at_t, info(1, 0, 0), 0));
    check_returned("a server on the client's context", &doomed, PAIRS(X0, 0, X1, info(1, 0, 0)));
    must(delete(doomed.tcb), "deleting it");
    settle();
    check_waiting("#93 deleting the server does not wake its client", &client);
    seL4_Send(reply_t, seL4_MessageInfo_new(8, 0, 0, 0));
    settle();
    check_returned("#93 anyone with the reply cap can reply, and the context goes home", &client, PAIRS(X0, 0, X1, info(8, 0, 0)));
    reset();
}

/* threads §12 #61 */
static void suspended_client(void)
{
    serve(&s, at_s, reply_s);
    puppet_do(&client, do_call(at_s, info(1, 0, 0), 0));
    must(seL4_TCB_Suspend(client.tcb), "suspending the client");
    check_true("threads #61 the client is suspended: the server keeps the context", runs(&s));
    puppet_do(&s, raw(LAB4_SYS_Call, PAIRS(X0, reply_s, X1, info(2, 0, 0))));
    check_returned("threads #61   and its reply is a silent no-op", &s, PAIRS(X0, 0, X1, 0));
    check_waiting("threads #61   for the client", &client);
    reset();
}

/* objects §12 #88, #89; threads §12 #10 */
static void stolen_objects(void)
{
    puppet_do(&other, do_recv(at_s, reply_s));
    puppet_do(&client, do_recv(at_t, reply_s));
    must(seL4_TCB_Suspend(client.tcb), "stopping it");
    vector("#88 a reply object passed on by another receive: the earlier receiver has left its queue",
           raw(LAB4_SYS_NBSend, PAIRS(X0, at_s, X1, 0)), NOTHING);
    settle();
    check_waiting("#88   it is inactive, not restarted", &other);

    puppet_do(&other, do_recv(at_s, reply_s));
    puppet_do(&client, do_call(at_s, info(1, 0, 0), 0));
    puppet_do(&other, raw(LAB4_SYS_NBRecv, PAIRS(X0, at_t, X6, reply_s)));
    check_returned("#89 NBRecv with a reply object that holds a caller finds nothing", &other, PAIRS(X0, 0));
    puppet_do(&other, raw(LAB4_SYS_Call, PAIRS(X0, reply_s, X1, 0)));
    check_waiting("#89   and the caller is lost: inactive", &client);
    must(seL4_TCB_Resume(client.tcb), "resuming it");
    puppet_do(&other, do_recv(at_s, reply_s));
    check_returned("threads #10 resumed, it calls again", &other, PAIRS(X0, 0, X1, info(1, 0, 0)));
    reset();
}

/* objects §12 #96, #97 */
static void combined(void)
{
    const seL4_CPtr empty_reply = pool_object(seL4_ReplyObject, 0);
    const seL4_CPtr n = pool_object(seL4_NotificationObject, 0), signal = pool_mint(n, seL4_AllRights, 2);
    const seL4_Word here = (seL4_Word)puppet_syscall;
    puppet_do(&other, raw(LAB4_SYS_ReplyRecv, PAIRS(X0, at_s, X1, 0, X6, empty_reply)));
    check_waiting("#96 ReplyRecv with an empty reply object receives", &other);
    puppet_do(&other, raw(LAB4_SYS_ReplyRecv, PAIRS(X0, at_s, X1, 0, X6, signal)));
    check_fault("#97 ReplyRecv with a notification in x6 faults in phase 2, at x6", &other, 1, WORDS(here, signal, 1, 2, 0));
    vector("#97   having signalled it in phase 1", raw(LAB4_SYS_NBWait, PAIRS(X0, n)), PAIRS(X0, 2));
}

int main(void)
{
    check_begin();
    puppets_begin();
    puppet_create(&client, 90);
    puppet_create(&other, 90);
    puppet_create_passive(&s, 100);
    puppet_create_passive(&t, 110);
    at_s = pool_object(seL4_EndpointObject, 0);
    at_t = pool_object(seL4_EndpointObject, 0);
    reply_s = pool_object(seL4_ReplyObject, 0);
    reply_t = pool_object(seL4_ReplyObject, 0);
    start_sc = sched_context_create(seL4_MinSchedContextBits, PUPPET_SLICE, PUPPET_SLICE, 0);

    unused_objects();
    deleted_objects();
    chains();
    broken_chains();
    deleted_in_a_chain();
    cut_chain();
    suspended_client();
    stolen_objects();
    combined();
    deleted_server();
    check_end();
}
