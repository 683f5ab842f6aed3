// SPDX-License-Identifier: BSD-2-Clause
//
// See accounting.h.
#include "tests/model/accounting.h"

#include <string.h>

#include "core/time/refill.h"

enum { CONTEXTS = 32, INTERVALS = 256, MIN_TICKS = 1250 };

struct interval {
    ticks_t start, end;
};

struct watch {
    struct sched_context *sc;
    ticks_t budget, period;
    ticks_t expected; // consumed + pending, as it must read
    ticks_t since, total; // since when it is watched, and how long it ran in all
    bool has_yielder; // whose YieldTo may end, which resets what was consumed
    struct interval runs[INTERVALS];
    word_t run_count; // all there ever were; the last INTERVALS are kept
};

static struct watch watches[CONTEXTS];
static int watch_count;
static ticks_t measured_until;

// The running context was given new parameters: the timer still stands where the old ones put it, until something else
// arms it (CH-2 does not list ConfigureFlags). Until then it may run for longer than its new budget.
static struct sched_context *overrunning;
static ticks_t stale_deadline;

static struct refill *refill(struct sched_context *sc, word_t i)
{
    return &sc_refills(sc)[(sc->head + i) % sc->capacity];
}

static ticks_t sum(struct sched_context *sc)
{
    ticks_t total = 0;
    for (word_t i = 0; i < sc->count; i++) {
        total += refill(sc, i)->amount;
    }
    return total;
}

static ticks_t reading(const struct sched_context *sc, ticks_t now)
{
    return sc->consumed + (here()->charged_sc == sc ? here()->pending + (now - here()->now) : 0);
}

static void begin(struct watch *w, ticks_t now)
{
    w->budget = w->sc->capacity ? sum(w->sc) : 0;
    w->period = w->sc->period;
    w->expected = reading(w->sc, now);
    w->run_count = 0;
    ticks_t first = w->sc->capacity ? refill(w->sc, 0)->time : now;
    w->since = first < now ? first : now; // a sporadic context that is ready has collected budget since then (REF-6)
    w->total = 0;
}

static struct watch *watch_of(struct sched_context *sc, ticks_t now)
{
    for (int i = 0; i < watch_count; i++) {
        if (watches[i].sc == sc) {
            return &watches[i];
        }
    }
    if (watch_count == CONTEXTS) {
        return NULL;
    }
    watches[watch_count].sc = sc;
    begin(&watches[watch_count], now);
    return &watches[watch_count++];
}

static void watch_all(ticks_t now)
{
    for (struct tcb *thread = ks.all_threads; thread; thread = thread->all_next) {
        if (thread->sc && thread != &ks.idle) {
            watch_of(thread->sc, now);
        }
    }
}

void accounting_start(ticks_t now)
{
    watch_count = 0;
    overrunning = NULL;
    measured_until = now;
    watch_all(now);
}

// The stopwatch: the current thread's context has run since the last look.
static void measure(ticks_t now)
{
    struct sched_context *sc = here()->current->sc;
    struct watch *w = here()->current == &ks.idle || !sc ? NULL : watch_of(sc, measured_until);
    if (w && now > measured_until) {
        w->expected += now - measured_until;
        w->total += now - measured_until;
        struct interval *last = w->run_count ? &w->runs[(w->run_count - 1) % INTERVALS] : NULL;
        if (last && last->end == measured_until) {
            last->end = now;
        } else {
            w->runs[w->run_count++ % INTERVALS] = (struct interval){measured_until, now};
        }
    }
    measured_until = now;
}

void accounting_before(ticks_t now)
{
    watch_all(measured_until);
    measure(now);
    for (int i = 0; i < watch_count; i++) {
        watches[i].has_yielder = watches[i].sc->yielder;
    }
}

// A sporadic context's budget returns a period after its thread became ready, which may be long before it ran (REF-6):
// what it could not use meanwhile adds up. Over its whole life it gets no more than one budget a period, and the first.
static bool runs_too_much_in_all(const struct watch *w, ticks_t now)
{
    return w->total > w->budget * ((now - w->since) / w->period + 2);
}

// Did the context run for longer than its budget in the period that ends with its latest run?
static bool runs_too_much(const struct watch *w, ticks_t now)
{
    if (w->run_count == 0 || w->period == 0) {
        return false;
    }
    if (w->sc->is_sporadic) {
        return runs_too_much_in_all(w, now);
    }
    ticks_t end = w->runs[(w->run_count - 1) % INTERVALS].end, start = end > w->period ? end - w->period : 0, total = 0;
    word_t kept = w->run_count < INTERVALS ? w->run_count : INTERVALS;
    for (word_t i = 1; i <= kept; i++) {
        const struct interval *run = &w->runs[(w->run_count - i) % INTERVALS];
        if (run->end <= start) {
            break;
        }
        total += run->end - (run->start > start ? run->start : start);
    }
    return total > w->budget;
}

static const char *check_timer(ticks_t now, ticks_t deadline)
{
    struct sched_context *sc = here()->current->sc;
    if (here()->sleepers.head && deadline > refill(here()->sleepers.head->sc, 0)->time) {
        return "the timer is armed later than the first sleeper's time";
    }
    ticks_t left = refill(sc, 0)->amount - here()->pending;
    if (here()->current != &ks.idle && sc != overrunning && deadline > now && deadline - now > left) {
        return "the timer is armed later than the running thread's budget allows";
    }
    return NULL;
}

static const char *check(struct watch *w, ticks_t now, bool may_reset)
{
    ticks_t is = reading(w->sc, now);
    if (is != w->expected && !(may_reset && is < w->expected)) {
        fprintf(stderr, "accounting: context %#llx reads %llu, must read %llu\n", (unsigned long long)plat_paddr(w->sc), (unsigned long long)is,
                (unsigned long long)w->expected);
        return is < w->expected ? "time was lost: a context consumed less than it ran" : "a context consumed more than it ran";
    }
    w->expected = is;
    if (sum(w->sc) != w->budget) {
        return "budget appeared or vanished: the refills do not add up to what was configured";
    }
    return w->sc != overrunning && runs_too_much(w, now) ? "a context ran for more than its budget within one period" : NULL;
}

static void note_overrun(ticks_t now, ticks_t deadline, bool configures)
{
    if (overrunning && (deadline != stale_deadline || here()->current->sc != overrunning)) {
        struct watch *w = watch_of(overrunning, now);
        w->run_count = 0;
        w->total = 0;
        overrunning = NULL;
    }
    if (configures && here()->current != &ks.idle) {
        overrunning = here()->current->sc;
        stale_deadline = deadline;
    }
}

const char *accounting_after(ticks_t now, ticks_t deadline, bool may_reset, bool configures)
{
    note_overrun(now, deadline, configures);
    const char *wrong = check_timer(now, deadline);
    for (int i = 0; i < watch_count && !wrong; i++) {
        struct watch *w = &watches[i];
        bool is_same = w->sc->capacity && w->period == w->sc->period && w->budget;
        if (!is_same || (configures && sum(w->sc) != w->budget)) {
            begin(w, now); // configured, or destroyed
        } else if (configures) {
            begin(w, now);
        } else {
            wrong = check(w, now, may_reset || w->has_yielder);
        }
    }
    return wrong;
}
