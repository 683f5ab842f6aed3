/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See <lab4/elf.h>. Offsets are those of the ELF-64 object file format. Every number of the file is
 * an allegation: it is compared before it is added to anything. The order of the checks is that of
 * docs/ELF.md.
 *
 * Bounds are those of the boot protocol (memory §7.2, §7.3): every program header that takes memory
 * counts, whether it is loaded or not, since another loader of that protocol would count it.
 */
#include <lab4/elf.h>

enum { FILE_HEADER_BYTES = 64, PROGRAM_HEADER_BYTES = 56 };
enum { CLASS_64 = 2, LITTLE_ENDIAN_DATA = 1, TYPE_EXECUTABLE = 2 };
enum { SEGMENT_LOAD = 1, SEGMENT_INTERPRETER = 3, SEGMENT_GNU_STACK = 0x6474e551 };

/* One line for each check; a refusal returns at once, with these fields of the problem. */
#define REQUIRE(condition, ...)                                \
    do {                                                       \
        if (!(condition)) {                                    \
            *problem = (struct lab4_elf_problem){__VA_ARGS__}; \
            return problem->verdict;                           \
        }                                                      \
    } while (0)

static lab4_elf_word read_bytes(const unsigned char *at, unsigned count)
{
    lab4_elf_word value = 0;
    for (unsigned i = 0; i < count; i++) {
        value |= (lab4_elf_word)at[i] << 8 * i;
    }
    return value;
}

struct lab4_elf_segment lab4_elf_header(const struct lab4_elf *elf, lab4_elf_word i)
{
    const unsigned char *header = elf->file + elf->headers + i * PROGRAM_HEADER_BYTES;
    const lab4_elf_word bytes_size = read_bytes(header + 32, 8);
    return (struct lab4_elf_segment){
        .type = read_bytes(header, 4),
        .flags = read_bytes(header + 4, 4),
        .offset = bytes_size == 0 ? 0 : read_bytes(header + 8, 8),
        .address = read_bytes(header + 16, 8),
        .physical = read_bytes(header + 24, 8),
        .bytes_size = bytes_size,
        .size = read_bytes(header + 40, 8),
    };
}

int lab4_elf_is_loaded(const struct lab4_elf_segment *segment)
{
    return segment->type == SEGMENT_LOAD && segment->size > 0;
}

static enum lab4_elf_verdict check_identity(const unsigned char *file, lab4_elf_word size,
                                            const struct lab4_elf_rules *rules,
                                            struct lab4_elf_problem *problem)
{
    REQUIRE(size >= 4 && file[0] == 0x7f && file[1] == 'E' && file[2] == 'L' && file[3] == 'F',
            .verdict = LAB4_ELF_NOT_ELF, .value = size);
    REQUIRE(size >= FILE_HEADER_BYTES, .verdict = LAB4_ELF_TRUNCATED_HEADER);
    REQUIRE(file[4] == CLASS_64, .verdict = LAB4_ELF_WRONG_CLASS);
    REQUIRE(file[5] == LITTLE_ENDIAN_DATA, .verdict = LAB4_ELF_WRONG_BYTE_ORDER);
    const lab4_elf_word type = read_bytes(file + 16, 2), machine = read_bytes(file + 18, 2);
    REQUIRE(machine == rules->machine, .verdict = LAB4_ELF_WRONG_MACHINE, .value = machine);
    REQUIRE(type == TYPE_EXECUTABLE, .verdict = LAB4_ELF_WRONG_TYPE, .value = type);
    return LAB4_ELF_GOOD;
}

static enum lab4_elf_verdict check_table(struct lab4_elf *elf, struct lab4_elf_problem *problem)
{
    const lab4_elf_word header_size = read_bytes(elf->file + 54, 2);
    REQUIRE(elf->header_count > 0, .verdict = LAB4_ELF_NO_SEGMENTS);
    REQUIRE(elf->header_count <= LAB4_ELF_MAX_HEADERS, .verdict = LAB4_ELF_TOO_MANY_HEADERS,
            .value = elf->header_count);
    REQUIRE(header_size == PROGRAM_HEADER_BYTES, .verdict = LAB4_ELF_HEADER_SIZE,
            .value = header_size);
    REQUIRE(elf->headers <= elf->size &&
                elf->header_count * PROGRAM_HEADER_BYTES <= elf->size - elf->headers,
            .verdict = LAB4_ELF_TRUNCATED_HEADERS);
    return LAB4_ELF_GOOD;
}

