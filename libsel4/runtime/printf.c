/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted output to the console, to buffers, and to functions: <lab4/printf.h>. */
#include <lab4/printf.h>
#include <sel4/syscalls.h>

#include "format.h"

/* In a program with the C library that has the functions of these names. */
#pragma weak printf
#pragma weak vprintf
#pragma weak snprintf
#pragma weak vsnprintf

/* A buffer, and how much of it is used. */
struct buffer {
    char *start;
    size_t size;
    size_t count; /* characters so far, whether they fitted or not */
};

static void put_in_buffer(void *to, char c)
{
    struct buffer *buffer = to;
    if (buffer->count + 1 < buffer->size) {
        buffer->start[buffer->count] = c;
    }
    buffer->count++;
}

static void put_on_console(void *to, char c)
{
    (void)to;
#ifdef CONFIG_PRINTING
    seL4_DebugPutChar(c);
#else
    (void)c;
#endif
}

int vsnprintf(char *buffer, size_t size, const char *format, va_list arguments)
{
    struct buffer to = {.start = buffer, .size = size};
    const int length = format_to(put_in_buffer, &to, format, arguments);
    if (size > 0) {
        buffer[to.count < size ? to.count : size - 1] = '\0';
    }
    return length;
}

int vprintf(const char *format, va_list arguments)
{
    return format_to(put_on_console, NULL, format, arguments);
}

int lab4_vprint(lab4_put_fn *put, void *to, const char *format, va_list arguments)
{
    return format_to(put, to, format, arguments);
}

int(snprintf)(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}

int(printf)(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vprintf(format, arguments);
    va_end(arguments);
    return length;
}

int(lab4_print)(lab4_put_fn *put, void *to, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = lab4_vprint(put, to, format, arguments);
    va_end(arguments);
    return length;
}
