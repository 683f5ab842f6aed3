// SPDX-License-Identifier: BSD-2-Clause
//
// The table of object kinds, and the functions that rows of several kinds share; see kind.h.
#include "core/caps/kind.h"

const struct kind null_kind = {0};

const struct kind *const kinds[KIND_NUMBERS] = {
#define KIND_ROW(name, number, ...) [number] = &name##_kind,
    CAP_KINDS(KIND_ROW)
#undef KIND_ROW
};

static word_t badge(struct cap cap)
{
    return cap.words[1];
}

bool badge_starts_family(struct cap cap, struct cap source)
{
    return badge(cap) != badge(source);
}

// An unbadged original is above all others; a badged one only above the rest of its family.
bool badge_is_child(const struct slot *a, const struct slot *b)
{
    return badge(a->cap) == 0 || (badge(a->cap) == badge(b->cap) && !cdt_is_first(b));
}

bool issued_starts_family(struct cap cap, struct cap source)
{
    return cap_kind(cap) != cap_kind(source);
}

struct refusal derive_null(const struct slot *source, struct cap cap, struct cap *derived)
{
    (void)source, (void)cap;
    *derived = cap_null();
    return ACCEPTED;
}
