/* SPDX-License-Identifier: BSD-2-Clause */
/* Assertions for user programs (spec abi §12.10). */
#ifndef SEL4_ASSERT_H
#define SEL4_ASSERT_H

#ifdef __cplusplus
extern "C" {
#endif

/* Reports a failed assertion and ends the program. Supplied by the C library, or by libsel4runtime. */
void __assert_fail(const char *expression, const char *file, int line, const char *function);

#ifdef __cplusplus
}
#endif

#define seL4_Fail(message) __assert_fail(message, __FILE__, __LINE__, __func__)
#define seL4_Assert(expr) ((expr) ? (void)0 : __assert_fail(#expr, __FILE__, __LINE__, __func__))
#define seL4_CompileTimeAssert(expr) extern char LAB4_ASSERT_NAME(__COUNTER__)[(expr) ? 1 : -1]

#define LAB4_ASSERT_NAME_(n) lab4_compile_time_assertion_##n
#define LAB4_ASSERT_NAME(n) LAB4_ASSERT_NAME_(n)

#endif
