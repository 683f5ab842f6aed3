// SPDX-License-Identifier: BSD-2-Clause
//
// See address_space.h. Section numbers are those of the memory chapter.
#include "tests/model/address_space.h"

#include <stddef.h>

#include <sel4/errors.h>

enum { READ = 2, WRITE = 1, CACHEABLE = 1, EXECUTE_NEVER = 4 };

#define LAST_ADDRESS UINT64_C(0x7fffffffffff)

// ------------------------------------------------------------------------------------------- tables

static struct as_entry *find(struct as_table *table, as_word index)
{
    for (int i = 0; i < table->count; i++) {
        if (table->entries[i].index == index) {
            return &table->entries[i];
        }
    }
    return NULL;
}

static void set(struct as_table *table, struct as_entry entry)
{
    struct as_entry *old = find(table, entry.index);
    if (old) {
        *old = entry;
    } else if (table->count < AS_ENTRIES) {
        table->entries[table->count++] = entry;
    }
}

static void clear(struct as_table *table, as_word index)
{
    struct as_entry *old = find(table, index);
    if (old) {
        *old = table->entries[--table->count];
    }
}

// Where a walk ends (§2.1).
struct place {
    struct as_table *table;
    as_word index, bits;
    struct as_entry *entry; // null: absent
};

static struct place walk(struct as_model *m, int root, as_word address)
{
    struct place p = {&m->tables[root], 0, 39, NULL};
    for (;;) {
        p.index = address >> p.bits & 511;
        p.entry = find(p.table, p.index);
        if (p.bits == 12 || !p.entry || p.entry->kind != AS_TABLE) {
            return p;
        }
        p.table = &m->tables[p.entry->table];
        p.bits -= 9;
    }
}

static int root_of(const struct as_model *m, as_word asid)
{
    as_word i = asid - m->first_asid;
    return i < AS_ASIDS ? m->root_of[i] : -1;
}

// §2.2
static as_word check_live(const struct as_model *m, const struct as_cap *vspace)
{
    if (!vspace->is_mapped) {
        return seL4_InvalidCapability;
    }
    int root = root_of(m, vspace->asid);
    return root < 0 ? seL4_FailedLookup : root != vspace->table ? seL4_InvalidCapability : 0;
}

// --------------------------------------------------------------------------------------- page tables

as_word as_map_table(struct as_model *m, struct as_cap *table, const struct as_cap *vspace, as_word address)
{
    if (table->is_mapped || !vspace->is_mapped) {
        return seL4_InvalidCapability;
    }
    if (address > LAST_ADDRESS) {
        return seL4_InvalidArgument;
    }
    as_word error = check_live(m, vspace);
    if (error) {
        return error;
    }
    struct place p = walk(m, vspace->table, address);
    if (p.bits == 12 || p.entry) {
        return seL4_DeleteFirst;
    }
    set(p.table, (struct as_entry){.kind = AS_TABLE, .index = p.index, .table = table->table});
    table->is_mapped = true;
    table->asid = vspace->asid;
    table->address = address >> p.bits << p.bits;
    return 0;
}

// §2.3 "removing the link"
static void unlink_table(struct as_model *m, const struct as_cap *table)
{
    int at = table->is_mapped ? root_of(m, table->asid) : -1;
    for (as_word bits = 39; at >= 0 && bits > 12; bits -= 9) {
        struct as_entry *entry = find(&m->tables[at], table->address >> bits & 511);
        if (entry && entry->kind == AS_TABLE && entry->table == table->table) {
            clear(&m->tables[at], entry->index);
            return;
        }
        at = entry && entry->kind == AS_TABLE ? entry->table : -1;
    }
}

as_word as_unmap_table(struct as_model *m, struct as_cap *table, bool has_copy)
{
    if (has_copy) {
        return seL4_RevokeFirst;
    }
    if (table->is_mapped) {
        unlink_table(m, table);
        m->tables[table->table].count = 0;
        table->is_mapped = false;
    }
    return 0;
}

void as_delete_table(struct as_model *m, struct as_cap *table)
{
    unlink_table(m, table);
    table->exists = false;
}

// --------------------------------------------------------------------------------------------- pages

static enum as_rights mask(enum as_rights class, as_word rights)
{
    if (!(rights & READ)) {
        return AS_NONE;
    }
    return class == AS_READ_WRITE && !(rights & WRITE) ? AS_READ_ONLY : class;
}

