// SPDX-License-Identifier: BSD-2-Clause
//
// Who pays for elapsed time. Owns ks.now, ks.pending, ks.charged_sc, ks.rearm and ks.work_units.
//
// `now` is the clock at the last stamp and constant for the rest of the entry; `pending` is what has elapsed
// since the last charge. Nothing is committed and the timer is left alone unless `rearm` is set (CH-1).
#include "core/fault.h"
#include "core/sched.h"

// The slice of the current thread is over (threads §4.7 B).
static void end_slice(bool may_fault)
{
    struct tcb *thread = ks.current;
    if (may_fault && !sc_is_round_robin(thread->sc) && !slot_is_empty(&thread->slots[TCB_TIMEOUT_HANDLER])) {
        fault_raise_timeout(thread);
    } else if (sc_is_released(thread->sc, ks.now)) {
        sched_push_back(thread);
    } else {
        sched_postpone(thread);
    }
}

static HOT void charge_slice(ticks_t used, ticks_t counted)
{
    struct sched_context *sc = ks.charged_sc;
    if (sc != idle_sc()) {
        if (sc_is_round_robin(sc)) {
            refill_head(sc)->amount += refill_at(sc, 1)->amount;
            refill_at(sc, 1)->amount = 0;
        } else {
            refill_charge(sc, used);
        }
        sc->consumed += counted;
    }
    ks.pending = 0;
}

void time_expire(ticks_t used, ticks_t counted, bool may_fault)
{
    charge_slice(used, counted);
    if (sched_is_schedulable(ks.current)) {
        end_slice(may_fault);
        sched_demand();
        ks.rearm = true;
    }
}

// Would the current thread be chosen again from behind its equals?
static HOT bool has_no_equal(void)
{
    return NUM_DOMAINS == 1 && ks.action == ACTION_KEEP && sched_highest_ready() < (int)ks.current->priority &&
           !sched_sleeper_is_due(ks.now);
}

void time_yield(void)
{
    charge_slice(refill_head(ks.charged_sc)->amount, ks.pending);
    if (sc_is_released(ks.charged_sc, ks.now) && has_no_equal()) {
        sched_continue();
    } else {
        end_slice(false);
        sched_demand();
    }
    ks.rearm = true;
}

HOT void time_commit(void)
{
    struct sched_context *sc = ks.charged_sc;
    if (sc_is_active(sc) && sc != idle_sc() && ks.pending > 0) {
        if (sc_is_round_robin(sc)) {
            KASSERT(refill_head(sc)->amount >= ks.pending);
            refill_head(sc)->amount -= ks.pending;
            refill_at(sc, 1)->amount += ks.pending;
        } else {
            refill_charge(sc, ks.pending);
        }
        sc->consumed += ks.pending;
    }
    ks.pending = 0;
}

COLD void time_refuse_entry(bool is_interrupt)
{
    if (!sc_is_sufficient(ks.charged_sc, ks.pending)) {
        time_expire(ks.pending, ks.pending, true);
    }
    if (!is_interrupt && tcb_is_runnable(ks.current)) {
        ks.current->state = THREAD_RESTART;
    }
}

void time_after_preemption(void)
{
    if (sched_is_schedulable(ks.current)) {
        time_entry_check(true);
    } else if (sc_is_active(ks.charged_sc)) {
        time_expire(ks.pending, ks.pending, false);
    } else {
        ks.pending = 0;
    }
}

static HOT ticks_t next_deadline(void)
{
    ticks_t deadline = ks.now + refill_head(ks.charged_sc)->amount;
    if (NUM_DOMAINS > 1) {
        deadline = min_word(deadline, ks.now + ks.domain_time);
    }
    if (ks.sleepers.head) {
        deadline = min_word(deadline, refill_head(ks.sleepers.head->sc)->time);
    }
    return deadline;
}

HOT void time_account(void)
{
    struct sched_context *sc = ks.current->sc;
    if (sc != ks.charged_sc) {
        ks.rearm = true;
        if (!sc->is_sporadic && !sc_is_round_robin(sc)) {
            refill_merge_on_unblock(sc, ks.now);
        }
    }
    if (ks.rearm) {
        time_commit();
        ks.charged_sc = sc;
        ks.rearm = false;
        plat_timer_arm(next_deadline());
    }
}

bool preemption_point(void)
{
    if (++ks.work_units < WORK_UNITS) {
        return false;
    }
    ks.work_units = 0;
    time_stamp();
    return plat_irq_pending() || (NUM_DOMAINS > 1 && ks.domain_time == 0) || !sc_is_active(ks.charged_sc) ||
           !sc_is_sufficient(ks.charged_sc, ks.pending);
}
