/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Assertions for user programs (spec abi §12.10). They end in __assert_fail, supplied by the C library or by libsel4runtime.
 * The GNU C library declares that function with an unsigned line number: where its headers can be included too, the public
 * declaration is left to them, and the macros use a name of their own for the same function.
 */
#ifndef SEL4_ASSERT_H
#define SEL4_ASSERT_H

#ifdef __cplusplus
extern "C" {
#endif

/* Reports a failed assertion and ends the program. */
#if !__has_include(<gnu/libc-version.h>)
void __assert_fail(const char *expression, const char *file, int line, const char *function);
#endif
void lab4_assertion_failed(const char *expression, const char *file, int line, const char *function)
    __asm__("__assert_fail");

#ifdef __cplusplus
}
#endif

#define seL4_Fail(message) lab4_assertion_failed(message, __FILE__, __LINE__, __func__)
#define seL4_Assert(expr) ((expr) ? (void)0 : lab4_assertion_failed(#expr, __FILE__, __LINE__, __func__))
#define seL4_CompileTimeAssert(expr) extern char LAB4_ASSERT_NAME(__COUNTER__)[(expr) ? 1 : -1]

#define LAB4_ASSERT_NAME_(n) lab4_compile_time_assertion_##n
#define LAB4_ASSERT_NAME(n) LAB4_ASSERT_NAME_(n)

#endif
