// SPDX-License-Identifier: BSD-2-Clause
//
// Physical memory at boot: sorted lists of ranges, and the cutting of a range into untypeds (memory
// §9). Pure.
#pragma once

#include "platform/platform.h"

// RAM regions + the gaps between three taken ranges + the split by the root objects; device pages
// on top.
enum { BOOT_MAX_RANGES = BOOT_MAX_RAM_REGIONS + BOOT_MAX_DEVICE_PAGES + 8 };

// Ascending, disjoint, not empty.
struct range_list {
    struct phys_range ranges[BOOT_MAX_RANGES];
    word_t count;
};

// Adds a range, merging it with those that it touches or overlaps. Empty ranges add nothing.
// Returns false if the list is full.
bool range_list_add(struct range_list *list, struct phys_range range);

// Removes a range's bytes from the list. Returns false if the list is full.
bool range_list_remove(struct range_list *list, struct phys_range range);

// Cuts the next untyped off the front of a range: its size as log2, or 0 if the piece is too small
// to be one (below 2^4 bytes); the range's start moves past it. The range must not be empty. memory
// §9.2
word_t range_cut_untyped(struct phys_range *range);
