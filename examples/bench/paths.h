/* SPDX-License-Identifier: BSD-2-Clause */
/* The paths through the kernel that programs take all the time. */
#ifndef BENCH_PATHS_H
#define BENCH_PATHS_H

#include <sel4/sel4.h>

void measure_small_calls(void);
void measure_call_and_reply(void);
void measure_send(void);
void measure_signals(void);
void measure_yield(void);
void measure_faults(void);
void measure_interrupt(void);

/* Waking, yielding and going to sleep among `size` threads that have nothing to do with it. */
void measure_switches(const char *signal_key, const char *yield_key, const char *sleep_key, seL4_Word size);

#endif
