/* SPDX-License-Identifier: BSD-2-Clause */
/* Formatted output: one formatter, two places for the characters to go. */
#include <lab4/printf.h>
#include <lab4/string.h>
#include <sel4/syscalls.h>

/* Where characters go: to a buffer, or to the console if there is none. */
struct sink {
    char *buffer;
    size_t size;
    size_t count; /* characters so far, whether they fitted or not */
};

/* One conversion specification. */
struct spec {
    int left;  /* flag - */
    int zero;  /* flag 0 */
    int longs; /* number of l; z counts as one */
    size_t width;
    size_t precision; /* (size_t)-1 if none */
};

static void put(struct sink *sink, char c)
{
    if (sink->buffer != NULL) {
        if (sink->count + 1 < sink->size) {
            sink->buffer[sink->count] = c;
        }
    } else {
#ifdef CONFIG_PRINTING
        seL4_DebugPutChar(c);
#endif
    }
    sink->count++;
}

static void fill(struct sink *sink, char c, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put(sink, c);
    }
}

/* Text in its field; the first `prefix` characters (a sign or 0x) go before zeros that fill the field. */
static void put_field(struct sink *sink, const struct spec *spec, const char *text, size_t length, size_t prefix)
{
    const size_t padding = spec->width > length ? spec->width - length : 0;
    const int zeros = spec->zero && !spec->left;
    if (!spec->left && !zeros) {
        fill(sink, ' ', padding);
    }
    for (size_t i = 0; i < length; i++) {
        if (i == prefix && zeros) {
            fill(sink, '0', padding);
        }
        put(sink, text[i]);
    }
    if (spec->left) {
        fill(sink, ' ', padding);
    }
}

static void put_number(struct sink *sink, const struct spec *spec, unsigned long value, unsigned base, const char *digits,
                       const char *prefix)
{
    char text[2 + 3 * sizeof(value)];
    size_t start = sizeof(text);
    const size_t prefix_length = strlen(prefix);
    do {
        text[--start] = digits[value % base];
        value /= base;
    } while (value != 0);
    start -= prefix_length;
    memcpy(&text[start], prefix, prefix_length);
    put_field(sink, spec, &text[start], sizeof(text) - start, prefix_length);
}

static void put_string(struct sink *sink, const struct spec *spec, const char *string)
{
    struct spec text = *spec;
    size_t length = 0;
    if (string == NULL) {
        string = "(null)";
    }
    while (length < spec->precision && string[length] != '\0') {
        length++;
    }
    text.zero = 0;
    put_field(sink, &text, string, length, 0);
}

/* A run of digits. */
static size_t parse_number(const char **format)
{
    size_t value = 0;
    while (**format >= '0' && **format <= '9') {
        value = value * 10 + (size_t)(**format - '0');
        (*format)++;
    }
    return value;
}

/* A width or precision: digits, or * for an argument. A negative argument counts as none. */
static size_t parse_size(const char **format, va_list *arguments, size_t none)
{
    if (**format != '*') {
        return parse_number(format);
    }
    (*format)++;
    const int value = va_arg(*arguments, int);
    return value < 0 ? none : (size_t)value;
}

/* Everything between the % and the conversion letter. */
static struct spec parse_spec(const char **format, va_list *arguments)
{
    struct spec spec = {.precision = (size_t)-1};
    for (;; (*format)++) {
        if (**format == '-') {
            spec.left = 1;
        } else if (**format == '0') {
            spec.zero = 1;
        } else {
            break;
        }
    }
    spec.width = parse_size(format, arguments, 0);
    if (**format == '.') {
        (*format)++;
        spec.precision = parse_size(format, arguments, (size_t)-1);
    }
    while (**format == 'l' || **format == 'z') {
        spec.longs++;
        (*format)++;
    }
    return spec;
}

static unsigned long take_unsigned(const struct spec *spec, va_list *arguments)
{
    return spec->longs ? va_arg(*arguments, unsigned long) : va_arg(*arguments, unsigned);
}

static void put_signed(struct sink *sink, const struct spec *spec, va_list *arguments)
{
    const long value = spec->longs ? va_arg(*arguments, long) : va_arg(*arguments, int);
    if (value < 0) {
        put_number(sink, spec, -(unsigned long)value, 10, "0123456789", "-");
    } else {
        put_number(sink, spec, (unsigned long)value, 10, "0123456789", "");
    }
}

/* Prints one argument; false if there is no such conversion. */
static int convert(struct sink *sink, const struct spec *spec, char conversion, va_list *arguments)
{
    static const char lower[] = "0123456789abcdef";
    char character;
    switch (conversion) {
    case 'd':
    case 'i':
        put_signed(sink, spec, arguments);
        return 1;
    case 'u':
        put_number(sink, spec, take_unsigned(spec, arguments), 10, lower, "");
        return 1;
    case 'x':
        put_number(sink, spec, take_unsigned(spec, arguments), 16, lower, "");
        return 1;
    case 'X':
        put_number(sink, spec, take_unsigned(spec, arguments), 16, "0123456789ABCDEF", "");
        return 1;
    case 'p':
        put_number(sink, spec, (unsigned long)va_arg(*arguments, void *), 16, lower, "0x");
        return 1;
    case 's':
        put_string(sink, spec, va_arg(*arguments, const char *));
        return 1;
    case 'c':
        character = (char)va_arg(*arguments, int);
        put_field(sink, spec, &character, 1, 0);
        return 1;
    case '%':
        put(sink, '%');
        return 1;
    default:
        return 0;
    }
}

static int format_to(struct sink *sink, const char *format, va_list arguments)
{
    va_list rest;
    va_copy(rest, arguments);
    while (*format != '\0') {
        const char *start = format;
        if (*format++ != '%') {
            put(sink, *start);
            continue;
        }
        const struct spec spec = parse_spec(&format, &rest);
        if (*format != '\0' && convert(sink, &spec, *format, &rest)) {
            format++;
        } else {
            for (; start < format; start++) {
                put(sink, *start);
            }
        }
    }
    va_end(rest);
    return (int)sink->count;
}

int vsnprintf(char *buffer, size_t size, const char *format, va_list arguments)
{
    char nowhere;
    struct sink sink = {.buffer = size > 0 ? buffer : &nowhere, .size = size};
    const int length = format_to(&sink, format, arguments);
    if (size > 0) {
        buffer[sink.count < size ? sink.count : size - 1] = '\0';
    }
    return length;
}

int vprintf(const char *format, va_list arguments)
{
    struct sink sink = {0};
    return format_to(&sink, format, arguments);
}

int snprintf(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}

int printf(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int length = vprintf(format, arguments);
    va_end(arguments);
    return length;
}
