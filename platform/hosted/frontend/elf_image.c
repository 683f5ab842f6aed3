// SPDX-License-Identifier: BSD-2-Clause
//
// Checking and copying of ELF executables. Every number read from the file is an allegation: it is compared before it is
// added to anything, and each check says what to do about it. The program header table is passed once, in O(headers): the
// ELF specification demands loadable segments in ascending order, so an overlap is always one with the predecessor.
#include "elf_image.h"

#include <assert.h>
#include <elf.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define REBUILD "rebuild it with lab4_add_root_task or the SDK"

// One line per check; a refusal returns at once.
#define REQUIRE(condition, verdict, ...)                                       \
    do {                                                                       \
        if (!(condition)) {                                                    \
            snprintf(problem->text, sizeof(problem->text), __VA_ARGS__);       \
            return (verdict);                                                  \
        }                                                                      \
    } while (0)

static uint64_t page_down(uint64_t address)
{
    return address / ELF_PAGE_BYTES * ELF_PAGE_BYTES;
}

static uint64_t page_up(uint64_t address)
{
    return page_down(address + ELF_PAGE_BYTES - 1);
}

// Headers may lie at any offset, so they are copied out.
static Elf64_Phdr program_header(const uint8_t *file, const Elf64_Ehdr *header, unsigned index)
{
    Elf64_Phdr segment;
    memcpy(&segment, file + header->e_phoff + index * sizeof(segment), sizeof(segment));
    return segment;
}

static bool occupies_memory(const Elf64_Phdr *segment)
{
    return segment->p_type == PT_LOAD && segment->p_memsz > 0;
}

static enum elf_verdict check_identity(const uint8_t *file, size_t size, Elf64_Ehdr *header, struct elf_problem *problem)
{
    REQUIRE(size > 0, ELF_NOT_ELF, "is empty, not an ELF executable; " REBUILD);
    REQUIRE(size >= SELFMAG && memcmp(file, ELFMAG, SELFMAG) == 0, ELF_NOT_ELF,
            "is not an ELF executable; give a program linked with libsel4");
    REQUIRE(size >= sizeof(*header), ELF_TRUNCATED, "is truncated: it ends inside the ELF header; copy or " REBUILD " again");
    memcpy(header, file, sizeof(*header));
    REQUIRE(header->e_ident[EI_CLASS] == ELFCLASS64, ELF_WRONG_CLASS, "is not a 64-bit program; compile it for x86-64 (without -m32)");
    REQUIRE(header->e_ident[EI_DATA] == ELFDATA2LSB, ELF_WRONG_CLASS, "is a big-endian program; compile it for x86-64");
    REQUIRE(header->e_machine != EM_AARCH64, ELF_WRONG_MACHINE, "is built for AArch64; use --on qemu, or rebuild it for hosted");
    REQUIRE(header->e_machine == EM_X86_64, ELF_WRONG_MACHINE,
            "is built for another processor (ELF machine %u), not for x86-64; rebuild it for hosted", header->e_machine);
    REQUIRE(header->e_type != ET_DYN, ELF_WRONG_TYPE,
            "is position independent or a shared library; link it at a fixed address with -static -no-pie");
    REQUIRE(header->e_type != ET_REL, ELF_WRONG_TYPE, "is an object file, not a program; link it with libsel4");
    REQUIRE(header->e_type == ET_EXEC, ELF_WRONG_TYPE, "is no executable (ELF type %u); give a program linked with libsel4", header->e_type);
    return ELF_GOOD;
}

static enum elf_verdict check_table(size_t size, const Elf64_Ehdr *header, struct elf_problem *problem)
{
    REQUIRE(header->e_phnum > 0, ELF_NO_SEGMENTS, "has no segments to load; " REBUILD);
    REQUIRE(header->e_phnum != PN_XNUM, ELF_MALFORMED, "has more than 65534 program headers; " REBUILD);
    REQUIRE(header->e_phentsize == sizeof(Elf64_Phdr), ELF_MALFORMED, "has program headers of %u bytes instead of %zu; " REBUILD,
            header->e_phentsize, sizeof(Elf64_Phdr));
    REQUIRE(header->e_phoff <= size && header->e_phnum <= (size - header->e_phoff) / sizeof(Elf64_Phdr), ELF_TRUNCATED,
            "is truncated: it ends inside the program headers; copy or " REBUILD " again");
    return ELF_GOOD;
}

