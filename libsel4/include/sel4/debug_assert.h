/* SPDX-License-Identifier: BSD-2-Clause */
/* Assertions of libsel4's own headers: checked in user builds without NDEBUG, never in the kernel (LAB4_KERNEL). */
#ifndef SEL4_DEBUG_ASSERT_H
#define SEL4_DEBUG_ASSERT_H

#include <sel4/assert.h>

#if defined(NDEBUG) || defined(LAB4_KERNEL)
#define seL4_DebugAssert(expr) ((void)sizeof(expr))
#else
#define seL4_DebugAssert(expr) seL4_Assert(expr)
#endif

#endif
