// SPDX-License-Identifier: BSD-2-Clause
//
// A model of address spaces: what each address must translate to, and what each mapping method must answer (memory §2).
// Tables are dictionaries of entries; capabilities remember what memory §1.2 says they remember. Nothing of core/ is used.
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef uint64_t as_word;

enum { AS_TABLES = 16, AS_ENTRIES = 48, AS_ASIDS = 16 };

enum as_rights { AS_NONE, AS_READ_ONLY, AS_READ_WRITE };
enum as_entry_kind { AS_ABSENT, AS_TABLE, AS_PAGE };

struct as_page {
    as_word base;
    enum as_rights rights;
    bool executable, cacheable;
};

struct as_entry {
    enum as_entry_kind kind;
    as_word index;
    int table; // AS_TABLE
    struct as_page page;
};

// A page-table object: a root or a lower level.
struct as_table {
    as_word base; // physical address
    struct as_entry entries[AS_ENTRIES];
    int count;
};

// What a capability remembers.
struct as_cap {
    bool exists;
    int table;             // page table, VSpace
    as_word base, size_bits; // frame
    enum as_rights rights;   // frame
    bool is_mapped;          // page table; VSpace: has an ASID
    as_word asid, address;   // asid 0: none
};

struct as_model {
    struct as_table tables[AS_TABLES];
    as_word first_asid;     // of the one pool
    int root_of[AS_ASIDS];  // ASID - first_asid → table; -1 = free
};

// Methods: return the error number (0 = done) and change the model accordingly.
as_word as_map_table(struct as_model *m, struct as_cap *table, const struct as_cap *vspace, as_word address);
as_word as_unmap_table(struct as_model *m, struct as_cap *table, bool has_copy);
as_word as_map_page(struct as_model *m, struct as_cap *frame, const struct as_cap *vspace, as_word address, as_word rights, as_word attributes);
void as_unmap_page(struct as_model *m, struct as_cap *frame);
as_word as_page_cache(struct as_model *m, const struct as_cap *frame, as_word start, as_word end, bool invalidates);
as_word as_space_cache(struct as_model *m, const struct as_cap *vspace, as_word start, as_word end, bool invalidates);
as_word as_assign(struct as_model *m, struct as_cap *vspace);

// Deletions of last capabilities.
void as_delete_table(struct as_model *m, struct as_cap *table);
void as_delete_space(struct as_model *m, struct as_cap *vspace);

// The page that an address translates to in the VSpace with this ASID, or null; *size_bits is its size.
const struct as_page *as_translate(const struct as_model *m, as_word asid, as_word address, as_word *size_bits);
