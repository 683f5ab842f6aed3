// SPDX-License-Identifier: BSD-2-Clause
//
// Target `vspace`: mapping operations on three address spaces, eight page tables and seven frames (two capabilities each),
// against the model of tests/model/address_space.h. After each operation: the error is the predicted one; every entry of
// every table in memory is what the model says; every descriptor that changed was announced to the platform; and no
// translation outlives its descriptor in a TLB that is flushed only when the core asks for it.
//
// Input: operations of five bytes: kind, and four arguments.
#include <string.h>

#include <sel4/errors.h>
#include <sel4/objecttype.h>

#include "platform/fake/fake.h"
#include "tests/fuzz/calls.h"
#include "tests/fuzz/machine.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/tlb.h"
#include "tests/fuzz/world.h"
#include "tests/model/address_space.h"

enum { SPACES = 3, TABLES = 8, FRAMES = 7, FRAME_CAPS = 2 * FRAMES, RAM = 0x100000, FIRST_ASID = 512, MAX_OPERATIONS = 300 };
enum { UT = 128, UT_DEVICE = 129, UT_SPACE = 130, UT_TABLE = 133, UT_POOL = 141, MASTER = 150, FRAME = 160, SPACE = 180, POOL = 183, TABLE = 190, COPY = 200 };

const size_t fuzz_max_steps = 0;

static struct as_model model, fresh_model;
static struct as_cap spaces[SPACES], tables[TABLES], frames[FRAME_CAPS], masters[FRAMES];
static bool has_copy[TABLES];
static word_t shadow[SPACES + TABLES][512]; // the tables as they were

static const vaddr_t addresses[] = {
    0, 0x1000, 0x200000, 0x201000, 0x40000000, 0x40200000, 0x80000000, 0x8000000000, 0x8000001000,
    0x7ffffffff000, 0x7fffffe00000, 0x7fffc0000000, 0x800000000000, 0x1234, 0xffffffffffe00000, 0x3f,
};

// --------------------------------------------------------------------------------------------- setup

static struct as_cap frame_cap(word_t base, word_t size_bits, enum as_rights rights)
{
    return (struct as_cap){.exists = true, .base = base, .size_bits = size_bits, .rights = rights};
}

static struct cap cap_at(word_t slot)
{
    return cap_cnode(here()->current->slots[TCB_CSPACE].cap)[slot].cap;
}

static void make_frames(void)
{
    static const uint8_t sizes[FRAMES] = {12, 12, 12, 21, 21, 30, 12};
    user_retype(UT, seL4_ARM_SmallPageObject, 0, MASTER, 3);
    user_retype(UT_DEVICE, seL4_ARM_HugePageObject, 0, MASTER + 5, 1);
    user_retype(UT_DEVICE, seL4_ARM_LargePageObject, 0, MASTER + 3, 2);
    user_retype(UT_DEVICE, seL4_ARM_SmallPageObject, 0, MASTER + 6, 1);
    for (word_t i = 0; i < FRAMES; i++) {
        masters[i] = frame_cap(frame_cap_base(cap_at(MASTER + i)), sizes[i], AS_READ_WRITE);
    }
}

static void copy_frame(word_t i)
{
    enum as_rights rights = i % 2 ? AS_READ_ONLY : AS_READ_WRITE;
    user_copy(FRAME + i, MASTER + i / 2, rights == AS_READ_ONLY ? 2 : 3);
    frames[i] = frame_cap(masters[i / 2].base, masters[i / 2].size_bits, rights);
}

// A new table or VSpace on its own untyped, which clears it.
static void make_table(word_t untyped, word_t type, word_t slot, struct as_cap *cap, int table)
{
    user_retype(untyped, type, 0, slot, 1);
    *cap = (struct as_cap){.exists = true, .table = table};
    model.tables[table].base = untyped_cap_base(cap_at(untyped));
    model.tables[table].count = 0;
    memset(shadow[table], 0, sizeof shadow[table]);
}

static void start(void)
{
    user_boot(RAM);
    user_take_untyped(0x40040000, UT);
    user_take_untyped(0x80000000, UT_DEVICE);
    user_retype(UT, seL4_UntypedObject, 12, UT_SPACE, SPACES + TABLES + 1);
    make_frames();
    model.first_asid = FIRST_ASID;
    for (int i = 0; i < AS_ASIDS; i++) {
        model.root_of[i] = -1;
    }
    for (int i = 0; i < SPACES; i++) {
        make_table(UT_SPACE + (word_t)i, seL4_ARM_VSpaceObject, SPACE + (word_t)i, &spaces[i], i);
    }
    for (int i = 0; i < TABLES; i++) {
        make_table(UT_TABLE + (word_t)i, seL4_ARM_PageTableObject, TABLE + (word_t)i, &tables[i], SPACES + i);
    }
    for (word_t i = 0; i < FRAME_CAPS; i++) {
        copy_frame(i);
    }
    user_must(W_ASID_CONTROL, ARMASIDControlMakePool, WORDS(POOL, 64), CAPS(UT_POOL, W_ROOT_CNODE));
    machine_snapshot();
    fresh_model = model;
}

