// SPDX-License-Identifier: BSD-2-Clause
//
// VSpaces: which are live, what that means to a method, and which one user code runs in (memory
// §1.4, §2.2, §2.12).
//
// A VSpace is live while its level-0 table is entered under its ASID in the table of pools.
// Everything that touches one through a capability asks here first: the pool may have gone, and the
// ASID may be another one's by now.
#pragma once

#include "core/base/refusal.h"
#include "core/threads/state.h"

enum { ASIDS_PER_POOL = BIT(seL4_ASIDPoolIndexBits), ASID_POOL_BITS = seL4_ASIDPoolBits };

// Which VSpace (level-0 table) has each ASID of the pool; 0 = free.
struct asid_pool {
    paddr_t vspaces[ASIDS_PER_POOL];
};
_Static_assert(sizeof(struct asid_pool) == BIT(ASID_POOL_BITS), "ASID pool size is ABI");

// The level-0 table that has this ASID, or 0: no pool, or the entry is free.
static inline paddr_t vspace_root(asid_t asid)
{
    const struct asid_pool *pool = ks.asid_pools[asid / ASIDS_PER_POOL];
    return pool ? pool->vspaces[asid % ASIDS_PER_POOL] : 0;
}

// Is the capability to an address space that is live under its ASID?
static inline bool vspace_is_live(struct cap vspace)
{
    return cap_kind(vspace) == kind_vspace && vspace_cap_is_assigned(vspace) &&
           vspace_root(vspace_cap_asid(vspace)) == vspace_cap_base(vspace);
}

// What vspace_require_live refuses with.
struct refusal vspace_refuse(struct cap vspace, word_t n);

// The liveness check of memory §2.2: refuses with InvalidCapability(n) or FailedLookup.
static inline struct refusal vspace_require_live(struct cap vspace, word_t n, paddr_t *root)
{
    *root = vspace_cap_base(vspace); // if it is one
    return UNLIKELY(!vspace_is_live(vspace)) ? vspace_refuse(vspace, n) : ACCEPTED;
}

// Loads the thread's address space, or the empty one if it has none that is live (memory §2.12).
void vspace_activate(const struct tcb *thread);
