/* SPDX-License-Identifier: BSD-2-Clause */
/* Types that Arm kernels share with user level: none beyond <sel4/shared_types.h>. */
#ifndef SEL4_ARCH_SHARED_TYPES_H
#define SEL4_ARCH_SHARED_TYPES_H

#include <sel4/shared_types.h>

#endif
