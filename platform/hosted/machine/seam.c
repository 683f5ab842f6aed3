// SPDX-License-Identifier: BSD-2-Clause
//
// The small functions of the seam: console, end, caches. The others are with their subject: address spaces in tlb.c,
// threads in context.c, interrupts in controller.c, time in clock.c, plat_panic in panic.c.
#include "core/threads/state.h"
#include "platform/hosted/machine/console.h"
#include "platform/hosted/machine/devices.h"
#include "platform/hosted/machine/end.h"
#include "platform/hosted/machine/state.h"
#include "platform/platform.h"

// ------------------------------------------------------------------------------------ console and end

void plat_putchar(char c)
{
    console_put(c);
    pl011_sent();
}

_Noreturn void plat_halt(int status)
{
    control()->end = MACHINE_END_OF_PROGRAM;
    machine_end(status);
}

// --------------------------------------------------------------------------------------------- caches

// The host is coherent: user mappings and the kernel's window show the same memory, instruction fetches included.
void plat_clean_to_memory(const void *start, word_t bytes)
{
    (void)start;
    (void)bytes;
}

void plat_cache_operation(enum cache_operation operation, paddr_t address, word_t bytes)
{
    (void)operation;
    (void)address;
    (void)bytes;
}
