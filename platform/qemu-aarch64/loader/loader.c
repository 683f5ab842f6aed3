// SPDX-License-Identifier: BSD-2-Clause
//
// The loader: what runs between QEMU and kernel.elf. It does what the protocol of memory §7.3–7.4 says and no more, so
// that a kernel that boots here boots under any other loader of that protocol: device tree behind the kernel, root task
// behind the device tree, two address maps, six registers.
//
// It runs at whatever 2 MiB-aligned address the packer chose, so nothing in it may need relocation, and without MMU, so
// that every access must be aligned. Input that cannot be booted ends the machine with one message and status 2.
#include "loader.h"

extern struct payload loader_payload; // loader.ld: right behind the loader
extern char loader_start[];

static struct handoff handoff;
static uint64_t lower_tables[3][512] __attribute__((aligned(4096)));
static uint64_t upper_tables[3][512] __attribute__((aligned(4096)));

enum { DESC_TABLE = 3, DESC_BLOCK = 0x711 /* normal memory, accessed, EL1 only, global */ };

// Bytewise up to alignment, then by words. The compiler may call these too.
void *memset(void *to, int byte, size_t bytes)
{
    uint8_t *at = to, *end = at + bytes;
    uint64_t word = (uint8_t)byte * UINT64_C(0x0101010101010101);
    for (; at < end && (uintptr_t)at % 8; at++) {
        *at = (uint8_t)byte;
    }
    for (; end - at >= 8; at += 8) {
        *(uint64_t *)(void *)at = word;
    }
    for (; at < end; at++) {
        *at = (uint8_t)byte;
    }
    return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    uint8_t *at = to;
    const uint8_t *source = from;
    if (((uintptr_t)at | (uintptr_t)source) % 8 == 0) {
        for (; bytes >= 8; bytes -= 8, at += 8, source += 8) {
            *(uint64_t *)(void *)at = *(const uint64_t *)(const void *)source;
        }
    }
    for (; bytes > 0; bytes--) {
        *at++ = *source++;
    }
    return to;
}

static const uint8_t *file_bytes(struct payload_file file)
{
    return (const uint8_t *)&loader_payload + file.offset;
}

static int is_inside(struct payload_file file)
{
    return file.offset <= loader_payload.size && file.size <= loader_payload.size - file.offset;
}

static void require(const char *name, const char *problem)
{
    if (problem) {
        loader_die(name, problem);
    }
}

// Segments go to where their virtual addresses say, relative to the lowest one; everything else is zero.
static void load_flat(const struct lab4_elf *elf, uint64_t start, uint64_t end)
{
    memset((void *)start, 0, end - start);
    for (lab4_elf_word i = 0; i < elf->header_count; i++) {
        const struct lab4_elf_segment segment = lab4_elf_header(elf, i);
        if (lab4_elf_is_loaded(&segment)) {
            uint64_t at = start + (segment.address - elf->start);
            memcpy((void *)at, elf->file + segment.offset, segment.bytes_size);
        }
    }
}

static void load_all(const struct layout *layout, const struct lab4_elf *kernel,
                     const struct lab4_elf *root)
{
    if (layout->dtb_bytes > 0) { // before the kernel, memory §7.3
        memset((void *)layout->dtb, 0, page_up(layout->dtb_bytes));
        memcpy((void *)layout->dtb, file_bytes(loader_payload.dtb), layout->dtb_bytes);
    }
    load_flat(kernel, layout->kernel_start, layout->kernel_end);
    load_flat(root, layout->root_start, layout->root_end);
    if (loader_payload.arguments.size > 0) {
        memcpy((void *)(layout->root_end - loader_payload.arguments.size),
               file_bytes(loader_payload.arguments), loader_payload.arguments.size);
    }
    memset((void *)layout->headers, 0, layout->end - layout->headers);
    memcpy((void *)layout->headers, root->file + root->headers, layout->headers_bytes);
}

static unsigned index_at(uint64_t address, unsigned shift)
{
    return (unsigned)(address >> shift) % 512;
}

// One chain of tables for `address`, 2 MiB blocks from it on: `count` of them, or up to the end of the GiB.
static uint64_t make_map(uint64_t tables[3][512], uint64_t address, uint64_t physical, unsigned count)
{
    tables[0][index_at(address, 39)] = (uint64_t)tables[1] | DESC_TABLE;
    tables[1][index_at(address, 30)] = (uint64_t)tables[2] | DESC_TABLE;
    for (unsigned i = index_at(address, 21); i < 512 && count-- > 0; i++) {
        tables[2][i] = physical | DESC_BLOCK;
        physical += LARGE_PAGE_BYTES;
    }
    return (uint64_t)tables[0];
}

static void open_elf(const char *name, struct lab4_elf *elf, struct payload_file file,
                     struct lab4_elf_rules rules)
{
    struct lab4_elf_problem problem;
    if (lab4_elf_check(elf, file_bytes(file), file.size, &rules, &problem) != LAB4_ELF_GOOD) {
        loader_die(name, lab4_elf_reason(problem.verdict));
    }
}

// Unpacks everything and returns what start.S needs to enter the kernel.
const struct handoff *loader_main(void)
{
    struct lab4_elf kernel, root;
    struct layout layout;
    if (loader_payload.magic != PAYLOAD_MAGIC || !is_inside(loader_payload.kernel) || !is_inside(loader_payload.dtb) ||
        !is_inside(loader_payload.root) || !is_inside(loader_payload.arguments) ||
        loader_payload.arguments.size % PAGE_BYTES) {
        loader_die("the boot image", "is damaged; make it anew");
    }
    open_elf("kernel.elf", &kernel, loader_payload.kernel, layout_kernel_rules());
    require("kernel.elf", layout_kernel(&layout, &kernel));
    open_elf("the root task", &root, loader_payload.root,
             layout_root_rules((uint64_t)loader_start - RAM_BASE));
    layout_dtb(&layout, loader_payload.dtb.size);
    layout_root(&layout, &root, loader_payload.arguments.size);
    if (layout.kernel_start < RAM_BASE || layout.end > (uint64_t)loader_start) {
        loader_die("the boot image", "overlaps what it is to load; make it anew");
    }
    load_all(&layout, &kernel, &root);
    handoff = (struct handoff){
        .root_start = layout.root_start,
        .root_end = layout.root_end,
        .root_offset = layout.root_start - root.start,
        .root_entry = root.entry,
        .dtb = layout.dtb,
        .dtb_bytes = layout.dtb_bytes,
        .kernel_entry = kernel.entry,
        .lower_table = make_map(lower_tables, (uint64_t)loader_start, (uint64_t)loader_start, 1),
        .upper_table = make_map(upper_tables, kernel.start, layout.kernel_start, 512),
    };
    return &handoff;
}
