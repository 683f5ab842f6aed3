/* SPDX-License-Identifier: BSD-2-Clause */
/* Constants of the platform: QEMU's virt machine, and the hosted machine that imitates it. None beyond those of Arm. */
#ifndef SEL4_PLAT_API_CONSTANTS_H
#define SEL4_PLAT_API_CONSTANTS_H

#include <sel4/config.h>

#endif
