/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The formatter behind every printf-like function that needs no C library: those of <lab4/printf.h>
 * and the hosted machine's. The conversions are listed in <lab4/printf.h>. It owns no state, needs
 * no other function, and uses general registers only.
 */
#ifndef RUNTIME_FORMAT_H
#define RUNTIME_FORMAT_H

#include <stdarg.h>

/* Takes one character of the text; `to` is what the caller of format_to passed. */
typedef void format_put_fn(void *to, char c);

/*
 * Makes the text, and gives it character by character to `put`, without a terminator. The result
 * is the number of characters, or -1 if that is more than INT_MAX.
 */
int format_to(format_put_fn *put, void *to, const char *format, va_list arguments)
    __attribute__((__format__(__printf__, 3, 0)));

#endif