static void reset(void)
{
    machine_reset();
    tlb_reset();
    model = fresh_model;
    memset(has_copy, 0, sizeof has_copy);
    memset(shadow, 0, sizeof shadow);
    for (int i = 0; i < SPACES; i++) {
        spaces[i] = (struct as_cap){.exists = true, .table = i};
    }
    for (int i = 0; i < TABLES; i++) {
        tables[i] = (struct as_cap){.exists = true, .table = SPACES + i};
    }
    for (word_t i = 0; i < FRAME_CAPS; i++) {
        frames[i] = frame_cap(masters[i / 2].base, masters[i / 2].size_bits, i % 2 ? AS_READ_ONLY : AS_READ_WRITE);
    }
}

// -------------------------------------------------------------------------------------------- checks

static paddr_t root_of(asid_t asid)
{
    word_t i = asid - FIRST_ASID;
    return i < AS_ASIDS && model.root_of[i] >= 0 ? model.tables[model.root_of[i]].base : 0;
}

static word_t expected_descriptor(const struct as_entry *entry, word_t bits)
{
    static const word_t access[] = {[AS_NONE] = 0, [AS_READ_WRITE] = 1 << 6, [AS_READ_ONLY] = 3 << 6};
    if (entry->kind == AS_TABLE) {
        return model.tables[entry->table].base | 3;
    }
    const struct as_page *page = &entry->page;
    return page->base | (bits == 12 ? 3 : 1) | (page->cacheable ? 4 << 2 : 0) | access[page->rights] | 1 << 10 | 1 << 11 |
           (page->executable ? 0 : UINT64_C(1) << 54);
}

static bool was_announced(const word_t *entry)
{
    paddr_t at = plat_paddr(entry);
    if (fake.call_count > FAKE_MAX_CALLS) {
        return true;
    }
    for (word_t i = 0; i < fake.call_count; i++) {
        const struct fake_call *call = &fake.calls[i];
        if ((call->kind == FAKE_DESCRIPTOR_WRITTEN && call->a == at) ||
            (call->kind == FAKE_CLEAN_TO_MEMORY && at >= call->a && at < call->a + call->b)) {
            return true;
        }
    }
    return false;
}

// Every entry of a table in memory against the model. Software bits and the access flag are as memory §3.1 says.
static void check_table(int number)
{
    const struct as_table *table = &model.tables[number];
    const word_t *memory = plat_ptr(table->base);
    word_t expected[512] = {0};
    for (int i = 0; i < table->count; i++) {
        const struct as_entry *entry = &table->entries[i];
        bool is_small = memory[entry->index] & 2; // the level is known by where the table hangs; the walk check sees it
        expected[entry->index] = expected_descriptor(entry, entry->kind == AS_PAGE && !is_small ? 21 : 12);
    }
    for (word_t i = 0; i < 512; i++) {
        if (memory[i] != expected[i]) {
            machine_fail("entry %d of table %d is %#llx; the model says %#llx", (int)i, number, (unsigned long long)memory[i],
                         (unsigned long long)expected[i]);
        }
        if (memory[i] != shadow[number][i] && !was_announced(&memory[i])) {
            machine_fail("entry %d of table %d has changed, but the platform was not told", (int)i, number);
        }
    }
    memcpy(shadow[number], memory, sizeof shadow[number]);
}

static void check_translations(void)
{
    for (int i = 0; i < AS_ASIDS; i++) {
        asid_t asid = FIRST_ASID + (word_t)i;
        paddr_t root = root_of(asid);
        for (word_t j = 0; root && j < ARRAY_LENGTH(addresses); j++) {
            if (addresses[j] >> 47 != 0) {
                continue;
            }
            word_t bits = 0, size = 0, descriptor = tlb_walk(root, addresses[j], &bits);
            const struct as_page *page = as_translate(&model, asid, addresses[j], &size);
            if ((descriptor != 0) != (page != NULL) || (page && (bits != size || (descriptor & UINT64_C(0xfffffffff000)) != page->base))) {
                machine_fail("%#llx in address space %d translates to %#llx (2^%d bytes); the model says %#llx",
                             (unsigned long long)addresses[j], (int)asid, (unsigned long long)descriptor, (int)bits,
                             page ? (unsigned long long)page->base : 0);
            }
            tlb_touch(asid, root, addresses[j]);
        }
    }
}

static void check(const char *what, word_t error, word_t expected)
{
    if (error != expected) {
        machine_fail("%s gives error %d; the model says %d", what, (int)error, (int)expected);
    }
}

static void check_everything(void)
{
    tlb_check(root_of);
    for (int i = 0; i < SPACES + TABLES; i++) {
        check_table(i);
    }
    check_translations();
}

// ---------------------------------------------------------------------------------------- operations

