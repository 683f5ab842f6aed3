// SPDX-License-Identifier: BSD-2-Clause
//
// The example client-server up to the middle of the play, to look at: the server waits for calls, alice and bob for their turns, and
// the root task computes for ever. Prints a line when all that is so.
#define main whole_play
#include "../../examples/client-server/main.c"
#undef main

int main(void)
{
    (void)whole_play;
    pool_init(lab4_bootinfo());
    make_server();
    make_clients();
    transfer_capabilities();
    printf("still\n");
    for (;;) {
    }
}
