/* SPDX-License-Identifier: BSD-2-Clause */
/* bench: measures the kernel from user level. The figures are explained in docs/PERFORMANCE.md. */
#include <lab4/exit.h>
#include <lab4/printf.h>
#include <lab4/runtime.h>

#include "actors.h"
#include "big_cspace.h"
#include "growth.h"
#include "lib/pool.h"
#include "memory.h"
#include "paths.h"

enum { SLOT_BITS = 17 };

struct measurement {
    const char *name;
    void (*measure)(void);
};

static const struct measurement measurements[] = {
    {"clock", report_clock},
    {"small", measure_small_calls},
    {"call", measure_call_and_reply},
    {"send", measure_send},
    {"signal", measure_signals},
    {"yield", measure_yield},
    {"fault", measure_faults},
    {"interrupt", measure_interrupt},
    {"map", measure_mapping},
    {"retype", measure_retype},
    {"revoke", measure_revoke},
    {"create", measure_creation},
    {"growth", measure_growth},
};

enum { NUM_MEASUREMENTS = sizeof(measurements) / sizeof(measurements[0]) };

/*
 * Which measurements to make, comma-separated names; empty: all. A root task has no arguments, so tools/bench writes them over
 * this in a copy of the program.
 */
volatile char bench_selection[128] __attribute__((section(".data"))) = ""; /* .data: it must be in the file */

static bool is_selected(const char *name)
{
    if (bench_selection[0] == '\0') {
        return true;
    }
    for (const volatile char *word = bench_selection; *word; word++) {
        seL4_Word length = 0;
        while (name[length] && word[length] == name[length]) {
            length++;
        }
        if (!name[length] && (!word[length] || word[length] == ',')) {
            return true;
        }
        while (*word && *word != ',') {
            word++;
        }
        if (!*word) {
            break;
        }
    }
    return false;
}

int main(void)
{
    const seL4_Word since_reset = counter_since_reset();
    printf("bench: key, size, least, median, most\n");
    counter_start();
    report_init();
    pool_init(lab4_bootinfo());
    big_cspace_init(SLOT_BITS);
    if (since_reset) {
        report_difference("start_up", 1, &(seL4_Word) {since_reset}, 1);
    }
    actors_init();
    for (int i = 0; i < NUM_MEASUREMENTS; i++) {
        if (is_selected(measurements[i].name)) {
            measurements[i].measure();
        }
    }
    printf("bench: done\n");
    lab4_exit(0);
}
