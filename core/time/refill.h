// SPDX-License-Identifier: BSD-2-Clause
//
// The sporadic-server algebra of threads §5: pure operations on a scheduling context's queue of
// refills. All amounts and times are ticks; `now` is always an argument. Nothing here touches
// kernel state, so the host can test it alone (vectors V1–V8).
//
// Invariants between operations, period > 0: the head holds at least REFILL_MIN; refill i ends
// before refill i+1 begins; the amounts add up to the budget. Round robin (period 0): exactly two
// entries, both dated at the time of configuration; the head is what is left of the slice, the tail
// what was used of it.
#pragma once

#include "core/threads/objects.h"

enum {
    KERNEL_WCET_US = 10,                // estimate of one kernel operation
    REFILL_MIN_US = 2 * KERNEL_WCET_US, // smallest budget and period
    REFILL_MIN = REFILL_MIN_US * 62500 / 1000,
};

// floor(floor((2^64-1)/62500)/8) µs: longest budget and period (threads §0.2).
#define REFILL_MAX_US UINT64_C(36893488147419)
#define REFILL_MAX (UINT64_C(2305843009213687))
// Refills are never pushed beyond this time.
#define REFILL_LIMIT (~UINT64_C(0) - 5 * REFILL_MAX)

static inline ticks_t us_to_ticks(word_t us)
{
    return us * 62500 / 1000;
}

static inline word_t ticks_to_us(ticks_t ticks)
{
    return ticks * 1000 / 62500;
}

// The array of the queue.
static inline struct refill *sc_refills(struct sched_context *sc)
{
    return (struct refill *)(sc + 1);
}

// The i-th refill from the head; i < capacity.
static inline struct refill *refill_at(struct sched_context *sc, word_t i)
{
    word_t index = sc->head + i;
    return &sc_refills(sc)[index >= sc->capacity ? index - sc->capacity : index];
}

static inline struct refill *refill_head(struct sched_context *sc)
{
    return &sc_refills(sc)[sc->head];
}

static inline bool sc_is_active(const struct sched_context *sc)
{
    return sc->capacity > 0;
}

static inline bool sc_is_round_robin(const struct sched_context *sc)
{
    return sc->period == 0;
}

// Active, and the head refill's time has come (threads SC-3).
static inline bool sc_is_released(struct sched_context *sc, ticks_t now)
{
    return sc_is_active(sc) && refill_head(sc)->time <= now;
}

// Could `used` be charged to the head and leave a usable rest? (REF-7)
static inline bool sc_is_sufficient(struct sched_context *sc, ticks_t used)
{
    ticks_t amount = refill_head(sc)->amount;
    return used <= amount && amount - used >= REFILL_MIN;
}

// REF-new: a full budget from `now` on. period 0 = round robin. capacity >= 2.
void refill_new(struct sched_context *sc, word_t capacity, ticks_t budget, ticks_t period,
                ticks_t now);

// REF-update: new parameters without new bandwidth. period > 0, sc active.
void refill_update(struct sched_context *sc, word_t capacity, ticks_t budget, ticks_t period,
                   ticks_t now);

// REF-charge: `used` ticks are gone and come back a period later. period > 0.
void refill_charge(struct sched_context *sc, ticks_t used);

// REF-5, merge-on-unblock: moves due budget forward to `now`. Returns whether the deadline may have
// changed.
bool refill_merge_on_unblock(struct sched_context *sc, ticks_t now);
