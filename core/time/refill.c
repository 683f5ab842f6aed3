// SPDX-License-Identifier: BSD-2-Clause
//
// Sporadic-server algebra; see refill.h for what holds between operations. The queue is circular
// over sc_refills(sc)[0 .. capacity). It never grows: budget that comes back and finds the queue
// full is added to the last refill, which is delayed until the two touch. So a small context gets
// its time later than a large one, never earlier.
#include "core/time/refill.h"

static struct refill *tail(struct sched_context *sc)
{
    return refill_at(sc, sc->count - 1);
}

static struct refill pop_head(struct sched_context *sc)
{
    KASSERT(sc->count > 1);
    struct refill refill = *refill_head(sc);
    sc->head = sc->head + 1 == sc->capacity ? 0 : sc->head + 1;
    sc->count--;
    return refill;
}

static void append(struct sched_context *sc, struct refill refill)
{
    KASSERT(sc->count < sc->capacity);
    sc->count++;
    *tail(sc) = refill;
}

// Queues returned budget: merged into the tail if it is adjacent, or if there is no room, delaying
// the tail.
static void schedule(struct sched_context *sc, struct refill refill)
{
    struct refill *last = tail(sc);
    if (last->time + last->amount >= refill.time) {
        last->amount += refill.amount;
    } else if (sc->count < sc->capacity) {
        append(sc, refill);
    } else {
        last->time = refill.time - last->amount;
        last->amount += refill.amount;
    }
}

void refill_new(struct sched_context *sc, word_t capacity, ticks_t budget, ticks_t period,
                ticks_t now)
{
    KASSERT(capacity >= SC_MIN_REFILLS && budget >= REFILL_MIN);
    sc->capacity = capacity;
    sc->period = period;
    sc->head = 0;
    sc->count = 1;
    sc_refills(sc)[0] = (struct refill){now, budget};
    if (sc_is_round_robin(sc)) {
        append(sc, (struct refill){now, 0});
    }
}

void refill_update(struct sched_context *sc, word_t capacity, ticks_t budget, ticks_t period,
                   ticks_t now)
{
    KASSERT(sc_is_active(sc) && period > 0);
    struct refill head = *refill_head(sc);
    if (head.time <= now) {
        head.time = now;
    }
    ticks_t rest = head.amount >= budget ? 0 : budget - head.amount;
    head.amount = budget - rest;
    sc->capacity = capacity;
    sc->period = period;
    sc->head = 0;
    sc->count = 1;
    sc_refills(sc)[0] = head;
    if (rest > 0) {
        append(sc, (struct refill){head.time + period, rest});
    }
}

// Step 1: whole refills that are used up, also beyond the first (an overrun).
static ticks_t charge_whole_refills(struct sched_context *sc, ticks_t used)
{
    while (refill_head(sc)->amount <= used && refill_head(sc)->time < REFILL_LIMIT) {
        used -= refill_head(sc)->amount;
        if (sc->count == 1) {
            refill_head(sc)->time += sc->period;
        } else {
            struct refill refill = pop_head(sc);
            schedule(sc, (struct refill){refill.time + sc->period, refill.amount});
        }
    }
    return used;
}

void refill_charge(struct sched_context *sc, ticks_t used)
{
    KASSERT(sc_is_active(sc) && !sc_is_round_robin(sc));
    used = charge_whole_refills(sc, used);
    struct refill *head = refill_head(sc);
    if (used > 0 && head->time < REFILL_LIMIT) {
        struct refill returned = {head->time + sc->period, used};
        head->amount -= used; // before schedule(): with one entry the head is also the tail (REF-2)
        head->time += used;
        schedule(sc, returned);
    }
    while (refill_head(sc)->amount < REFILL_MIN && sc->count > 1) {
        // too small to be usable: it moves into the next (REF-3)
        struct refill crumb = pop_head(sc);
        refill_head(sc)->amount += crumb.amount;
        refill_head(sc)->time -= crumb.amount;
    }
}

bool refill_merge_on_unblock(struct sched_context *sc, ticks_t now)
{
    if (!sc_is_active(sc) || sc_is_round_robin(sc) || refill_head(sc)->time > now) {
        return false;
    }
    refill_head(sc)->time = now;
    while (sc->count > 1 && refill_at(sc, 1)->time <= now + refill_head(sc)->amount) {
        ticks_t amount = pop_head(sc).amount;
        refill_head(sc)->amount += amount;
        refill_head(sc)->time = now;
    }
    return true;
}
