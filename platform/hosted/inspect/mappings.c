// SPDX-License-Identifier: BSD-2-Clause
//
// What the page tables of each address space map, in runs of pages that continue each other.
#include "core/vspace.h"
#include "platform/hosted/inspect/inspect.h"

enum { LAST_LEVEL = 3, TOP_BITS = PAGE_BITS + LAST_LEVEL * TABLE_INDEX_BITS };

struct run {
    vaddr_t start, end;
    paddr_t physical;
    word_t attributes;
};

static void print_run(FILE *out, const struct run *run)
{
    const word_t access = run->attributes & DESC_ACCESS_MASK;
    if (run->start == run->end) {
        return;
    }
    fprintf(out, "  0x%012lx-0x%012lx  0x%lx  %s%s%s\n", run->start, run->end, run->physical,
            access == DESC_ACCESS_READ_WRITE ? "rw" : access == DESC_ACCESS_READ_ONLY ? "r-" : "--",
            run->attributes & DESC_EXECUTE_NEVER ? "-" : "x", run->attributes & DESC_ATTR_NORMAL ? "" : " device");
}

static void add_page(FILE *out, struct run *run, vaddr_t address, word_t entry, word_t bits)
{
    const word_t attributes = entry & ~(DESC_ADDRESS_MASK | DESC_TABLE_OR_PAGE);
    const paddr_t physical = desc_address(entry);
    if (run->end != address || run->attributes != attributes || run->physical + (run->end - run->start) != physical || run->start == run->end) {
        print_run(out, run);
        *run = (struct run){.start = address, .physical = physical, .attributes = attributes};
    }
    run->end = address + BIT(bits);
}

static void walk(FILE *out, struct run *run, paddr_t table, vaddr_t base, word_t bits)
{
    const word_t *entries = plat_ptr(table);
    for (word_t i = 0; i < TABLE_ENTRIES; i++) {
        const vaddr_t address = base + (i << bits);
        if (!(entries[i] & DESC_VALID)) {
            continue;
        }
        if (bits == PAGE_BITS || !(entries[i] & DESC_TABLE_OR_PAGE)) {
            add_page(out, run, address, entries[i], bits);
        } else {
            walk(out, run, desc_address(entries[i]), address, bits - TABLE_INDEX_BITS);
        }
    }
}

void print_mappings(FILE *out)
{
    fprintf(out, "\nmappings\n");
    for (asid_t asid = 1; asid < (asid_t)ASID_POOLS * ASIDS_PER_POOL; asid++) {
        const struct asid_pool *pool = kernel->asid_pools[asid / ASIDS_PER_POOL];
        const paddr_t root = pool != NULL ? pool->vspaces[asid % ASIDS_PER_POOL] : 0;
        if (root == 0) {
            continue;
        }
        struct run run = {0};
        const struct component *program = components != NULL ? components_find(components, &guest, root) : NULL;
        fprintf(out, "vspace 0x%lx, ASID %lu%s%s\n", root, asid, program != NULL ? ", runs " : "", program != NULL ? program->name : "");
        walk(out, &run, root, 0, TOP_BITS);
        print_run(out, &run);
    }
}
