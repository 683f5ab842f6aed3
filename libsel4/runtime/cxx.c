/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What C++ code expects of its surroundings. Constructors of static objects run before main (start.c); their destructors never run,
 * because a root task ends with its machine.
 */
#include <lab4/exit.h>
#include <lab4/printf.h>
#include <lab4/runtime.h>

extern void *__dso_handle;
int __cxa_atexit(void (*destructor)(void *), void *object, void *image);
_Noreturn void __cxa_pure_virtual(void);

void *__dso_handle = &__dso_handle;

int __cxa_atexit(void (*destructor)(void *), void *object, void *image)
{
    (void)destructor, (void)object, (void)image;
    return 0;
}

_Noreturn void __cxa_pure_virtual(void)
{
    printf("a pure virtual function was called\n");
    lab4_exit(LAB4_EXIT_ASSERTION);
}
