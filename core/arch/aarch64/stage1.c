// SPDX-License-Identifier: BSD-2-Clause
//
// Stage 1 translation: four levels of 512 entries, 4 KiB pages and blocks of 2 MiB and 1 GiB; see
// translation.h.
#include "core/arch/aarch64/translation.h"

HOT struct walk translation_walk(paddr_t root, vaddr_t address)
{
    const word_t table_kind = DESC_VALID | DESC_TABLE_OR_PAGE;
    word_t bits = PAGE_BITS + 3 * TABLE_INDEX_BITS;
    word_t *table = plat_ptr(root);
    word_t *entry = &table[(address >> bits) & LOW_BITS(TABLE_INDEX_BITS)];
    while (bits > PAGE_BITS && (*entry & table_kind) == table_kind) {
        bits -= TABLE_INDEX_BITS;
        table = plat_ptr(desc_address(*entry));
        entry = &table[(address >> bits) & LOW_BITS(TABLE_INDEX_BITS)];
    }
    return (struct walk){entry, bits};
}

word_t desc_page(paddr_t base, word_t size_bits, enum frame_access access, word_t attributes)
{
    word_t desc = base | DESC_VALID | DESC_ACCESSED | DESC_NOT_GLOBAL;
    desc |= size_bits == PAGE_BITS ? DESC_TABLE_OR_PAGE : 0;
    desc |= attributes & ATTR_CACHEABLE ? DESC_ATTR_NORMAL : 0;
    desc |= attributes & ATTR_EXECUTE_NEVER ? DESC_EXECUTE_NEVER : 0;
    switch (access) {
    case ACCESS_READ_WRITE:
        return desc | DESC_ACCESS_READ_WRITE;
    case ACCESS_READ_ONLY:
        return desc | DESC_ACCESS_READ_ONLY;
    case ACCESS_NONE:
        return desc;
    }
    return desc;
}

void desc_write(word_t *entry, word_t value)
{
    *entry = value;
    plat_descriptor_written(entry);
}
