/* SPDX-License-Identifier: BSD-2-Clause */
/* A root task for interrupts.py: tells each interrupt 90 (level-triggered) and 91 (edge) that arrives, and ends with 92. */
#include <lab4/exit.h>
#include <lab4/printf.h>
#include <lab4/runtime.h>

#include "lib/devices.h"
#include "lib/pool.h"

enum { LEVEL = 90, EDGE = 91, END = 92 };

int main(void)
{
    pool_init(lab4_bootinfo());
    const seL4_CPtr notification = pool_object(seL4_NotificationObject, 0), edge = pool_slot();
    const seL4_CPtr level = irq_claim(LEVEL, notification, 1), end = irq_claim(END, notification, 4);
    must(seL4_IRQControl_GetTrigger(seL4_CapIRQControl, EDGE, 1, seL4_CapInitThreadCNode, edge, seL4_WordBits), "claiming");
    must(seL4_IRQHandler_SetNotification(edge, pool_mint(notification, seL4_CanWrite, 2)), "seL4_IRQHandler_SetNotification");
    printf("ready\n");
    for (seL4_Word badge = 0; !(badge & 4);) {
        seL4_Wait(notification, &badge);
        if (badge & 1) {
            printf("level\n");
            seL4_IRQHandler_Ack(level);
        }
        if (badge & 2) {
            printf("edge\n");
            seL4_IRQHandler_Ack(edge);
        }
    }
    seL4_IRQHandler_Ack(end);
    lab4_exit(0);
}
