// SPDX-License-Identifier: BSD-2-Clause
//
// The table of the world's capabilities (world.h) as functions.
#include "tests/fuzz/world.h"

#include <stddef.h>

const char *world_name(word_t slot)
{
    switch (slot) {
#define WORLD_NAME_CASE(number, name, kind) \
    case number:                            \
        return #name;
        WORLD_CAPS(WORLD_NAME_CASE)
    default:
        return NULL;
    }
}

enum world_kind world_kind(word_t slot)
{
    switch (slot) {
#define WORLD_KIND_CASE(number, name, kind) \
    case number:                            \
        return W_KIND_##kind;
        WORLD_CAPS(WORLD_KIND_CASE)
    default:
        return W_KIND_none;
    }
}