// One segment that occupies memory; `previous_end` is the end of the one before (0 = none).
static enum elf_verdict check_segment(size_t size, const Elf64_Phdr *segment, unsigned index, uint64_t previous_end,
                                      const struct elf_limits *limits, struct elf_problem *problem)
{
    REQUIRE(segment->p_filesz <= segment->p_memsz, ELF_MALFORMED, "has more bytes in the file than in memory in segment %u; " REBUILD, index);
    REQUIRE(segment->p_offset <= size && segment->p_filesz <= size - segment->p_offset, ELF_TRUNCATED,
            "is truncated: it ends inside segment %u; copy or " REBUILD " again", index);
    REQUIRE(segment->p_vaddr >= limits->low && segment->p_vaddr < limits->high && segment->p_memsz <= limits->high - segment->p_vaddr,
            ELF_OUTSIDE,
            "has a segment outside the user addresses 0x%" PRIx64 "..0x%" PRIx64 " (segment %u: 0x%" PRIx64 " bytes at 0x%" PRIx64
            "); link it lower, for example at 0x400000",
            limits->low, limits->high - 1, index, segment->p_memsz, segment->p_vaddr);
    REQUIRE(segment->p_vaddr >= previous_end, ELF_OVERLAP,
            "has segments that overlap or are not in ascending order (segment %u at 0x%" PRIx64 "); " REBUILD, index, segment->p_vaddr);
    return ELF_GOOD;
}

static enum elf_verdict check_segments(const uint8_t *file, size_t size, const Elf64_Ehdr *header, const struct elf_limits *limits,
                                       struct elf_image *image, struct elf_problem *problem)
{
    uint64_t first = 0, previous_end = 0;
    bool has_entry = false;
    for (unsigned i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr segment = program_header(file, header, i);
        REQUIRE(segment.p_type != PT_INTERP, ELF_WRONG_TYPE, "needs a dynamic linker; link it with -static -no-pie");
        REQUIRE(segment.p_type != PT_LOAD || segment.p_memsz > 0 || segment.p_filesz == 0, ELF_MALFORMED,
                "has more bytes in the file than in memory in segment %u; " REBUILD, i);
        if (!occupies_memory(&segment)) {
            continue;
        }
        enum elf_verdict verdict = check_segment(size, &segment, i, previous_end, limits, problem);
        if (verdict != ELF_GOOD) {
            return verdict;
        }
        first = previous_end == 0 ? segment.p_vaddr : first;
        previous_end = segment.p_vaddr + segment.p_memsz;
        has_entry = has_entry || (header->e_entry >= segment.p_vaddr && header->e_entry < previous_end);
    }
    REQUIRE(previous_end > 0, ELF_NO_SEGMENTS, "has no segments to load; " REBUILD);
    REQUIRE(first % ELF_PAGE_BYTES == 0, ELF_UNALIGNED,
            "starts at 0x%" PRIx64 ", which is not page aligned; link its first segment at a multiple of 0x1000", first);
    REQUIRE(has_entry, ELF_ENTRY_OUTSIDE,
            "has its entry point 0x%" PRIx64 " outside its segments; link it with the symbol _start of the runtime", header->e_entry);
    *image = (struct elf_image){.start = first, .end = page_up(previous_end), .entry = header->e_entry};
    return ELF_GOOD;
}

enum elf_verdict elf_image_check(const uint8_t *file, size_t size, const struct elf_limits *limits, struct elf_image *image,
                                 struct elf_problem *problem)
{
    assert(limits->low % ELF_PAGE_BYTES == 0 && limits->high % ELF_PAGE_BYTES == 0 && limits->low < limits->high);
    Elf64_Ehdr header;
    struct elf_image checked;
    enum elf_verdict verdict = check_identity(file, size, &header, problem);
    if (verdict == ELF_GOOD) {
        verdict = check_table(size, &header, problem);
    }
    if (verdict == ELF_GOOD) {
        verdict = check_segments(file, size, &header, limits, &checked, problem);
    }
    if (verdict != ELF_GOOD) {
        return verdict;
    }
    REQUIRE(checked.end - checked.start <= limits->memory, ELF_TOO_BIG,
            "needs %" PRIu64 " KiB of memory but the machine has %" PRIu64 " KiB; give it more with --mem",
            (checked.end - checked.start) / 1024, limits->memory / 1024);
    *image = checked;
    return ELF_GOOD;
}

void elf_image_copy(const uint8_t *file, size_t size, const struct elf_image *image, uint8_t *memory)
{
    Elf64_Ehdr header;
    assert(size >= sizeof(header));
    memcpy(&header, file, sizeof(header));
    for (unsigned i = 0; i < header.e_phnum; i++) {
        Elf64_Phdr segment = program_header(file, &header, i);
        if (occupies_memory(&segment)) {
            assert(segment.p_vaddr >= image->start && segment.p_filesz <= image->end - segment.p_vaddr);
            assert(segment.p_offset <= size && segment.p_filesz <= size - segment.p_offset);
            memcpy(memory + (segment.p_vaddr - image->start), file + segment.p_offset, segment.p_filesz);
        }
    }
}
