/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What C++ code expects of its surroundings. Constructors of static objects run before main (start.c); their destructors never run,
 * because a root task ends with its machine.
 *
 * A class with a virtual destructor refers to operator delete although nobody deletes anything: in C++11 to the form without a
 * size, later to the one with it, for classes of large alignment to those with an alignment. All are here, weak: a program that
 * has memory to give back brings its own.
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

/* The forms of operator delete, by the names that the Itanium C++ ABI (5.1.3) gives them. */
#define OPERATORS_DELETE(X) \
    X(_ZdlPv, (void *object)) \
    X(_ZdlPvm, (void *object, unsigned long size)) \
    X(_ZdlPvSt11align_val_t, (void *object, unsigned long alignment)) \
    X(_ZdlPvmSt11align_val_t, (void *object, unsigned long size, unsigned long alignment)) \
    X(_ZdaPv, (void *object)) \
    X(_ZdaPvm, (void *object, unsigned long size)) \
    X(_ZdaPvSt11align_val_t, (void *object, unsigned long alignment)) \
    X(_ZdaPvmSt11align_val_t, (void *object, unsigned long size, unsigned long alignment))

static _Noreturn void refuse_delete(void)
{
    printf("operator delete was called, but this program has none: define operator new and operator delete\n");
    lab4_exit(LAB4_EXIT_ASSERTION);
}

#pragma GCC diagnostic ignored "-Wunused-parameter"
#define DEFINE(name, parameters) \
    void name parameters; \
    __attribute__((__weak__)) void name parameters \
    { \
        refuse_delete(); \
    }
OPERATORS_DELETE(DEFINE)