/* What header `i` says for itself. */
static enum lab4_elf_verdict check_header(const struct lab4_elf *elf, lab4_elf_word i,
                                          const struct lab4_elf_rules *rules,
                                          struct lab4_elf_problem *problem)
{
    const struct lab4_elf_segment segment = lab4_elf_header(elf, i);
    REQUIRE(segment.type != SEGMENT_INTERPRETER, .verdict = LAB4_ELF_DYNAMIC, .header = i);
    REQUIRE(segment.type != SEGMENT_GNU_STACK || segment.size == 0,
            .verdict = LAB4_ELF_STACK_HAS_MEMORY, .header = i, .value = segment.size);
    if (segment.type == SEGMENT_LOAD) {
        REQUIRE(segment.bytes_size <= segment.size, .verdict = LAB4_ELF_FILE_EXCEEDS_MEMORY,
                .header = i);
        REQUIRE(segment.offset <= elf->size && segment.bytes_size <= elf->size - segment.offset,
                .verdict = LAB4_ELF_TRUNCATED_SEGMENT, .header = i);
    }
    REQUIRE(segment.size == 0 || (segment.address >= rules->low && segment.address < rules->high &&
                                  segment.size <= rules->high - segment.address),
            .verdict = LAB4_ELF_OUTSIDE, .header = i, .address = segment.address,
            .size = segment.size);
    return LAB4_ELF_GOOD;
}

/* Is some byte in two loaded segments? PT_TLS and its like describe what lies in another one. */
static enum lab4_elf_verdict check_overlap(const struct lab4_elf *elf, lab4_elf_word i,
                                           struct lab4_elf_problem *problem)
{
    const struct lab4_elf_segment segment = lab4_elf_header(elf, i);
    for (lab4_elf_word j = 0; lab4_elf_is_loaded(&segment) && j < i; j++) {
        const struct lab4_elf_segment other = lab4_elf_header(elf, j);
        REQUIRE(!lab4_elf_is_loaded(&other) || segment.address >= other.address + other.size ||
                    other.address >= segment.address + segment.size,
                .verdict = LAB4_ELF_OVERLAP, .header = i, .other = j, .address = segment.address,
                .size = segment.size);
    }
    return LAB4_ELF_GOOD;
}

/* Returns the number of headers that are loaded; sets the bounds. */
static lab4_elf_word find_bounds(struct lab4_elf *elf)
{
    lab4_elf_word count = 0;
    elf->start = ~(lab4_elf_word)0;
    elf->end = 0;
    for (lab4_elf_word i = 0; i < elf->header_count; i++) {
        const struct lab4_elf_segment segment = lab4_elf_header(elf, i);
        if (segment.size > 0) {
            elf->start = segment.address < elf->start ? segment.address : elf->start;
            elf->end = segment.address + segment.size > elf->end ? segment.address + segment.size
                                                                 : elf->end;
        }
        count += lab4_elf_is_loaded(&segment) ? 1 : 0;
    }
    return count;
}

static int is_executable_at(const struct lab4_elf *elf, lab4_elf_word address)
{
    for (lab4_elf_word i = 0; i < elf->header_count; i++) {
        const struct lab4_elf_segment segment = lab4_elf_header(elf, i);
        if (lab4_elf_is_loaded(&segment) && (segment.flags & LAB4_ELF_EXECUTE) &&
            address >= segment.address && address - segment.address < segment.size) {
            return 1;
        }
    }
    return 0;
}

static lab4_elf_word round_up(lab4_elf_word bytes)
{
    return (bytes + LAB4_ELF_PAGE_BYTES - 1) & ~(lab4_elf_word)(LAB4_ELF_PAGE_BYTES - 1);
}

/* Segments do not overlap and lie within [low, high), so sums of their sizes do not wrap. */
static lab4_elf_word memory_needed(const struct lab4_elf *elf, const struct lab4_elf_rules *rules)
{
    if (!rules->is_sparse) {
        return round_up(elf->end - elf->start);
    }
    lab4_elf_word bytes = 0;
    for (lab4_elf_word i = 0; i < elf->header_count; i++) {
        const struct lab4_elf_segment segment = lab4_elf_header(elf, i);
        bytes += lab4_elf_is_loaded(&segment) ? segment.size : 0;
    }
    return bytes;
}

