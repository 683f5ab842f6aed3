/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices for a root task: where they are (from the device tree in BootInfo), their registers (from the device untypeds), and
 * their interrupts. Like the other helpers they succeed or end the run with a message, but for device_find.
 */
#ifndef LIB_DEVICES_H
#define LIB_DEVICES_H

#include <sel4/sel4.h>

struct device {
    seL4_Word paddr; /* of its first page of registers */
    seL4_Word irq;   /* the kernel's number of its interrupt */
};

/*
 * The first device of this kind ("arm,pl011") in the device tree; 0 if there is none. Reads what boards like QEMU's `virt` need:
 * addresses of two cells, interrupts in the binding of the ARM GIC.
 */
int device_find(const char *compatible, struct device *device);

/* A frame with this physical page of device memory, to be asked for once. */
seL4_CPtr device_frame(seL4_Word paddr);

/* The same, mapped for the root task: read-write, not executable. */
volatile void *device_page(seL4_Word paddr);

/* An interrupt handler whose interrupt signals `notification` with this badge. It is delivered once until seL4_IRQHandler_Ack. */
seL4_CPtr irq_claim(seL4_Word irq, seL4_CPtr notification, seL4_Word badge);

#endif
