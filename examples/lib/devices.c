/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device tree is a flat list of tokens (Devicetree Specification, chapter 5): begin node with its name, property with length,
 * name and value, end node. Numbers are big-endian.
 *
 * An untyped gives out memory from low to high addresses only. To get at a page in its middle, what lies before it is made into
 * untypeds, as large as alignment allows, and those are kept: they serve later requests for pages in front of this one.
 */
#include "lib/devices.h"

#include <stdint.h>

#include <lab4/exit.h>
#include <lab4/printf.h>
#include <lab4/runtime.h>
#include <lab4/string.h>

#include "lib/mapper.h"
#include "lib/pool.h"

/* ---------------------------------------------------------------------------------------------- device tree */

enum { FDT_BEGIN_NODE = 1, FDT_END_NODE = 2, FDT_PROPERTY = 3, FDT_NOP = 4 };
enum { FDT_TOTAL_SIZE = 1, FDT_STRUCTURE = 2, FDT_STRINGS = 3 }; /* words of the header */
enum { GIC_SHARED = 0, FIRST_SHARED = 32, FIRST_PRIVATE = 16 };

static seL4_Word cell(const char *at)
{
    const unsigned char *bytes = (const unsigned char *)at;
    return (seL4_Word)bytes[0] << 24 | (seL4_Word)bytes[1] << 16 | (seL4_Word)bytes[2] << 8 | bytes[3];
}

/* The device tree among the chunks of extra boot information; null if there is none. */
static const char *device_tree(void)
{
    const seL4_BootInfo *info = lab4_bootinfo();
    const char *at = (const char *)info + seL4_BootInfoFrameSize, *end = at + info->extraLen;
    while (at + sizeof(seL4_BootInfoHeader) <= end) {
        const seL4_BootInfoHeader *header = (const seL4_BootInfoHeader *)at;
        if (header->id == SEL4_BOOTINFO_HEADER_FDT) {
            return at + sizeof *header;
        }
        if (header->len < sizeof *header) {
            break;
        }
        at += header->len;
    }
    return NULL;
}

/* Is `wanted` in a list of strings, each with its NUL? */
static int lists(const char *strings, seL4_Word length, const char *wanted)
{
    const seL4_Word wanted_length = strlen(wanted) + 1;
    for (seL4_Word i = 0; i + wanted_length <= length; i += strlen(strings + i) + 1) {
        if (memcmp(strings + i, wanted, wanted_length) == 0) {
            return 1;
        }
    }
    return 0;
}

/* What is known so far of the node that is being read. */
struct node {
    int is_wanted, has_reg, has_irq;
    struct device device;
};

static void read_property(struct node *node, const char *name, const char *value, seL4_Word length, const char *compatible)
{
    if (strcmp(name, "compatible") == 0) {
        node->is_wanted = lists(value, length, compatible);
    } else if (strcmp(name, "reg") == 0 && length >= 8) {
        node->device.paddr = cell(value) << 32 | cell(value + 4);
        node->has_reg = 1;
    } else if (strcmp(name, "interrupts") == 0 && length >= 12) {
        node->device.irq = cell(value + 4) + (cell(value) == GIC_SHARED ? FIRST_SHARED : FIRST_PRIVATE);
        node->has_irq = 1;
    }
}

static seL4_Word aligned(seL4_Word bytes)
{
    return (bytes + 3) & ~(seL4_Word)3;
}