as_word as_map_page(struct as_model *m, struct as_cap *frame, const struct as_cap *vspace, as_word address, as_word rights, as_word attributes)
{
    as_word size = UINT64_C(1) << frame->size_bits, error = check_live(m, vspace);
    if (error) {
        return error;
    }
    if (address % size != 0) {
        return seL4_AlignmentError;
    }
    if (frame->asid) {
        if (frame->asid != vspace->asid) {
            return seL4_InvalidCapability;
        }
        if (frame->address != address) {
            return seL4_InvalidArgument;
        }
    } else if (address + size - 1 > LAST_ADDRESS || address + size - 1 < address) {
        return seL4_InvalidArgument;
    }
    struct place p = walk(m, vspace->table, address);
    if (p.bits != frame->size_bits) {
        return seL4_FailedLookup;
    }
    struct as_page page = {frame->base, mask(frame->rights, rights), !(attributes & EXECUTE_NEVER), attributes & CACHEABLE};
    set(p.table, (struct as_entry){.kind = AS_PAGE, .index = p.index, .page = page});
    frame->asid = vspace->asid;
    frame->address = address;
    return 0;
}

// The entry of the capability's own mapping; .entry null if it is stale.
static struct place own_mapping(struct as_model *m, const struct as_cap *frame)
{
    int root = frame->asid ? root_of(m, frame->asid) : -1;
    struct place none = {NULL, 0, 0, NULL};
    if (root < 0) {
        return none;
    }
    struct place p = walk(m, root, frame->address);
    bool is_own = p.bits == frame->size_bits && p.entry && p.entry->kind == AS_PAGE && p.entry->page.base == frame->base;
    return is_own ? p : none;
}

void as_unmap_page(struct as_model *m, struct as_cap *frame)
{
    struct place p = own_mapping(m, frame);
    if (p.entry) {
        clear(p.table, p.index);
    }
    frame->asid = frame->address = 0;
}

as_word as_page_cache(struct as_model *m, const struct as_cap *frame, as_word start, as_word end, bool invalidates)
{
    as_word size = UINT64_C(1) << frame->size_bits;
    if (!frame->asid) {
        return seL4_IllegalOperation;
    }
    if (root_of(m, frame->asid) < 0) {
        return seL4_FailedLookup;
    }
    if (end <= start || start >= size || end > size) {
        return seL4_InvalidArgument;
    }
    struct place p = own_mapping(m, frame);
    if (!p.entry) {
        return seL4_InvalidCapability;
    }
    return invalidates && p.entry->page.rights != AS_READ_WRITE ? seL4_IllegalOperation : 0;
}

// ------------------------------------------------------------------------------------ address spaces

as_word as_space_cache(struct as_model *m, const struct as_cap *vspace, as_word start, as_word end, bool invalidates)
{
    if (end <= start) {
        return seL4_InvalidArgument;
    }
    if (end > LAST_ADDRESS) {
        return seL4_IllegalOperation;
    }
    as_word error = check_live(m, vspace);
    if (error) {
        return error;
    }
    struct place p = walk(m, vspace->table, start);
    if (!p.entry) {
        return 0;
    }
    if (start >> p.bits != (end - 1) >> p.bits) {
        return seL4_RangeError;
    }
    return invalidates && p.entry->page.rights != AS_READ_WRITE ? seL4_IllegalOperation : 0;
}

as_word as_assign(struct as_model *m, struct as_cap *vspace)
{
    if (vspace->is_mapped) {
        return seL4_InvalidCapability;
    }
    for (int i = 0; i < AS_ASIDS; i++) {
        if (m->root_of[i] < 0) {
            m->root_of[i] = vspace->table;
            vspace->asid = m->first_asid + (as_word)i;
            vspace->is_mapped = true;
            return 0;
        }
    }
    return seL4_DeleteFirst;
}

void as_delete_space(struct as_model *m, struct as_cap *vspace)
{
    if (check_live(m, vspace) == 0) {
        m->root_of[vspace->asid - m->first_asid] = -1;
    }
    vspace->exists = false;
}

const struct as_page *as_translate(const struct as_model *m, as_word asid, as_word address, as_word *size_bits)
{
    int root = root_of(m, asid);
    if (root < 0 || address > LAST_ADDRESS) {
        return NULL;
    }
    struct place p = walk((struct as_model *)m, root, address); // only reads
    *size_bits = p.bits;
    return p.entry && p.entry->kind == AS_PAGE ? &p.entry->page : NULL;
}
