/* SPDX-License-Identifier: BSD-2-Clause */
/* Layout of utilisation reports: none, as the kernel does not track utilisation in this configuration. */
#ifndef SEL4_BENCHMARK_UTILISATION_TYPES_H
#define SEL4_BENCHMARK_UTILISATION_TYPES_H

#include <sel4/config.h>

#endif
