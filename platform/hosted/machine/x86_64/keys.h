// SPDX-License-Identifier: BSD-2-Clause
//
// The processor's register of protection keys.
#pragma once

#include "platform/hosted/machine/state.h"

static inline void keys_write(uint32_t value)
{
    __asm__ volatile("wrpkru" : : "a"(value), "c"(0), "d"(0) : "memory");
}

// May the machine touch user memory now (populating mappings)?
static inline void keys_open_user(bool open)
{
    if (machine.has_pku) {
        keys_write(open ? PKRU_OPEN : machine.entry->pkru);
    }
}
