// SPDX-License-Identifier: BSD-2-Clause
//
// The interrupts that can be raised from outside, as people write them.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/hosted/interface.h"

enum { FIRST_OUTSIDE_LINE = 32 }; // below are those of the CPU itself: software-generated, and its timers
#define IRQ_LINE_RANGE "an interrupt from 32 to 159"

static inline bool irq_line_read(const char *text, size_t length, uint32_t *line)
{
    uint32_t value = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9' || i == 3) {
            return false;
        }
        value = value * 10 + (uint32_t)(text[i] - '0');
    }
    *line = value;
    return value >= FIRST_OUTSIDE_LINE && value < MACHINE_NUM_LINES;
}
