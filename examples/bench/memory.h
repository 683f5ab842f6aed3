/* SPDX-License-Identifier: BSD-2-Clause */
/* What memory, objects and capabilities cost, one by one and many at once. */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

void measure_mapping(void);
void measure_retype(void);
void measure_revoke(void);
void measure_creation(void);

#endif