int device_find(const char *compatible, struct device *device)
{
    const char *tree = device_tree();
    const char *at = tree == NULL ? NULL : tree + cell(tree + 4 * FDT_STRUCTURE);
    struct node node = {0};
    while (at != NULL && at < tree + cell(tree + 4 * FDT_TOTAL_SIZE)) {
        const seL4_Word token = cell(at);
        at += 4;
        if (token == FDT_BEGIN_NODE) {
            at += aligned(strlen(at) + 1);
            node = (struct node) {0};
        } else if (token == FDT_PROPERTY) {
            const seL4_Word length = cell(at);
            const char *name = tree + cell(tree + 4 * FDT_STRINGS) + cell(at + 4);
            read_property(&node, name, at + 8, length, compatible);
            at += 8 + aligned(length);
        } else if (token == FDT_END_NODE && node.is_wanted && node.has_reg && node.has_irq) {
            *device = node.device;
            return 1;
        } else if (token != FDT_END_NODE && token != FDT_NOP) {
            break;
        }
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------------ registers */

/* Untypeds of device memory: those of BootInfo that were opened, and the pieces made of them. `at` is the first free address. */
static struct block {
    seL4_CPtr untyped;
    seL4_Word at, end;
} blocks[64];
static unsigned block_count;

static struct block *add_block(seL4_CPtr untyped, seL4_Word start, seL4_Word bytes)
{
    if (block_count == sizeof blocks / sizeof *blocks) {
        printf("too many pieces of device memory\n");
        lab4_exit(1);
    }
    blocks[block_count] = (struct block) {untyped, start, start + bytes};
    return &blocks[block_count++];
}

/* The untyped from which the page can still be made. */
static struct block *block_with(seL4_Word paddr)
{
    for (unsigned i = 0; i < block_count; i++) {
        if (paddr >= blocks[i].at && paddr < blocks[i].end) {
            return &blocks[i];
        }
    }
    const seL4_BootInfo *info = lab4_bootinfo();
    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        const seL4_UntypedDesc *untyped = &info->untypedList[i];
        const seL4_Word bytes = 1ul << untyped->sizeBits;
        int is_open = 0;
        for (unsigned k = 0; k < block_count; k++) {
            is_open |= blocks[k].untyped == info->untyped.start + i;
        }
        if (!is_open && untyped->isDevice && paddr - untyped->paddr < bytes) {
            return add_block(info->untyped.start + i, untyped->paddr, bytes);
        }
    }
    printf("there is no device memory at 0x%lx, or it has been given out\n", paddr);
    lab4_exit(1);
}

static seL4_CPtr retype(struct block *block, seL4_Word type, seL4_Word bits)
{
    const seL4_CPtr slot = pool_slot();
    must(seL4_Untyped_Retype(block->untyped, type, bits, seL4_CapInitThreadCNode, 0, 0, slot, 1), "retyping device memory");
    block->at += 1ul << bits;
    return slot;
}

seL4_CPtr device_frame(seL4_Word paddr)
{
    struct block *block = block_with(paddr);
    while (block->at < paddr) {
        seL4_Word bits = seL4_PageBits;
        while ((block->at & ((2ul << bits) - 1)) == 0 && block->at + (2ul << bits) <= paddr) {
            bits++;
        }
        const seL4_Word start = block->at;
        add_block(retype(block, seL4_UntypedObject, bits), start, 1ul << bits);
    }
    return retype(block, seL4_ARM_SmallPageObject, seL4_PageBits);
}

volatile void *device_page(seL4_Word paddr)
{
    const seL4_CPtr frame = device_frame(paddr);
    const seL4_Word address = mapper_reserve(1ul << seL4_PageBits);
    must(mapper_map(seL4_CapInitThreadVSpace, frame, address, seL4_ReadWrite, seL4_ARM_ExecuteNever), "mapping a device");
    return (volatile void *)address;
}

/* ----------------------------------------------------------------------------------------------- interrupts */

seL4_CPtr irq_claim(seL4_Word irq, seL4_CPtr notification, seL4_Word badge)
{
    const seL4_CPtr handler = pool_slot();
    must(seL4_IRQControl_Get(seL4_CapIRQControl, irq, seL4_CapInitThreadCNode, handler, seL4_WordBits), "seL4_IRQControl_Get");
    must(seL4_IRQHandler_SetNotification(handler, pool_mint(notification, seL4_CanWrite, badge)), "seL4_IRQHandler_SetNotification");
    return handler;
}
