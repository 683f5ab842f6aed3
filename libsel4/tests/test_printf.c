/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The formatter of runtime and hosted machine, compared with the printf of the host's C library:
 * the cross product of flags, widths, precisions, lengths, conversions and values. Where C11 leaves
 * the result undefined (flag 0 with %s, for example) nothing is compared.
 */
#include <limits.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

#include "runtime/format.c"

#define TEST(name) static void name(void **state __attribute__((unused)))
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FOREACH(variable, array)                                                                   \
    for (const __typeof__((array)[0]) *variable = (array); variable < (array) + COUNT(array);      \
         variable++)

#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* formats are made of their parts here */

struct text {
    size_t length;
    char text[256];
};

static void put_in_text(void *to, char c)
{
    struct text *text = to;
    assert_true(text->length + 1 < sizeof(text->text));
    text->text[text->length++] = c;
}

static size_t compared;

/* Formats with both, and compares text and result. */
static void compare(const char *format, ...)
{
    struct text ours = {0};
    char theirs[sizeof(ours.text)];
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    const int our_length = format_to(put_in_text, &ours, format, arguments);
    const int their_length = vsnprintf(theirs, sizeof(theirs), format, again);
    va_end(again);
    va_end(arguments);
    compared++;
    if (our_length != their_length || strcmp(ours.text, theirs) != 0) {
        fail_msg("\"%s\": printed \"%s\", result %d; the C library prints \"%s\", result %d",
                 format, ours.text, our_length, theirs, their_length);
    }
}

/* ------------------------------------------------------------------------------- the table */

static const char *const flag_sets[] = {
    "",    "-",   "+",    " ",    "#",    "0",    "-+",   "- ",    "-#",  "-0",  "+ ",  "+#",
    "+0",  " #",  " 0",   "#0",   "-+ ",  "-+#",  "-+0",  "- #",   "- 0", "-#0", "+ #", "+ 0",
    "+#0", " #0", "-+ #", "-+ 0", "-+#0", "- #0", "+ #0", "-+ #0", "00",  "--",
};

struct size { /* a width or a precision; a `*` takes its argument */
    const char *text;
    int argument;
};
static const struct size widths[] = {{"", 0},  {"1", 0}, {"4", 0}, {"23", 0},
                                     {"*", 0}, {"*", 7}, {"*", -9}};
static const struct size precisions[] = {{"", 0},   {".", 0},   {".0", 0}, {".1", 0},
                                         {".3", 0}, {".25", 0}, {".*", 5}, {".*", -1}};

static const char *const int_lengths[] = {"hh", "h", ""};
static const char *const long_lengths[] = {"l", "ll", "j", "z", "t"};
static const char integers[] = {'d', 'i', 'u', 'o', 'x', 'X'};
static const long values[] = {
    0,      1,     -1,    9,       10,      -128,     127,      255,      256,
    -32768, 65535, 65536, INT_MIN, INT_MAX, UINT_MAX, LONG_MIN, LONG_MAX, 0x123456789abcdef,
};

/* Calls `compare` with the arguments of a width and a precision that are `*`, and with `value`. */
#define COMPARE_SIZED(format, width, precision, value)                                             \
    do {                                                                                           \
        const int stars = ((width)->text[0] == '*') +                                              \
                          2 * ((precision)->text[0] == '.' && (precision)->text[1] == '*');        \
        switch (stars) {                                                                           \
        case 0:                                                                                    \
            compare(format, value);                                                                \
            break;                                                                                 \
        case 1:                                                                                    \
            compare(format, (width)->argument, value);                                             \
            break;                                                                                 \
        case 2:                                                                                    \
            compare(format, (precision)->argument, value);                                         \
            break;                                                                                 \
        default:                                                                                   \
            compare(format, (width)->argument, (precision)->argument, value);                      \
            break;                                                                                 \
        }                                                                                          \
    } while (0)

static void compare_integers(const char *flags, const struct size *width,
                             const struct size *precision)
{
    char format[32];
    FOREACH(conversion, integers)
    {
        FOREACH(length, int_lengths)
        {
            snprintf(format, sizeof(format), "[%%%s%s%s%s%c]", flags, width->text, precision->text,
                     *length, *conversion);
            FOREACH(value, values)
            {
                COMPARE_SIZED(format, width, precision, (int)*value);
            }
        }
        FOREACH(length, long_lengths)
        {
            snprintf(format, sizeof(format), "[%%%s%s%s%s%c]", flags, width->text, precision->text,
                     *length, *conversion);
            FOREACH(value, values)
            {
                COMPARE_SIZED(format, width, precision, *value);
            }
        }
    }
}

/* Texts and pointers know the flag - only. */
static void compare_texts(const char *flags, const struct size *width, const struct size *precision)
{
    static const char *const texts[] = {"", "a", "abcde", "a longer one than the field"};
    static const wchar_t *const wide_texts[] = {L"", L"a", L"äöü", L"\u20ac\u20ac",
                                                L"a\U0001f600b"};
    static const wint_t wide_characters[] = {L'a', L'ä', L'\u20ac', 0x1f600};
    static const struct size none = {"", 0};
    char format[32];
    snprintf(format, sizeof(format), "[%%%s%s%ss]", flags, width->text, precision->text);
    FOREACH(text, texts)
    {
        COMPARE_SIZED(format, width, precision, *text);
    }
    snprintf(format, sizeof(format), "[%%%s%s%sls]", flags, width->text, precision->text);
    FOREACH(text, wide_texts)
    {
        COMPARE_SIZED(format, width, precision, *text);
    }
    snprintf(format, sizeof(format), "[%%%s%sc]", flags, width->text);
    COMPARE_SIZED(format, width, &none, 'x');
    snprintf(format, sizeof(format), "[%%%s%slc]", flags, width->text);
    FOREACH(character, wide_characters)
    {
        COMPARE_SIZED(format, width, &none, *character);
    }
    snprintf(format, sizeof(format), "[%%%s%sp]", flags, width->text);
    COMPARE_SIZED(format, width, &none, (void *)0x1234);
    COMPARE_SIZED(format, width, &none, (void *)UINTPTR_MAX);
}

