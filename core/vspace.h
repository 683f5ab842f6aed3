// SPDX-License-Identifier: BSD-2-Clause
//
// Address spaces: the walk through VMSAv8-64 tables, descriptors, and what mapping and unmapping share (memory §2, §3).
#pragma once

#include "core/asid.h"
#include "core/invoke.h"

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

// Where a walk ended: the first entry that is not a table, and log2 of the bytes it covers (39, 30, 21, 12).
struct walk {
    word_t *entry;
    word_t bits;
};

// memory §2.1. `root` is the physical address of a level-0 table.
struct walk vspace_walk(paddr_t root, vaddr_t address);

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

// vspace_require_live came to a no.
struct refusal vspace_refuse(struct cap vspace, word_t n);

// The liveness check of memory §2.2: refuses with InvalidCapability(n) or FailedLookup.
static inline struct refusal vspace_require_live(struct cap vspace, word_t n, paddr_t *root)
{
    *root = vspace_cap_base(vspace); // if it is one
    return UNLIKELY(!asid_is_live(vspace)) ? vspace_refuse(vspace, n) : ACCEPTED;
}

// Loads the thread's address space, or the empty one if it has none that is live (memory §2.12).
void vspace_activate(const struct tcb *thread);

// Removes the mapping that a frame capability remembers, if it is still its own (memory §2.4 "remove the page").
void page_remove(struct cap frame);

// Removes the link to a mapped page table, if it is still there (memory §2.3).
void page_table_unlink(struct cap page_table);
