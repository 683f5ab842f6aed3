/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formatted output; see format.h. A conversion is parsed into a struct spec, its argument is taken,
 * and its text is laid out in a field: blanks, prefix (sign or 0x), zeros, digits, blanks.
 *
 * Floating-point conversions print as they are written, but consume their argument, so that those
 * behind them are right. va_arg cannot do that here, because this file is compiled for general
 * registers only: see skip_floating.
 */
#include "format.h"

#include <stddef.h>
#include <stdint.h>

/* INT_MAX: a compiler that knows no C library has no <limits.h>. */
static const size_t LARGEST = __INT_MAX__;

enum { FLOATING_REGISTERS = 8 }; /* that carry arguments, in the ABIs of both machines */

struct arguments {
    va_list list;
    unsigned floating; /* floating-point arguments consumed that a register carries */
};

/* Where characters go, and how many have gone. */
struct sink {
    format_put_fn *put;
    void *to;
    size_t count;
};

enum length { LENGTH_INT, LENGTH_CHAR, LENGTH_SHORT, LENGTH_LONG, LENGTH_LONG_DOUBLE };

/* One conversion specification. */
struct spec {
    int left, plus, space, alternate, zero; /* flags - + space # 0 */
    size_t width;
    int has_precision;
    size_t precision;
    enum length length; /* long, long long, intmax_t, size_t and ptrdiff_t are all of 64 bits */
};

_Static_assert(sizeof(long) == sizeof(long long) && sizeof(long) == sizeof(intmax_t) &&
                   sizeof(long) == sizeof(size_t) && sizeof(long) == sizeof(ptrdiff_t),
               "enum length has one long");

/* A number or text on its way into its field. */
struct field {
    char prefix[2];
    size_t prefix_length;
    size_t zeros; /* before the text */
    const char *text;
    size_t length;
};

static void put(struct sink *sink, char c)
{
    sink->put(sink->to, c);
    sink->count++;
}

static void put_repeated(struct sink *sink, char c, size_t count)
{
    for (; count > 0; count--) {
        put(sink, c);
    }
}

static void put_text(struct sink *sink, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        put(sink, text[i]);
    }
}

/* Blanks that fill a field whose content has so many characters. */
static size_t padding(const struct spec *spec, size_t length)
{
    return spec->width > length ? spec->width - length : 0;
}

static void put_field(struct sink *sink, const struct spec *spec, const struct field *field)
{
    const size_t blanks = padding(spec, field->prefix_length + field->zeros + field->length);
    put_repeated(sink, ' ', spec->left ? 0 : blanks);
    put_text(sink, field->prefix, field->prefix_length);
    put_repeated(sink, '0', field->zeros);
    put_text(sink, field->text, field->length);
    put_repeated(sink, ' ', spec->left ? blanks : 0);
}

/* ------------------------------------------------------------------------------------- parsing */

/* A run of digits; what is too large for an int counts as INT_MAX. */
static size_t parse_number(const char **format)
{
    size_t value = 0;
    for (; **format >= '0' && **format <= '9'; (*format)++) {
        value = value * 10 + (size_t)(**format - '0');
        value = value > LARGEST ? LARGEST : value;
    }
    return value;
}

static int parse_flag(struct spec *spec, char c)
{
    switch (c) {
    case '-':
        spec->left = 1;
        return 1;
    case '+':
        spec->plus = 1;
        return 1;
    case ' ':
        spec->space = 1;
        return 1;
    case '#':
        spec->alternate = 1;
        return 1;
    case '0':
        spec->zero = 1;
        return 1;
    default:
        return 0;
    }
}

static void parse_width(struct spec *spec, const char **format, struct arguments *arguments)
{
    if (**format != '*') {
        spec->width = parse_number(format);
        return;
    }
    (*format)++;
    const int width = va_arg(arguments->list, int);
    spec->left |= width < 0;
    spec->width = width < 0 ? (size_t) - (long)width : (size_t)width;
}

