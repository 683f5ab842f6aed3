// SPDX-License-Identifier: BSD-2-Clause
//
// See target.h.
#include "tests/fuzz/target.h"

#include <stdlib.h>
#include <string.h>

enum print_mode print_mode;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    const char *mode = getenv("LAB4_FUZZ_PRINT");
    if (mode) {
        print_mode = strcmp(mode, "test") == 0 ? PRINT_TEST : strcmp(mode, "bytes") == 0 ? PRINT_BYTES : PRINT_TEXT;
    }
    return 0;
}
