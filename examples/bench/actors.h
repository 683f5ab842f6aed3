/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads that do one thing over and over and note when. A measurement gives each of a few actors a script, runs them all until
 * nobody can go on, and compares the notes: a one-way figure is the counter right after the receive in one thread, minus the
 * counter right before the call in another.
 */
#ifndef BENCH_ACTORS_H
#define BENCH_ACTORS_H

#include <stdbool.h>

#include "report.h"

/* Who there is: three threads of the root task's address space, and one of an address space with the same pages. */
enum actor { FIRST, SECOND, THIRD, FOREIGN, NUM_ACTORS };

/* Nobody else's threads may run above PRIORITY_BYSTANDER while actors play. */
enum { PRIORITY_BYSTANDER = 79, PRIORITY_LOWEST = 90, PRIORITY_LOW = 100, PRIORITY_MIDDLE = 110, PRIORITY_HIGH = 120 };

/* Steps that are no system calls. */
enum { NO_STEP = 0, STEP_UNDEFINED = 1, STEP_LOAD = 2 };

/* A system call: its number and x0, x1, x6. MR0 is what the actor last received in it, plus `add`. */
struct step {
    seL4_Word number, cap, info, reply, add;
    void (*before)(void); /* not timed */
};

struct script {
    seL4_Word priority;
    bool is_passive;         /* has no scheduling context of its own once it waits */
    bool uses_fp;            /* otherwise it is not allowed to */
    seL4_CPtr fault_handler; /* 0: none */
    seL4_Time budget, period; /* microseconds; 0: so much that no slice ends */
    struct step once, each, then;
};

/* Counters around the steps of ROUNDS rounds. */
struct notes {
    seL4_Word received_first; /* after `once` */
    struct { seL4_Word before, after; } each[ROUNDS], then[ROUNDS];
};

void actors_init(void);

/* Gives an actor its script. Of those of equal priority, the one called up last starts first. */
void actor_call_up(enum actor actor, const struct script *script);

/* Runs all that were called up until they are done or wait. */
void actors_play(void);

/* Runs everybody of a priority above PRIORITY_BYSTANDER until they are done or wait. */
void let_everybody_run(void);

const struct notes *notes_of(enum actor actor);

/* Where STEP_LOAD reads: an address for one page, which is the caller's to map. */
extern const volatile seL4_Word *actors_load_from;

#endif