static void parse_precision(struct spec *spec, const char **format, struct arguments *arguments)
{
    if (**format != '.') {
        return;
    }
    (*format)++;
    spec->has_precision = 1;
    if (**format != '*') {
        spec->precision = parse_number(format);
        return;
    }
    (*format)++;
    const int precision = va_arg(arguments->list, int);
    spec->has_precision = precision >= 0; /* a negative one counts as none */
    spec->precision = precision >= 0 ? (size_t)precision : 0;
}

/* One of hh h l ll j z t L, or nothing. */
static enum length parse_length(const char **format)
{
    const char c = **format;
    switch (c) {
    case 'h':
    case 'l': {
        const int doubled = (*format)[1] == c;
        *format += doubled ? 2 : 1;
        return c == 'l' ? LENGTH_LONG : doubled ? LENGTH_CHAR : LENGTH_SHORT;
    }
    case 'j':
    case 'z':
    case 't':
        (*format)++;
        return LENGTH_LONG;
    case 'L':
        (*format)++;
        return LENGTH_LONG_DOUBLE;
    default:
        return LENGTH_INT;
    }
}

/* Everything between the % and the conversion letter. */
static struct spec parse_spec(const char **format, struct arguments *arguments)
{
    struct spec spec = {0};
    while (parse_flag(&spec, **format)) {
        (*format)++;
    }
    parse_width(&spec, format, arguments);
    parse_precision(&spec, format, arguments);
    spec.length = parse_length(format);
    return spec;
}

/* ------------------------------------------------------------------------------------- numbers */

static unsigned long take_unsigned(const struct spec *spec, struct arguments *arguments)
{
    switch (spec->length) {
    case LENGTH_CHAR:
        return (unsigned char)va_arg(arguments->list, unsigned);
    case LENGTH_SHORT:
        return (unsigned short)va_arg(arguments->list, unsigned);
    case LENGTH_INT:
        return va_arg(arguments->list, unsigned);
    default:
        return va_arg(arguments->list, unsigned long);
    }
}

static long take_signed(const struct spec *spec, struct arguments *arguments)
{
    switch (spec->length) {
    case LENGTH_CHAR:
        return (signed char)va_arg(arguments->list, int);
    case LENGTH_SHORT:
        return (short)va_arg(arguments->list, int);
    case LENGTH_INT:
        return va_arg(arguments->list, int);
    default:
        return va_arg(arguments->list, long);
    }
}

/* Writes the digits so that they end before `end`; none for 0. The result is where they start. */
static char *write_digits(char *end, unsigned long value, unsigned base, char ten)
{
    for (; value != 0; value /= base) {
        const unsigned digit = (unsigned)(value % base);
        *--end = (char)(digit < 10 ? '0' + digit : (unsigned)ten + digit - 10);
    }
    return end;
}

/* Leading zeros, as precision and the flag 0 ask for. */
static size_t leading_zeros(const struct spec *spec, const struct field *field)
{
    const size_t least = spec->has_precision ? spec->precision : 1;
    if (spec->zero && !spec->left && !spec->has_precision) {
        const size_t digits = field->length > least ? field->length : least;
        return digits - field->length + padding(spec, field->prefix_length + digits);
    }
    return least > field->length ? least - field->length : 0;
}

/* `ten` is the digit of value ten: 'a' or 'A'. The prefix of the field is set. */
static void put_number(struct sink *sink, const struct spec *spec, struct field *field,
                       unsigned long value, unsigned base, char ten)
{
    char digits[3 * sizeof(value)]; /* octal takes the most */
    field->text = write_digits(digits + sizeof(digits), value, base, ten);
    field->length = (size_t)(digits + sizeof(digits) - field->text);
    field->zeros = leading_zeros(spec, field);
    if (base == 8 && spec->alternate && field->zeros == 0) {
        field->zeros = 1; /* C11 7.21.6.1: increases the precision, so that the first digit is 0 */
    }
    put_field(sink, spec, field);
}

static void put_signed(struct sink *sink, const struct spec *spec, long value)
{
    const char sign = value < 0 ? '-' : spec->plus ? '+' : spec->space ? ' ' : '\0';
    struct field field = {.prefix = {sign}, .prefix_length = sign != '\0'};
    const unsigned long magnitude = value < 0 ? -(unsigned long)value : (unsigned long)value;
    put_number(sink, spec, &field, magnitude, 10, 'a');
}

