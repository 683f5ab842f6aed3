// SPDX-License-Identifier: BSD-2-Clause
//
// What the parts of the invariant checker share: how a violation is told, and the two sets that the
// walk of invariants.c collects. Each kind of object brings a row, `<name>_check`, that says what
// its capabilities and its object must be like; the rows stand in the kinds' own files and are
// linked only where something checks.
#pragma once

#include "core/check/report.h"
#include "core/threads/queue.h"
#include "core/threads/state.h"

// Open addressing over a power of two of words; key 0 = free. Bit 0 of a key is the member's mark.
struct word_set {
    word_t *words;
    word_t size, count, marked;
};

enum { MARK = 1 };

struct invariants {
    invariants_report *report;
    bool holds;
    // physical base | radix (0 = a TCB's slots); mark = its slots were looked at
    struct word_set containers;
    struct word_set references; // what is referred to; mark = a capability answers for it
    bool is_exhaustive;         // every derivation list is walked from each of its members
    word_t thread_count;
    // threads on endpoints and notifications, counted in two ways
    word_t waiting, waiting_in_queues;
};

// What the checker knows of a kind. A null function has nothing to say.
struct kind_check {
    bool (*is_legal)(const struct slot *slot); // can a capability have these contents? (rule 6)
    // once for all capabilities to the object
    void (*object)(struct invariants *v, const struct slot *slot);
    // What a capability answers for: the object, or the place that refers to it. Null: nothing
    // (rule 28).
    const void *(*answers_for)(struct cap cap);
};

#define CAP_KIND_CHECK(name, number, ...) extern const struct kind_check name##_check;
CAP_KINDS(CAP_KIND_CHECK)
#undef CAP_KIND_CHECK

// Something is not as rule `number` says.
void invariants_broken(struct invariants *v, int number, const char *what, const void *subject);

#define HOLDS(condition, number, what, subject) \
    do { \
        if (!(condition)) { \
            invariants_broken(v, number, what, subject); \
        } \
    } while (0)

// Something refers to the object (or descriptor): there must be a capability for it. Null is
// allowed.
void invariants_refer(struct invariants *v, const void *object);

// A member of a set, added where it is not in it yet; a mark for one that is.
void set_add(struct invariants *v, struct word_set *set, word_t key);
void set_mark(struct word_set *set, const void *object);

// Is the thread in the list of all threads, with mutual links?
bool check_is_listed(const struct tcb *thread);

// Walks a queue from its head; stops at the first broken link, so it always ends. Returns how many
// members it has.
word_t check_queue(struct invariants *v, const struct tcb_queue *queue, int number);

// check_queue, and the waiters are in order of priority.
void check_waiters(struct invariants *v, const struct tcb_queue *queue, int number);

// Could an object have 2^bits bytes?
static inline bool check_is_size(word_t bits, word_t min)
{
    return bits >= min && bits <= seL4_MaxUntypedBits;
}

// answers_for of a kind whose objects are themselves referred to.
const void *check_answers_for_object(struct cap cap);
