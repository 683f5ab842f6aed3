/* SPDX-License-Identifier: BSD-2-Clause */
/* The runtime's snprintf (all that it can print: test_printf.c), memory functions and TLS blocks, in an ordinary program whose C library serves as the oracle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LAB4_LIBC /* <lab4/printf.h> leaves the names of <stdio.h> alone */
#include <lab4/printf.h>

/* The runtime's own names, beside those of the C library. */
#define printf lab4_printf
#define vprintf lab4_vprintf
#define snprintf lab4_snprintf
#define vsnprintf lab4_vsnprintf
#include "runtime/format.c"
#include "runtime/printf.c"
#undef printf
#undef vprintf
#undef snprintf
#undef vsnprintf
#define memcpy lab4_memcpy
#define memmove lab4_memmove
#define memset lab4_memset
#define memcmp lab4_memcmp
#define strlen lab4_strlen
#define strcmp lab4_strcmp
#undef LAB4_STRING_H
#include "runtime/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strcmp
#include "runtime/tls.c"

#define TEST(name) static void name(void **state __attribute__((unused)))

TEST(vsnprintf_cuts_and_terminates_but_tells_the_full_length)
{
    char text[4] = "xxx";
    assert_int_equal(lab4_snprintf(text, sizeof(text), "%s", "0123456789"), 10);
    assert_string_equal(text, "012");
    assert_int_equal(lab4_snprintf(NULL, 0, "%d", 12345), 5);
}

TEST(memmove_survives_overlap_in_both_directions)
{
    char text[] = "0123456789";
    lab4_memmove(text + 2, text, 5);
    assert_string_equal(text, "0101234789");
    lab4_memmove(text, text + 2, 5);
    assert_string_equal(text, "0123434789");
}

TEST(comparisons_are_of_unsigned_characters)
{
    assert_true(lab4_memcmp("\x80", "\x01", 1) > 0);
    assert_true(lab4_strcmp("\x80", "\x01") > 0);
    assert_true(lab4_strcmp("a", "ab") < 0);
    assert_int_equal(lab4_strcmp("ab", "ab"), 0);
    assert_int_equal(lab4_strlen("abc"), 3);
}

static __thread int initialised = 42;
static __thread int zeroed;
static __thread char aligned[4] __attribute__((aligned(256))) = "abc";

/* A thread-local variable in another thread's block. */
#define IN_BLOCK(thread_pointer, variable) \
    ((__typeof__(&(variable)))((thread_pointer) + ((seL4_Word)&(variable) - (seL4_Word)__builtin_thread_pointer())))

TEST(a_tls_block_holds_the_initial_values_and_the_ipc_buffer_wherever_it_begins)
{
    static char memory[8192];
    seL4_IPCBuffer *const buffer = (seL4_IPCBuffer *)0x123400;
    initialised = 1; /* not copied from the running thread */
    for (seL4_Word start = 0; start < 300; start += 33) {
        char *const block = memory + 64 + start;
        memset(memory, 0x55, sizeof(memory));
        const seL4_Word pointer = lab4_tls_init(block, buffer);
        assert_int_equal(*(seL4_Word *)pointer, pointer);
        assert_int_equal(*IN_BLOCK(pointer, initialised), 42);
        assert_int_equal(*IN_BLOCK(pointer, zeroed), 0);
        assert_string_equal(*IN_BLOCK(pointer, aligned), "abc");
        assert_int_equal((seL4_Word)IN_BLOCK(pointer, aligned) % 256, 0);
        assert_ptr_equal(*IN_BLOCK(pointer, __sel4_ipc_buffer), buffer);
        assert_int_equal(block[-1], 0x55);
        assert_int_equal(block[lab4_tls_size()], 0x55);
        assert_true((seL4_Word)block <= (seL4_Word)IN_BLOCK(pointer, aligned));
        assert_true(pointer + LAB4_TLS_HEAD_BYTES <= (seL4_Word)block + lab4_tls_size());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vsnprintf_cuts_and_terminates_but_tells_the_full_length),
        cmocka_unit_test(memmove_survives_overlap_in_both_directions),
        cmocka_unit_test(comparisons_are_of_unsigned_characters),
        cmocka_unit_test(a_tls_block_holds_the_initial_values_and_the_ipc_buffer_wherever_it_begins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
