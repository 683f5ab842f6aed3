// SPDX-License-Identifier: BSD-2-Clause
//
// The invariant checker's tools: reports, sets and queues; see check.h.
#include "core/check/check.h"

void invariants_broken(struct invariants *v, int number, const char *what, const void *subject)
{
    v->holds = false;
    if (v->report) {
        v->report(number, what, subject);
    }
}

// -------------------------------------------------------------------------------------------- sets

// Where `key` is, or could be put; null if it is absent and the set is full.
static word_t *set_place(const struct word_set *set, word_t key)
{
    word_t i = (key * UINT64_C(0x9e3779b97f4a7c15)) >> 32;
    for (word_t n = 0; n < set->size; n++) {
        word_t *place = &set->words[(i + n) & (set->size - 1)];
        if (*place == 0 || (*place & ~(word_t)MARK) == key) {
            return place;
        }
    }
    return NULL;
}

void set_add(struct invariants *v, struct word_set *set, word_t key)
{
    word_t *place = set_place(set, key);
    if (!place || (*place == 0 && set->count + 1 == set->size)) {
        invariants_broken(v, 0, "the checker has too little scratch memory", NULL);
    } else if (*place == 0) {
        *place = key;
        set->count++;
    }
}

void set_mark(struct word_set *set, const void *object)
{
    word_t *place = set_place(set, (word_t)object);
    if (place && *place && !(*place & MARK)) {
        *place |= MARK;
        set->marked++;
    }
}

void invariants_refer(struct invariants *v, const void *object)
{
    if (object) {
        set_add(v, &v->references, (word_t)object);
    }
}

const void *check_answers_for_object(struct cap cap)
{
    struct region region = {0};
    return cap_region(cap, &region) ? plat_ptr(region.base) : NULL;
}

// ------------------------------------------------------------------------------------------ queues

bool check_is_listed(const struct tcb *thread)
{
    return (thread->all_previous ? thread->all_previous->all_next == thread
                                 : ks.all_threads == thread) &&
           (!thread->all_next || thread->all_next->all_previous == thread);
}

word_t check_queue(struct invariants *v, const struct tcb_queue *queue, int number)
{
    word_t count = 0;
    const struct tcb *previous = NULL;
    for (const struct tcb *thread = queue->head; thread; thread = thread->queue_next) {
        if (thread->queue_previous != previous || !check_is_listed(thread) ||
            count == v->thread_count) {
            invariants_broken(v, number,
                              "a queue's links are broken, or lead to a thread that does not exist",
                              thread);
            return count;
        }
        previous = thread;
        count++;
    }
    HOLDS(queue->tail == previous, number, "a queue's tail is not its last thread", queue->tail);
    return count;
}

void check_waiters(struct invariants *v, const struct tcb_queue *queue, int number)
{
    v->waiting_in_queues += check_queue(v, queue, number);
    for (const struct tcb *thread = queue->head; thread && thread->queue_next;
         thread = thread->queue_next) {
        HOLDS(thread->priority >= thread->queue_next->priority, number,
              "waiters are not in order of priority", thread);
    }
}

const struct kind_check null_check = {0};