/* `letter` is x or X. */
static void put_hexadecimal(struct sink *sink, const struct spec *spec, unsigned long value,
                            char letter)
{
    struct field field = {.prefix = {'0', letter}};
    field.prefix_length = spec->alternate && value != 0 ? 2 : 0;
    put_number(sink, spec, &field, value, 16, (char)(letter - 'x' + 'a'));
}

static void put_unsigned(struct sink *sink, const struct spec *spec, unsigned long value,
                         unsigned base)
{
    struct field field = {0};
    put_number(sink, spec, &field, value, base, 'a');
}

/* Like %#lx, but with 0x for a null pointer, too. */
static void put_pointer(struct sink *sink, const struct spec *spec, const void *pointer)
{
    struct field field = {.prefix = {'0', 'x'}, .prefix_length = 2};
    put_number(sink, spec, &field, (unsigned long)pointer, 16, 'a');
}

/* ---------------------------------------------------------------------------------------- text */

static void put_string(struct sink *sink, const struct spec *spec, const char *string)
{
    struct field field = {.text = string != NULL ? string : "(null)"};
    const size_t most = spec->has_precision ? spec->precision : (size_t)-1;
    while (field.length < most && field.text[field.length] != '\0') {
        field.length++;
    }
    put_field(sink, spec, &field);
}

static void put_character(struct sink *sink, const struct spec *spec, char c)
{
    const struct field field = {.text = &c, .length = 1};
    put_field(sink, spec, &field);
}

/* The UTF-8 form of a character, '?' for what has none. The result is its length, 1 to 4. */
static size_t encode_utf8(char *to, unsigned long c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
        to[0] = '?';
        return 1;
    }
    const size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, c >>= 6) {
        to[i] = (char)(0x80 | (c & 0x3f));
    }
    to[0] = (char)((0xf00ul >> length) | c);
    return length;
}

/* In bytes, of the characters that the precision leaves whole. */
static size_t wide_length(const struct spec *spec, const wchar_t *string)
{
    size_t bytes = 0;
    for (char unit[4]; *string != L'\0'; string++) {
        const size_t more = encode_utf8(unit, (unsigned long)*string);
        if (spec->has_precision && bytes + more > spec->precision) {
            break;
        }
        bytes += more;
    }
    return bytes;
}

static void put_wide_string(struct sink *sink, const struct spec *spec, const wchar_t *string)
{
    if (string == NULL) {
        put_string(sink, spec, NULL);
        return;
    }
    const size_t bytes = wide_length(spec, string);
    put_repeated(sink, ' ', spec->left ? 0 : padding(spec, bytes));
    for (size_t done = 0; done < bytes;) {
        char unit[4];
        const size_t length = encode_utf8(unit, (unsigned long)*string++);
        put_text(sink, unit, length);
        done += length;
    }
    put_repeated(sink, ' ', spec->left ? padding(spec, bytes) : 0);
}

static void put_wide_character(struct sink *sink, const struct spec *spec, unsigned long c)
{
    char unit[4];
    const struct field field = {.text = unit, .length = encode_utf8(unit, c)};
    put_field(sink, spec, &field);
}

/* ---------------------------------------------------------------------------- other arguments */

static void store_count(const struct spec *spec, struct arguments *arguments, size_t count)
{
    void *to = va_arg(arguments->list, void *);
    switch (spec->length) {
    case LENGTH_CHAR:
        *(signed char *)to = (signed char)count;
        break;
    case LENGTH_SHORT:
        *(short *)to = (short)count;
        break;
    case LENGTH_INT:
        *(int *)to = (int)count;
        break;
    default:
        *(long *)to = (long)count;
        break;
    }
}

/* Where a va_list keeps the address of the next argument on the stack: psABI x86-64 §3.5.7,
   AAPCS64 appendix B. */
#if defined(__x86_64__)
enum { STACK_MEMBER = 8, LONG_DOUBLE_HAS_REGISTER = 0 };
#elif defined(__aarch64__)
enum { STACK_MEMBER = 0, LONG_DOUBLE_HAS_REGISTER = 1 };
#else
#error "how this machine passes floating-point arguments is not known here"
#endif

