// SPDX-License-Identifier: BSD-2-Clause
#include "guest.h"

#include <string.h>

#include "core/arch/aarch64/translation.h"
#include "platform/hosted/interface.h"

enum { LEVELS = 4, TOP_SHIFT = PAGE_BITS + (LEVELS - 1) * TABLE_INDEX_BITS };

const uint8_t *guest_physical(const struct guest *guest, uint64_t physical, uint64_t bytes)
{
    const uint64_t offset = physical - MACHINE_RAM_BASE;
    const bool is_there = physical >= MACHINE_RAM_BASE && bytes <= guest->ram_bytes && offset <= guest->ram_bytes - bytes;
    return is_there ? guest->ram + offset : NULL;
}

static bool is_last(uint64_t descriptor, unsigned shift)
{
    return shift == PAGE_BITS ? descriptor & DESC_TABLE_OR_PAGE : !(descriptor & DESC_TABLE_OR_PAGE);
}

bool guest_page(const struct guest *guest, uint64_t root, uint64_t address, struct guest_page *page)
{
    uint64_t table = root;
    if (address > USER_TOP) {
        return false;
    }
    for (unsigned shift = TOP_SHIFT; shift >= PAGE_BITS; shift -= TABLE_INDEX_BITS) {
        const uint64_t index = address >> shift & (TABLE_ENTRIES - 1);
        const uint8_t *entry = guest_physical(guest, table + index * sizeof(uint64_t), sizeof(uint64_t));
        uint64_t descriptor = 0;
        if (entry != NULL) {
            memcpy(&descriptor, entry, sizeof(descriptor));
        }
        if (!(descriptor & DESC_VALID)) {
            return false;
        }
        if (is_last(descriptor, shift)) {
            const uint64_t bytes = UINT64_C(1) << shift;
            *page = (struct guest_page){.start = address & ~(bytes - 1), .bytes = bytes, .physical = desc_address(descriptor),
                                        .descriptor = descriptor};
            return true;
        }
        table = desc_address(descriptor);
    }
    return false;
}

size_t guest_read(const struct guest *guest, uint64_t root, uint64_t address, void *bytes, size_t count)
{
    size_t done = 0;
    struct guest_page page;
    while (done < count && address + done >= address && guest_page(guest, root, address + done, &page)) {
        const uint64_t offset = address + done - page.start;
        const uint64_t left = page.bytes - offset;
        const size_t length = count - done < left ? count - done : (size_t)left;
        const uint8_t *from = guest_physical(guest, page.physical + offset, length);
        if (from == NULL) {
            break;
        }
        memcpy((uint8_t *)bytes + done, from, length);
        done += length;
    }
    return done;
}
