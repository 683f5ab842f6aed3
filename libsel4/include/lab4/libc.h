/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program with the C library (lab4_add_root_task(… LIBC)) can decide about it. Everything
 * has a default; docs/LIBC.md has the whole picture.
 */
#ifndef LAB4_LIBC_H
#define LAB4_LIBC_H

#include <sel4/types.h>
#include <stddef.h>

/* Where the heap of a root task begins: nothing else of a program's is there, unless it maps it. */
#define LAB4_LIBC_HEAP_START 0x500000000000ul

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Bytes of RAM that a root task gives to its heap, before main: 16 MiB unless the program
 * defines this variable. 0: none, so that malloc fails until lab4_libc_arena is called.
 */
extern size_t lab4_libc_heap_bytes;

/*
 * From now on the heap grows in these bytes, which the program has mapped, and which stay the
 * library's. For processes that are not the root task, and for memory that the program got
 * itself. malloc uses memory only above what it has already, so the first arena comes before the
 * first malloc.
 */
void lab4_libc_arena(void *start, size_t bytes);

/*
 * Where a thread waits when another one is in malloc or a stream. A root task has one already;
 * another process whose threads share the library calls this before it starts a second one.
 * Without it they yield in a loop, so that one of higher priority can keep one that holds the
 * lock from ever going on.
 */
void lab4_libc_lock(seL4_CPtr notification);

#ifdef __cplusplus
}
#endif

#endif
