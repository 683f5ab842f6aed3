/* SPDX-License-Identifier: BSD-2-Clause */
/* The three parts of this example. Each makes the threads that it needs, prints what happens, and leaves nothing running. */
#ifndef DRIVER_CHAPTERS_H
#define DRIVER_CHAPTERS_H

void lines_chapter(void);    /* lines.c: a client of the UART driver */
void pager_chapter(void);    /* pager.c: more pages than frames */
void watchdog_chapter(void); /* watchdog.c: a component that misbehaves */

enum { MILLISECOND = 1000 }; /* the kernel counts in microseconds */

#endif