static enum lab4_elf_verdict check_whole(struct lab4_elf *elf, const struct lab4_elf_rules *rules,
                                         struct lab4_elf_problem *problem)
{
    REQUIRE(find_bounds(elf) > 0, .verdict = LAB4_ELF_NO_SEGMENTS);
    REQUIRE(elf->start % LAB4_ELF_PAGE_BYTES == 0, .verdict = LAB4_ELF_UNALIGNED,
            .address = elf->start);
    REQUIRE(is_executable_at(elf, elf->entry), .verdict = LAB4_ELF_ENTRY_OUTSIDE,
            .value = elf->entry);
    const lab4_elf_word bytes = memory_needed(elf, rules);
    REQUIRE(bytes <= rules->memory, .verdict = LAB4_ELF_TOO_BIG, .value = bytes);
    return LAB4_ELF_GOOD;
}

enum lab4_elf_verdict lab4_elf_check(struct lab4_elf *elf, const void *file, lab4_elf_word size,
                                     const struct lab4_elf_rules *rules,
                                     struct lab4_elf_problem *problem)
{
    const unsigned char *bytes = (const unsigned char *)file;
    *problem = (struct lab4_elf_problem){.verdict = LAB4_ELF_GOOD};
    enum lab4_elf_verdict verdict = check_identity(bytes, size, rules, problem);
    if (verdict != LAB4_ELF_GOOD) {
        return verdict;
    }
    *elf = (struct lab4_elf){
        .file = bytes,
        .size = size,
        .headers = read_bytes(bytes + 32, 8),
        .header_count = read_bytes(bytes + 56, 2),
        .entry = read_bytes(bytes + 24, 8),
    };
    verdict = check_table(elf, problem);
    for (lab4_elf_word i = 0; verdict == LAB4_ELF_GOOD && i < elf->header_count; i++) {
        verdict = check_header(elf, i, rules, problem);
    }
    for (lab4_elf_word i = 0; verdict == LAB4_ELF_GOOD && i < elf->header_count; i++) {
        verdict = check_overlap(elf, i, problem);
    }
    return verdict != LAB4_ELF_GOOD ? verdict : check_whole(elf, rules, problem);
}

/* An array of texts, not of pointers: the loader runs where nobody relocates it. */
static const char reasons[LAB4_ELF_VERDICTS][64] = {
    [LAB4_ELF_GOOD] = "is good",
    [LAB4_ELF_NOT_ELF] = "is not an ELF file",
    [LAB4_ELF_TRUNCATED_HEADER] = "is truncated: it ends inside the ELF header",
    [LAB4_ELF_TRUNCATED_HEADERS] = "is truncated: it ends inside the program headers",
    [LAB4_ELF_TRUNCATED_SEGMENT] = "is truncated: it ends inside a segment",
    [LAB4_ELF_WRONG_CLASS] = "is not a 64-bit program",
    [LAB4_ELF_WRONG_BYTE_ORDER] = "is a big-endian program",
    [LAB4_ELF_WRONG_MACHINE] = "is built for another processor",
    [LAB4_ELF_WRONG_TYPE] = "is not a program linked at a fixed address",
    [LAB4_ELF_DYNAMIC] = "needs a dynamic linker",
    [LAB4_ELF_HEADER_SIZE] = "has program headers of a size that is not that of ELF-64",
    [LAB4_ELF_TOO_MANY_HEADERS] = "has more than 64 program headers",
    [LAB4_ELF_NO_SEGMENTS] = "has no segments to load",
    [LAB4_ELF_FILE_EXCEEDS_MEMORY] = "has a segment with more bytes in the file than in memory",
    [LAB4_ELF_STACK_HAS_MEMORY] = "asks for a stack of a certain size (PT_GNU_STACK)",
    [LAB4_ELF_OUTSIDE] = "has a segment outside the addresses it may have",
    [LAB4_ELF_OVERLAP] = "has segments that overlap",
    [LAB4_ELF_UNALIGNED] = "does not start at a multiple of 4096 bytes",
    [LAB4_ELF_ENTRY_OUTSIDE] = "has its entry point outside its executable segments",
    [LAB4_ELF_TOO_BIG] = "needs too much memory",
};

const char *lab4_elf_reason(enum lab4_elf_verdict verdict)
{
    return reasons[verdict];
}
