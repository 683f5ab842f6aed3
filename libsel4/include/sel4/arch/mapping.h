/* SPDX-License-Identifier: BSD-2-Clause */
/* Which page-table level a failed mapping lacked (spec abi §12.9). */
#ifndef SEL4_ARCH_MAPPING_H
#define SEL4_ARCH_MAPPING_H

#include <sel4/functions.h>
#include <sel4/sel4_arch/mapping.h>

/* After a mapping failed with seL4_FailedLookup: one of SEL4_MAPPING_LOOKUP_NO_*, or 12 if a larger frame met a table. */
LIBSEL4_INLINE_FUNC seL4_Word seL4_MappingFailedLookupLevel(void)
{
    return seL4_GetMR(SEL4_MAPPING_LOOKUP_LEVEL);
}

#endif
