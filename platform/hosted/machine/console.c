// SPDX-License-Identifier: BSD-2-Clause
#include "platform/hosted/machine/console.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/state.h"


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
