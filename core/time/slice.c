// SPDX-License-Identifier: BSD-2-Clause
//
// The end of a slice; see slice.h. Owns no state: it charges time (time.c) and then decides where
// the current thread goes: to its timeout handler, behind its equals, or to the sleepers (threads
// §4.7 B).
//
// Yield takes the same way with two differences: it charges the whole head refill, although only
// the time really used counts as consumed, and it never raises a timeout fault (threads Y-2, Y-3).
#include "core/time/slice.h"

#include "core/ipc/fault.h"
#include "core/time/dispatch.h"

// The slice of the current thread is over (threads §4.7 B).
static HOT void end_slice(bool may_fault)
{
    struct tcb *thread = here()->current;
    if (may_fault && !sc_is_round_robin(thread->sc) &&
        !slot_is_empty(&thread->slots[TCB_TIMEOUT_HANDLER])) {
        fault_raise_timeout(thread);
    } else if (sc_is_released(thread->sc, here()->now)) {
        sched_push_back(thread);
    } else {
        sched_postpone(thread);
    }
}

void slice_expire(ticks_t used, ticks_t counted, bool may_fault)
{
    time_charge_slice(used, counted);
    if (sched_is_schedulable(here()->current)) {
        end_slice(may_fault);
        sched_demand();
        here()->rearm = true;
    }
}

// Would the current thread be chosen again from behind its equals?
static HOT bool has_no_equal(void)
{
    return NUM_DOMAINS == 1 && here()->action == ACTION_KEEP &&
           sched_highest_ready() < (int)here()->current->priority &&
           !sched_sleeper_is_due(here()->now);
}

void slice_yield(void)
{
    time_charge_slice(refill_head(here()->charged_sc)->amount, here()->pending);
    if (sc_is_released(here()->charged_sc, here()->now) && has_no_equal()) {
        dispatch_continue();
    } else {
        end_slice(false);
        sched_demand();
    }
    here()->rearm = true;
}

COLD void slice_refuse_entry(bool is_interrupt)
{
    if (!sc_is_sufficient(here()->charged_sc, here()->pending)) {
        slice_expire(here()->pending, here()->pending, true);
    }
    if (!is_interrupt && tcb_is_runnable(here()->current)) {
        here()->current->state = THREAD_RESTART;
    }
}

void slice_after_preemption(void)
{
    if (sched_is_schedulable(here()->current)) {
        slice_entry_check(true);
    } else if (sc_is_active(here()->charged_sc)) {
        slice_expire(here()->pending, here()->pending, false);
    } else {
        here()->pending = 0;
    }
}
