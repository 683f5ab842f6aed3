// SPDX-License-Identifier: BSD-2-Clause
//
// The generic timer's virtual counter and comparator, interrupt 27 (memory §5.3). Always enabled; "never" is the
// largest compare value. Reading the counter is in platform_inline.h.
#include "core/base/print.h"
#include "kernel.h"

#define TIMER_HERTZ UINT64_C(62500000)

enum { CNTKCTL_PHYSICAL_COUNTER = 1, CNTKCTL_VIRTUAL_COUNTER = 2, CNTKCTL_PHYSICAL_TIMER = 0x200 };

void plat_timer_arm(ticks_t deadline)
{
    WRITE_REGISTER(cntv_cval_el0, deadline);
    BARRIER("isb"); // the interrupt of the old deadline is gone before the line is used again
}

BOOT_CODE void timer_init(void)
{
    if (READ_REGISTER(cntfrq_el0) != TIMER_HERTZ) {
        print("lab4: the timer runs at %d Hz instead of %d Hz; times will be wrong\n", READ_REGISTER(cntfrq_el0), TIMER_HERTZ);
    }
    plat_timer_arm(~(ticks_t)0);
    WRITE_REGISTER(cntv_ctl_el0, 1); // enabled, not masked
    WRITE_REGISTER(cntkctl_el1, (LAB4_OPT_EXPORT_PCNT_USER ? CNTKCTL_PHYSICAL_COUNTER : 0) |
                                    (LAB4_OPT_EXPORT_VCNT_USER ? CNTKCTL_VIRTUAL_COUNTER : 0) |
                                    (LAB4_OPT_EXPORT_PTMR_USER ? CNTKCTL_PHYSICAL_TIMER : 0));
    WRITE_REGISTER(pmuserenr_el0, LAB4_OPT_EXPORT_PMU_USER);
}
