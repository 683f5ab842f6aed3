// SPDX-License-Identifier: BSD-2-Clause
//
// Who pays for elapsed time; see time.h. Owns these fields of struct cpu: now, pending, charged_sc,
// rearm and work_units.
//
// The charged context need not be the current thread's: the thread may have lost or lent its own in
// this very entry. Until the end of dispatch, time goes on being charged to the context that paid
// when the entry began; time_account settles that before it charges another one (threads §4.7 E).
//
// The idle thread's context is never charged, so its `pending` is thrown away. A round-robin
// context does not lose time but moves it from its head refill (left of the slice) to its tail
// (used).
#include "core/time/time.h"

HOT void time_charge_slice(ticks_t used, ticks_t counted)
{
    struct sched_context *sc = here()->charged_sc;
    if (sc != idle_sc()) {
        if (sc_is_round_robin(sc)) {
            refill_head(sc)->amount += refill_at(sc, 1)->amount;
            refill_at(sc, 1)->amount = 0;
        } else {
            refill_charge(sc, used);
        }
        sc->consumed += counted;
    }
    here()->pending = 0;
}

HOT void time_commit(void)
{
    struct sched_context *sc = here()->charged_sc;
    if (here()->pending > 0 && sc_is_active(sc) && sc != idle_sc()) {
        if (sc_is_round_robin(sc)) {
            KASSERT(refill_head(sc)->amount >= here()->pending);
            refill_head(sc)->amount -= here()->pending;
            refill_at(sc, 1)->amount += here()->pending;
        } else {
            refill_charge(sc, here()->pending);
        }
        sc->consumed += here()->pending;
    }
    here()->pending = 0;
}

static HOT ticks_t next_deadline(void)
{
    ticks_t deadline = here()->now + refill_head(here()->charged_sc)->amount;
    if (NUM_DOMAINS > 1) {
        deadline = min_word(deadline, here()->now + here()->domain_time);
    }
    if (here()->sleepers.head) {
        deadline = min_word(deadline, refill_head(here()->sleepers.head->sc)->time);
    }
    return deadline;
}

HOT void time_account(void)
{
    struct sched_context *sc = here()->current->sc;
    if (sc != here()->charged_sc) {
        here()->rearm = true;
        if (!sc->is_sporadic && !sc_is_round_robin(sc)) {
            refill_merge_on_unblock(sc, here()->now);
        }
    }
    if (here()->rearm) {
        time_commit();
        here()->charged_sc = sc;
        here()->rearm = false;
        plat_timer_arm(next_deadline());
    }
}

bool preemption_point(void)
{
    if (++here()->work_units < WORK_UNITS) {
        return false;
    }
    here()->work_units = 0;
    time_stamp();
    return plat_irq_pending() || (NUM_DOMAINS > 1 && here()->domain_time == 0) ||
           !sc_is_active(here()->charged_sc) ||
           !sc_is_sufficient(here()->charged_sc, here()->pending);
}