static void operate_on_tables(const uint8_t *op)
{
    word_t t = op[1] % TABLES, v = op[2] % SPACES, slot = TABLE + t;
    vaddr_t address = addresses[op[3] % ARRAY_LENGTH(addresses)];
    switch (op[0] % 4) {
    case 0:
    case 1: {
        word_t error = user_invoke(slot, ARMPageTableMap, WORDS(address, op[4]), CAPS(SPACE + v), NULL);
        check("PageTable Map", error, as_map_table(&model, &tables[t], &spaces[v], address));
        return;
    }
    case 2: {
        word_t error = user_invoke(slot, ARMPageTableUnmap, NONE, NONE, NULL);
        check("PageTable Unmap", error, as_unmap_table(&model, &tables[t], has_copy[t]));
        return;
    }
    default:
        if (op[4] & 1) { // a copy, or its end
            word_t error = has_copy[t] ? user_delete(COPY + t)
                                       : user_invoke(W_ROOT_CNODE, CNodeCopy, WORDS(COPY + t, 64, slot, 64, 15), CAPS(W_ROOT_CNODE), NULL);
            check("Copy of a page table", error, has_copy[t] || tables[t].is_mapped ? seL4_NoError : seL4_IllegalOperation);
            has_copy[t] = error == 0 && !has_copy[t];
            return;
        }
        if (has_copy[t]) {
            user_delete(COPY + t);
            has_copy[t] = false;
        }
        user_delete(slot);
        as_delete_table(&model, &tables[t]);
        check_everything();
        make_table(UT_TABLE + t, seL4_ARM_PageTableObject, slot, &tables[t], SPACES + (int)t);
        return;
    }
}

static void operate_on_pages(const uint8_t *op)
{
    word_t f = op[1] % FRAME_CAPS, v = op[2] % SPACES, slot = FRAME + f;
    vaddr_t address = addresses[op[3] % ARRAY_LENGTH(addresses)];
    switch (op[0] % 8) {
    case 5:
        check("Page Unmap", user_invoke(slot, ARMPageUnmap, NONE, NONE, NULL), 0);
        as_unmap_page(&model, &frames[f]);
        return;
    case 6:
        user_delete(slot);
        as_unmap_page(&model, &frames[f]);
        check_everything();
        copy_frame(f);
        return;
    case 7: {
        word_t label = ARMPageClean_Data + op[2] % 4, start = addresses[op[3] % 6] / 64, end = op[4] * UINT64_C(64);
        word_t error = user_invoke(slot, label, WORDS(start, end), NONE, NULL);
        check("a cache operation on a page", error, as_page_cache(&model, &frames[f], start, end, label == ARMPageInvalidate_Data));
        return;
    }
    default: {
        word_t rights = op[4] & 3, attributes = op[4] >> 2;
        word_t error = user_invoke(slot, ARMPageMap, WORDS(address, rights, attributes), CAPS(SPACE + v), NULL);
        check("Page Map", error, as_map_page(&model, &frames[f], &spaces[v], address, rights, attributes));
        return;
    }
    }
}

static void remake_pool(void)
{
    user_delete(POOL);
    for (int i = 0; i < AS_ASIDS; i++) {
        model.root_of[i] = -1;
    }
    check_everything();
    user_must(W_ASID_CONTROL, ARMASIDControlMakePool, WORDS(POOL, 64), CAPS(UT_POOL, W_ROOT_CNODE));
}

static void operate_on_spaces(const uint8_t *op)
{
    word_t v = op[1] % SPACES, slot = SPACE + v;
    switch (op[0] % 8) {
    case 0:
        user_delete(slot);
        as_delete_space(&model, &spaces[v]);
        check_everything();
        make_table(UT_SPACE + v, seL4_ARM_VSpaceObject, slot, &spaces[v], (int)v);
        return;
    case 1:
        remake_pool();
        return;
    case 2: {
        word_t label = ARMVSpaceClean_Data + op[2] % 4, start = addresses[op[3] % 12] + op[4], end = start + 64 * (op[4] % 4) + (op[2] >> 4) * 4096u;
        word_t error = user_invoke(slot, label, WORDS(start, end), NONE, NULL);
        check("a cache operation on a range", error, as_space_cache(&model, &spaces[v], start, end, label == ARMVSpaceInvalidate_Data));
        return;
    }
    default:
        check("ASIDPool Assign", user_invoke(POOL, ARMASIDPoolAssign, NONE, CAPS(slot), NULL), as_assign(&model, &spaces[v]));
        return;
    }
}

static void run_operation(const uint8_t *op)
{
    if (op[0] < 96) {
        operate_on_tables(op);
    } else if (op[0] < 224) {
        operate_on_pages(op);
    } else {
        operate_on_spaces(op);
    }
    check_everything();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    if (!started) {
        started = true;
        start();
    }
    reset();
    for (uint8_t i = 0; i < SPACES; i++) {
        run_operation((const uint8_t[]){224 + 3, i, 0, 0, 0}); // assign
    }
    for (size_t i = 0; i < MAX_OPERATIONS && i * 5 + 5 <= size; i++) {
        run_operation(data + i * 5);
    }
    return 0;
}
