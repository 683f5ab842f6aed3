/* SPDX-License-Identifier: BSD-2-Clause */
/* Does what the kernel does for one thread depend on how many others there are? */
#ifndef BENCH_GROWTH_H
#define BENCH_GROWTH_H

void measure_growth(void);

#endif
