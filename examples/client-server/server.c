/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The server keeps accounts. It is passive: after it said that it is ready it has no scheduling context, and runs only while a
 * client waits for its answer, on that client's time. It knows its clients by their badges and trusts nothing else about them.
 */
#include <lab4/printf.h>
#include <sel4/sel4.h>

#include "protocol.h"

enum { ACCOUNTS = 8, FIRST_NEW_ACCOUNT = 5, COINS = 4000000 };

static seL4_Word balances[ACCOUNTS]; /* by badge */
static seL4_Word total;
static seL4_Word accounts_opened;
static seL4_Word ring_at; /* signal SERVER_RECEIVED when the total is that; 0: nobody asked, and the slot is empty */

static seL4_MessageInfo_t done(seL4_Word words)
{
    return seL4_MessageInfo_new(DONE, 0, 0, words);
}

static seL4_MessageInfo_t refused(const char *why)
{
    printf("   server: refused: %s\n", why);
    return seL4_MessageInfo_new(REFUSED, 0, 0, 0);
}

static seL4_MessageInfo_t deposit(seL4_Word account, seL4_Word amount)
{
    balances[account] += amount;
    total += amount;
    printf("   server: %lu into account %lu; all together have %lu\n", amount, account, total);
    if (ring_at != 0 && total >= ring_at) {
        ring_at = 0;
        printf("   server: that is what somebody is waiting for; it signals\n");
        seL4_Signal(SERVER_RECEIVED);
    }
    seL4_SetMR(0, balances[account]);
    return done(1);
}

static seL4_MessageInfo_t ring(seL4_Word at, seL4_MessageInfo_t info)
{
    /* Unwrapped: what came is a capability to our own endpoint, so the kernel hands over its badge instead. */
    if (seL4_MessageInfo_get_extraCaps(info) != 1 || seL4_MessageInfo_get_capsUnwrapped(info) != 0) {
        return refused("there is no capability to signal");
    }
    ring_at = at;
    printf("   server: a capability came with the call; it will signal at %lu\n", at);
    return done(0);
}

static seL4_MessageInfo_t open_account(void)
{
    if (FIRST_NEW_ACCOUNT + accounts_opened == ACCOUNTS) {
        return refused("there are no more accounts");
    }
    const seL4_Word account = FIRST_NEW_ACCOUNT + accounts_opened++;
    const seL4_CNode self = seL4_CapInitThreadCNode;
    seL4_CNode_Delete(self, SERVER_MINTED, seL4_WordBits); /* our copy of the one before */
    seL4_CNode_Mint(self, SERVER_MINTED, seL4_WordBits, self, SERVER_ENDPOINT, seL4_WordBits, seL4_NoRead, account);
    printf("   server: account %lu is new; the capability to it goes out with the answer\n", account);
    seL4_SetCap(0, SERVER_MINTED);
    return seL4_MessageInfo_new(DONE, 0, 1, 0);
}

static seL4_MessageInfo_t count_coins(seL4_Word account)
{
    for (volatile seL4_Word coin = 0; coin < COINS; coin++) {
    }
    seL4_SetMR(0, balances[account]);
    return done(1);
}

static seL4_MessageInfo_t serve(seL4_Word account, seL4_MessageInfo_t info)
{
    const seL4_Word length = seL4_MessageInfo_get_length(info);
    switch (seL4_MessageInfo_get_label(info)) {
    case DEPOSIT:
        return length == 1 ? deposit(account, seL4_GetMR(0)) : refused("a deposit has one word");
    case RING_AT:
        return length == 1 ? ring(seL4_GetMR(0), info) : refused("a total is one word");
    case OPEN_ACCOUNT:
        return open_account();
    case COUNT_COINS:
        return count_coins(account);
    default:
        return refused("there is no such operation");
    }
}

int main(void)
{
    seL4_Word account;
    seL4_SetCapReceivePath(seL4_CapInitThreadCNode, SERVER_RECEIVED, seL4_WordBits);
    printf("   server: ready\n");
    /* One call says so and waits for the first client: in between, nobody finds the server not waiting. */
    seL4_MessageInfo_t info =
        seL4_NBSendRecv(SERVER_READY, seL4_MessageInfo_new(0, 0, 0, 0), SERVER_ENDPOINT, &account, SERVER_REPLY);
    for (;;) {
        const seL4_MessageInfo_t answer = serve(account, info);
        if (ring_at == 0) {
            /* Nobody asked for what came; free the slot for the next. (Success leaves the message registers as they are.) */
            seL4_CNode_Delete(seL4_CapInitThreadCNode, SERVER_RECEIVED, seL4_WordBits);
        }
        info = seL4_ReplyRecv(SERVER_ENDPOINT, answer, &account, SERVER_REPLY);
    }
}
