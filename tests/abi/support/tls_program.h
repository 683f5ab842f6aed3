/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Thread-local variables read what they were initialised with. The whole of
 * tls_8.c, tls_16.c and tls_64.c, which define ALIGNMENT and COUNT (words), as a program has one
 * segment for them; libsel4/tests/tls_layout_test.py tries all sizes and alignments. The root thread's variables come first, then a thread's.
 */
#include "lib/threads.h"
#include "support/check.h"

static __thread _Alignas(ALIGNMENT) long initialised[COUNT] = {5, [COUNT - 1] = 6};
static __thread long zero[COUNT];

static volatile int is_done;

static void check_variables(void *argument)
{
    (void)argument;
    check_true("the first initialised variable", initialised[0] == (COUNT == 1 ? 6 : 5));
    check("the last", (seL4_Word)initialised[COUNT - 1], 6);
    check_true("zeros", zero[0] == 0 && zero[COUNT - 1] == 0);
    check("the alignment", (seL4_Word)initialised % ALIGNMENT, 0);
    is_done = 1;
}

int main(void)
{
    check_begin();
    check_variables(0);
    initialised[0] = zero[0] = 7;
    is_done = 0;
    struct thread thread;
    thread_create(&thread, &(struct thread_options) {
        .name = "another", .priority = 255, .budget = 10000, .period = 10000});
    thread_start(&thread, check_variables, 0);
    while (!is_done) {
        seL4_Yield();
    }
    check_end();
}
