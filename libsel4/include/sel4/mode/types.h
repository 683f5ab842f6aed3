/* SPDX-License-Identifier: BSD-2-Clause */
/* Types of 64-bit kernels: none beyond <sel4/simple_types.h>. */
#ifndef SEL4_MODE_TYPES_H
#define SEL4_MODE_TYPES_H

#include <sel4/simple_types.h>

#endif
