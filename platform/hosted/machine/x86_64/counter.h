// SPDX-License-Identifier: BSD-2-Clause
//
// The processor's time-stamp counter, and the arithmetic of its rate.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { RATE_BITS = 32 }; // behind the point of a ratio

static inline uint64_t counter_read(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

// a * 2^RATE_BITS / b; the result must fit.
static inline uint64_t counter_ratio(uint64_t a, uint64_t b)
{
    uint64_t quotient, rest;
    __asm__("divq %4" : "=a"(quotient), "=d"(rest) : "0"(a << RATE_BITS), "1"(a >> (64 - RATE_BITS)), "r"(b));
    return quotient;
}

static inline bool counter_is_constant(void)
{
    const uint32_t leaf = 0x80000007, invariant = 1u << 8;
    uint32_t a = leaf, b, c = 0, d;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    return d & invariant;
}
