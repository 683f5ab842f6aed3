/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A root task for devices.py: reads from the UART, with its FIFOs on, up to a NUL; tells how much it was and its sum.
 */
#include <stdint.h>

#include <lab4/exit.h>
#include <lab4/printf.h>
#include <lab4/runtime.h>

#include "lib/devices.h"
#include "lib/pool.h"

enum { DR = 0x00 / 4, FR = 0x18 / 4, LCRH = 0x2c / 4, CR = 0x30 / 4, IMSC = 0x38 / 4, RX_EMPTY = 0x10, RX = 0x10 };

int main(void)
{
    struct device device = {0};
    pool_init(lab4_bootinfo());
    if (!device_find("arm,pl011", &device)) {
        lab4_exit(1);
    }
    volatile uint32_t *uart = device_page(device.paddr);
    const seL4_CPtr notification = pool_object(seL4_NotificationObject, 0);
    const seL4_CPtr handler = irq_claim(device.irq, notification, 1);
    seL4_Word count = 0, sum = 0;
    uart[LCRH] = 0x70;
    uart[CR] = 0x301;
    uart[IMSC] = RX;
    printf("ready\n");
    for (;;) {
        seL4_Wait(notification, NULL);
        while (!(uart[FR] & RX_EMPTY)) {
            const uint32_t c = uart[DR] & 0xff;
            if (c == 0) {
                printf("%lu bytes, sum %lu\n", count, sum);
                lab4_exit(0);
            }
            count++;
            sum += c;
        }
        seL4_IRQHandler_Ack(handler);
    }
}
