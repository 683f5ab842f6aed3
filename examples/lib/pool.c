/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An untyped gives out memory from low to high addresses, and gets it back only all at once, when nothing made of it is left. So
 * each object gets an untyped of just its size, cut from those of BootInfo: when the object is gone, that untyped is whole again
 * and waits for the next object of this size.
 *
 * How much of each untyped of BootInfo is used we know without asking: the kernel never refuses a Retype. The small ones come
 * first, so that small objects do not break the large ones (and only little is cleared).
 */
#include "lib/pool.h"

#include <lab4/exit.h>
#include <lab4/printf.h>

enum {
    /* What can be given back. A program that makes more keeps the rest for ever. */
    MAX_RECORDS = 2048,
    ROOT = seL4_CapInitThreadCNode,
};

/* A slot of ours, or an object with the untyped that it is made of. */
struct record {
    unsigned untyped; /* slot; 0: a slot without an object */
    unsigned slot;
    unsigned owner;
    unsigned char size_bits; /* of the untyped */
    unsigned char is_free;
};

static struct {
    const seL4_BootInfo *info;
    seL4_SlotPos next_slot;
    seL4_Word used[CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS]; /* bytes from the beginning of each untyped of BootInfo */
    struct record records[MAX_RECORDS];
    unsigned record_count;
    unsigned free_count[seL4_WordBits]; /* records that are free, by size_bits; 0: slots */
    unsigned owner, last_owner;
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

/* ------------------------------------------------------------------------------------------------ records */

static struct record *add_record(void)
{
    return pool.record_count < MAX_RECORDS ? &pool.records[pool.record_count++] : 0;
}

static void remember(seL4_CPtr untyped, seL4_CPtr slot, seL4_Word size_bits)
{
    struct record *record = add_record();
    if (record) {
        *record = (struct record) {(unsigned)untyped, (unsigned)slot, pool.owner, (unsigned char)size_bits, 0};
    }
}

/* Takes a record that waits for such use; null if there is none. */
static struct record *reuse(seL4_Word size_bits)
{
    for (unsigned i = 0; pool.free_count[size_bits] > 0 && i < pool.record_count; i++) {
        struct record *record = &pool.records[i];
        if (record->is_free && record->size_bits == size_bits) {
            record->is_free = 0;
            record->owner = pool.owner;
            pool.free_count[size_bits]--;
            return record;
        }
    }
    return 0;
}

static struct record *record_of(seL4_CPtr slot)
{
    for (unsigned i = 0; i < pool.record_count; i++) {
        if (pool.records[i].slot == slot && !pool.records[i].is_free) {
            return &pool.records[i];
        }
    }
    return 0;
}

/* -------------------------------------------------------------------------------------------------- slots */

static seL4_CPtr new_slot(void)
{
    if (pool.next_slot == pool.info->empty.end) {
        printf("no slot is left in the root CNode\n");
        lab4_exit(1);
    }
    return pool.next_slot++;
}

seL4_CPtr pool_slot(void)
{
    const struct record *record = reuse(0);
    if (record) {
        return record->slot;
    }
    const seL4_CPtr slot = new_slot();
    if (pool.owner) { /* a record for each of the others could fill the table with what is never freed */
        remember(0, slot, 0);
    }
    return slot;
}

/* ------------------------------------------------------------------------------------------------ objects */

/* log2 of the bytes that an object takes; 0: there is no such type. */
static seL4_Word size_of(seL4_Word type, seL4_Word size_bits)
{
    switch (type) {
    case seL4_UntypedObject: return size_bits;
    case seL4_TCBObject: return seL4_TCBBits;
    case seL4_EndpointObject: return seL4_EndpointBits;
    case seL4_NotificationObject: return seL4_NotificationBits;
    case seL4_CapTableObject: return size_bits + seL4_SlotBits;
    case seL4_SchedContextObject: return size_bits;
    case seL4_ReplyObject: return seL4_ReplyBits;
    case seL4_ARM_SmallPageObject: return seL4_PageBits;
    case seL4_ARM_LargePageObject: return seL4_LargePageBits;
    case seL4_ARM_HugePageObject: return seL4_HugePageBits;
    case seL4_ARM_PageTableObject: return seL4_PageTableBits;
    case seL4_ARM_VSpaceObject: return seL4_VSpaceBits;
    default: return 0;
    }
}

static void retype(seL4_CPtr untyped, seL4_Word type, seL4_Word size_bits, seL4_CPtr slot)
{
    must(seL4_Untyped_Retype(untyped, type, size_bits, ROOT, 0, 0, slot, 1), "seL4_Untyped_Retype");
}

/* Where in this untyped of BootInfo the next 2^bits bytes would be, aligned as the kernel aligns them. */
static seL4_Word next_place(seL4_Word index, seL4_Word bits)
{
    return (pool.used[index] + (1ul << bits) - 1) & ~((1ul << bits) - 1);
}

static int has_room(seL4_Word index, seL4_Word bits)
{
    const seL4_UntypedDesc *untyped = &pool.info->untypedList[index];
    return !untyped->isDevice && bits <= untyped->sizeBits &&
           next_place(index, bits) + (1ul << bits) <= 1ul << untyped->sizeBits;
}

/* The smallest untyped of BootInfo with room for 2^bits bytes. */
static seL4_Word roomiest_enough(seL4_Word bits)
{
    const seL4_Word count = pool.info->untyped.end - pool.info->untyped.start;
    seL4_Word best = count;
    for (seL4_Word i = 0; i < count; i++) {
        if (has_room(i, bits) &&
            (best == count || pool.info->untypedList[i].sizeBits < pool.info->untypedList[best].sizeBits)) {
            best = i;
        }
    }
    if (best == count) {
        printf("no untyped has room for 2^%lu bytes\n", bits);
        lab4_exit(1);
    }
    return best;
}

seL4_CPtr pool_untyped_for(seL4_Word bits)
{
    const seL4_Word index = roomiest_enough(bits);
    pool.used[index] = next_place(index, bits) + (1ul << bits);
    return pool.info->untyped.start + index;
}

/* An untyped of 2^bits bytes, in a new slot. */
static seL4_CPtr cut(seL4_Word bits)
{
    const seL4_CPtr slot = new_slot();
    retype(pool_untyped_for(bits), seL4_UntypedObject, bits, slot);
    return slot;
}

seL4_CPtr pool_object(seL4_Word type, seL4_Word size_bits)
{
    const seL4_Word bits = size_of(type, size_bits);
    if (bits < seL4_MinUntypedBits || bits > seL4_MaxUntypedBits) {
        printf("there is no object of type %lu with 2^%lu units\n", type, size_bits);
        lab4_exit(1);
    }
    const struct record *record = reuse(bits);
    if (record) {
        retype(record->untyped, type, size_bits, record->slot);
        return record->slot;
    }
    const seL4_CPtr untyped = cut(bits), slot = new_slot();
    retype(untyped, type, size_bits, slot);
    remember(untyped, slot, bits);
    return slot;
}

seL4_CPtr pool_mint(seL4_CPtr source, seL4_CapRights_t rights, seL4_Word badge)
{
    const seL4_CPtr slot = pool_slot();
    seL4_Error error;
    if (badge == 0) {
        error = seL4_CNode_Copy(ROOT, slot, seL4_WordBits, ROOT, source, seL4_WordBits, rights);
    } else {
        error = seL4_CNode_Mint(ROOT, slot, seL4_WordBits, ROOT, source, seL4_WordBits, rights, badge);
    }
    must(error, "copying a capability");
    return slot;
}

/* -------------------------------------------------------------------------------------------- giving back */

static void give_back(struct record *record)
{
    if (record->untyped) {
        must(seL4_CNode_Revoke(ROOT, record->untyped, seL4_WordBits), "revoking an object's memory");
    }
    /* The object is gone then, but its slot may hold something else that its owner moved there. */
    must(seL4_CNode_Delete(ROOT, record->slot, seL4_WordBits), "emptying a slot");
    record->is_free = 1;
    pool.free_count[record->size_bits]++;
}

void pool_free(seL4_CPtr capability)
{
    struct record *record = record_of(capability);
    if (record) {
        give_back(record);
        return;
    }
    must(seL4_CNode_Delete(ROOT, capability, seL4_WordBits), "deleting a capability");
    record = add_record();
    if (record) {
        *record = (struct record) {0, (unsigned)capability, 0, 0, 1};
        pool.free_count[0]++;
    }
}

unsigned pool_new_owner(void)
{
    return ++pool.last_owner;
}

unsigned pool_set_owner(unsigned owner)
{
    const unsigned before = pool.owner;
    pool.owner = owner;
    return before;
}

void pool_free_owned(unsigned owner)
{
    for (unsigned i = 0; owner && i < pool.record_count; i++) {
        if (!pool.records[i].is_free && pool.records[i].owner == owner) {
            give_back(&pool.records[i]);
        }
    }
}
