// SPDX-License-Identifier: BSD-2-Clause
//
// What the page tables of each address space map, in runs of pages that continue each other.
#include "core/arch/aarch64/translation.h"
#include "core/arch/aarch64/vspace.h"
#include "platform/hosted/inspect/inspect.h"

enum { LAST_LEVEL = 3, TOP_BITS = PAGE_BITS + LAST_LEVEL * TABLE_INDEX_BITS };

// A run of pages that is not yet known to be complete, and whom to tell when it is.
struct run {
    vaddr_t start, end;
    paddr_t physical;
    word_t attributes;
    mapping_visitor *visit;
    void *context;
};

static void end_run(const struct run *run)
{
    static const char *const names[2][3] = {{"r-x", "rwx", "--x"}, {"r--", "rw-", "---"}};
    const word_t access = run->attributes & DESC_ACCESS_MASK;
    const int column = access == DESC_ACCESS_READ_ONLY    ? 0
                       : access == DESC_ACCESS_READ_WRITE ? 1
                                                          : 2;
    if (run->start != run->end) {
        const struct mapping mapping = {run->start, run->end, run->physical,
                                        names[(run->attributes & DESC_EXECUTE_NEVER) != 0][column],
                                        !(run->attributes & DESC_ATTR_NORMAL)};
        run->visit(&mapping, run->context);
    }
}

static void add_page(struct run *run, vaddr_t address, word_t entry, word_t bits)
{
    const word_t attributes = entry & ~(DESC_ADDRESS_MASK | DESC_TABLE_OR_PAGE);
    const paddr_t physical = desc_address(entry);
    if (run->end != address || run->attributes != attributes ||
        run->physical + (run->end - run->start) != physical || run->start == run->end) {
        end_run(run);
        run->start = address;
        run->physical = physical;
        run->attributes = attributes;
    }
    run->end = address + BIT(bits);
}

static void walk(struct run *run, paddr_t table, vaddr_t base, word_t bits)
{
    const word_t *entries = plat_ptr(table);
    for (word_t i = 0; i < TABLE_ENTRIES; i++) {
        const vaddr_t address = base + (i << bits);
        if (!(entries[i] & DESC_VALID)) {
            continue;
        }
        if (bits == PAGE_BITS || !(entries[i] & DESC_TABLE_OR_PAGE)) {
            add_page(run, address, entries[i], bits);
        } else {
            walk(run, desc_address(entries[i]), address, bits - TABLE_INDEX_BITS);
        }
    }
}

void for_mappings(paddr_t root, mapping_visitor *visit, void *context)
{
    struct run run = {.visit = visit, .context = context};
    walk(&run, root, 0, TOP_BITS);
    end_run(&run);
}

void for_vspaces(vspace_visitor *visit, void *context)
{
    for (asid_t asid = 1; asid < (asid_t)ASID_POOLS * ASIDS_PER_POOL; asid++) {
        const struct asid_pool *pool = kernel->asid_pools[asid / ASIDS_PER_POOL];
        const paddr_t root = pool != NULL ? pool->vspaces[asid % ASIDS_PER_POOL] : 0;
        if (root != 0) {
            visit(root, asid, context);
        }
    }
}

// ---------------------------------------------------------------------------------------- printing

static void print_mapping(const struct mapping *m, void *context)
{
    fprintf(context, "  0x%012lx-0x%012lx  0x%lx  %s%s\n", m->start, m->end, m->physical, m->access,
            m->is_device ? " device" : "");
}

static void print_vspace(paddr_t root, asid_t asid, void *context)
{
    const struct component *program = program_of_vspace(root);
    fprintf(context, "vspace 0x%lx, ASID %lu%s%s\n", root, asid, program != NULL ? ", runs " : "",
            program != NULL ? program->name : "");
    for_mappings(root, print_mapping, context);
}

void print_mappings(FILE *out)
{
    fprintf(out, "\nmappings\n");
    for_vspaces(print_vspace, out);
}
