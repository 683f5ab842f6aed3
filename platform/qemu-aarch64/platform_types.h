// SPDX-License-Identifier: BSD-2-Clause
//
// What this platform keeps in a TCB (core/threads/objects.h): the FP registers while they are not live.
#pragma once

#include <stdint.h>

struct plat_thread {
    uint8_t fp_state[528]; // V0–V31, FPCR, FPSR, as fpu.c stores them
};
