/* SPDX-License-Identifier: BSD-2-Clause */
#include "space.h"

#include <lab4/runtime.h>

#include "lib/mapper.h"
#include "lib/pool.h"

extern const char __ehdr_start[]; /* where the image begins (root.ld) */

seL4_CPtr space_create(void)
{
    const seL4_CPtr vspace = pool_object(seL4_ARM_VSpaceObject, 0);
    must(seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace), "seL4_ARM_ASIDPool_Assign");
    return vspace;
}

void space_share_image(seL4_CPtr vspace)
{
    const seL4_SlotRegion frames = lab4_bootinfo()->userImageFrames;
    for (seL4_CPtr frame = frames.start; frame < frames.end; frame++) {
        const seL4_Word address = (seL4_Word)__ehdr_start + (frame - frames.start) * (1ul << seL4_PageBits);
        must(mapper_map(vspace, pool_mint(frame, seL4_AllRights, 0), address, seL4_ReadWrite, seL4_ARM_Default_VMAttributes),
             "mapping the image");
    }
}
