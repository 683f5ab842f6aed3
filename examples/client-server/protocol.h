/* SPDX-License-Identifier: BSD-2-Clause */
/* What the programs of this example agree on: which capability is in which slot, and what messages mean. */
#ifndef PROTOCOL_H
#define PROTOCOL_H

/* ---- The server's CSpace: it can receive, answer, and say once that it is ready. */
enum {
    SERVER_ENDPOINT = 16, /* to receive on; unbadged, so it can mint badged ones for its clients */
    SERVER_REPLY = 17,    /* reply object: the caller that is being served */
    SERVER_READY = 18,    /* notification */
    SERVER_RECEIVED = 19, /* empty: where a client's capability arrives */
    SERVER_MINTED = 20,   /* empty: a capability on its way to a client */
};

/* ---- A client's CSpace: the server, and whoever tells it when to go on. */
enum {
    CLIENT_SERVER = 16, /* endpoint; the badge, which only the server sees, says which account it is */
    CLIENT_STAGE = 17,  /* endpoint of the root task */
    CLIENT_BELL = 18,   /* notification of its own */
    CLIENT_RING = 19,   /* the same, with only the right to signal: to give away */
    CLIENT_SECOND = 20, /* empty: where a capability from the server arrives */
};

/* ---- Calls to the server: label, then words. An answer's label is one of the statuses. */
enum operation {
    DEPOSIT,      /* amount → balance */
    RING_AT,      /* total, and a capability to signal when all accounts together have so much */
    OPEN_ACCOUNT, /* → a capability to the server, badged with a new account */
    COUNT_COINS,  /* → balance; takes the server a while */
};
enum status { DONE, REFUSED };

/* ---- Calls to the root task: a client asks for its turn; the answer's first word is who it is. */
enum client { ALICE = 1, BOB = 2, CLIENTS = 2 };

#endif
