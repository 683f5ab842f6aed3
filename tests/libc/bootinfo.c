/* SPDX-License-Identifier: BSD-2-Clause */
/* BootInfo beside a heap: a program with an allocator of its own gets all that is there, and no
   refusals. */
#include <lab4/libc.h>
#include <lab4/runtime.h>
#include <sel4/sel4.h>

#include "check.h"

/* As large as the half of an untyped of 64 MiB. */
size_t lab4_libc_heap_bytes = 30 << 20;

/* What BootInfo still names is the program's: each untyped as large as it says, each slot empty. */
int main(void)
{
    CHECK("the heap is in use", malloc(3 << 20) != NULL);
    const seL4_BootInfo *info = lab4_bootinfo();
    seL4_SlotPos slot = info->empty.start;
    int whole = 0, all = 0;
    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const seL4_UntypedDesc *untyped = &info->untypedList[i];
        if (untyped->isDevice) {
            continue;
        }
        all++;
        whole += seL4_Untyped_Retype(info->untyped.start + i, seL4_UntypedObject, untyped->sizeBits,
                                     seL4_CapInitThreadCNode, 0, 0, slot++, 1) == seL4_NoError;
    }
    CHECK("each untyped has what BootInfo says", whole == all && all > 0);
    CHECK("the last empty slot is empty",
          seL4_CNode_Copy(seL4_CapInitThreadCNode, info->empty.end - 1, seL4_WordBits,
                          seL4_CapInitThreadCNode, seL4_CapInitThreadTCB, seL4_WordBits,
                          seL4_AllRights) == seL4_NoError);
    return 0;
}
