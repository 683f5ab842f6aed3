/* SPDX-License-Identifier: BSD-2-Clause */
/* main(argc, argv). tests/abi/loaders runs this program with arguments, and `run` without. */
#include <lab4/printf.h>
#include <sel4/sel4.h>

#include "support/check.h"

int main(int argc, char **argv)
{
    check_begin();
    check_true("there is a name, or an empty one", argc >= 1 && argv[0]);
    check_true("a null pointer ends the arguments", !argv[argc]);
    for (int i = 1; i < argc; i++) {
        printf("argument %d: <%s>\n", i, argv[i]);
    }
    printf("%d arguments, called '%s'\n", argc - 1, argv[0]);
    check_end();
}
