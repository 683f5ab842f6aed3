/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chapter 3: a watchdog. A component does jobs, one after the other, with a budget of 10 ms in every 30 ms. Its faults, and the
 * message that the kernel sends when its budget is used up, go to a watchdog above it.
 *
 * A budget that is used up says little about a component: the host may have been busy. So the watchdog counts: when
 * the same job has used up three budgets, the component has failed, just as after a crash. Then it is stopped, gets new registers, a new stack
 * pointer and a fresh budget, and begins again, behind the job that broke it.
 */
#include <lab4/printf.h>
#include <lab4/runtime.h>

#include "chapters.h"
#include "lib/pool.h"
#include "lib/threads.h"

enum { PRIORITY_WATCHDOG = 150, PRIORITY_COMPONENT = 100 };
enum { BUDGET = 10 * MILLISECOND, PERIOD = 30 * MILLISECOND, PATIENCE = 3 };
enum { BADGE_FAULT = 1, BADGE_TIMEOUT = 2 }; /* of the two handlers, at the watchdog's endpoint */
enum { DONE = 1, GIVEN_UP = 2 };             /* signals to the root task */

enum job { JOB_SUM, JOB_LOOP, JOB_STRAY_POINTER, JOB_RECURSION, JOB_PRODUCT, JOBS };
static const char *const job_names[JOBS] = {"add up 1 to 100", "loop for ever", "write through a stray pointer", "recurse for ever",
                                            "multiply 1 to 10"};

static struct {
    seL4_CPtr faults, reply;
    seL4_CPtr go;                  /* root task to component: there is a job */
    seL4_CPtr ended;               /* to the root task: DONE or GIVEN_UP */
    seL4_CPtr done, given_up;      /* capabilities that signal these */
    struct thread component, watchdog;
    volatile enum job job;
    volatile seL4_Word result;
    volatile unsigned restarts;
} state;

/* ------------------------------------------------------------------------------------------- the component */

/* Volatile, so that the compiler cannot see what will happen. */
static volatile seL4_Word stray = 0x10, enough = 0, laps;

static seL4_Word recurse(seL4_Word depth)
{
    volatile seL4_Word here[16];
    here[0] = depth;
    return depth == enough ? 0 : recurse(depth + 1) + here[0];
}

static seL4_Word do_job(enum job job)
{
    seL4_Word result = job == JOB_PRODUCT ? 1 : 0;
    switch (job) {
    case JOB_SUM:
        for (seL4_Word i = 1; i <= 100; i++) {
            result += i;
        }
        return result;
    case JOB_PRODUCT:
        for (seL4_Word i = 1; i <= 10; i++) {
            result *= i;
        }
        return result;
    case JOB_LOOP:
        for (;;) {
            laps++;
        }
    case JOB_STRAY_POINTER:
        *(volatile seL4_Word *)stray = 1;
        return 0;
    default:
        return recurse(1);
    }
}

static void component(void *nothing)
{
    (void)nothing;
    for (;;) {
        seL4_Wait(state.go, NULL);
        state.result = do_job(state.job);
        seL4_Signal(state.done);
    }
}

/* -------------------------------------------------------------------------------------------- the watchdog */

static void restart(const char *why)
{
    printf("   watchdog:  '%s' %s: stopped and started again\n", job_names[state.job], why);
    state.restarts++;
    must(seL4_TCB_Suspend(state.component.tcb), "seL4_TCB_Suspend"); /* that ends its fault, too */
    must(seL4_SchedControl_Configure(lab4_bootinfo()->schedcontrol.start, state.component.sc, BUDGET, PERIOD, 0, 0),
         "seL4_SchedControl_Configure");
    thread_start(&state.component, component, NULL);
    seL4_Signal(state.given_up);
}

static const char *describe(seL4_Fault_t fault)
{
    if (seL4_Fault_get_seL4_FaultType(fault) != seL4_Fault_VMFault) {
        return "caused a fault";
    }
    const seL4_Word address = seL4_Fault_VMFault_get_Addr(fault), stack = (seL4_Word)state.component.memory.stack;
    const int is_below = address < stack && stack - address <= 1ul << seL4_PageBits;
    return address == stray ? "touched address 0x10" : is_below ? "ran out of its stack" : "touched memory that is not there";
}

static void watch(void *nothing)
{
    unsigned used = 0; /* budgets, by the job that is going on */
    enum job last = JOBS;
    (void)nothing;
    for (;;) {
        seL4_Word badge;
        const seL4_MessageInfo_t info = seL4_Recv(state.faults, &badge, state.reply);
        if (badge == BADGE_FAULT) {
            restart(describe(seL4_getFault(info)));
            continue;
        }
        used = state.job == last ? used + 1 : 1;
        last = state.job;
        if (used < PATIENCE) {
            seL4_Send(state.reply, seL4_MessageInfo_new(0, 0, 0, 0)); /* it may go on in its next period */
            continue;
        }
        used = 0;
        restart("has used up three budgets");
    }
}

/* ------------------------------------------------------------------------------------------------ beginning */

static void start(void)
{
    state.faults = pool_object(seL4_EndpointObject, 0);
    state.reply = pool_object(seL4_ReplyObject, 0);
    state.go = pool_object(seL4_NotificationObject, 0);
    state.ended = pool_object(seL4_NotificationObject, 0);
    state.done = pool_mint(state.ended, seL4_CanWrite, DONE);
    state.given_up = pool_mint(state.ended, seL4_CanWrite, GIVEN_UP);
    thread_create(&state.watchdog, &(struct thread_options) {
        .name = "watchdog", .priority = PRIORITY_WATCHDOG, .budget = 10 * MILLISECOND, .period = 10 * MILLISECOND});
    thread_create(&state.component, &(struct thread_options) {
        .name = "component",
        .priority = PRIORITY_COMPONENT,
        .budget = BUDGET,
        .period = PERIOD,
        .fault_handler = pool_mint(state.faults, seL4_NoRead, BADGE_FAULT),
    });
    must(seL4_TCB_SetTimeoutEndpoint(state.component.tcb, pool_mint(state.faults, seL4_NoRead, BADGE_TIMEOUT)),
         "seL4_TCB_SetTimeoutEndpoint");
    thread_start(&state.watchdog, watch, NULL);
    thread_start(&state.component, component, NULL);
}

static void submit(enum job job)
{
    seL4_Word outcome;
    state.job = job;
    seL4_Signal(state.go);
    seL4_Wait(state.ended, &outcome);
    if (outcome == DONE) {
        printf("   root task: '%s' gave %lu\n", job_names[job], state.result);
    } else {
        printf("   root task: '%s' is given up\n", job_names[job]);
    }
}

void watchdog_chapter(void)
{
    printf("3. A component with a budget of %d ms in every %d ms, and a watchdog that hears of its faults and of each budget used up:\n",
           BUDGET / MILLISECOND, PERIOD / MILLISECOND);
    start();
    for (int job = 0; job < JOBS; job++) {
        submit((enum job)job);
    }
    must(seL4_TCB_Suspend(state.component.tcb), "seL4_TCB_Suspend");
    must(seL4_TCB_Suspend(state.watchdog.tcb), "seL4_TCB_Suspend");
    printf("   root task: the component was started again %u times\n\n", state.restarts);
}
