/* SPDX-License-Identifier: BSD-2-Clause */
/* As a process without untyped memory: no heap but the arena that it is given. Ends with abort. */
#include <errno.h>
#include <lab4/libc.h>
#include <lab4/runtime.h>
#include <stdlib.h>

#include "check.h"

size_t lab4_libc_heap_bytes = 0;

int main(void)
{
    static struct {
        char first[100000], second[300000]; /* in this order */
    } memory;
    errno = 0;
    CHECK("no heap, no memory", malloc(1) == NULL && errno == ENOMEM);
    lab4_libc_arena(memory.first, sizeof(memory.first));
    char *block = malloc(50000);
    CHECK("malloc gives the arena's memory",
          block >= memory.first && block + 50000 <= memory.second);
    CHECK("not more", malloc(60000) == NULL);
    lab4_libc_arena(memory.second, sizeof(memory.second));
    CHECK("a second one", malloc(200000) != NULL);
    CHECK("printf works", printf("%s%d\n", "with or without memory: ", 1) == 26);
    abort();
}
