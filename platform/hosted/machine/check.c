// SPDX-License-Identifier: BSD-2-Clause
//
// The invariant checker (core/check/invariants.h) at work: after every kernel entry with --check, and once in a panic's report.
//
// It is lent memory of its own, sparse until it is needed: as much as the kernel that it walks takes, found out by trying.
// A walk takes time in proportion to that. So that a large system gets anywhere, twice the memory means a quarter of the
// checks; the same entries are followed by one in each run. --check-every N has it otherwise.
#include "core/check/invariants.h"
#include "core/threads/state.h"
#include "platform/hosted/machine/check.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/panic.h"
#include "platform/hosted/machine/state.h"

enum { FIRST_WORDS = 1 << 12, MOST_WORDS = 1 << 20, MAX_LINES = 20 };

static word_t scratch[MOST_WORDS];
static word_t scratch_words = FIRST_WORDS;
static bool is_too_small;
static uint32_t broken_count;
static word_t entries_since_check;

static void note(int number, const char *what, const void *subject)
{
    (void)what, (void)subject;
    if (number == 0) {
        is_too_small = true;
    } else {
        broken_count++;
    }
}

static void print_broken(int number, const char *what, const void *subject)
{
    if (number == 0) {
        return;
    }
    if (broken_count++ < MAX_LINES) {
        host_print(HOST_STDERR, "  invariant %d (docs/INVARIANTS.md): %s; at %lx\n", number, what, (uint64_t)subject);
    }
}

// Without a report. Whether all that could be looked at is well; `is_too_small` then tells whether that was everything.
static bool check_quietly(void)
{
    for (;;) {
        is_too_small = false;
        broken_count = 0;
        bool holds = invariants_check(scratch, scratch_words, note);
        if (holds || !is_too_small) {
            return holds;
        }
        if (scratch_words == MOST_WORDS) {
            return true; // what is reported besides may come from the lack of memory
        }
        scratch_words *= 2;
    }
}

// How many entries there are to one check.
static word_t period(void)
{
    word_t growth = scratch_words / FIRST_WORDS;
    return control()->check_every != 0 ? control()->check_every : growth * growth;
}

void check_kernel(void)
{
    static bool has_warned;
    if (++entries_since_check < period()) {
        return;
    }
    entries_since_check = 0;
    if (!check_quietly()) {
        panic_at("an invariant is broken", NULL);
    }
    if (is_too_small && !has_warned) {
        has_warned = true;
        host_print(HOST_STDERR, "lab4: --check has too little memory for so many objects and mappings; it checks no more than a part\n");
    }
}

void check_report(void)
{
    if ((control()->flags & MACHINE_FLAG_CHECK) && period() > 1) {
        host_print(HOST_STDERR, "  checked after every %ld entries only, so an earlier one may be to blame: see --check-every 1\n", period());
    }
    if (check_quietly()) {
        host_print(HOST_STDERR, "  invariants: all hold%s\n", is_too_small ? " as far as there was memory to check them" : "");
        return;
    }
    host_print(HOST_STDERR, "  invariants broken (in the middle of an operation some may be, for a while):\n");
    broken_count = 0;
    invariants_check(scratch, scratch_words, print_broken);
    if (broken_count > MAX_LINES) {
        host_print(HOST_STDERR, "  … and %lu more\n", (uint64_t)(broken_count - MAX_LINES));
    }
}
