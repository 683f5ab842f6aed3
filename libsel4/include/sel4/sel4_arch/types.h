/* SPDX-License-Identifier: BSD-2-Clause */
/* Register files of 64-bit Arm (spec abi §8). */
#ifndef SEL4_SEL4_ARCH_TYPES_H
#define SEL4_SEL4_ARCH_TYPES_H

#include <sel4/simple_types.h>

typedef seL4_CPtr seL4_ARM_VSpace;
typedef seL4_CPtr seL4_ARM_PageUpperDirectory;
typedef seL4_CPtr seL4_ARM_PageGlobalDirectory;

/* A thread's registers, in the order of ReadRegisters and WriteRegisters. */
typedef struct seL4_UserContext_ {
    /* frame registers: words 0..16 */
    seL4_Word pc, sp, spsr;
    seL4_Word x0, x1, x2, x3, x4, x5, x6, x7, x8;
    seL4_Word x16, x17, x18, x29, x30;
    /* integer and thread registers: words 17..35 */
    seL4_Word x9, x10, x11, x12, x13, x14, x15;
    seL4_Word x19, x20, x21, x22, x23, x24, x25, x26, x27, x28;
    seL4_Word tpidr_el0, tpidrro_el0;
} seL4_UserContext;

/* Arguments or results of a secure monitor call. */
typedef struct seL4_ARM_SMCContext_ {
    seL4_Word x0, x1, x2, x3, x4, x5, x6, x7;
} seL4_ARM_SMCContext;

#endif
