// SPDX-License-Identifier: BSD-2-Clause
//
// Target `selftest`: fails on purpose when an input holds B, U and G in this order, and goes another way for each of them. For the tests of
// tests/fuzz/run.
#include "tests/fuzz/machine.h"
#include "tests/fuzz/target.h"

const size_t fuzz_max_steps = 0;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char word[] = "BUG";
    size_t found = 0;
    for (size_t i = 0; i < size && found < 3; i++) {
        found += data[i] == word[found];
    }
    if (found == 3) {
        machine_fail("the input of %zu bytes holds a bug", size);
    }
    return 0;
}
