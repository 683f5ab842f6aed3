/* SPDX-License-Identifier: BSD-2-Clause */
/* Chapter 1: a client of the UART driver, which echoes lines. */
#include <lab4/printf.h>
#include <lab4/string.h>

#include "chapters.h"
#include "uart.h"

/* Backwards, so that it is not taken for what a terminal shows of its own. What is not printable ASCII shows as a question mark. */
static void echo(seL4_CPtr uart, const char *line)
{
    char text[2] = {0};
    const seL4_Word length = strlen(line);
    uart_write(uart, "   echo:   ");
    for (seL4_Word i = length; i > 0; i--) {
        text[0] = line[i - 1] >= ' ' && line[i - 1] <= '~' ? line[i - 1] : '?';
        uart_write(uart, text);
    }
    uart_write(uart, "\n");
}

void lines_chapter(void)
{
    char line[LINE_BYTES];
    unsigned count = 0;
    int has_quit = 0;
    printf("1. A driver for the UART: the device tree says where the device is, a capability to its page of registers gives access, and\n"
           "   another one its interrupt. It hands out lines of input; this thread is its client and echoes them backwards, until a line\n"
           "   says quit or nothing has come for %d s.\n", SILENCE_SECONDS);
    const seL4_CPtr uart = uart_start();
    if (uart == 0) {
        printf("   This machine has no PL011 and PL031.\n\n");
        return;
    }
    uart_write(uart, "   driver: this line is sent by the driver\n");
    while (!has_quit && uart_read_line(uart, line)) {
        count++;
        has_quit = strcmp(line, "quit") == 0;
        echo(uart, line);
    }
    uart_stop();
    printf("   client: %u lines; the last one %s\n\n", count, has_quit ? "said quit" : "was followed by silence");
}
