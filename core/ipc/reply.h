// SPDX-License-Identifier: BSD-2-Clause
//
// Reply objects: the answer to a caller (objects §10.5).
#pragma once

#include "core/threads/objects.h"

// A reply capability is invoked by the replier (objects §10.5). No effect if nobody waits.
void reply_invoke(struct reply *reply, struct tcb *replier, bool can_grant);
