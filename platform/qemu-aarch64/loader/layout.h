/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The physical layout that the loader protocol gives to the files of a boot image (memory §7.2,
 * §7.3), and what it demands of them beyond <lab4/elf.h>. Shared by the loader and by the packer on
 * the build machine, so that both refuse the same files.
 */
#ifndef LAB4_LOADER_LAYOUT_H
#define LAB4_LOADER_LAYOUT_H

#include <lab4/elf.h>
#include <stdint.h>

#define PAGE_BYTES UINT64_C(0x1000)
#define LARGE_PAGE_BYTES UINT64_C(0x200000)

/* Which kernels, and which root tasks, of at most so many bytes of memory. */
struct lab4_elf_rules layout_kernel_rules(void);
struct lab4_elf_rules layout_root_rules(uint64_t memory);

/* Where everything goes in physical memory; all page aligned but dtb + dtb_bytes. */
struct layout {
    uint64_t kernel_start, kernel_end; /* end: rounded up to a page */
    uint64_t dtb, dtb_bytes;           /* dtb = 0: none */
    uint64_t root_start, root_end;
    uint64_t headers, headers_bytes;   /* the root task's program headers */
    uint64_t end;                      /* of all of it */
};

/* Begins a layout. The result is null, or the end of a sentence that begins with the file's name. */
const char *layout_kernel(struct layout *layout, const struct lab4_elf *kernel);
void layout_dtb(struct layout *layout, uint64_t dtb_bytes);
void layout_root(struct layout *layout, const struct lab4_elf *root, uint64_t argument_bytes);

static inline uint64_t page_up(uint64_t value)
{
    return (value + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

#endif
