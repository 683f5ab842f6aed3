/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading programs in ELF files that may come from anybody. This is the one acceptor of lab4: the
 * hosted front end, the packer of boot images, the loader on QEMU and the component loader of the
 * examples link the same file (runtime/elf.c), so that a program that one of them takes is taken
 * by all; docs/ELF.md is the table of rules. Freestanding, no state, no allocation; a file is read
 * byte by byte, so it may lie at any address, and the loader may run without an MMU.
 *
 * What lab4_elf_check accepts can be loaded without further questions.
 */
#ifndef LAB4_ELF_H
#define LAB4_ELF_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * 64 bits on every machine of lab4. Not seL4's type: programs of the build machine use this header
 * without a configuration.
 */
typedef unsigned long lab4_elf_word;

enum {
    LAB4_ELF_MACHINE_X86_64 = 62,
    LAB4_ELF_MACHINE_AARCH64 = 183,
    LAB4_ELF_MAX_HEADERS = 64, /* program headers */
    LAB4_ELF_PAGE_BYTES = 4096,
    LAB4_ELF_READ = 4, LAB4_ELF_WRITE = 2, LAB4_ELF_EXECUTE = 1 /* lab4_elf_segment.flags */
};

/* What the acceptor can use; all addresses and sizes in bytes. */
struct lab4_elf_rules {
    lab4_elf_word machine;   /* LAB4_ELF_MACHINE_… */
    lab4_elf_word low, high; /* addresses that a program may have, [low, high), page aligned */
    lab4_elf_word memory;    /* how much a program may take */
    int is_sparse;       /* 0: what lies between segments takes memory, too; 1: it does not */
};

/* A checked file. It is pointed to, not copied: it must stay, and stay the same. */
struct lab4_elf {
    const unsigned char *file;
    lab4_elf_word size;
    lab4_elf_word headers;      /* offset of the program headers in the file */
    lab4_elf_word header_count; /* 1 to LAB4_ELF_MAX_HEADERS */
    lab4_elf_word entry;        /* in an executable segment */
    lab4_elf_word start, end;   /* of all that takes memory: [start, end); start is page aligned */
};

/* One program header. */
struct lab4_elf_segment {
    lab4_elf_word type, flags;
    lab4_elf_word address, physical; /* virtual and physical address */
    lab4_elf_word size;              /* in memory: `bytes_size` bytes of the file, then zeros */
    lab4_elf_word offset, bytes_size; /* in the file; no bytes: offset 0 */
};

enum lab4_elf_verdict {
    LAB4_ELF_GOOD,
    LAB4_ELF_NOT_ELF,
    LAB4_ELF_TRUNCATED_HEADER,    /* the file ends within its ELF header, */
    LAB4_ELF_TRUNCATED_HEADERS,   /* within its program headers, */
    LAB4_ELF_TRUNCATED_SEGMENT,   /* or within a segment */
    LAB4_ELF_WRONG_CLASS,         /* not 64 bits */
    LAB4_ELF_WRONG_BYTE_ORDER,    /* big-endian */
    LAB4_ELF_WRONG_MACHINE,
    LAB4_ELF_WRONG_TYPE,          /* not linked, or position independent */
    LAB4_ELF_DYNAMIC,             /* needs a dynamic linker */
    LAB4_ELF_HEADER_SIZE,         /* program headers of another size than that of ELF-64 */
    LAB4_ELF_TOO_MANY_HEADERS,
    LAB4_ELF_NO_SEGMENTS,         /* nothing to load */
    LAB4_ELF_FILE_EXCEEDS_MEMORY, /* a segment with more bytes in the file than in memory */
    LAB4_ELF_STACK_HAS_MEMORY,    /* PT_GNU_STACK with a size, which counts as memory at 0 */
    LAB4_ELF_OUTSIDE,             /* not within [low, high), or wraps around */
    LAB4_ELF_OVERLAP,
    LAB4_ELF_UNALIGNED,           /* the lowest address is not page aligned */
    LAB4_ELF_ENTRY_OUTSIDE,       /* the entry is not in an executable segment */
    LAB4_ELF_TOO_BIG,
    LAB4_ELF_VERDICTS
};

/* Which number of the file is to blame; 0 where the verdict says it all. */
struct lab4_elf_problem {
    enum lab4_elf_verdict verdict;
    lab4_elf_word header;        /* number of the program header */
    lab4_elf_word other;         /* OVERLAP: that of the other one */
    lab4_elf_word value;         /* the machine, type, count or entry; TOO_BIG: bytes needed */
    lab4_elf_word address, size; /* OUTSIDE, OVERLAP, UNALIGNED */
};

/*
 * Checks a file of `size` bytes (`file` may be null if that is 0) and describes it in *elf. Where
 * it is refused, the result and problem->verdict say why, and *elf means nothing. Takes time
 * proportional to the square of the program headers, which are at most LAB4_ELF_MAX_HEADERS; reads
 * nothing outside the file, whatever it says.
 */
enum lab4_elf_verdict lab4_elf_check(struct lab4_elf *elf, const void *file, lab4_elf_word size,
                                     const struct lab4_elf_rules *rules,
                                     struct lab4_elf_problem *problem);

/* Program header `i`, below elf->header_count. */
struct lab4_elf_segment lab4_elf_header(const struct lab4_elf *elf, lab4_elf_word i);

/* Is it to be loaded (PT_LOAD), and not empty? All others are notes about the file. */
int lab4_elf_is_loaded(const struct lab4_elf_segment *segment);

/* The end of a sentence that begins with the file's name, without numbers: "is not an ELF file". */
const char *lab4_elf_reason(enum lab4_elf_verdict verdict);

#ifdef __cplusplus
}
#endif

#endif
