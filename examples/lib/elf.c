/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers of a file are 64 bits and may be anything: sums are made only of what is known to be small. */
#include "lib/elf.h"

#include <lab4/string.h>

/* The parts of an ELF64 file that matter here (System V ABI). */
struct elf_header {
    unsigned char ident[16];
    seL4_Uint16 type, machine;
    seL4_Uint32 version;
    seL4_Uint64 entry, program_headers, section_headers;
    seL4_Uint32 flags;
    seL4_Uint16 header_size, program_header_size, program_header_count;
};

struct program_header {
    seL4_Uint32 type, flags;
    seL4_Uint64 offset, virtual_address, physical_address, file_size, memory_size, alignment;
};

enum { CLASS_64 = 2, LITTLE_ENDIAN_DATA = 1, TYPE_EXECUTABLE = 2, LOAD = 1, INTERPRETER = 3, HEADER_COUNT_MAX = 64 };

#define PAGE_OF(address) ((address) >> seL4_PageBits)

/* Made by the linker: the header of the program that this code is part of. It says which machine we run on. */
extern const struct elf_header __ehdr_start __attribute__((visibility("hidden")));

static const char *check_header(const struct elf_header *header, seL4_Word size)
{
    if (memcmp(header->ident, "\177ELF", 4) != 0) {
        return "it is not an ELF file";
    }
    if (header->ident[4] != CLASS_64 || header->ident[5] != LITTLE_ENDIAN_DATA) {
        return "it is not an ELF file of 64 bits, little-endian";
    }
    if (header->machine != __ehdr_start.machine) {
        return "it is for another machine";
    }
    if (header->type != TYPE_EXECUTABLE) {
        return "it is not an executable at fixed addresses";
    }
    if (header->program_header_size != sizeof(struct program_header) || header->program_header_count > HEADER_COUNT_MAX) {
        return "its program headers have an unknown size or are too many";
    }
    if (header->program_headers > size ||
        header->program_header_count * sizeof(struct program_header) > size - header->program_headers) {
        return "it ends before its program headers do";
    }
    return NULL;
}

static const char *check_segment(const struct program_header *header, seL4_Word size)
{
    if (header->offset > size || header->file_size > size - header->offset) {
        return "it ends before one of its segments does";
    }
    if (header->file_size > header->memory_size) {
        return "a segment is larger in the file than in memory";
    }
    if (header->memory_size > ELF_MEMORY_MAX) {
        return "its segments take more than 16 MiB";
    }
    if (header->virtual_address < ELF_ADDRESS_MIN || header->virtual_address > ELF_ADDRESS_END - ELF_MEMORY_MAX) {
        return "a segment lies outside the addresses of programs";
    }
    return NULL;
}

/* Appends a segment whose numbers are good by themselves. */
static const char *append(struct elf_program *program, const struct program_header *header, const char *file)
{
    if (program->segment_count == ELF_SEGMENTS_MAX) {
        return "it has more than 8 segments";
    }
    if (program->segment_count > 0 && PAGE_OF(program->end - 1) >= PAGE_OF(header->virtual_address)) {
        return "two of its segments share a page, or they are not in ascending order";
    }
    program->segments[program->segment_count++] = (struct elf_segment) {
        .address = header->virtual_address,
        .size = header->memory_size,
        .bytes = file + header->offset,
        .bytes_size = header->file_size,
        .access = header->flags & (ELF_READ | ELF_WRITE | ELF_EXECUTE),
    };
    program->end = header->virtual_address + header->memory_size;
    return NULL;
}

/* The table may lie anywhere in the file, so its rows are copied out. */
static const char *read_segments(struct elf_program *program, const struct elf_header *header, const char *file, seL4_Word size)
{
    seL4_Word total = 0;
    for (seL4_Word i = 0; i < header->program_header_count; i++) {
        struct program_header row;
        memcpy(&row, file + header->program_headers + i * sizeof(row), sizeof(row));
        if (row.type == INTERPRETER) {
            return "it needs a dynamic linker";
        }
        if (row.type != LOAD || row.memory_size == 0) {
            continue;
        }
        const char *problem = check_segment(&row, size);
        if (problem == NULL) {
            problem = append(program, &row, file);
        }
        if (problem != NULL) {
            return problem;
        }
        total += row.memory_size;
    }
    return total > ELF_MEMORY_MAX ? "its segments take more than 16 MiB" : NULL;
}

static const char *check_entry(const struct elf_program *program)
{
    for (seL4_Word i = 0; i < program->segment_count; i++) {
        const struct elf_segment *segment = &program->segments[i];
        if ((segment->access & ELF_EXECUTE) && program->entry >= segment->address &&
            program->entry - segment->address < segment->size) {
            return NULL;
        }
    }
    return "its entry is not in an executable segment";
}

const char *elf_check(struct elf_program *program, const void *file, seL4_Word size)
{
    struct elf_header header;
    if (size < sizeof(header)) {
        return "it is shorter than the header of an ELF file";
    }
    memcpy(&header, file, sizeof(header));
    *program = (struct elf_program) {.entry = header.entry};
    const char *problem = check_header(&header, size);
    if (problem == NULL) {
        problem = read_segments(program, &header, file, size);
    }
    return problem != NULL ? problem : check_entry(program);
}
