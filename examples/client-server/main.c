/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client-server: three processes, made from two programs that this one carries inside. It loads them, gives each the few
 * capabilities that it needs, and from then on directs the play: each client asks for its turn by calling us, and stands still, held
 * by a reply object of ours, until we answer.
 *
 *            ┌──────── root task ────────┐
 *      turns │             faults, turns │
 *         alice ──account 1──┐        bob ──account 2──┐
 *                            └──────► server ◄─────────┘
 */
#include <lab4/exit.h>
#include <lab4/printf.h>
#include <lab4/runtime.h>
#include <lab4/string.h>
#include <sel4/sel4.h>

#include "lib/pool.h"
#include "lib/process.h"
#include "protocol.h"

enum {
    MILLISECOND = 1000, /* the kernel counts in microseconds */
    PRIORITY_SERVER = 200,
    PRIORITY_ALICE = 100,
    PRIORITY_BOB = 110, /* he goes on first when both can: so the order of what is printed does not depend on time */
};

/* The files of the two programs (lab4_embed in CMakeLists.txt). */
extern const char server_image[], server_image_end[], client_image[], client_image_end[];

static struct process server, clients[CLIENTS + 1];    /* by number: ALICE, BOB */
static seL4_CPtr accounts;                             /* the endpoint that the server receives on */
static seL4_CPtr sessions[CLIENTS + 1];                /* badged originals of what the clients have */
static seL4_CPtr stage, replies[CLIENTS + 1];          /* where clients ask for their turn; each has a reply object to wait in */

/* ------------------------------------------------------------------------------------------ 1. processes */

static void create(struct process *process, const char *name, const char *image, const char *end, seL4_Word priority, seL4_CPtr faults)
{
    const char *problem = process_create(process, &(struct process_options) {
        .name = name,
        .image = image,
        .image_size = (seL4_Word)(end - image),
        .priority = priority,
        .fault_handler = faults,
        .budget = 10 * MILLISECOND,
        .period = 10 * MILLISECOND,
    });
    if (problem != NULL) {
        printf("the image of %s %s\n", name, problem);
        lab4_exit(1);
    }
}

static void make_server(void)
{
    printf("1. The server: a process from an ELF image inside this program, in an address space of its own. It is given an endpoint\n"
           "   to receive on, a reply object, and a notification to say that it is ready. When it has said so, we take its\n"
           "   scheduling context away: from now on it has no time of its own.\n");
    accounts = pool_object(seL4_EndpointObject, 0);
    const seL4_CPtr ready = pool_object(seL4_NotificationObject, 0);
    create(&server, "server", server_image, server_image_end, PRIORITY_SERVER, 0);
    process_give(&server, SERVER_ENDPOINT, accounts, seL4_AllRights, 0);
    process_give(&server, SERVER_REPLY, pool_object(seL4_ReplyObject, 0), seL4_AllRights, 0);
    process_give(&server, SERVER_READY, ready, seL4_CanWrite, 0);
    process_start(&server);

    seL4_Wait(ready, NULL); /* it runs while we wait, although our priority is higher */
    must(seL4_SchedContext_Unbind(server.sc), "seL4_SchedContext_Unbind");
    seL4_SchedContext_Consumed(server.sc); /* and starts anew from 0 */
    printf("   root:   it waits for calls\n\n");
}

static void make_client(enum client who, const char *name, seL4_Word priority)
{
    static const seL4_Word fault_badge = 0x100; /* turns and faults of a client come to the same endpoint */
    replies[who] = pool_object(seL4_ReplyObject, 0);
    sessions[who] = pool_mint(accounts, seL4_NoRead, who);
    create(&clients[who], name, client_image, client_image_end, priority, pool_mint(stage, seL4_NoRead, fault_badge | who));
    process_give(&clients[who], CLIENT_SERVER, sessions[who], seL4_NoRead, 0);
    process_give(&clients[who], CLIENT_STAGE, stage, seL4_CapRights_new(1, 0, 0, 1), who);
    process_start(&clients[who]);
}

/* -------------------------------------------------------------------------------------- turns and faults */

/* Waits for a message of one of the clients; from then on its reply object holds it. */
static seL4_MessageInfo_t receive_from(enum client who, seL4_Word *badge)
{
    return seL4_Recv(stage, badge, replies[who]);
}

/* Lets a client go on until it asks for its next turn. */
static void turn_of(enum client who)
{
    seL4_Word badge;
    seL4_SetMR(0, who);
    seL4_Send(replies[who], seL4_MessageInfo_new(0, 0, 0, 1));
    receive_from(who, &badge);
    if (badge != who) {
        printf("   root:   a message with badge 0x%lx, not the expected one\n", badge);
        lab4_exit(1);
    }
}

