// SPDX-License-Identifier: BSD-2-Clause
//
// See elf.h. Offsets are those of the ELF-64 object file format.
#include "elf.h"

enum {
    EHDR_BYTES = 64,
    PHDR_BYTES = 56,
    TYPE_EXECUTABLE = 2,
    MACHINE_AARCH64 = 183,
    SEGMENT_LOAD = 1,
    MAX_SEGMENTS = 64,
};

#define USER_TOP UINT64_C(0x7fffffffffff) // memory §3.4
#define MAX_SPAN (UINT64_C(1) << 40)      // keeps every sum below far away from wrapping
#define GIB (UINT64_C(1) << 30)

static uint64_t read_bytes(const uint8_t *at, unsigned count)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < count; i++) {
        value |= (uint64_t)at[i] << 8 * i;
    }
    return value;
}

static uint16_t read16(const uint8_t *at)
{
    return (uint16_t)read_bytes(at, 2);
}

static uint64_t read64(const uint8_t *at)
{
    return read_bytes(at, 8);
}

struct elf_segment elf_segment(const struct elf *elf, unsigned i)
{
    const uint8_t *header = elf->bytes + elf->headers_offset + (uint64_t)i * PHDR_BYTES;
    return (struct elf_segment){
        .type = (uint32_t)read_bytes(header, 4),
        .file_offset = read64(header + 8),
        .virtual_address = read64(header + 16),
        .physical_address = read64(header + 24),
        .file_bytes = read64(header + 32),
        .memory_bytes = read64(header + 40),
    };
}

static const char *check_identity(const uint8_t *bytes, uint64_t size)
{
    if (size < 4 || bytes[0] != 0x7f || bytes[1] != 'E' || bytes[2] != 'L' || bytes[3] != 'F') {
        return "is not an ELF file";
    }
    if (size < EHDR_BYTES) {
        return "ends within its ELF header";
    }
    if (bytes[4] != 2 || bytes[5] != 1) {
        return "is not a 64-bit little-endian ELF file";
    }
    if (read16(bytes + 18) != MACHINE_AARCH64) {
        return "is not made for AArch64";
    }
    if (read16(bytes + 16) != TYPE_EXECUTABLE) {
        return "is not an executable at a fixed address (ELF type EXEC); link it with -static -no-pie";
    }
    return 0;
}

static const char *check_segment(const struct elf *elf, struct elf_segment segment)
{
    if (segment.type == SEGMENT_LOAD) {
        if (segment.file_bytes > segment.memory_bytes) {
            return "has a segment with more bytes in the file than in memory";
        }
        if (segment.file_offset > elf->size || segment.file_bytes > elf->size - segment.file_offset) {
            return "has a segment that lies beyond the end of the file; it is truncated or damaged";
        }
    }
    if (segment.memory_bytes > MAX_SPAN || segment.virtual_address + segment.memory_bytes < segment.virtual_address ||
        segment.physical_address + segment.memory_bytes < segment.physical_address) {
        return "has a segment that wraps around the address space";
    }
    return 0;
}

