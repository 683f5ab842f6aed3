// SPDX-License-Identifier: BSD-2-Clause
//
// What the parts of the invariant checker share; see invariants.h.
#pragma once

#include "core/invariants.h"
#include "core/state.h"

// Open addressing over a power of two of words; key 0 = free. Bit 0 of a key is the member's mark.
struct word_set {
    word_t *words;
    word_t size, count, marked;
};

struct invariants {
    invariants_report *report;
    bool holds;
    struct word_set containers; // physical base | radix (0 = a TCB's slots); mark = its slots were looked at
    struct word_set references; // what is referred to; mark = a capability answers for it
    bool is_exhaustive; // every derivation list is walked from each of its members
    word_t thread_count;
    word_t waiting, waiting_in_queues; // threads on endpoints and notifications, counted in two ways
};

void invariants_broken(struct invariants *v, int number, const char *what, const void *subject);

#define HOLDS(condition, number, what, subject)              \
    do {                                                     \
        if (!(condition)) {                                  \
            invariants_broken(v, number, what, subject);     \
        }                                                    \
    } while (0)

// Something refers to the object (or descriptor): there must be a capability for it. Null is allowed.
void invariants_refer(struct invariants *v, const void *object);

// invariants_threads.c
void invariants_check_threads(struct invariants *v);   // list of all threads, their states and links
void invariants_check_scheduler(struct invariants *v); // ready lists, sleepers, current thread, time
void invariants_check_endpoint(struct invariants *v, const struct endpoint *endpoint);
void invariants_check_notification(struct invariants *v, const struct notification *notification);
void invariants_check_reply(struct invariants *v, const struct reply *reply);
void invariants_check_sc(struct invariants *v, struct sched_context *sc, word_t size_bits);
