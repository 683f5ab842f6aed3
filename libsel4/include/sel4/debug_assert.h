/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Assertions of libsel4's own headers: checked in user builds without NDEBUG, never in the kernel (LAB4_KERNEL).
 * The failure function is declared under a name of its own, so that these headers and a C library's <assert.h>, which may
 * declare it with another type for the line, can be included together.
 */
#ifndef SEL4_DEBUG_ASSERT_H
#define SEL4_DEBUG_ASSERT_H

#if defined(NDEBUG) || defined(LAB4_KERNEL)

#define seL4_DebugAssert(expr) ((void)sizeof(expr))

#else

#ifdef __cplusplus
extern "C" {
#endif
void lab4_debug_assert_failed(const char *expression, const char *file, int line, const char *function)
    __asm__("__assert_fail");
#ifdef __cplusplus
}
#endif

#define seL4_DebugAssert(expr) ((expr) ? (void)0 : lab4_debug_assert_failed(#expr, __FILE__, __LINE__, __func__))

#endif

#endif
