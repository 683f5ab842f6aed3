// SPDX-License-Identifier: BSD-2-Clause
//
// Reading a device tree that may be anything. It goes to the root task as it is, byte for byte; only one that QEMU dumped
// is tidied before: free space inside it is squeezed out, and the random seeds that QEMU puts into /chosen are dropped, which
// are no secret in a file and would make every image different; so would the padding of properties, which is cleared.
#include <libfdt.h>
#include <string.h>

#include "../machine.h"
#include "image.h"

static uint64_t read_cells(const fdt32_t *cells, int count)
{
    uint64_t value = 0;
    for (int i = 0; i < count; i++) {
        value = value << 32 | fdt32_to_cpu(cells[i]);
    }
    return value;
}

static void check_format(const struct file *dtb)
{
    if (dtb->size < sizeof(struct fdt_header) || fdt_magic(dtb->bytes) != FDT_MAGIC) {
        refuse(dtb->name, "is not a device tree");
    }
    if (fdt_totalsize(dtb->bytes) > dtb->size) {
        refuse(dtb->name, "is truncated: it says that it has %u bytes, but the file has %llu", fdt_totalsize(dtb->bytes),
               (unsigned long long)dtb->size);
    }
    int problem = fdt_check_full(dtb->bytes, dtb->size);
    if (problem) {
        refuse(dtb->name, "is not a sound device tree: %s", fdt_strerror(problem));
    }
}

static int is_memory(const void *tree, int node)
{
    int length;
    const char *type = fdt_getprop(tree, node, "device_type", &length);
    return type && length == sizeof "memory" && memcmp(type, "memory", sizeof "memory") == 0;
}

// The length of the RAM range that starts at the board's RAM base; 0 if none does.
static uint64_t find_ram(const void *tree)
{
    int address_cells = fdt_address_cells(tree, 0), size_cells = fdt_size_cells(tree, 0), node;
    if (address_cells < 1 || address_cells > 2 || size_cells < 1 || size_cells > 2) {
        return 0;
    }
    fdt_for_each_subnode(node, tree, 0) {
        int length, entry = address_cells + size_cells;
        const fdt32_t *cells = is_memory(tree, node) ? fdt_getprop(tree, node, "reg", &length) : 0;
        for (int at = 0; cells && (at + entry) * 4 <= length; at += entry) {
            if (read_cells(cells + at, address_cells) == RAM_BASE) {
                return read_cells(cells + at + address_cells, size_cells);
            }
        }
    }
    return 0;
}

static void drop_seeds(void *tree)
{
    int chosen = fdt_path_offset(tree, "/chosen");
    if (chosen >= 0) {
        fdt_delprop(tree, chosen, "rng-seed");
        fdt_delprop(tree, chosen, "kaslr-seed");
    }
}

// Properties are padded to 4 bytes, by QEMU with whatever was there before.
static void clear_padding(void *tree)
{
    int at = 0, next;
    for (uint32_t tag; (tag = fdt_next_tag(tree, at, &next)) != FDT_END; at = next) {
        if (tag == FDT_PROP) {
            int length;
            const struct fdt_property *property = fdt_get_property_by_offset(tree, at, &length);
            for (; property && length % 4; length++) {
                ((struct fdt_property *)(uintptr_t)property)->data[length] = 0;
            }
        }
    }
}

uint64_t device_tree_check(const struct file *dtb)
{
    check_format(dtb);
    uint64_t ram = find_ram(dtb->bytes);
    if (ram == 0) {
        refuse(dtb->name, "describes no RAM at 0x%lx", RAM_BASE);
    }
    if (fdt_node_offset_by_compatible(dtb->bytes, -1, "arm,cortex-a15-gic") < 0) {
        refuse(dtb->name, "describes no GICv2 interrupt controller; dump it from QEMU with -machine virt,gic-version=2");
    }
    return ram;
}

void device_tree_tidy(struct file *dtb)
{
    // With room for fdt_open_into to convert from older versions of the format.
    int room = (int)dtb->size + 4096;
    void *copy = allocate((size_t)room);
    int problem = fdt_open_into(dtb->bytes, copy, room);
    if (!problem) {
        drop_seeds(copy);
        clear_padding(copy);
        problem = fdt_pack(copy);
    }
    if (problem) {
        refuse(dtb->name, "is not a sound device tree: %s", fdt_strerror(problem));
    }
    dtb->bytes = copy;
    dtb->size = fdt_totalsize(copy);
}
