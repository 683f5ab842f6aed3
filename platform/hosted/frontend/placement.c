// SPDX-License-Identifier: BSD-2-Clause
//
// The arithmetic of the boot loader, see placement.h. It repeats what the core computes while booting (memory §8.1–8.2) for
// one purpose only: to say how much --mem would do. The core decides for itself; tests/unit holds both against the specification.
#include "placement.h"

#include <lab4/options.h>

#include "platform/hosted/interface.h"

enum {
    PAGE = 4096,
    BOOT_PAGES = 2, // IPC buffer, BootInfo
    CNODE_BITS = LAB4_OPT_ROOT_CNODE_SIZE_BITS + 5,
    EXTRA_HEADER_BYTES = 16, // the chunk header in front of the device tree
    FIXED_OBJECT_BYTES = 2048 + 3 * PAGE + PAGE + 128, // TCB; IPC buffer, BootInfo, ASID pool; VSpace; scheduling context
    TABLE_SPAN_BITS_MIN = 21, TABLE_SPAN_BITS_MAX = 39, TABLE_INDEX_BITS = 9,
};

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

// Memory of the extra BootInfo: a power of two, at least a page.
static uint64_t extra_bytes(uint64_t dtb_bytes)
{
    uint64_t size = PAGE;
    while (size < EXTRA_HEADER_BYTES + dtb_bytes) {
        size *= 2;
    }
    return dtb_bytes == 0 ? 0 : size;
}

static uint64_t table_count(uint64_t start, uint64_t end)
{
    uint64_t count = 0;
    for (unsigned bits = TABLE_SPAN_BITS_MIN; bits <= TABLE_SPAN_BITS_MAX; bits += TABLE_INDEX_BITS) {
        count += ((end - 1) >> bits) - (start >> bits) + 1;
    }
    return count;
}

struct lab4_elf_rules placement_limits(uint64_t ram_bytes, uint64_t dtb_bytes)
{
    return (struct lab4_elf_rules){
        .machine = MACHINE_ELF_NUMBER,
        .low = MACHINE_USER_LOW,
        .high = MACHINE_USER_HIGH - BOOT_PAGES * PAGE - extra_bytes(dtb_bytes),
        .memory = ram_bytes - round_up(dtb_bytes, PAGE),
    };
}

struct placement placement_of(const struct elf_image *image, uint64_t dtb_bytes)
{
    struct placement p = {.dtb = MACHINE_RAM_BASE, .dtb_bytes = dtb_bytes};
    p.image_start = MACHINE_RAM_BASE + round_up(dtb_bytes, PAGE);
    p.image_end = p.image_start + (image->end - image->start);
    const uint64_t extra = extra_bytes(dtb_bytes), cnode = UINT64_C(1) << CNODE_BITS;
    const uint64_t covered_end = image->end + BOOT_PAGES * PAGE + extra;
    const uint64_t objects = cnode + FIXED_OBJECT_BYTES + table_count(image->start, covered_end) * PAGE + extra;
    const uint64_t alignment = extra > cnode ? extra : cnode; // both at least a page
    p.least_ram = round_up(p.image_end, alignment) + objects - MACHINE_RAM_BASE;
    return p;
}
