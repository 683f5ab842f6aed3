// SPDX-License-Identifier: BSD-2-Clause
//
// The small value types and the three kinds of check that all of core/ uses.
//
//   KASSERT(x)   proved: cannot be false whatever user level does (docs/INVARIANTS.md)
//   NEVER(x)     believed false; the code that follows is the safe way out
//   REQUIRE(...) in core/base/refusal.h: a user's mistake, answered with an error
//
// User mistakes are never asserted.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lab4/options.h>

typedef uint64_t word_t;  // a machine word: register, message word, badge
typedef int64_t sword_t;  // the same bits as a signed number
typedef uint64_t paddr_t; // a physical address
typedef uint64_t vaddr_t; // a user virtual address, not necessarily mapped or even mappable
typedef uint64_t cptr_t;  // an address in a CSpace: untrusted until resolved
typedef uint64_t ticks_t; // time in ticks of the 62.5 MHz timer clock
typedef uint64_t asid_t;  // address-space identifier, 0 = none

enum {
    WORD_BITS = 64,
    KERNEL_DEBUG = !LAB4_OPT_RELEASE, // debug system calls, diagnostics and asserts are compiled in
    KERNEL_PRINTING = LAB4_OPT_PRINTING,
    ROOT_CNODE_RADIX = LAB4_OPT_ROOT_CNODE_SIZE_BITS,
    NUM_DOMAINS = LAB4_OPT_NUM_DOMAINS,
    NUM_DOMAIN_SCHEDULES = LAB4_OPT_NUM_DOMAIN_SCHEDULES,
    NUM_PRIORITIES = 256,
    NUM_IRQS = 160,   // lines 0..159 (abi §1.1)
    TIMER_IRQ = 27,   // generic virtual timer, PPI 11 (memory §5.3)
    WORK_UNITS = 100, // units of work between two looks for a reason to stop (objects §5.5)
};

_Static_assert(ROOT_CNODE_RADIX >= 7 && ROOT_CNODE_RADIX <= 27, "root CNode radix out of range");
_Static_assert(NUM_DOMAINS >= 1 && NUM_DOMAINS <= 256, "domain count out of range");

// How far an operation came: to its end, to a preemption point, or not beyond decoding.
enum progress { DONE, PREEMPTED, REFUSED };

#define BIT(n) ((word_t)1 << (n))
#define LOW_BITS(n) ((n) >= 64 ? ~(word_t)0 : BIT(n) - 1)
#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static inline word_t align_down(word_t value, word_t bits)
{
    return value & ~LOW_BITS(bits);
}

static inline word_t align_up(word_t value, word_t bits)
{
    return (value + LOW_BITS(bits)) & ~LOW_BITS(bits);
}

static inline bool is_aligned(word_t value, word_t bits)
{
    return (value & LOW_BITS(bits)) == 0;
}

static inline word_t min_word(word_t a, word_t b)
{
    return a < b ? a : b;
}

// Position of the highest set bit; `value` must not be 0.
static inline word_t log2_floor(word_t value)
{
    return (word_t)(63 - __builtin_clzll(value));
}

// Ends the machine with a report: the kernel itself is wrong. Provided by the platform.
_Noreturn void plat_panic(const char *what, const char *file, int line);

// What is mostly so, and what rarely: the compiler keeps the rare out of the common path.
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define COLD __attribute__((noinline, cold))

// On the way of every system call or switch: in line also where the optimiser would rather not, or,
// with link-time optimisation, from another file.
#define HOT inline __attribute__((always_inline))

// True while the invariant checker is to be trusted more than speed.
#define KASSERT(x) \
    do { \
        if (KERNEL_DEBUG && __builtin_expect(!(x), 0)) { \
            plat_panic(#x, __FILE__, __LINE__); \
        } \
    } while (0)

// Believed impossible. In a debug kernel a hit is a panic (the belief was wrong and must be
// mended); in a release kernel the caller takes its safe way out.
#define NEVER(x) \
    (__builtin_expect(!!(x), 0) && \
     (KERNEL_DEBUG ? (plat_panic("NEVER: " #x, __FILE__, __LINE__), true) : true))
