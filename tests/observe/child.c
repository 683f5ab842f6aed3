// SPDX-License-Identifier: BSD-2-Clause
//
// A component that is wrong, in an address space of its own (parent.c): it asks for what it has no capability for, and then reads
// where nothing is. wrong.py looks up the lines by the comments at their ends.
#include <sel4/sel4.h>

enum { EMPTY = 40 };

static volatile seL4_Word nowhere;

static __attribute__((noinline)) seL4_Word look_at(const volatile seL4_Word *word)
{
    return *word + 1; // child
}

int main(void)
{
    seL4_NBSend(EMPTY, seL4_MessageInfo_new(0, 0, 0, 0)); // child: empty
    nowhere = look_at((const volatile seL4_Word *)nowhere); // child: main
    for (;;) {
    }
}
