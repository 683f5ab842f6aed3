// SPDX-License-Identifier: BSD-2-Clause
//
// What this platform keeps in a TCB (core/threads/objects.h): FP registers that a test can write, and of which it can see
// that nobody else does.
#pragma once

#include <stdint.h>

struct plat_thread {
    uint8_t fp_state[528];
};
