/* SPDX-License-Identifier: BSD-2-Clause */
/* As libraries written for seL4 use the headers: names that they expect behind the header that they include. */
#include <sel4/sel4_arch/mapping.h>

extern seL4_Word missing_level(void);

seL4_Word missing_level(void)
{
    return seL4_MappingFailedLookupLevel();
}

#include <sel4/sel4.h>

/* An allocator of addresses begins at the top: a page that can be mapped and used. */
SEL4_COMPILE_ASSERT(the_last_page_is_whole, (seL4_UserVSpaceTop + 1) % (1ul << seL4_PageBits) == 0)
SEL4_COMPILE_ASSERT(the_level_is_known, SEL4_MAPPING_LOOKUP_LEVEL == 2)

#include <lab4/exit.h>

/* A compiler that does not know that lab4_exit never returns would warn of the missing result. */
extern seL4_Word never(void);
seL4_Word never(void)
{
    lab4_exit(1);
}
