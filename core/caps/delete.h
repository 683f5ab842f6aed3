// SPDX-License-Identifier: BSD-2-Clause
//
// Deletion and revocation (objects §5). They may take as long as there are capabilities, so both
// stop at preemption points: PREEMPTED means that what has been done stays done, and that the
// caller, or its repeated system call, is to call again with the same slot.
#pragma once

#include "core/caps/slot.h"

// Destroys the capability in a slot; the slot is empty afterwards. PREEMPTED: progress is kept,
// call again.
enum progress delete_slot(struct slot *slot);

// Destroys all descendants of the capability in the slot (objects §2.6).
enum progress revoke_slot(struct slot *slot);
