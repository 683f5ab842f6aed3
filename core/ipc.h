// SPDX-License-Identifier: BSD-2-Clause
//
// Message transfer between two threads (objects §8).
#pragma once

#include "core/invoke.h"

struct transfer {
    struct tcb *from, *to;
    struct endpoint *endpoint; // in use; null for replies
    word_t badge;
    bool can_grant; // capabilities travel too
};

// Delivers from's message (or its pending fault's message, without capabilities) to `to`.
void ipc_transfer(const struct transfer *transfer);
