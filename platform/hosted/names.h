// SPDX-License-Identifier: BSD-2-Clause
//
// What the trace and the inspector call the kinds of capabilities and the states of threads. Whatever the number, there is a name.
#pragma once

#include "core/caps/cap.h"
#include "core/threads/objects.h"

static inline const char *name_of_kind(unsigned kind)
{
    switch (kind) {
#define NAME(name, number, ...) \
    case number:           \
        return #name;
        CAP_KINDS(NAME)
#undef NAME
    default:
        return "?";
    }
}

static inline const char *name_of_state(unsigned state)
{
    static const char *const names[] = {
        [THREAD_INACTIVE] = "inactive",
        [THREAD_RUNNING] = "running",
        [THREAD_RESTART] = "restart",
        [THREAD_BLOCKED_ON_RECEIVE] = "blocked on receive",
        [THREAD_BLOCKED_ON_SEND] = "blocked on send",
        [THREAD_BLOCKED_ON_REPLY] = "blocked on reply",
        [THREAD_BLOCKED_ON_NOTIFICATION] = "blocked on notification",
        [THREAD_IDLE] = "idle",
    };
    return state < ARRAY_LENGTH(names) ? names[state] : "?";
}
