/* SPDX-License-Identifier: BSD-2-Clause */
/* Ends in a failed assertion; what is buffered comes out before. */
#include <assert.h>
#include <stdio.h>

int main(void)
{
    setvbuf(stdout, NULL, _IOFBF, 1024);
    printf("before\n");
    fflush(stdout);
    assert(1 + 1 == 3);
    return 0;
}
