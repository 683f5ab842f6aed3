// SPDX-License-Identifier: BSD-2-Clause
//
// VSpaces: liveness and activation; see vspace.h. A thread whose VSpace is not live runs in the
// empty address space, and so faults at its first instruction; that is its user's mistake, not an
// error here.
#include "core/arch/aarch64/vspace.h"

COLD struct refusal vspace_refuse(struct cap vspace, word_t n)
{
    bool is_assigned = cap_kind(vspace) == kind_vspace && vspace_cap_is_assigned(vspace);
    REQUIRE(is_assigned, seL4_InvalidCapability, n);
    REQUIRE(vspace_root(vspace_cap_asid(vspace)), seL4_FailedLookup, 0, seL4_InvalidRoot);
    return REFUSE(seL4_InvalidCapability, n); // the ASID is another one's
}

HOT void vspace_activate(const struct tcb *thread)
{
    struct cap vspace = thread->slots[TCB_VSPACE].cap;
    if (vspace_is_live(vspace)) {
        plat_vspace_activate(vspace_cap_base(vspace), vspace_cap_asid(vspace));
    } else {
        plat_vspace_activate(0, 0);
    }
}
