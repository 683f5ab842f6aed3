/* SPDX-License-Identifier: BSD-2-Clause */
/* What a count of the counter is worth: in time, as the kernel charges it, and in work. */
#include "actors.h"
#include "lib/pool.h"

enum { LOOP = 10000 };

/* Each step needs the result of the one before; the same in every run of every program. */
static seL4_Word loop(seL4_Word value)
{
    for (seL4_Word i = 0; i < LOOP; i++) {
        value = value * 6364136223846793005ul + 1442695040888963407ul;
        __asm__ volatile("" : "+r"(value));
    }
    return value;
}

/* Another thread runs, and with it the kernel charges this one for all that it used. */
static seL4_Time consumed(void)
{
    actor_call_up(FIRST, &(struct script) {.priority = PRIORITY_LOW, .each = {.number = STEP_LOAD}});
    actors_play();
    const seL4_SchedContext_Consumed_t result = seL4_SchedContext_Consumed(seL4_CapInitThreadSC);
    must((seL4_Error)result.error, "seL4_SchedContext_Consumed");
    return result.consumed;
}

void report_clock(void)
{
    static seL4_Word samples[ROUNDS];
    for (seL4_Word i = 0; i < ROUNDS; i++) {
        const seL4_Word start = counter_read();
        loop(i);
        samples[i] = counter_read() - start;
    }
    report("reference_loop", LOOP, samples, ROUNDS);

    const seL4_Word wanted = 100000000;
    static seL4_Word word;
    actors_load_from = &word;
    consumed();
    const seL4_Word start = counter_read();
    seL4_Word end;
    do {
        loop(0);
        end = counter_read();
    } while (end - start < wanted);
    const seL4_Time microseconds = consumed();
    if (microseconds) {
        report_difference("clock", 1, &(seL4_Word) {(end - start) * 1000 / microseconds}, 1);
    }
}
