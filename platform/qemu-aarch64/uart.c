// SPDX-License-Identifier: BSD-2-Clause
//
// Console output on the PL011. Firmware or QEMU has set it up; user level may map it too, so nothing but the data
// register is ever written (memory §5.4). A kernel without printing does not map it.
#include "kernel.h"

enum { UART_DATA = 0x00, UART_FLAGS = 0x18, FLAG_TRANSMIT_FULL = 0x20 }; // PL011 TRM §3.2

static volatile uint32_t *uart_register(word_t offset)
{
    return (volatile uint32_t *)(KERNEL_PAGE(UART_PAGE) + offset);
}

static void send(char c)
{
    while (*uart_register(UART_FLAGS) & FLAG_TRANSMIT_FULL) {
    }
    *uart_register(UART_DATA) = (uint8_t)c;
}

void plat_putchar(char c)
{
    if (KERNEL_PRINTING) {
        if (c == '\n') {
            send('\r');
        }
        send(c);
    }
}
