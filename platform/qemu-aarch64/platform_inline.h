// SPDX-License-Identifier: BSD-2-Clause
//
// The inline part of the seam on QEMU AArch64; included by platform/platform.h only.
#pragma once

#include "machine.h"

static inline void *plat_ptr(paddr_t address)
{
    return (void *)(address + KERNEL_WINDOW);
}

static inline paddr_t plat_paddr(const void *object)
{
    return (paddr_t)object - KERNEL_WINDOW;
}

// ISR_EL1.I: the interrupt request as it arrives at the CPU, whether masked or not. Does not acknowledge.
static inline bool plat_irq_pending(void)
{
    return READ_REGISTER(isr_el1) & 0x80;
}

// The barrier keeps the counter from being read early (Arm ARM D11.1.2).
static inline ticks_t plat_now(void)
{
    BARRIER("isb");
    return READ_REGISTER(cntvct_el0);
}
