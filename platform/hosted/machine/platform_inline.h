// SPDX-License-Identifier: BSD-2-Clause
//
// The inline part of the seam (platform/platform.h) on the hosted machine.
#pragma once

#include "platform/hosted/interface.h"
#include "platform/hosted/machine/layout.h"

ticks_t plat_clock_read(void); // clock.c

static inline void *plat_ptr(paddr_t address)
{
    return (void *)(address + LAYOUT_PHYSICAL_WINDOW);
}

static inline paddr_t plat_paddr(const void *object)
{
    return (paddr_t)object - LAYOUT_PHYSICAL_WINDOW;
}

// `attention` is set for every interrupt, and sometimes for none: a wrong yes costs a look at the controller.
static inline bool plat_irq_pending(void)
{
    const struct machine_control *control = (const struct machine_control *)LAYOUT_CONTROL;
    return __atomic_load_n(&control->attention, __ATOMIC_SEQ_CST) != 0;
}

static inline ticks_t plat_now(void)
{
    return plat_clock_read();
}
