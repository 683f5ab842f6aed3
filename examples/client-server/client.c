/* SPDX-License-Identifier: BSD-2-Clause */
/* The client, started twice. It never sees a badge: which account it has is in the capability that it was given. */
#include <lab4/printf.h>
#include <sel4/sel4.h>

#include "protocol.h"

/* Waits for the root task's word; the result says who we are. */
static seL4_Word my_turn(void)
{
    seL4_Call(CLIENT_STAGE, seL4_MessageInfo_new(0, 0, 0, 0));
    return seL4_GetMR(0);
}

static seL4_Word deposit(seL4_CPtr server, seL4_Word amount)
{
    seL4_SetMR(0, amount);
    seL4_Call(server, seL4_MessageInfo_new(DEPOSIT, 0, 0, 1));
    return seL4_GetMR(0);
}

static void alice(void)
{
    printf("   alice:  my balance is %lu\n", deposit(CLIENT_SERVER, 30));

    const seL4_MessageInfo_t nonsense = seL4_Call(CLIENT_SERVER, seL4_MessageInfo_new(77, 0, 0, 0));
    printf("   alice:  a call that makes no sense: %s\n", seL4_MessageInfo_get_label(nonsense) == REFUSED ? "refused" : "done?");
    my_turn();

    seL4_SetMR(0, 100);
    seL4_SetCap(0, CLIENT_RING);
    seL4_Call(CLIENT_SERVER, seL4_MessageInfo_new(RING_AT, 0, 1, 1));

    seL4_SetCapReceivePath(seL4_CapInitThreadCNode, CLIENT_SECOND, seL4_WordBits);
    const seL4_MessageInfo_t opened = seL4_Call(CLIENT_SERVER, seL4_MessageInfo_new(OPEN_ACCOUNT, 0, 0, 0));
    printf("   alice:  the answer brought %lu capability\n", seL4_MessageInfo_get_extraCaps(opened));
    printf("   alice:  the balance behind it is %lu\n", deposit(CLIENT_SECOND, 20));
    my_turn();

    seL4_Call(CLIENT_SERVER, seL4_MessageInfo_new(COUNT_COINS, 0, 0, 0));
    printf("   alice:  counted: %lu\n", seL4_GetMR(0));
    my_turn();

    seL4_Wait(CLIENT_BELL, NULL);
    printf("   alice:  the bell\n");
    my_turn();

    printf("   alice:  my balance is %lu\n", deposit(CLIENT_SERVER, 1));
    my_turn();
}

/* Where the root task has memory, and we have none. */
enum { OTHERS_MEMORY = 0x10000000 };

static void bob(void)
{
    printf("   bob:    my balance is %lu\n", deposit(CLIENT_SERVER, 50));
    my_turn();

    /* Nobody told us, but the slot is empty now. */
    const seL4_MessageInfo_t gone = seL4_Call(CLIENT_SERVER, seL4_MessageInfo_new(COUNT_COINS, 0, 0, 0));
    printf("   bob:    error %lu is seL4_InvalidCapability: %s\n", seL4_MessageInfo_get_label(gone),
           seL4_MessageInfo_get_label(gone) == seL4_InvalidCapability ? "yes" : "no");
    printf("   bob:    then I take what is in the memory of others\n");
    printf("   bob:    there is %lx\n", *(volatile seL4_Word *)OTHERS_MEMORY);
}

int main(void)
{
    if (my_turn() == ALICE) {
        alice();
    } else {
        bob();
    }
    for (;;) {
        my_turn();
    }
}
