/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * driver: what is left to user level on this kernel. A device driver with interrupts, a pager that gives a thread more memory than
 * there is, and a watchdog that restarts a component which takes too much time or crashes: all of them ordinary threads.
 */
#include <lab4/exit.h>
#include <lab4/printf.h>
#include <lab4/runtime.h>

#include "chapters.h"
#include "lib/pool.h"

int main(void)
{
    printf("\ndriver: devices, memory and time in the hands of user level\n\n");
    pool_init(lab4_bootinfo());
    lines_chapter();
    pager_chapter();
    watchdog_chapter();
    printf("That is all: lab4_exit(0).\n");
    lab4_exit(0);
}