static void make_clients(void)
{
    printf("2. Two clients, both from one image. Each has a capability to the same endpoint, with a badge that only the server sees.\n"
           "   Both ask us for their turn at once; a reply object holds each of them. First alice, then alice again:\n");
    stage = pool_object(seL4_EndpointObject, 0);
    const seL4_CPtr bell = pool_object(seL4_NotificationObject, 0);
    seL4_Word badge;
    make_client(ALICE, "alice", PRIORITY_ALICE);
    process_give(&clients[ALICE], CLIENT_BELL, bell, seL4_CanRead, 0);
    process_give(&clients[ALICE], CLIENT_RING, bell, seL4_CanWrite, 0);
    receive_from(ALICE, &badge);
    make_client(BOB, "bob", PRIORITY_BOB);
    receive_from(BOB, &badge);
    turn_of(ALICE);
    printf("\n");
}

/* ------------------------------------------------------------------------------------- 3. to 6., the play */

static void transfer_capabilities(void)
{
    printf("3. Capabilities travel in messages. Alice sends one: the right to signal her notification. The server answers another\n"
           "   call with one: a second account.\n");
    turn_of(ALICE);
    printf("\n");
}

static void tell_whose_time_it_is(void)
{
    printf("4. Alice asks for work that takes the server a while. Whose time is it?\n");
    seL4_SchedContext_Consumed(clients[ALICE].sc);
    turn_of(ALICE);
    const seL4_Time alices = seL4_SchedContext_Consumed(clients[ALICE].sc).consumed;
    const seL4_Time servers = seL4_SchedContext_Consumed(server.sc).consumed;
    printf("   root:   the scheduling context that the server started with was used for %lu us, alice's for more: %s\n\n",
           servers, alices > servers ? "yes" : "no");
}

static void ring_the_bell(void)
{
    seL4_Word badge;
    printf("5. Alice waits for her bell, so we let bob play:\n");
    seL4_Send(replies[ALICE], seL4_MessageInfo_new(0, 0, 0, 0));
    turn_of(BOB);
    receive_from(ALICE, &badge);
    printf("   root:   and alice, badge %lu, asks for her turn\n\n", badge);
}

static void revoke_bob(void)
{
    seL4_Word badge;
    printf("6. Bob is no longer welcome. We revoke the capability that his is a copy of, and let him go on:\n");
    must(seL4_CNode_Revoke(seL4_CapInitThreadCNode, sessions[BOB], seL4_WordBits), "seL4_CNode_Revoke");
    seL4_SetMR(0, BOB);
    seL4_Send(replies[BOB], seL4_MessageInfo_new(0, 0, 0, 1));
    const seL4_MessageInfo_t info = receive_from(BOB, &badge);
    const seL4_Fault_t fault = seL4_getFault(info);
    printf("   root:   the kernel reports, with badge 0x%lx, fault %lu (%s) at 0x%lx\n", badge, seL4_MessageInfo_get_label(info),
           seL4_isVMFault_tag(info) ? "VM fault" : "?", seL4_Fault_VMFault_get_Addr(fault));
    must(seL4_TCB_Suspend(clients[BOB].tcb), "seL4_TCB_Suspend");
    printf("   root:   bob is suspended; the others do not notice:\n");
    turn_of(ALICE);
    printf("\n");
}

/* ---------------------------------------------------------------------------------------- 7. a bad image */

static void try_damaged(const char *what, const char *image, seL4_Word size)
{
    struct process process;
    const char *problem = process_create(&process, &(struct process_options) {.name = "damaged", .image = image, .image_size = size});
    printf("   root:   %s: it %s\n", what, problem != NULL ? problem : "is accepted?");
}

static void load_damaged_images(void)
{
    static char damaged[200];
    printf("7. What is loaded may come from anybody. Damaged images are refused before anything is made:\n");
    memcpy(damaged, client_image, sizeof(damaged));
    try_damaged("the first 200 bytes of the client", damaged, sizeof(damaged));
    damaged[18] ^= 1; /* a bit of the machine that it is for */
    try_damaged("one bit flipped", damaged, sizeof(damaged));
    memset(damaged, 0, sizeof(damaged));
    try_damaged("nothing but zeros", damaged, sizeof(damaged));
    printf("\n");
}

int main(void)
{
    printf("\nclient-server: three protected processes on lab4\n\n");
    pool_init(lab4_bootinfo());
    make_server();
    make_clients();
    transfer_capabilities();
    tell_whose_time_it_is();
    ring_the_bell();
    revoke_bob();
    load_damaged_images();
    printf("8. That is all: lab4_exit(0).\n");
    lab4_exit(0);
}
