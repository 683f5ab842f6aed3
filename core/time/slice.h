// SPDX-License-Identifier: BSD-2-Clause
//
// The end of a slice: a thread has used up its budget, gives up the rest of it, or cannot pay for
// the kernel entry it asks for (threads §4.7 A, B). Here, because the end of a slice may be a
// timeout fault, and that is a message.
#pragma once

#include "core/time/time.h"

// What slice_entry_check does when the thread cannot pay.
void slice_refuse_entry(bool is_interrupt);

// The check at every entry from user level (threads §4.7 A). Returns whether the requested work may
// be done; if not, and the entry was not an interrupt, the current thread will repeat its
// instruction.
static HOT bool slice_entry_check(bool is_interrupt)
{
    if (UNLIKELY(!sc_is_sufficient(here()->charged_sc, here()->pending) ||
                 (NUM_DOMAINS > 1 && here()->domain_time == 0))) {
        slice_refuse_entry(is_interrupt);
        return false;
    }
    return true;
}

// Charges `used` to the charged context and ends the current thread's slice (threads §4.7 B);
// `counted` is what its consumed counter grows by.
void slice_expire(ticks_t used, ticks_t counted, bool may_fault);

// The current thread, which can run, gives up the rest of its slice: slice_expire at the end of an
// entry.
void slice_yield(void);

// After an operation was preempted (threads PRE-3).
void slice_after_preemption(void);
