/* SPDX-License-Identifier: BSD-2-Clause */
/* What pool.c starts again and again: tells how often its data says that it was started, and waits for an answer. */
#include <sel4/sel4.h>

static volatile seL4_Word starts = 0, initialised = 1;

int main(void)
{
    seL4_SetMR(0, ++starts * initialised++);
    seL4_Call(16, seL4_MessageInfo_new(0, 0, 0, 1));
    for (;;) {
        seL4_Yield();
    }
}
