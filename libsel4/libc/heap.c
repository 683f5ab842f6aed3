/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory behind malloc: sbrk, over a region that grows by large pages (a root task's, from the
 * untyped memory of its BootInfo) or has all of its memory from the beginning (an arena). Owns the
 * region, and the slots and the untyped taken from BootInfo before main.
 *
 * What is taken is taken out of BootInfo, so that a program's own allocator, which looks there,
 * does not use it as well: slots from the end of `empty`, memory as the lower half of one
 * untyped. After that the entry of the untyped describes the upper half: it has that address and
 * size, and nothing of it is used.
 */
#include "libc.h"

#include <errno.h>
#include <lab4/libc.h>
#include <lab4/runtime.h>
#include <sel4/sel4.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

enum {
    LARGE_PAGE_BYTES = 1 << seL4_LargePageBits,
    TABLES = 3, /* levels below a VSpace's root that a large page can lack, and one to spare */
    ROOT = seL4_CapInitThreadCNode,
};

__attribute__((weak)) size_t lab4_libc_heap_bytes = 16ul << 20;

static struct {
    uintptr_t next;   /* first byte that sbrk has not given out */
    uintptr_t mapped; /* the memory ends here */
    uintptr_t end;    /* and can grow up to here */
    seL4_CPtr untyped;
    seL4_SlotPos next_slot, end_slot;
} heap;

/* A new object of the heap's memory, in one of its slots; 0 if there is no more of either. */
static seL4_CPtr new_object(seL4_Word type)
{
    if (heap.next_slot == heap.end_slot) {
        return 0;
    }
    const seL4_Error error =
        seL4_Untyped_Retype(heap.untyped, type, 0, ROOT, 0, 0, heap.next_slot, 1);
    return error == seL4_NoError ? heap.next_slot++ : 0;
}

static seL4_Error map_page(seL4_CPtr page, uintptr_t address)
{
    return seL4_ARM_Page_Map(page, seL4_CapInitThreadVSpace, address, seL4_ReadWrite,
                             seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever);
}

/* Maps a large page, and the tables that it lacks. */
static bool map_with_tables(seL4_CPtr page, uintptr_t address)
{
    seL4_Error error = map_page(page, address);
    for (int i = 0; error == seL4_FailedLookup && i < TABLES; i++) {
        const seL4_CPtr table = new_object(seL4_ARM_PageTableObject);
        if (table == 0 || seL4_ARM_PageTable_Map(table, seL4_CapInitThreadVSpace, address,
                                                 seL4_ARM_Default_VMAttributes) != seL4_NoError) {
            return false;
        }
        error = map_page(page, address);
    }
    return error == seL4_NoError;
}

/* Maps memory up to `limit` at least. */
static bool grow(uintptr_t limit)
{
    while (heap.mapped < limit) {
        if (heap.end - heap.mapped < LARGE_PAGE_BYTES) {
            return false;
        }
        const seL4_CPtr page = new_object(seL4_ARM_LargePageObject);
        if (page == 0 || !map_with_tables(page, heap.mapped)) {
            heap.end = heap.mapped; /* nothing more is to be expected */
            return false;
        }
        heap.mapped += LARGE_PAGE_BYTES;
    }
    return true;
}

/*
 * ISO C knows nothing of it: moves the end of the heap, as in System V. Called with the
 * library's lock held. Memory that is given back stays the heap's.
 */
void *sbrk(ptrdiff_t increment);
__attribute__((weak)) void *sbrk(ptrdiff_t increment)
{
    const uintptr_t before = heap.next;
    if (increment > 0 &&
        ((size_t)increment > heap.end - before || !grow(before + (size_t)increment))) {
        errno = ENOMEM;
        return (void *)-1;
    }
    heap.next = before + (uintptr_t)increment;
    return (void *)before;
}

void lab4_libc_arena(void *start, size_t bytes)
{
    lab4_libc_enter();
    heap.next = (uintptr_t)start;
    heap.mapped = heap.end = heap.next + bytes;
    lab4_libc_leave();
}

/* --------------------------------------------------------------------------------- before main */

/* The smallest untyped of RAM whose half has so many bytes, or the largest; -1 if there is none. */
static long choose_untyped(const seL4_BootInfo *info, size_t bytes)
{
    long best = -1;
    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const seL4_UntypedDesc *this = &info->untypedList[i];
        if (this->isDevice || this->sizeBits <= seL4_LargePageBits + 1) {
            continue;
        }
        const seL4_UntypedDesc *other = best < 0 ? NULL : &info->untypedList[best];
        const bool fits = 1ul << (this->sizeBits - 1) >= bytes;
        const bool other_fits = other && 1ul << (other->sizeBits - 1) >= bytes;
        if (!other || (fits && (!other_fits || this->sizeBits < other->sizeBits)) ||
            (!fits && !other_fits && this->sizeBits > other->sizeBits)) {
            best = (long)i;
        }
    }
    return best;
}

/* The lower half of the untyped as a new one, in `slot`; BootInfo then describes the upper half. */
static bool take_half(seL4_BootInfo *info, long index, seL4_SlotPos slot)
{
    seL4_UntypedDesc *untyped = &info->untypedList[index];
    const seL4_Word bits = untyped->sizeBits - 1u;
    if (seL4_Untyped_Retype(info->untyped.start + (seL4_Word)index, seL4_UntypedObject, bits, ROOT,
                            0, 0, slot, 1) != seL4_NoError) {
        return false;
    }
    untyped->paddr += 1ul << bits;
    untyped->sizeBits = (seL4_Uint8)bits;
    return true;
}

/* Slots: the untyped, the lock, tables, and pages. Memory: the pages, and one page's worth for
   the rest. */
void lab4_libc_take_pool(seL4_BootInfo *info)
{
    const size_t bytes = lab4_libc_heap_bytes;
    const seL4_Word slots = 2 + TABLES + bytes / LARGE_PAGE_BYTES;
    const long index =
        bytes == 0 || info == NULL ? -1 : choose_untyped(info, bytes + LARGE_PAGE_BYTES);
    if (index < 0 || info->empty.end - info->empty.start < slots ||
        !take_half(info, index, info->empty.end - slots)) {
        return;
    }
    heap.end_slot = info->empty.end;
    info->empty.end -= slots;
    heap.untyped = info->empty.end;
    heap.next_slot = heap.untyped + 1;
    heap.next = heap.mapped = LAB4_LIBC_HEAP_START;
    heap.end = heap.next + (bytes & ~(size_t)(LARGE_PAGE_BYTES - 1));
    lab4_libc_lock(new_object(seL4_NotificationObject));
}
