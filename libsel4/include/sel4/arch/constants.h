/* SPDX-License-Identifier: BSD-2-Clause */
/* Constants of Arm. */
#ifndef SEL4_ARCH_CONSTANTS_H
#define SEL4_ARCH_CONSTANTS_H

#include <sel4/sel4_arch/constants.h>
#include <sel4/arch/constants_cortex_a53.h>
#include <sel4/plat/api/constants.h>

#define seL4_ARM_VCPUBits seL4_VCPUBits

#endif
