// SPDX-License-Identifier: BSD-2-Clause
//
// ASID pools: which VSpace is live under which identifier (memory §1.4).
#pragma once

#include "core/caps/cap.h"

// The last capability to a VSpace goes: flush it and free its ASID, if it is live.
void asid_release_vspace(struct cap vspace);
