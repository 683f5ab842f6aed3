/* SPDX-License-Identifier: BSD-2-Clause */
/* The paths through the kernel that programs take all the time. */
#ifndef BENCH_PATHS_H
#define BENCH_PATHS_H

void measure_small_calls(void);
void measure_call_and_reply(void);
void measure_send(void);
void measure_signals(void);
void measure_yield(void);
void measure_faults(void);
void measure_interrupt(void);

#endif
