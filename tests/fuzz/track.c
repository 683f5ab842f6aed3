// SPDX-License-Identifier: BSD-2-Clause
//
// Store tracking; see track.h. clang calls __sanitizer_cov_storeN before each store of the core (compiled with
// -fsanitize-coverage=trace-stores); calls of the memory functions are caught with the linker's --wrap. This file is
// compiled without any of that.
#include "tests/fuzz/track.h"

#include <stdlib.h>
#include <string.h>

#ifndef FUZZ_TRACK_STORES
#define FUZZ_TRACK_STORES 0
#endif

enum { LINE_BITS = 6, LINE = 1 << LINE_BITS, MAX_LINES = (64 << 20) >> LINE_BITS };

struct region {
    uint8_t *live, *snapshot;
    uint8_t *kept; // without store tracing: what track_keep_all copied, or null
    size_t bytes, first_line;
};

static struct region regions[2]; // arena, ks
static size_t line_count;

// Lines written since the last restore, and since the last begin_step with their old content.
static uint8_t *is_dirty;
static uint32_t *dirty, dirty_count;
static uint32_t *step_of, step_number;
static struct old_line {
    uint8_t *live;
    uint8_t content[LINE];
} *olds;
static uint32_t old_count;

static void add_region(struct region *r, void *live, size_t bytes)
{
    uintptr_t start = (uintptr_t)live & ~(uintptr_t)(LINE - 1);
    r->bytes = (((uintptr_t)live + bytes + LINE - 1) & ~(uintptr_t)(LINE - 1)) - start;
    r->live = (uint8_t *)start;
    r->first_line = line_count;
    free(r->snapshot);
    free(r->kept);
    r->snapshot = malloc(r->bytes);
    r->kept = NULL;
    line_count += r->bytes >> LINE_BITS;
}

void track_start(void *arena, size_t arena_bytes, void *state, size_t state_bytes)
{
    line_count = 0;
    add_region(&regions[0], arena, arena_bytes);
    add_region(&regions[1], state, state_bytes);
    is_dirty = realloc(is_dirty, line_count);
    dirty = realloc(dirty, line_count * sizeof *dirty);
    step_of = realloc(step_of, line_count * sizeof *step_of);
    olds = realloc(olds, line_count * sizeof *olds);
    if (!is_dirty || !dirty || !step_of || !olds || !regions[0].snapshot || !regions[1].snapshot || line_count > MAX_LINES) {
        abort();
    }
    track_snapshot();
}

void track_snapshot(void)
{
    for (int i = 0; i < 2; i++) {
        memcpy(regions[i].snapshot, regions[i].live, regions[i].bytes);
    }
    memset(is_dirty, 0, line_count);
    memset(step_of, 0, line_count * sizeof *step_of);
    step_number = dirty_count = old_count = 0;
}

static inline void touch_line(struct region *r, size_t offset)
{
    size_t line = r->first_line + (offset >> LINE_BITS);
    if (!is_dirty[line]) {
        is_dirty[line] = 1;
        dirty[dirty_count++] = (uint32_t)line;
    }
    if (step_of[line] != step_number) {
        step_of[line] = step_number;
        struct old_line *old = &olds[old_count++];
        old->live = r->live + (offset & ~(size_t)(LINE - 1));
        memcpy(old->content, old->live, LINE);
    }
}

static inline void touch(const void *start, size_t bytes)
{
    for (int i = 0; i < 2; i++) {
        size_t offset = (size_t)((const uint8_t *)start - regions[i].live);
        if (offset < regions[i].bytes) {
            for (size_t at = offset & ~(size_t)(LINE - 1); at < offset + bytes && at < regions[i].bytes; at += LINE) {
                touch_line(&regions[i], at);
            }
            return;
        }
    }
}

void track_touch(const void *start, size_t bytes)
{
    touch(start, bytes);
}

static void copy_back(const struct region *r)
{
    memcpy(r->live, r->snapshot, r->bytes);
}

static void restore_lines(void)
{
    for (uint32_t i = 0; i < dirty_count; i++) {
        const struct region *r = &regions[dirty[i] >= regions[1].first_line];
        size_t offset = (dirty[i] - r->first_line) << LINE_BITS;
        memcpy(r->live + offset, r->snapshot + offset, LINE);
        is_dirty[dirty[i]] = 0;
    }
    dirty_count = 0;
}

