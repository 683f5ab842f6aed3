// SPDX-License-Identifier: BSD-2-Clause
//
// Which 64-byte lines of kernel memory (the arena and ks) have been written, and what they held before; see machine.h.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Two ranges are tracked: the arena and ks.
void track_start(void *arena, size_t arena_bytes, void *state, size_t state_bytes);

// The present content becomes the snapshot.
void track_snapshot(void);

// Back to the snapshot.
void track_restore(void);

// From now on the old content of written lines is kept, to be compared.
void track_begin_step(void);

// Are stores traced at all? If not, nothing is known to be unchanged.
bool track_is_tracing(void);

// Marks a range that is about to be written by code that is not traced.
void track_touch(const void *start, size_t bytes);

// Takes back what was written since track_begin_step and keeps it: after the step has been done again in another way, track_changed
// finds where the two outcomes differ. Builds without store tracing need track_keep_all right after track_begin_step.
void track_keep_all(void);
void track_take_back(void);

// The first byte that differs from what it was at track_begin_step, outside the ranges that may change; null if none. `*was`
// becomes its old value.
struct track_range {
    const void *start;
    size_t bytes;
};
const uint8_t *track_changed(const struct track_range *allowed, size_t count, uint8_t *was);
