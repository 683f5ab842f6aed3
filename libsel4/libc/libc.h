/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the parts of the layer under the C library: threads.c and heap.c. */
#ifndef LIBC_LIBC_H
#define LIBC_LIBC_H

#include <sel4/bootinfo_types.h>

/* The library's one lock, which its holder may take again. */
void lab4_libc_enter(void);
void lab4_libc_leave(void);

/* Takes the heap's memory and slots, and the lock's notification, out of BootInfo. Before main. */
void lab4_libc_take_pool(seL4_BootInfo *info);

/* Called by the runtime with main's result: flushes streams, calls what atexit was given, ends
   the run. */
void lab4_libc_exit(int status);

#endif