/*
 * Consumes a floating-point argument. The first eight are in registers of their own, so that the
 * other arguments do not notice them; those that follow are on the stack, among the others.
 */
static void skip_floating(struct arguments *arguments, int is_long_double)
{
    if ((!is_long_double || LONG_DOUBLE_HAS_REGISTER) && arguments->floating < FLOATING_REGISTERS) {
        arguments->floating++;
        return;
    }
    uintptr_t *next = (void *)((char *)&arguments->list + STACK_MEMBER);
    *next = is_long_double ? ((*next + 15) & ~(uintptr_t)15) + 16 : *next + 8;
}

/* -------------------------------------------------------------------------------- conversions */

/* Conversions of text and pointers; false if it is none of them. */
static int convert_text(struct sink *sink, const struct spec *spec, char conversion,
                        struct arguments *arguments)
{
    const int wide = spec->length == LENGTH_LONG;
    switch (conversion) {
    case 's':
        if (wide) {
            put_wide_string(sink, spec, va_arg(arguments->list, const wchar_t *));
        } else {
            put_string(sink, spec, va_arg(arguments->list, const char *));
        }
        return 1;
    case 'c':
        if (wide) {
            put_wide_character(sink, spec, va_arg(arguments->list, unsigned)); /* wint_t */
        } else {
            put_character(sink, spec, (char)va_arg(arguments->list, int));
        }
        return 1;
    case 'p':
        put_pointer(sink, spec, va_arg(arguments->list, void *));
        return 1;
    default:
        return 0;
    }
}

/* Prints what one argument asks for; false if there is no such conversion. */
static int convert(struct sink *sink, const struct spec *spec, char conversion,
                   struct arguments *arguments)
{
    switch (conversion) {
    case 'd':
    case 'i':
        put_signed(sink, spec, take_signed(spec, arguments));
        return 1;
    case 'u':
        put_unsigned(sink, spec, take_unsigned(spec, arguments), 10);
        return 1;
    case 'o':
        put_unsigned(sink, spec, take_unsigned(spec, arguments), 8);
        return 1;
    case 'x':
    case 'X':
        put_hexadecimal(sink, spec, take_unsigned(spec, arguments), conversion);
        return 1;
    case 'n':
        store_count(spec, arguments, sink->count);
        return 1;
    case '%':
        put(sink, '%');
        return 1;
    default:
        return convert_text(sink, spec, conversion, arguments);
    }
}

/* Consumes the argument of a conversion that is not printed; of an unknown letter, a word. */
static void skip_argument(const struct spec *spec, char conversion, struct arguments *arguments)
{
    switch (conversion) {
    case 'a':
    case 'e':
    case 'f':
    case 'g':
    case 'A':
    case 'E':
    case 'F':
    case 'G':
        skip_floating(arguments, spec->length == LENGTH_LONG_DOUBLE);
        break;
    default:
        (void)va_arg(arguments->list, long);
        break;
    }
}

/* From behind a % to behind its conversion letter. */
static const char *put_conversion(struct sink *sink, const char *format,
                                  struct arguments *arguments)
{
    const char *start = format;
    const struct spec spec = parse_spec(&format, arguments);
    if (*format == '\0' || !convert(sink, &spec, *format, arguments)) {
        if (*format != '\0') {
            skip_argument(&spec, *format++, arguments);
        }
        put(sink, '%');
        put_text(sink, start, (size_t)(format - start));
        return format;
    }
    return format + 1;
}

int format_to(format_put_fn *put_fn, void *to, const char *format, va_list arguments)
{
    struct sink sink = {.put = put_fn, .to = to};
    struct arguments rest = {.floating = 0};
    va_copy(rest.list, arguments);
    while (*format != '\0') {
        const char c = *format++;
        if (c == '%') {
            format = put_conversion(&sink, format, &rest);
        } else {
            put(&sink, c);
        }
    }
    va_end(rest.list);
    return sink.count > LARGEST ? -1 : (int)sink.count;
}
