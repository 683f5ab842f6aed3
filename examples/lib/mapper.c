/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses are handed out upwards, far from the program's image and what the kernel put behind it. */
#include "lib/mapper.h"

#include <stddef.h>

#include "lib/pool.h"

enum { FIRST_ADDRESS = 0x10000000, PAGE_BYTES = 1 << seL4_PageBits };

static seL4_Word next_address = FIRST_ADDRESS;

/* Was a frame refused because of a table that could be made? (With 12 bits left, a table is in the way instead.) */
static int lacks_table(seL4_Error error)
{
    if (error != seL4_FailedLookup) {
        return 0;
    }
    const seL4_Word level = seL4_MappingFailedLookupLevel();
    return level == SEL4_MAPPING_LOOKUP_NO_PT || level == SEL4_MAPPING_LOOKUP_NO_PD || level == SEL4_MAPPING_LOOKUP_NO_PUD;
}

seL4_Error mapper_map(seL4_CPtr vspace, seL4_CPtr frame, seL4_Word address, seL4_CapRights_t rights,
                      seL4_ARM_VMAttributes attributes)
{
    for (;;) {
        const seL4_Error error = seL4_ARM_Page_Map(frame, vspace, address, rights, attributes);
        if (!lacks_table(error)) {
            return error;
        }
        const seL4_CPtr table = pool_object(seL4_ARM_PageTableObject, 0);
        must(seL4_ARM_PageTable_Map(table, vspace, address, seL4_ARM_Default_VMAttributes), "seL4_ARM_PageTable_Map");
    }
}

seL4_Word mapper_reserve(seL4_Word bytes)
{
    const seL4_Word address = next_address;
    next_address += ((bytes + PAGE_BYTES - 1) & ~(seL4_Word)(PAGE_BYTES - 1)) + PAGE_BYTES;
    return address;
}

static seL4_CPtr page_at(seL4_Word address)
{
    const seL4_CPtr frame = pool_object(seL4_ARM_SmallPageObject, 0);
    must(mapper_map(seL4_CapInitThreadVSpace, frame, address, seL4_ReadWrite,
                    seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever),
         "seL4_ARM_Page_Map");
    return frame;
}

void *mapper_page(seL4_CPtr *frame)
{
    const seL4_Word address = mapper_reserve(PAGE_BYTES);
    const seL4_CPtr made = page_at(address);
    if (frame != NULL) {
        *frame = made;
    }
    return (void *)address;
}

void *mapper_pages(seL4_Word count)
{
    const seL4_Word address = mapper_reserve(count * PAGE_BYTES);
    for (seL4_Word i = 0; i < count; i++) {
        page_at(address + i * PAGE_BYTES);
    }
    return (void *)address;
}
