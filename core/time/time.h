// SPDX-License-Identifier: BSD-2-Clause
//
// The clock, and who pays for what has elapsed (threads §4.6–4.7).
//
// `now` is the clock at the last stamp and constant for the rest of the entry; `pending` is what
// has elapsed since the last charge. Nothing is committed and the timer is left alone unless
// `rearm` is set (CH-1).
#pragma once

#include "core/threads/state.h"
#include "core/time/refill.h"

// The clock shows `now`: what has elapsed since the last stamp becomes pending (TM-1).
static inline void time_stamp_as(ticks_t now)
{
    ticks_t elapsed = now - here()->now;
    here()->now = now;
    here()->pending += elapsed;
    if (NUM_DOMAINS > 1) {
        here()->domain_time =
            elapsed + REFILL_MIN >= here()->domain_time ? 0 : here()->domain_time - elapsed;
    }
}

static inline void time_stamp(void)
{
    time_stamp_as(plat_now());
}

// Charges `used` to the charged context; `counted` is what its consumed counter grows by.
void time_charge_slice(ticks_t used, ticks_t counted);

// Charges what is pending (threads §4.7 C).
void time_commit(void);

// End of dispatch: who is charged from now on, and when the timer must fire (threads §4.7 E).
void time_account(void);

// One unit of work is done; every 100th looks for a reason to stop (objects §5.5). True = stop.
bool preemption_point(void);