static uint64_t lower(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t higher(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static const char *find_bounds(struct elf *elf)
{
    int has_load = 0;
    elf->virtual_start = elf->physical_start = ~UINT64_C(0);
    elf->virtual_end = elf->physical_end = 0;
    for (unsigned i = 0; i < elf->segment_count; i++) {
        struct elf_segment segment = elf_segment(elf, i);
        const char *problem = check_segment(elf, segment);
        if (problem) {
            return problem;
        }
        if (segment.memory_bytes == 0) {
            continue;
        }
        has_load |= segment.type == SEGMENT_LOAD;
        elf->virtual_start = lower(elf->virtual_start, segment.virtual_address);
        elf->virtual_end = higher(elf->virtual_end, segment.virtual_address + segment.memory_bytes);
        elf->physical_start = lower(elf->physical_start, segment.physical_address);
        elf->physical_end = higher(elf->physical_end, segment.physical_address + segment.memory_bytes);
    }
    if (!has_load) {
        return "has nothing to load";
    }
    if (elf->virtual_end - elf->virtual_start > MAX_SPAN || elf->physical_end - elf->physical_start > MAX_SPAN) {
        return "has segments that lie too far apart";
    }
    return 0;
}

const char *elf_open(struct elf *elf, const uint8_t *bytes, uint64_t size)
{
    const char *problem = check_identity(bytes, size);
    if (problem) {
        return problem;
    }
    *elf = (struct elf){.bytes = bytes, .size = size, .entry = read64(bytes + 24), .headers_offset = read64(bytes + 32)};
    elf->segment_count = read16(bytes + 56);
    elf->headers_bytes = (uint64_t)elf->segment_count * PHDR_BYTES;
    if (elf->segment_count == 0) {
        return "has nothing to load";
    }
    if (elf->segment_count > MAX_SEGMENTS) {
        return "has more than 64 program headers";
    }
    if (read16(bytes + 54) != PHDR_BYTES) {
        return "has program headers of an unknown size";
    }
    if (elf->headers_offset > size || elf->headers_bytes > size - elf->headers_offset) {
        return "ends within its program headers";
    }
    return find_bounds(elf);
}

// ------------------------------------------------------------------------------------------- layout

// memory §7.2. The flat copy needs one offset for all segments.
static const char *check_offsets(const struct elf *kernel)
{
    uint64_t offset = kernel->virtual_start - kernel->physical_start;
    for (unsigned i = 0; i < kernel->segment_count; i++) {
        struct elf_segment segment = elf_segment(kernel, i);
        if (segment.memory_bytes > 0 && segment.virtual_address - segment.physical_address != offset) {
            return "has segments whose virtual and physical addresses do not differ by the same amount";
        }
    }
    return 0;
}

const char *layout_kernel(struct layout *layout, const struct elf *kernel)
{
    uint64_t end = page_up(kernel->virtual_end);
    if (kernel->virtual_start % LARGE_PAGE_BYTES || kernel->physical_start % LARGE_PAGE_BYTES) {
        return "must start at multiples of 2 MiB, both virtually and physically";
    }
    if (kernel->virtual_end > ~PAGE_BYTES || kernel->virtual_start / GIB != end / GIB) {
        return "must lie within one GiB of virtual addresses, and end before that GiB does";
    }
    if (kernel->entry < kernel->virtual_start || kernel->entry >= kernel->virtual_end) {
        return "has its entry point outside of what it loads";
    }
    const char *problem = check_offsets(kernel);
    if (problem) {
        return problem;
    }
    *layout = (struct layout){.kernel_start = kernel->physical_start, .kernel_end = page_up(kernel->physical_end)};
    layout->end = layout->kernel_end;
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

static int have_overlap(struct elf_segment a, struct elf_segment b)
{
    return a.type == SEGMENT_LOAD && b.type == SEGMENT_LOAD && a.virtual_address < b.virtual_address + b.memory_bytes &&
           b.virtual_address < a.virtual_address + a.memory_bytes;
}

static int has_overlapping_segments(const struct elf *elf)
{
    for (unsigned i = 1; i < elf->segment_count; i++) {
        for (unsigned j = 0; j < i; j++) {
            if (have_overlap(elf_segment(elf, i), elf_segment(elf, j))) {
                return 1;
            }
        }
    }
    return 0;
}

const char *layout_root(struct layout *layout, const struct elf *root)
{
    if (has_overlapping_segments(root)) {
        return "has segments that overlap";
    }
    if (root->virtual_start % PAGE_BYTES) {
        return "must start at a multiple of 4096 bytes";
    }
    if (root->virtual_end >= USER_TOP - MAX_SPAN) {
        return "does not lie in the user part of the address space";
    }
    if (root->entry < root->virtual_start || root->entry >= root->virtual_end) {
        return "has its entry point outside of what it loads";
    }
    layout->root_start = layout->end;
    layout->root_end = layout->root_start + (page_up(root->virtual_end) - root->virtual_start);
    layout->headers = layout->root_end;
    layout->end = layout->headers + page_up(root->headers_bytes);
    return 0;
}
