// SPDX-License-Identifier: BSD-2-Clause
//
// Cache maintenance by address, through the kernel's window. Data caches are physically tagged, so the alias does not
// matter; the instruction cache may be virtually indexed, so it is invalidated as a whole (memory §2.8).
#include "kernel.h"

enum { LINE_BITS = 6 }; // 64 bytes on the Cortex-A53

#define FOR_EACH_LINE(operation, start, end)                                                         \
    for (word_t line_ = align_down((word_t)(start), LINE_BITS); line_ < (word_t)(end); line_ += BIT(LINE_BITS)) { \
        __asm__ volatile(operation ", %0" : : "r"(line_) : "memory");                                \
    }

void plat_clean_to_memory(const void *start, word_t bytes)
{
    FOR_EACH_LINE("dc cvac", start, (word_t)start + bytes);
    BARRIER("dsb sy");
}

// Lines that also hold bytes outside the range are cleaned before they are discarded.
static void invalidate(word_t start, word_t end)
{
    if (!is_aligned(start, LINE_BITS)) {
        FOR_EACH_LINE("dc civac", start, start + 1);
    }
    if (!is_aligned(end, LINE_BITS)) {
        FOR_EACH_LINE("dc civac", end, end + 1);
    }
    FOR_EACH_LINE("dc ivac", start, end);
}

void plat_cache_operation(enum cache_operation operation, paddr_t address, word_t bytes)
{
    if (address < machine_ram.start || address + bytes > machine_ram.end) {
        return; // a device: not in the window, and not cached
    }
    word_t start = (word_t)plat_ptr(address), end = start + bytes;
    switch (operation) {
    case CACHE_CLEAN:
        FOR_EACH_LINE("dc cvac", start, end);
        break;
    case CACHE_INVALIDATE:
        invalidate(start, end);
        break;
    case CACHE_CLEAN_INVALIDATE:
        FOR_EACH_LINE("dc civac", start, end);
        break;
    case CACHE_UNIFY_INSTRUCTION:
        FOR_EACH_LINE("dc cvau", start, end);
        BARRIER("dsb nsh");
        BARRIER("ic iallu");
        break;
    }
    BARRIER("dsb sy");
    BARRIER("isb");
}
