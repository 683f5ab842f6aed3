// SPDX-License-Identifier: BSD-2-Clause
//
// What this platform keeps in a TCB (core/threads/objects.h), in the place where AArch64 keeps FP registers; those of the
// host have a place of their own (fp_slot in state.h). New TCBs are zero here.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// What --trace knows about a thread.
struct traced {
    uint32_t id; // 0 = not met yet
    uint32_t name_hash;
    uint64_t root;  // level-0 table of the address space that it was last seen in
    uint8_t state;  // and the others: as after the last entry
    bool is_sleeping, has_fault;
};

struct plat_thread {
    uint32_t is_full;        // resume with every register restored, not only those that a call preserves
    uint32_t has_fp;         // its slot holds FP state; otherwise that state is the initial one
    uint64_t exit_flags;     // host flags to resume with (only if is_full)
    uint64_t other_flags;    // host flags that have no twin in spsr
    struct process *live_in; // whose registers hold its FP state; null = none
    struct traced traced;
};
