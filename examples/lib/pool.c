/* SPDX-License-Identifier: BSD-2-Clause */
/* The untypeds are tried from the smallest up, so that small objects do not break the large ones (and only little is cleared). */
#include "lib/pool.h"

#include <lab4/exit.h>
#include <lab4/printf.h>

static struct {
    const seL4_BootInfo *info;
    seL4_SlotPos next_slot;
} pool;

void must(seL4_Error error, const char *what)
{
    if (error != seL4_NoError) {
        printf("%s: error %d, message registers %lx %lx %lx\n", what, (int)error, seL4_GetMR(0), seL4_GetMR(1), seL4_GetMR(2));
        lab4_exit(1);
    }
}

void pool_init(const seL4_BootInfo *info)
{
    pool.info = info;
    pool.next_slot = info->empty.start;
}

seL4_CPtr pool_slot(void)
{
    if (pool.next_slot == pool.info->empty.end) {
        printf("no slot is left in the root CNode\n");
        lab4_exit(1);
    }
    return pool.next_slot++;
}

/* Retypes from the untypeds of 2^bits bytes; false if none of them has room. */
static int retype_from(seL4_Word bits, seL4_Word type, seL4_Word size_bits, seL4_CPtr slot)
{
    const seL4_SlotRegion *caps = &pool.info->untyped;
    for (seL4_Word i = 0; i < caps->end - caps->start; i++) {
        const seL4_UntypedDesc *untyped = &pool.info->untypedList[i];
        if (untyped->isDevice || untyped->sizeBits != bits) {
            continue;
        }
        const seL4_Error error =
            seL4_Untyped_Retype(caps->start + i, type, size_bits, seL4_CapInitThreadCNode, 0, 0, slot, 1);
        if (error == seL4_NoError) {
            return 1;
        }
        if (error != seL4_NotEnoughMemory) {
            must(error, "seL4_Untyped_Retype");
        }
    }
    return 0;
}

seL4_CPtr pool_object(seL4_Word type, seL4_Word size_bits)
{
    const seL4_CPtr slot = pool_slot();
    for (seL4_Word bits = seL4_MinUntypedBits; bits <= seL4_MaxUntypedBits; bits++) {
        if (retype_from(bits, type, size_bits, slot)) {
            return slot;
        }
    }
    printf("no untyped has room for an object of type %lu\n", type);
    lab4_exit(1);
}

seL4_CPtr pool_mint(seL4_CPtr source, seL4_CapRights_t rights, seL4_Word badge)
{
    const seL4_CPtr slot = pool_slot();
    seL4_Error error;
    if (badge == 0) {
        error = seL4_CNode_Copy(seL4_CapInitThreadCNode, slot, seL4_WordBits, seL4_CapInitThreadCNode, source, seL4_WordBits,
                                rights);
    } else {
        error = seL4_CNode_Mint(seL4_CapInitThreadCNode, slot, seL4_WordBits, seL4_CapInitThreadCNode, source, seL4_WordBits,
                                rights, badge);
    }
    must(error, "copying a capability");
    return slot;
}
