/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formatted output as in C11 (7.21.6.1), without floating point, buffering and allocation:
 *
 *   conversions  %d %i %o %u %x %X %c %s %p %n %%   (%lc and %ls as UTF-8; %p as 0x…)
 *   lengths      hh h l ll j z t
 *   flags        - + space # 0
 *   width and precision, as numbers or *
 *
 * What there is not, does not compile: an argument of floating type in a call of printf, snprintf
 * or lab4_print is an error in C and C++ (printf_check.h), compilers compare formats and arguments
 * (the flags of lab4_add_root_task make a mismatch an error). A floating-point conversion that gets
 * past them, in a format that is not a literal or through a va_list, is printed as it is written,
 * and its argument is consumed.
 *
 * A program with the C library (lab4_add_root_task(… LIBC)) has the printf of that, %f included;
 * then this header is <stdio.h> and lab4_print.
 */
#ifndef LAB4_PRINTF_H
#define LAB4_PRINTF_H

#include <stdarg.h>
#include <stddef.h>
#ifdef LAB4_LIBC
#include <stdio.h>
#else
#include <lab4/printf_check.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

#ifndef LAB4_LIBC
/* To the kernel's console; nothing happens if the kernel is built without printing. The result is
   the number of characters. */
int printf(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));
int vprintf(const char *format, va_list arguments) __attribute__((__format__(__printf__, 1, 0)));

/* To a buffer of `size` bytes, always terminated if size > 0. The result is the length that the
   whole text has. */
int snprintf(char *buffer, size_t size, const char *format, ...)
    __attribute__((__format__(__printf__, 3, 4)));
int vsnprintf(char *buffer, size_t size, const char *format, va_list arguments)
    __attribute__((__format__(__printf__, 3, 0)));
#endif

/* To wherever `put` takes it, character by character; `put` gets `to` with each. The result is
   their number. */
typedef void lab4_put_fn(void *to, char c);
int lab4_print(lab4_put_fn *put, void *to, const char *format, ...)
    __attribute__((__format__(__printf__, 3, 4)));
int lab4_vprint(lab4_put_fn *put, void *to, const char *format, va_list arguments)
    __attribute__((__format__(__printf__, 3, 0)));

#ifdef __cplusplus
}
#endif

#ifndef LAB4_LIBC
#define printf(...) printf(LAB4_PRINTF_CHECKED(__VA_ARGS__))
#define snprintf(...) snprintf(LAB4_PRINTF_CHECKED(__VA_ARGS__))
#endif
#define lab4_print(...) lab4_print(LAB4_PRINTF_CHECKED(__VA_ARGS__))

#endif
