// SPDX-License-Identifier: BSD-2-Clause
//
// Translation: the descriptors of VMSAv8-64 tables and the walk through them (memory §2.1, §3).
// What is written here is what the hardware walks on QEMU and what the hosted machine's
// software-filled TLB reads: the same bytes on both. A last-level page and a table look alike; the
// level tells them apart.
//
// This is stage 1, for user level under a kernel at EL1; implemented in stage1.c, which the build
// chooses.
#pragma once

#include "core/caps/cap.h"

enum { PAGE_BITS = seL4_PageBits, TABLE_INDEX_BITS = seL4_PageTableIndexBits, TABLE_ENTRIES = 512 };

// Last user address, inclusive (memory §3.4).
#define USER_TOP UINT64_C(0x7fffffffffff)

// Descriptor bits (memory §3.1; Arm ARM D8.3).
#define DESC_VALID BIT(0)
#define DESC_TABLE_OR_PAGE BIT(1)
#define DESC_ATTR_NORMAL (UINT64_C(4) << 2) // MAIR index 4: write-back; 0: device
#define DESC_ACCESS_MASK (UINT64_C(3) << 6)
#define DESC_ACCESS_READ_WRITE (UINT64_C(1) << 6)
#define DESC_ACCESS_READ_ONLY (UINT64_C(3) << 6)
#define DESC_ACCESSED BIT(10)
#define DESC_NOT_GLOBAL BIT(11)
#define DESC_EXECUTE_NEVER BIT(54)
#define DESC_ADDRESS_MASK UINT64_C(0x0000fffffffff000)

// Where a walk ended: the first entry that is not a table, and log2 of the bytes it covers (39, 30,
// 21, 12).
struct walk {
    word_t *entry;
    word_t bits;
};

// memory §2.1. `root` is the physical address of a level-0 table.
struct walk translation_walk(paddr_t root, vaddr_t address);

static inline bool walk_is_page(struct walk w)
{
    word_t kind = *w.entry & (DESC_VALID | DESC_TABLE_OR_PAGE);
    return kind == (w.bits == PAGE_BITS ? DESC_VALID | DESC_TABLE_OR_PAGE : DESC_VALID);
}

static inline bool walk_is_valid(struct walk w)
{
    return *w.entry & DESC_VALID;
}

static inline paddr_t desc_address(word_t desc)
{
    return desc & DESC_ADDRESS_MASK;
}

// A link to a further table; in a last-level table the same bits are a page.
static inline bool desc_is_table(word_t desc)
{
    return (desc & (DESC_VALID | DESC_TABLE_OR_PAGE)) == (DESC_VALID | DESC_TABLE_OR_PAGE);
}

static inline word_t desc_table(paddr_t table)
{
    return table | DESC_TABLE_OR_PAGE | DESC_VALID;
}

// Attribute word of a mapping (abi §9.1); other bits are ignored.
enum { ATTR_CACHEABLE = BIT(0), ATTR_EXECUTE_NEVER = BIT(2) };

// The page descriptor for a frame of 2^size_bits bytes.
word_t desc_page(paddr_t base, word_t size_bits, enum frame_access access, word_t attributes);

void desc_write(word_t *entry, word_t value);

// May a valid entry go over into another by one write? Only if nothing but permissions change: with
// another page or memory type, a TLB could hold both at once. Then the entry must be made invalid,
// and forgotten by the TLB, before the new one is written (break before make, Arm ARM D8.14).
static inline bool desc_must_break(word_t old, word_t desc)
{
    return ((old ^ desc) & ~(DESC_ACCESS_MASK | DESC_EXECUTE_NEVER)) != 0;
}
