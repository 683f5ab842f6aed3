// SPDX-License-Identifier: BSD-2-Clause
//
// The inspector asks the core questions about capabilities (is this one above that one, do these two name the same
// object?). The answers stand in the table of object kinds, whose rows also name what only a running kernel can do,
// and that calls the platform. Nobody calls those rows here; this file is what they are linked against.
//
// platform/platform.h is left out on purpose: the types of the functions do not matter, that they end does.
#include <stdlib.h>

#define NEVER_CALLED(name)  \
    void name(void);        \
    void name(void)         \
    {                       \
        abort();            \
    }

NEVER_CALLED(plat_cache_operation)
NEVER_CALLED(plat_clean_to_memory)
NEVER_CALLED(plat_clock_read) // the hosted plat_now
NEVER_CALLED(plat_descriptor_written)
NEVER_CALLED(plat_fault_unhandled)
NEVER_CALLED(plat_fpu_disable)
NEVER_CALLED(plat_fpu_enable)
NEVER_CALLED(plat_fpu_save)
NEVER_CALLED(plat_halt)
NEVER_CALLED(plat_irq_acknowledge)
NEVER_CALLED(plat_irq_enable)
NEVER_CALLED(plat_irq_end)
NEVER_CALLED(plat_irq_set_trigger)
NEVER_CALLED(plat_page_mapped)
NEVER_CALLED(plat_putchar)
NEVER_CALLED(plat_sgi_send)
NEVER_CALLED(plat_thread_destroy)
NEVER_CALLED(plat_thread_init)
NEVER_CALLED(plat_thread_registers_written)
NEVER_CALLED(plat_timer_arm)
NEVER_CALLED(plat_tlb_flush_asid)
NEVER_CALLED(plat_tlb_flush_page)
NEVER_CALLED(plat_vspace_activate)
NEVER_CALLED(plat_vspace_retire)
