/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formatted output. Conversions: %s %c %d %i %u %x %X %p %%, lengths l, ll and z, the flags 0 and -, a width (number or *), and
 * a precision for %s. Anything else is printed as it stands. No floating point, no buffering, no allocation.
 */
#ifndef LAB4_PRINTF_H
#define LAB4_PRINTF_H

#include <stdarg.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* To the kernel's console; nothing happens if the kernel is built without printing. The result is the number of characters. */
int printf(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));
int vprintf(const char *format, va_list arguments) __attribute__((__format__(__printf__, 1, 0)));

/* To a buffer of `size` bytes, always terminated if size > 0. The result is the length that the whole text has. */
int snprintf(char *buffer, size_t size, const char *format, ...) __attribute__((__format__(__printf__, 3, 4)));
int vsnprintf(char *buffer, size_t size, const char *format, va_list arguments) __attribute__((__format__(__printf__, 3, 0)));

#ifdef __cplusplus
}
#endif

#endif