// Now and then the whole is compared, so that a store that escaped the tracing is not silently kept.
static void check_all(void)
{
    for (int i = 0; i < 2; i++) {
        if (memcmp(regions[i].live, regions[i].snapshot, regions[i].bytes) != 0) {
            __builtin_trap();
        }
    }
}

void track_restore(void)
{
    static unsigned restores;
    if (!FUZZ_TRACK_STORES) {
        copy_back(&regions[0]);
        copy_back(&regions[1]);
    } else {
        restore_lines();
        if (++restores % 4096 == 0) {
            check_all();
        }
    }
    track_begin_step();
}

void track_begin_step(void)
{
    if (++step_number == 0) {
        memset(step_of, 0, line_count * sizeof *step_of);
        step_number = 1;
    }
    old_count = 0;
}

bool track_is_tracing(void)
{
    return FUZZ_TRACK_STORES;
}

// Is the byte one of those that may change?
static bool is_allowed(const uint8_t *at, const struct track_range *allowed, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if ((size_t)(at - (const uint8_t *)allowed[i].start) < allowed[i].bytes) {
            return true;
        }
    }
    return false;
}

// The same in one stretch of memory.
static const uint8_t *changed_in(const uint8_t *live, const uint8_t *old, size_t bytes, const struct track_range *allowed, size_t count,
                                 uint8_t *was)
{
    if (memcmp(live, old, bytes) == 0) {
        return NULL;
    }
    for (size_t i = 0; i < bytes; i++) {
        if (live[i] != old[i] && !is_allowed(live + i, allowed, count)) {
            *was = old[i];
            return live + i;
        }
    }
    return NULL;
}

const uint8_t *track_changed(const struct track_range *allowed, size_t count, uint8_t *was)
{
    const uint8_t *changed = NULL;
    for (uint32_t i = 0; i < old_count && !changed; i++) {
        changed = changed_in(olds[i].live, olds[i].content, LINE, allowed, count, was);
    }
    for (int i = 0; i < 2 && !changed && regions[i].kept; i++) {
        changed = changed_in(regions[i].live, regions[i].kept, regions[i].bytes, allowed, count, was);
    }
    return changed;
}

void track_keep_all(void)
{
    for (int i = 0; i < 2 && !FUZZ_TRACK_STORES; i++) {
        regions[i].kept = regions[i].kept ? regions[i].kept : malloc(regions[i].bytes);
        if (!regions[i].kept) {
            abort();
        }
        memcpy(regions[i].kept, regions[i].live, regions[i].bytes);
    }
}

static void swap(uint8_t *a, uint8_t *b, size_t bytes)
{
    for (size_t i = 0; i < bytes; i += LINE) {
        uint8_t line[LINE];
        memcpy(line, a + i, LINE);
        memcpy(a + i, b + i, LINE);
        memcpy(b + i, line, LINE);
    }
}

void track_take_back(void)
{
    for (uint32_t i = 0; i < old_count; i++) {
        swap(olds[i].live, olds[i].content, LINE);
    }
    for (int i = 0; i < 2 && regions[i].kept; i++) {
        swap(regions[i].live, regions[i].kept, regions[i].bytes);
    }
}

// ------------------------------------------------------------------------- called by compiled code

#define STORE_CALLBACK(bytes)                                    \
    void __sanitizer_cov_store##bytes(void *address);            \
    void __sanitizer_cov_store##bytes(void *address)             \
    {                                                            \
        touch(address, bytes);                                   \
    }
STORE_CALLBACK(1)
STORE_CALLBACK(2)
STORE_CALLBACK(4)
STORE_CALLBACK(8)
STORE_CALLBACK(16)

#if FUZZ_TRACK_STORES
#define WRAP(result, name, ...)                 \
    result __real_##name(__VA_ARGS__);          \
    result __wrap_##name(__VA_ARGS__);          \
    result __wrap_##name(__VA_ARGS__)

WRAP(void *, __asan_memset, void *dest, int value, size_t bytes)
{
    touch(dest, bytes);
    return __real___asan_memset(dest, value, bytes);
}

WRAP(void *, __asan_memcpy, void *dest, const void *source, size_t bytes)
{
    touch(dest, bytes);
    return __real___asan_memcpy(dest, source, bytes);
}

WRAP(void *, __asan_memmove, void *dest, const void *source, size_t bytes)
{
    touch(dest, bytes);
    return __real___asan_memmove(dest, source, bytes);
}
#endif