TEST(every_combination_prints_as_the_c_library_prints_it)
{
    assert_non_null(setlocale(LC_CTYPE, "C.UTF-8"));
    FOREACH(flags, flag_sets)
    {
        FOREACH(width, widths)
        {
            FOREACH(precision, precisions)
            {
                compare_integers(*flags, width, precision);
                if (strspn(*flags, "-") == strlen(*flags)) {
                    compare_texts(*flags, width, precision);
                }
            }
        }
    }
    assert_true(compared > 1000000);
}

/* ---------------------------------------------------------------------------- beyond the table */

/* Formats with ours only. */
static void assert_prints(const char *expected, const char *format, ...)
{
    struct text ours = {0};
    va_list arguments;
    va_start(arguments, format);
    assert_int_equal(format_to(put_in_text, &ours, format, arguments), strlen(expected));
    va_end(arguments);
    assert_string_equal(ours.text, expected);
}

TEST(several_conversions_take_their_arguments_in_order)
{
    compare("%% %d %s %c %#lx %-5hhd|%.3d|%+d", 1, "two", '3', 4ul, 5, 6, 7);
    compare("%d %d %d %d %d %d %d %s %s", 1, 2, 3, 4, 5, 6, 7, "eight", "nine");
}

TEST(a_null_string_and_a_null_pointer_are_named)
{
    assert_prints("[(null)] [(null)] [0x0]", "[%s] [%ls] [%p]", (char *)NULL, (wchar_t *)NULL,
                  NULL);
}

TEST(a_string_without_terminator_is_read_as_far_as_the_precision_says)
{
    const char text[3] = {'a', 'b', 'c'};
    assert_prints("abc ab", "%.3s %.*s", text, 2, text);
}

TEST(the_number_of_characters_so_far_is_stored_in_each_length)
{
    struct {
        signed char c;
        short s;
        int i;
        long l;
    } counts;
    memset(&counts, 0x55, sizeof(counts));
    assert_prints("1234", "1%hhn2%hn3%n4%ln", &counts.c, &counts.s, &counts.i, &counts.l);
    assert_int_equal(counts.c, 1);
    assert_int_equal(counts.s, 2);
    assert_int_equal(counts.i, 3);
    assert_int_equal(counts.l, 4);
}

TEST(a_floating_point_conversion_consumes_its_argument_and_prints_as_it_is_written)
{
    assert_prints("[%5.2f] [text] [7]", "[%5.2f] [%s] [%d]", 1.5, "text", 7);
    assert_prints("[%Lg] [text] [7]", "[%Lg] [%s] [%d]", 1.5l, "text", 7);
    assert_prints("%a%e%f%g%A%E%F%G", "%a%e%f%g%A%E%F%G", 1., 2., 3., 4., 5., 6., 7., 8.);
}

TEST(floating_point_arguments_on_the_stack_are_consumed_too)
{
    /* Eight in registers, then the stack; the words fill theirs first, too. */
    assert_prints("%f%f%f%f%f%f%f%f 1 2 3 4 5 6 %f 7 %f text %Lf 8 %Lf 9",
                  "%f%f%f%f%f%f%f%f %d %d %d %d %d %d %f %d %f %s %Lf %d %Lf %d", 1., 2., 3., 4.,
                  5., 6., 7., 8., 1, 2, 3, 4, 5, 6, 9., 7, 10., "text", 11.l, 8, 12.l, 9);
}

TEST(an_unknown_conversion_consumes_a_word_and_prints_as_it_is_written)
{
    assert_prints("[%#y] [text]", "[%#y] [%s]", 1ul, "text");
    assert_prints("[%-3", "[%-3");
    assert_prints("100%", "100%");
}

TEST(a_width_that_no_int_holds_is_not_followed_into_the_void)
{
    struct arguments none;
    const char *format = "99999999999999999999999d";
    assert_int_equal(parse_spec(&format, &none).width, INT_MAX);
    assert_string_equal(format, "d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_combination_prints_as_the_c_library_prints_it),
        cmocka_unit_test(several_conversions_take_their_arguments_in_order),
        cmocka_unit_test(a_null_string_and_a_null_pointer_are_named),
        cmocka_unit_test(a_string_without_terminator_is_read_as_far_as_the_precision_says),
        cmocka_unit_test(the_number_of_characters_so_far_is_stored_in_each_length),
        cmocka_unit_test(
            a_floating_point_conversion_consumes_its_argument_and_prints_as_it_is_written),
        cmocka_unit_test(floating_point_arguments_on_the_stack_are_consumed_too),
        cmocka_unit_test(an_unknown_conversion_consumes_a_word_and_prints_as_it_is_written),
        cmocka_unit_test(a_width_that_no_int_holds_is_not_followed_into_the_void),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
