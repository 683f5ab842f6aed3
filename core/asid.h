// SPDX-License-Identifier: BSD-2-Clause
//
// ASIDs: which address space is live under which identifier (memory §1.4).
#pragma once

#include "core/invoke.h"

// The level-0 table that has this ASID, or 0: no pool, or the entry is free.
paddr_t asid_root(asid_t asid);

// The last capability to a VSpace goes: flush it and free its ASID, if it is live.
void asid_release_vspace(struct cap vspace);

// The last capability to a pool goes: every VSpace of the pool is dead.
void asid_release_pool(struct cap pool);
