/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading ELF files that nobody has vouched for, and the physical layout that the loader protocol gives them (memory
 * §7.2, §7.3). Shared by the loader, which runs without MMU (so: byte accesses only), and by the packer on the build
 * machine, so that both refuse the same files. Every function that can refuse returns null or the end of a sentence
 * that begins with the file's name.
 */
#ifndef LAB4_LOADER_ELF_H
#define LAB4_LOADER_ELF_H

#include <stdint.h>

#define PAGE_BYTES UINT64_C(0x1000)
#define LARGE_PAGE_BYTES UINT64_C(0x200000)

struct elf_segment {
    uint32_t type; /* 1 = PT_LOAD */
    uint64_t file_offset, virtual_address, physical_address, file_bytes, memory_bytes;
};

/* An ELF file whose headers have been checked. The bounds are over all program headers with memory, loadable or not. */
struct elf {
    const uint8_t *bytes;
    uint64_t size, entry;
    uint64_t headers_offset, headers_bytes; /* program headers */
    unsigned segment_count;
    uint64_t virtual_start, virtual_end, physical_start, physical_end; /* end: not rounded */
};

/* Checks headers and segments: 64-bit little-endian AArch64 executable, every segment inside the file, no wrap. */
const char *elf_open(struct elf *elf, const uint8_t *bytes, uint64_t size);
struct elf_segment elf_segment(const struct elf *elf, unsigned i);

/* Where everything goes in physical memory; all page aligned but dtb + dtb_bytes. */
struct layout {
    uint64_t kernel_start, kernel_end; /* end: rounded up to a page */
    uint64_t dtb, dtb_bytes;           /* dtb = 0: none */
    uint64_t root_start, root_end;
    uint64_t headers, end; /* the root task's program headers, and where all of it ends */
};

const char *layout_kernel(struct layout *layout, const struct elf *kernel);
void layout_dtb(struct layout *layout, uint64_t dtb_bytes);
const char *layout_root(struct layout *layout, const struct elf *root);

static inline uint64_t page_up(uint64_t value)
{
    return (value + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

#endif
