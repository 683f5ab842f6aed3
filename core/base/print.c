// SPDX-License-Identifier: BSD-2-Clause
//
// A printf of three conversions; see print.h.

#include <stdarg.h>

#include "core/base/print.h"

#include "platform/platform.h"

enum { NUMBER_BYTES = 24 };

struct field {
    bool is_left;
    word_t width;
};

static void put_string(const char *text, struct field field)
{
    word_t length = 0;
    while (text[length]) {
        length++;
    }
    word_t padding = field.width > length ? field.width - length : 0;
    for (word_t i = 0; !field.is_left && i < padding; i++) {
        plat_putchar(' ');
    }
    for (word_t i = 0; i < length; i++) {
        plat_putchar(text[i]);
    }
    for (word_t i = 0; field.is_left && i < padding; i++) {
        plat_putchar(' ');
    }
}

static void put_number(word_t value, word_t base, struct field field)
{
    char digits[NUMBER_BYTES];
    char *start = digits + sizeof digits - 1;
    *start = '\0';
    do {
        *--start = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    put_string(start, field);
}

static const char *parse_field(const char *format, struct field *field)
{
    *field = (struct field){0};
    if (*format == '-') {
        field->is_left = true;
        format++;
    }
    while (*format >= '0' && *format <= '9') {
        field->width = field->width * 10 + (word_t)(*format++ - '0');
    }
    return format;
}

void print(const char *format, ...)
{
    if (!KERNEL_PRINTING) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    for (; *format; format++) {
        if (*format != '%') {
            plat_putchar(*format);
            continue;
        }
        struct field field;
        format = parse_field(format + 1, &field);
        switch (*format) {
        case 's':
            put_string(va_arg(arguments, const char *), field);
            break;
        case 'd':
            put_number(va_arg(arguments, word_t), 10, field);
            break;
        case 'x':
            put_number(va_arg(arguments, word_t), 16, field);
            break;
        default:
            plat_putchar(*format);
            break;
        }
    }
    va_end(arguments);
}
