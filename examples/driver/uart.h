/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The UART driver as its clients see it: a capability to its endpoint, and two requests. It owns two devices, the UART
 * (PL011) and the real-time clock (PL031), by which it notices that nobody types any more.
 */
#ifndef DRIVER_UART_H
#define DRIVER_UART_H

#include <sel4/sel4.h>

enum { LINE_BYTES = 96, SILENCE_SECONDS = 5 };

/* Starts the driver. The result is its clients' capability to it; 0: the device tree has no such devices. */
seL4_CPtr uart_start(void);

/* Stops its thread and quiets its devices. */
void uart_stop(void);

/* Sends a text (shorter than LINE_BYTES) and returns when it is out. */
void uart_write(seL4_CPtr uart, const char *text);

/*
 * Waits for the next line of input and stores it without its end, NUL-terminated. Returns 0, and stores nothing, when nothing
 * has come for SILENCE_SECONDS. One client at a time may wait.
 */
int uart_read_line(seL4_CPtr uart, char line[LINE_BYTES]);

#endif
