/* SPDX-License-Identifier: BSD-2-Clause */
#include "big_cspace.h"

#include <lab4/runtime.h>
#include <sel4/sel4.h>

#include "lib/pool.h"

void big_cspace_init(unsigned bits)
{
    seL4_BootInfo *info = lab4_bootinfo();
    const seL4_CPtr old = seL4_CapInitThreadCNode, fresh = info->empty.end - 1, guarded = info->empty.end - 2;
    const seL4_Word guard = seL4_CNode_CapData_new(0, seL4_WordBits - bits).words[0];
    const seL4_CPtr untyped = pool_untyped_for(bits + seL4_SlotBits);
    must(seL4_Untyped_Retype(untyped, seL4_CapTableObject, bits, old, 0, 0, fresh, 1), "making a big CNode");
    must(seL4_CNode_Mint(old, guarded, seL4_WordBits, old, fresh, seL4_WordBits, seL4_AllRights, guard), "seL4_CNode_Mint");
    for (seL4_CPtr slot = 1; slot < info->empty.start; slot++) {
        if (slot == seL4_CapInitThreadCNode) {
            must(seL4_CNode_Copy(fresh, slot, (seL4_Uint8)bits, old, guarded, seL4_WordBits, seL4_AllRights), "seL4_CNode_Copy");
        } else {
            seL4_CNode_Move(fresh, slot, (seL4_Uint8)bits, old, slot, seL4_WordBits); /* refused where there is none */
            if (slot == seL4_CapInitThreadTCB || slot == seL4_CapInitThreadVSpace) {
                /* needed below, while the old root is in force */
                must(seL4_CNode_Copy(old, slot, seL4_WordBits, fresh, slot, (seL4_Uint8)bits, seL4_AllRights), "seL4_CNode_Copy");
            }
        }
    }
    must(seL4_TCB_SetSpace(seL4_CapInitThreadTCB, seL4_CapNull, guarded, 0, seL4_CapInitThreadVSpace, 0), "seL4_TCB_SetSpace");
    info->empty.end = 1ul << bits;
}
