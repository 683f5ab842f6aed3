// SPDX-License-Identifier: BSD-2-Clause
//
// The small functions of the seam: console, end, caches. The others are with their subject: address spaces in tlb.c,
// threads in context.c, interrupts in controller.c, time in clock.c, plat_panic in panic.c.
#include "core/threads/state.h"
#include "platform/hosted/machine/devices.h"
#include "platform/hosted/machine/machine.h"
#include "platform/platform.h"

// ------------------------------------------------------------------------------------ console and end

void console_flush(void)
{
    if (machine.console_bytes > 0) {
        uint32_t bytes = machine.console_bytes;
        machine.console_bytes = 0;
        const long error = host_write(MACHINE_FD_CONSOLE, machine.console, bytes);
        if (error != 0) {
            control()->console_error = (uint32_t)error;
        }
    }
}

// Line by line; what is left goes out before the machine waits, at interrupts, and at the end.
void console_put(char c)
{
    machine.console[machine.console_bytes++] = c;
    if (c == '\n' || machine.console_bytes == sizeof machine.console) {
        console_flush();
    }
}

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
