// SPDX-License-Identifier: BSD-2-Clause
//
// See layout.h. Sums cannot wrap: the rules keep all addresses and sizes of checked files small.
#include "layout.h"

enum { PROGRAM_HEADER_BYTES = 56 };

#define GIB (UINT64_C(1) << 30)
#define MAX_SPAN (UINT64_C(1) << 40)             // more than any machine's RAM
#define USER_TOP (UINT64_C(0x7fffffffffff) + 1)  // memory §3.4

// Everything but the last page of the address space, so that its end can be rounded.
struct lab4_elf_rules layout_kernel_rules(void)
{
    return (struct lab4_elf_rules){
        .machine = LAB4_ELF_MACHINE_AARCH64,
        .high = ~PAGE_BYTES + 1,
        .memory = GIB,
    };
}

// The kernel maps the IPC buffer, BootInfo and the device tree behind the image.
struct lab4_elf_rules layout_root_rules(uint64_t memory)
{
    return (struct lab4_elf_rules){
        .machine = LAB4_ELF_MACHINE_AARCH64,
        .high = USER_TOP - MAX_SPAN,
        .memory = memory,
    };
}

// memory §7.2. The flat copy needs one offset for all segments.
static int has_one_offset(const struct lab4_elf *kernel, uint64_t offset)
{
    for (lab4_elf_word i = 0; i < kernel->header_count; i++) {
        const struct lab4_elf_segment segment = lab4_elf_header(kernel, i);
        if (segment.size > 0 && segment.address - segment.physical != offset) {
            return 0;
        }
    }
    return 1;
}

static uint64_t find_offset(const struct lab4_elf *kernel)
{
    for (lab4_elf_word i = 0; i < kernel->header_count; i++) {
        const struct lab4_elf_segment segment = lab4_elf_header(kernel, i);
        if (segment.size > 0) {
            return segment.address - segment.physical;
        }
    }
    return 0; // a checked file has such a segment
}

const char *layout_kernel(struct layout *layout, const struct lab4_elf *kernel)
{
    const uint64_t offset = find_offset(kernel), end = page_up(kernel->end);
    const uint64_t physical_start = kernel->start - offset, physical_end = end - offset;
    if (!has_one_offset(kernel, offset)) {
        return "has segments whose virtual and physical addresses do not differ by the same amount";
    }
    if (kernel->start % LARGE_PAGE_BYTES || physical_start % LARGE_PAGE_BYTES) {
        return "must start at multiples of 2 MiB, both virtually and physically";
    }
    if (kernel->start / GIB != end / GIB) {
        return "must lie within one GiB of virtual addresses, and end before that GiB does";
    }
    if (physical_end < physical_start || physical_end > MAX_SPAN) {
        return "has physical addresses that no machine has";
    }
    *layout = (struct layout){
        .kernel_start = physical_start,
        .kernel_end = physical_end,
        .end = physical_end,
    };
    return 0;
}

void layout_dtb(struct layout *layout, uint64_t dtb_bytes)
{
    if (dtb_bytes > 0) {
        layout->dtb = layout->end;
        layout->dtb_bytes = dtb_bytes;
        layout->end = page_up(layout->dtb + dtb_bytes);
    }
}

void layout_root(struct layout *layout, const struct lab4_elf *root, uint64_t argument_bytes)
{
    layout->root_start = layout->end;
    layout->root_end = layout->root_start + (page_up(root->end) - root->start) + argument_bytes;
    layout->headers = layout->root_end;
    layout->headers_bytes = root->header_count * PROGRAM_HEADER_BYTES;
    layout->end = layout->headers + page_up(layout->headers_bytes);
}
