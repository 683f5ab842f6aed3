// SPDX-License-Identifier: BSD-2-Clause
//
// Derivation; see derive.h.
#include "core/derive.h"

struct refusal cap_derive(const struct slot *source, struct cap cap, struct cap *derived)
{
    *derived = cap;
    switch (cap_kind(cap)) {
    case kind_untyped:
        REQUIRE(!cdt_has_children(source), seL4_RevokeFirst);
        return ACCEPTED;
    case kind_page_table:
        REQUIRE(page_table_cap_is_mapped(cap), seL4_IllegalOperation);
        return ACCEPTED;
    case kind_vspace:
        REQUIRE(vspace_cap_is_assigned(cap), seL4_IllegalOperation);
        return ACCEPTED;
    case kind_frame:
        *derived = frame_cap_set_asid(cap, 0); // the mapping stays with the original
        return ACCEPTED;
    case kind_irq_control:
    case kind_zombie:
        *derived = cap_null();
        return ACCEPTED;
    default:
        return ACCEPTED;
    }
}
