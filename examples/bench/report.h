/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What comes out: one line a figure, `KEY SIZE MIN MEDIAN MAX`, in counts of the counter (tools/bench makes tables of it). SIZE is
 * the number of things that the figure is about: pages, objects, threads …; 1 where there is only one.
 */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "counter.h"

enum { ROUNDS = COUNTER_IS_EXACT ? 16 : 2000 };

/* Finds out what counting itself costs; everything reported afterwards is without it. */
void report_init(void);

/* A figure from its samples, which get sorted. */
void report(const char *key, seL4_Word size, seL4_Word *samples, seL4_Word count);

/* The same for samples that count nothing of the counter, because they are differences of figures that do. */
void report_difference(const char *key, seL4_Word size, seL4_Word *samples, seL4_Word count);

/* A single measurement. */
void report_one(const char *key, seL4_Word size, seL4_Word count);

/* How many counts a millisecond has, and how many a fixed loop of this program takes. */
void report_clock(void);

#endif
