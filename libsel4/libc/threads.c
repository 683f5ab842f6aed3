/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What newlib asks for so that several threads can use it, and how it begins and ends. Each
 * thread has its own errno, strtok state and so on (struct _reent) in thread-local storage;
 * heap, streams and environment are shared, under one lock. Owns the lock.
 *
 * One lock instead of newlib's nine costs nothing on a machine of one core and needs one
 * notification. It is a counter in user memory and a notification for those who come too late: a
 * thread that adds to a counter above 0 waits; one that leaves a counter above 1 signals, which
 * hands the lock over. There is at most one signal at a time, because only who got it can give
 * the next. No priority is inherited.
 */
#include "libc.h"

#include <lab4/libc.h>
#include <lab4/runtime.h>
#include <reent.h>
#include <sel4/sel4.h>
#include <stdlib.h>
#include <string.h> /* memset, which _REENT_INIT_PTR calls */
#include <sys/lock.h>

static struct {
    seL4_CPtr notification; /* 0: those who come too late yield in a loop */
    unsigned long count;    /* threads that hold it or wait for it */
    const void *holder;     /* its thread-local storage */
    unsigned long depth;    /* how often it has taken it */
} lock;

static __thread struct _reent state;
static __thread struct _reent *current; /* NULL: not yet initialised */

struct _reent *__getreent(void)
{
    if (current == NULL) {
        _REENT_INIT_PTR(&state);
        current = &state;
    }
    return current;
}

/* ------------------------------------------------------------------------------------ the lock */

static void wait_for_turn(void)
{
    if (lock.notification == 0) {
        unsigned long none = 0;
        while (!__atomic_compare_exchange_n(&lock.count, &none, 1, 0, __ATOMIC_ACQUIRE,
                                            __ATOMIC_RELAXED)) {
            seL4_Yield();
            none = 0;
        }
    } else if (__atomic_fetch_add(&lock.count, 1, __ATOMIC_ACQUIRE) > 0) {
        /* The form that leaves the message registers in the IPC buffer alone: the caller may be
           between filling them and sending. */
        seL4_WaitWithMRs(lock.notification, NULL, NULL, NULL, NULL, NULL);
    }
}

void lab4_libc_enter(void)
{
    const void *self = &state;
    if (__atomic_load_n(&lock.holder, __ATOMIC_RELAXED) != self) {
        wait_for_turn();
        __atomic_store_n(&lock.holder, self, __ATOMIC_RELAXED);
    }
    lock.depth++;
}

void lab4_libc_leave(void)
{
    if (--lock.depth > 0) {
        return;
    }
    __atomic_store_n(&lock.holder, NULL, __ATOMIC_RELAXED);
    if (__atomic_fetch_sub(&lock.count, 1, __ATOMIC_RELEASE) > 1 && lock.notification != 0) {
        seL4_Signal(lock.notification);
    }
}

void lab4_libc_lock(seL4_CPtr notification)
{
    lock.notification = notification;
}

/* newlib's locks are all this one. */
struct __lock {
    char none;
};
struct __lock __lock___arc4random_mutex, __lock___at_quick_exit_mutex,
    __lock___atexit_recursive_mutex, __lock___dd_hash_mutex, __lock___env_recursive_mutex,
    __lock___malloc_recursive_mutex, __lock___sfp_recursive_mutex, __lock___sinit_recursive_mutex,
    __lock___tz_mutex;

void __retarget_lock_init(_LOCK_T *which)
{
    *which = &__lock___sfp_recursive_mutex;
}

void __retarget_lock_init_recursive(_LOCK_T *which)
{
    *which = &__lock___sfp_recursive_mutex;
}

void __retarget_lock_close(_LOCK_T which)
{
    (void)which;
}

void __retarget_lock_close_recursive(_LOCK_T which)
{
    (void)which;
}

void __retarget_lock_acquire(_LOCK_T which)
{
    (void)which;
    lab4_libc_enter();
}

void __retarget_lock_acquire_recursive(_LOCK_T which)
{
    (void)which;
    lab4_libc_enter();
}

void __retarget_lock_release(_LOCK_T which)
{
    (void)which;
    lab4_libc_leave();
}

void __retarget_lock_release_recursive(_LOCK_T which)
{
    (void)which;
    lab4_libc_leave();
}

/* ------------------------------------------------------------------------------ begin and end */

void __sinit(struct _reent *reent); /* newlib's: makes the three streams */

/* First of the constructors. The root thread uses newlib's global state, which exit cleans up. */
__attribute__((constructor(101))) static void begin(void)
{
    current = _GLOBAL_REENT;
    lab4_libc_take_pool(lab4_bootinfo());
    __sinit(current);
}

void lab4_libc_exit(int status)
{
    exit(status);
}
