// SPDX-License-Identifier: BSD-2-Clause
//
// Ranges of physical memory; see boot_memory.h.
#include "core/entry/boot_memory.h"

static bool insert_at(struct range_list *list, word_t i, struct phys_range range)
{
    if (list->count == BOOT_MAX_RANGES) {
        return false;
    }
    for (word_t j = list->count; j > i; j--) {
        list->ranges[j] = list->ranges[j - 1];
    }
    list->ranges[i] = range;
    list->count++;
    return true;
}

static void remove_at(struct range_list *list, word_t i)
{
    list->count--;
    for (word_t j = i; j < list->count; j++) {
        list->ranges[j] = list->ranges[j + 1];
    }
}

bool range_list_add(struct range_list *list, struct phys_range range)
{
    if (range.start >= range.end) {
        return true;
    }
    word_t i = 0;
    while (i < list->count && list->ranges[i].end < range.start) {
        i++;
    }
    while (i < list->count && list->ranges[i].start <= range.end) {
        range.start = min_word(range.start, list->ranges[i].start);
        range.end = list->ranges[i].end > range.end ? list->ranges[i].end : range.end;
        remove_at(list, i);
    }
    return insert_at(list, i, range);
}

bool range_list_remove(struct range_list *list, struct phys_range hole)
{
    for (word_t i = 0; i < list->count && hole.start < hole.end;) {
        struct phys_range range = list->ranges[i];
        if (hole.end <= range.start || hole.start >= range.end) {
            i++;
            continue;
        }
        remove_at(list, i); // the next range is now at i: a hole may cover several
        if (range.start < hole.start &&
            !insert_at(list, i++, (struct phys_range){range.start, hole.start})) {
            return false;
        }
        if (hole.end < range.end &&
            !insert_at(list, i++, (struct phys_range){hole.end, range.end})) {
            return false;
        }
    }
    return true;
}

// Blocks are aligned in the kernel's window, whose base has 39 trailing zeros: physical 2^39 maps
// to 0 there and is aligned without limit. Part of the rule, whatever window a platform has (memory
// §9.2).
#define WINDOW_BASE UINT64_C(0xffffff8000000000)

enum { UNTYPED_MIN_BITS = 4, UNTYPED_MAX_BITS = 47 };

word_t range_cut_untyped(struct phys_range *range)
{
    word_t start = range->start + WINDOW_BASE;
    word_t bits = min_word(log2_floor(range->end - range->start), UNTYPED_MAX_BITS);
    if (start != 0) {
        bits = min_word(bits, (word_t)__builtin_ctzll(start));
    }
    range->start += BIT(bits);
    return bits >= UNTYPED_MIN_BITS ? bits : 0;
}
