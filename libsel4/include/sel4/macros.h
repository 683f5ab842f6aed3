/* SPDX-License-Identifier: BSD-2-Clause */
/* Compiler attributes and compile-time checks (spec abi §12.1). */
#ifndef SEL4_MACROS_H
#define SEL4_MACROS_H

#include <sel4/config.h>

/* Result depends on the arguments alone / on arguments and memory; no side effect. */
#ifndef CONST
#define CONST __attribute__((__const__))
#endif
#ifndef PURE
#define PURE __attribute__((__pure__))
#endif

#define SEL4_PACKED __attribute__((packed))
#define SEL4_DEPRECATED(message) __attribute__((deprecated(message)))
#define SEL4_DEPRECATE_MACRO(x) _Pragma("GCC warning \"deprecated macro\"") x

#define LIBSEL4_UNUSED __attribute__((unused))
#define LIBSEL4_WEAK __attribute__((weak))
#define LIBSEL4_NOINLINE __attribute__((noinline))
#define LIBSEL4_INLINE static inline
#define LIBSEL4_INLINE_FUNC static inline
#define LIBSEL4_THREAD_LOCAL __thread

#define LIBSEL4_BIT(n) (1ul << (n))

/* Compile-time assertion that may stand anywhere a declaration may, without a semicolon. */
#define SEL4_COMPILE_ASSERT(name, expr) typedef int __assert_failed_##name[(expr) ? 1 : -1] LIBSEL4_UNUSED;

/* The size of an object type is entry-size and index bits together. */
#define SEL4_SIZE_SANITY(index, entry, size) SEL4_COMPILE_ASSERT(index##entry##size, (index) + (entry) == (size))

/* Last enumerator of an enum that must be a 64-bit type. The enum needs __extension__ in pedantic ISO C. */
#define SEL4_FORCE_LONG_ENUM(type) _enum_pad_##type = 0x7fffffffffffffffL

#endif
