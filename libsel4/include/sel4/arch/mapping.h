/* SPDX-License-Identifier: BSD-2-Clause */
/* What a failed mapping says, under its other name (spec abi §12.9). */
#ifndef SEL4_ARCH_MAPPING_H
#define SEL4_ARCH_MAPPING_H

#include <sel4/sel4_arch/mapping.h>

#endif
