/* SPDX-License-Identifier: BSD-2-Clause */
/* Several threads in the library at once: each has its own errno, and they wait for each other's
   turn. */
#include <errno.h>
#include <lab4/libc.h>
#include <lab4/runtime.h>
#include <sel4/sel4.h>
#include <string.h>

#include "check.h"
#include "lib/pool.h"
#include "lib/threads.h"
#include "libc/libc.h"

enum { WORKERS = 4, ROUNDS = 300, ROOT_PRIORITY = 100 };

static seL4_CPtr done; /* notification: a worker has finished */
static volatile int finished;

static struct worker {
    struct thread thread;
    int number;
    int mistakes;
} workers[WORKERS];

/* Fills blocks of its own, and looks whether they stay so. */
static void work(void *argument)
{
    struct worker *self = argument;
    char *blocks[8] = {NULL};
    errno = self->number;
    for (int i = 0; i < ROUNDS; i++) {
        char **block = &blocks[i % 8];
        self->mistakes += *block != NULL && (*block)[0] != 'a' + self->number;
        *block = realloc(*block, 1 + (size_t)(i * 37 % 3000));
        snprintf(*block, 2, "%c", 'a' + self->number);
    }
    self->mistakes += errno != self->number;
    for (int i = 0; i < 8; i++) {
        free(blocks[i]);
    }
    __atomic_fetch_add(&finished, 1, __ATOMIC_SEQ_CST);
    seL4_Signal(done);
}

static void start(struct worker *worker, int number, seL4_Word priority, void (*function)(void *))
{
    worker->number = number;
    thread_create(&worker->thread,
                  &(struct thread_options){
                      .name = "worker", .priority = priority, .budget = 1000, .period = 1000});
    thread_start(&worker->thread, function, worker);
}

static void check_workers(void)
{
    int mistakes = 0;
    for (int i = 0; i < WORKERS; i++) {
        start(&workers[i], i + 1, ROOT_PRIORITY, work);
    }
    while (finished < WORKERS) {
        seL4_Wait(done, NULL);
    }
    for (int i = 0; i < WORKERS; i++) {
        mistakes += workers[i].mistakes;
    }
    CHECK("four threads share the heap", mistakes == 0);
}

static volatile int stage;

/* Runs at once, as its priority is higher, and finds the lock taken. */
static void come_late(void *argument)
{
    struct worker *self = argument;
    seL4_SetMR(0, 1234);
    stage = 1;
    free(malloc(10));
    self->mistakes = seL4_GetMR(0) != 1234;
    stage = 2;
}

static void check_lock(void)
{
    static struct worker late;
    lab4_libc_enter();
    lab4_libc_enter(); /* its holder may take it again */
    start(&late, 0, ROOT_PRIORITY + 1, come_late);
    CHECK("a thread that comes too late waits", stage == 1);
    lab4_libc_leave();
    CHECK("until the holder has left as often as it entered", stage == 1);
    lab4_libc_leave();
    CHECK("and goes on then", stage == 2);
    CHECK("its message registers are as they were", late.mistakes == 0);
}

void check_threads(void)
{
    pool_init(lab4_bootinfo());
    must(seL4_TCB_SetPriority(seL4_CapInitThreadTCB, seL4_CapInitThreadTCB, ROOT_PRIORITY),
         "seL4_TCB_SetPriority");
    done = pool_object(seL4_NotificationObject, 0);
    check_lock();
    check_workers();
}
