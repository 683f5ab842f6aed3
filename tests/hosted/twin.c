/* SPDX-License-Identifier: BSD-2-Clause */
#include "twin.h"

#include <lab4/runtime.h>

#include "lib/mapper.h"
#include "lib/pool.h"

enum { CNODE = seL4_CapInitThreadCNode, VSPACE = seL4_CapInitThreadVSpace, DEPTH = seL4_WordBits, TOP_BITS = 1, PAGE = 4096 };

seL4_CPtr twin_vspace(void)
{
    const seL4_BootInfo *boot = lab4_bootinfo();
    const seL4_CPtr vspace = pool_object(seL4_ARM_VSpaceObject, 0);
    const seL4_Word count = boot->userImageFrames.end - boot->userImageFrames.start;
    const seL4_Word image = (seL4_Word)boot->ipcBuffer - PAGE * count;
    must(seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace), "an ASID");
    for (seL4_Word i = 0; i < count; i++) {
        const seL4_CPtr frame = pool_mint(boot->userImageFrames.start + i, seL4_AllRights, 0);
        must(mapper_map(vspace, frame, image + PAGE * i, seL4_ReadWrite, seL4_ARM_Default_VMAttributes), "mapping the program");
    }
    return vspace;
}

/* ------------------------------------------------------------------------------------------- slots in plenty */

static seL4_CPtr big;
static seL4_Word copies;

/* That many zeros. */
static seL4_Word guard_of(seL4_Word bits)
{
    return seL4_CNode_CapData_new(0, bits).words[0];
}

seL4_CPtr big_cspace_begin(void)
{
    const seL4_Word small_bits = lab4_bootinfo()->initThreadCNodeSizeBits;
    const seL4_CPtr top = pool_object(seL4_CapTableObject, TOP_BITS);
    big = pool_object(seL4_CapTableObject, BIG_CSPACE_BITS);
    must(seL4_CNode_Mint(top, 0, TOP_BITS, CNODE, CNODE, DEPTH, seL4_AllRights, guard_of(BIG_CSPACE_BITS - small_bits)),
         "the first CNode");
    must(seL4_CNode_Copy(top, 1, TOP_BITS, CNODE, big, DEPTH, seL4_AllRights), "the second CNode");
    must(seL4_TCB_SetSpace(seL4_CapInitThreadTCB, 0, top, guard_of(seL4_WordBits - TOP_BITS - BIG_CSPACE_BITS), VSPACE, 0),
         "the CSpace");
    return big;
}

seL4_CPtr big_cspace_copy(seL4_CPtr original)
{
    must(seL4_CNode_Copy(big, copies, BIG_CSPACE_BITS, CNODE, original, DEPTH, seL4_AllRights), "a copy");
    return ((seL4_CPtr)1 << BIG_CSPACE_BITS) + copies++;
}
