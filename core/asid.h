// SPDX-License-Identifier: BSD-2-Clause
//
// ASIDs: which address space is live under which identifier (memory §1.4).
#pragma once

#include "core/invoke.h"
#include "core/state.h"

// The level-0 table that has this ASID, or 0: no pool, or the entry is free.
static inline paddr_t asid_root(asid_t asid)
{
    const struct asid_pool *pool = ks.asid_pools[asid / ASIDS_PER_POOL];
    return pool ? pool->vspaces[asid % ASIDS_PER_POOL] : 0;
}

// Is the capability to an address space that is live under its ASID?
static inline bool asid_is_live(struct cap vspace)
{
    return cap_kind(vspace) == kind_vspace && vspace_cap_is_assigned(vspace) &&
           asid_root(vspace_cap_asid(vspace)) == vspace_cap_base(vspace);
}

// The last capability to a VSpace goes: flush it and free its ASID, if it is live.
void asid_release_vspace(struct cap vspace);
