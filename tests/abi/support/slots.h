/* SPDX-License-Identifier: BSD-2-Clause */
/* CNode methods on slots of the root CNode, in the words of the manual. */
#ifndef SUPPORT_SLOTS_H
#define SUPPORT_SLOTS_H

#include <sel4/sel4.h>

enum { CNODE = seL4_CapInitThreadCNode, DEPTH = 64 };

static inline seL4_Error copy(seL4_CPtr to, seL4_CPtr from)
{
    return seL4_CNode_Copy(CNODE, to, DEPTH, CNODE, from, DEPTH, seL4_AllRights);
}

static inline seL4_Error mint(seL4_CPtr to, seL4_CPtr from, seL4_Word badge)
{
    return seL4_CNode_Mint(CNODE, to, DEPTH, CNODE, from, DEPTH, seL4_AllRights, badge);
}

static inline seL4_Error move(seL4_CPtr to, seL4_CPtr from)
{
    return seL4_CNode_Move(CNODE, to, DEPTH, CNODE, from, DEPTH);
}

static inline seL4_Error mutate(seL4_CPtr to, seL4_CPtr from, seL4_Word data)
{
    return seL4_CNode_Mutate(CNODE, to, DEPTH, CNODE, from, DEPTH, data);
}

static inline seL4_Error rotate(seL4_CPtr to, seL4_CPtr pivot, seL4_CPtr from)
{
    return seL4_CNode_Rotate(CNODE, to, DEPTH, 0, CNODE, pivot, DEPTH, 0, CNODE, from, DEPTH);
}

static inline seL4_Error delete(seL4_CPtr slot)
{
    return seL4_CNode_Delete(CNODE, slot, DEPTH);
}

static inline seL4_Error revoke(seL4_CPtr slot)
{
    return seL4_CNode_Revoke(CNODE, slot, DEPTH);
}

static inline seL4_Error retype(seL4_CPtr untyped, seL4_Word type, seL4_Word size_bits, seL4_CPtr slot, seL4_Word count)
{
    return seL4_Untyped_Retype(untyped, type, size_bits, CNODE, 0, 0, slot, count);
}

/* Kind of the capability in a slot (abi §11); the ones used here. */
enum {
    TAG_NULL = 0, TAG_UNTYPED = 2, TAG_ENDPOINT = 4, TAG_NOTIFICATION = 6, TAG_REPLY = 8, TAG_CNODE = 10, TAG_TCB = 12,
    TAG_IRQ_HANDLER = 16, TAG_ZOMBIE = 18, TAG_FRAME = 1, TAG_PAGE_TABLE = 3, TAG_VSPACE = 9, TAG_ASID_POOL = 13, TAG_SGI = 27,
};

static inline seL4_Word tag(seL4_CPtr slot)
{
    return seL4_DebugCapIdentify(slot);
}

#endif
