/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages at addresses of your choice, or of ours; the page tables that are missing are made on the way. */
#ifndef LIB_MAPPER_H
#define LIB_MAPPER_H

#include <sel4/sel4.h>

/*
 * Maps a frame. The kernel says at which level the walk found no table (SEL4_MAPPING_LOOKUP_LEVEL); one is made and mapped there,
 * until the frame fits. Any other refusal is the result.
 */
seL4_Error mapper_map(seL4_CPtr vspace, seL4_CPtr frame, seL4_Word address, seL4_CapRights_t rights,
                      seL4_ARM_VMAttributes attributes);

/* `bytes` of addresses of the root task that nobody else gets, page aligned and followed by an unmapped page. */
seL4_Word mapper_reserve(seL4_Word bytes);

/* A new page of the root task, read-write and not executable. *frame, if not null, receives its capability. */
void *mapper_page(seL4_CPtr *frame);

/* The same for `count` pages in a row. */
void *mapper_pages(seL4_Word count);

#endif
