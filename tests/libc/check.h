/* SPDX-License-Identifier: BSD-2-Clause */
/* A line for each thing that holds; one that does not ends the run with status 1. */
#ifndef LIBC_CHECK_H
#define LIBC_CHECK_H

#include <stdio.h>
#include <stdlib.h>

#define CHECK(what, condition)                                                                     \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("FAIL %s: %s (%s:%d)\n", what, #condition, __FILE__, __LINE__);                 \
            exit(1);                                                                               \
        }                                                                                          \
        printf("ok %s\n", what);                                                                   \
    } while (0)

void check_memory(void);  /* memory.c */
void check_threads(void); /* threads.c */

#endif
