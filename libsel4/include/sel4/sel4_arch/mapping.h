/* SPDX-License-Identifier: BSD-2-Clause */
/* What a failed mapping says: size that the missing table level would cover, as log2 (spec abi §4, §12.9). */
#ifndef SEL4_SEL4_ARCH_MAPPING_H
#define SEL4_SEL4_ARCH_MAPPING_H

#include <sel4/functions.h>

#define SEL4_MAPPING_LOOKUP_LEVEL 2 /* the message register */
#define SEL4_MAPPING_LOOKUP_NO_PT 21
#define SEL4_MAPPING_LOOKUP_NO_PD 30
#define SEL4_MAPPING_LOOKUP_NO_PUD 39

/* After a mapping failed with seL4_FailedLookup: one of SEL4_MAPPING_LOOKUP_NO_*, or 12 if a larger frame met a table. */
LIBSEL4_INLINE_FUNC seL4_Word seL4_MappingFailedLookupLevel(void)
{
    return seL4_GetMR(SEL4_MAPPING_LOOKUP_LEVEL);
}

#endif
