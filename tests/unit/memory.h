// SPDX-License-Identifier: BSD-2-Clause
//
// What the tests of the memory chapter share: the methods of address-space objects as verbs, and places in the root
// task's address space. Its image lies at 0x400000: the tables for [0x400000, 0x600000) exist, all others are missing.
#pragma once

#include "tests/unit/harness/harness.h"

#define FREE_PAGE UINT64_C(0x410000)      // tables present, nothing mapped
#define NO_LEVEL_3 UINT64_C(0x800000)     // the level-3 table is missing
#define NO_LEVEL_2 UINT64_C(0x40000000)   // the level-2 table too
#define NO_LEVEL_1 UINT64_C(0x8000000000) // all three

enum { DEFAULT_ATTRIBUTES = 3, EXECUTE_NEVER = 4, READ_WRITE = READ | WRITE };

#define page_map(frame, vspace, address, rights, attributes) \
    method(frame, ARMPageMap, CAPS(vspace), address, rights, attributes)
#define page_unmap(frame) method(frame, ARMPageUnmap, CAPS(), )
#define table_map(table, vspace, address) method(table, ARMPageTableMap, CAPS(vspace), address, 0)
#define table_unmap(table) method(table, ARMPageTableUnmap, CAPS(), )
#define assign(pool, vspace) method(pool, ARMASIDPoolAssign, CAPS(vspace), )
#define make_pool(untyped, root, index, depth) method(ASID_CONTROL, ARMASIDControlMakePool, CAPS(untyped, root), index, depth)

// FailedLookup as mapping operations report it.
#define MISSING(bits) seL4_FailedLookup, 0, seL4_MissingCapability, bits
#define NO_VSPACE seL4_FailedLookup, 0, seL4_InvalidRoot

static inline word_t descriptor_at(cptr_t vspace, vaddr_t address)
{
    return *translation_walk(vspace_cap_base(cap_of(vspace)), address).entry;
}

static inline cptr_t given_vspace_without_asid(void)
{
    return given_object(seL4_ARM_VSpaceObject, 0);
}

static inline cptr_t given_vspace(void)
{
    cptr_t vspace = given_vspace_without_asid();
    assert_ok(assign(ASID_POOL, vspace));
    return vspace;
}

static inline cptr_t given_table(void)
{
    return given_object(seL4_ARM_PageTableObject, 0);
}

// A small page, mapped read-write at FREE_PAGE in the root task's VSpace.
static inline cptr_t given_mapped_frame(void)
{
    cptr_t frame = given_frame();
    assert_ok(page_map(frame, VSPACE, FREE_PAGE, READ_WRITE, DEFAULT_ATTRIBUTES));
    return frame;
}

// The three tables for an address of a VSpace; returns the level-3 one.
static inline cptr_t given_tables(cptr_t vspace, vaddr_t address)
{
    assert_ok(table_map(given_table(), vspace, address));
    assert_ok(table_map(given_table(), vspace, address));
    cptr_t table = given_table();
    assert_ok(table_map(table, vspace, address));
    return table;
}

// A VSpace that still has its ASID, whose pool is gone: it can never become live again.
static inline cptr_t given_dead_vspace(void)
{
    cptr_t pool = new_slot(), vspace = given_vspace_without_asid();
    assert_ok(make_pool(given_untyped(12), CNODE, pool, 64));
    assert_ok(assign(pool, vspace));
    assert_ok(cnode_delete(AT(pool)));
    return vspace;
}

static inline cptr_t given_device_frame(void)
{
    cptr_t frame = new_slot();
    assert_ok(retype_to(given_device_untyped(20), seL4_ARM_SmallPageObject, 0, frame));
    return frame;
}
