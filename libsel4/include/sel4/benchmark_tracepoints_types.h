/* SPDX-License-Identifier: BSD-2-Clause */
/* Log entries of kernel trace points: none, as the kernel has no trace points in this configuration. */
#ifndef SEL4_BENCHMARK_TRACEPOINTS_TYPES_H
#define SEL4_BENCHMARK_TRACEPOINTS_TYPES_H

#include <sel4/config.h>

#endif
