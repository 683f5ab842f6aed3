/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a thread's variables are, relative to its thread pointer: what the linker assumed when it
 * wrote their offsets into the code ("ELF Handling for Thread-Local Storage", section 3). Arithmetic only,
 * for both variants on every machine, so that a test of the build machine can try them all.
 */
#ifndef LAB4_RUNTIME_TLS_LAYOUT_H
#define LAB4_RUNTIME_TLS_LAYOUT_H

/* The segment PT_TLS: address, size in memory and alignment (0 and 1: none; else a power of two). */
struct tls_segment {
    unsigned long address, size, alignment;
};

/*
 * The thread pointer is a multiple of `alignment`; the first variable is at thread pointer +
 * `variables`; a block that holds everything begins `before` bytes below it, a multiple of
 * `alignment`, and ends `after` bytes above it.
 */
struct tls_layout {
    unsigned long alignment, before, after;
    long variables;
};

enum { TLS_LEAST_ALIGNMENT = 16 }; /* of the head, and of what a program may keep in it */

static inline unsigned long tls_round_up(unsigned long value, unsigned long alignment)
{
    return (value + alignment - 1) & ~(alignment - 1);
}

static inline unsigned long tls_alignment(unsigned long alignment)
{
    return alignment > TLS_LEAST_ALIGNMENT ? alignment : TLS_LEAST_ALIGNMENT;
}

/*
 * Variant II (x86-64): the variables end where the thread pointer is, but for what the alignment of
 * the segment demands, and of nothing else: rounding their size to the alignment of the *head* would
 * move them. The head of `head` bytes is above.
 */
static inline struct tls_layout tls_layout_below(struct tls_segment segment, unsigned long head)
{
    const unsigned long mask = segment.alignment > 1 ? segment.alignment - 1 : 0;
    const unsigned long size = segment.size + ((0 - segment.size - segment.address) & mask);
    const unsigned long alignment = tls_alignment(segment.alignment);
    return (struct tls_layout) {
        .alignment = alignment,
        .before = tls_round_up(size, alignment),
        .after = head,
        .variables = -(long)size,
    };
}

/* Variant I (AArch64): the variables follow the head, as close as their alignment lets them. */
static inline struct tls_layout tls_layout_above(struct tls_segment segment, unsigned long head)
{
    const unsigned long mask = segment.alignment > 1 ? segment.alignment - 1 : 0;
    const unsigned long start = head + ((segment.address - head) & mask);
    return (struct tls_layout) {
        .alignment = tls_alignment(segment.alignment),
        .after = start + segment.size,
        .variables = (long)start,
    };
}

#endif
