/* SPDX-License-Identifier: BSD-2-Clause */
/* malloc over the root task's untyped memory: all of it, and its end. */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "check.h"

enum { MIB = 1 << 20 };

static void check_blocks(void)
{
    enum { BLOCKS = 500 };
    static unsigned char *blocks[BLOCKS];
    int right = 0;
    for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc((size_t)i * 17 + 1);
        memset(blocks[i], i & 0xff, (size_t)i * 17 + 1);
    }
    for (int i = 0; i < BLOCKS; i++) {
        right += blocks[i][0] == (i & 0xff) && blocks[i][i * 17] == (i & 0xff);
        free(blocks[i]);
    }
    CHECK("malloc gives memory of one's own", right == BLOCKS);
    unsigned char *zeros = calloc(1000, 1000);
    CHECK("calloc clears", zeros && zeros[0] == 0 && zeros[999999] == 0);
    zeros[0] = 42;
    zeros = realloc(zeros, 3 * MIB);
    CHECK("realloc keeps what was there", zeros && zeros[0] == 42);
    free(zeros);
    char *aligned = aligned_alloc(4096, 8192);
    CHECK("aligned_alloc", aligned && (uintptr_t)aligned % 4096 == 0);
    free(aligned);
}

/* Takes blocks until there are no more, gives them back. The result is their number. */
static int exhaust(size_t bytes)
{
    static void *blocks[64];
    int count = 0;
    while (count < 64 && (blocks[count] = malloc(bytes)) != NULL) {
        memset(blocks[count++], 0x55, bytes);
    }
    for (int i = 0; i < count; i++) {
        free(blocks[i]);
    }
    return count;
}

static void check_end(void)
{
    const int before = exhaust(MIB);
    CHECK("the heap has more than 12 MiB, and an end", before > 12 && before < 16);
    errno = 0;
    CHECK("malloc refuses with ENOMEM", malloc(64 * MIB) == NULL && errno == ENOMEM);
    errno = 0;
    static volatile size_t absurd = SIZE_MAX - 100; /* compilers refuse it when they see it */
    CHECK("malloc refuses any number", malloc(absurd) == NULL && errno == ENOMEM);
    CHECK("what was freed is given again", exhaust(MIB) == before);
}

void check_memory(void)
{
    check_blocks();
    check_end();
}
