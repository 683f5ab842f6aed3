/* SPDX-License-Identifier: BSD-2-Clause */
/* Invocation labels of 64-bit Arm. */
#ifndef SEL4_SEL4_ARCH_INVOCATION_H
#define SEL4_SEL4_ARCH_INVOCATION_H

#include <lab4/invocations.h>

enum sel4_arch_invocation_label {
    LAB4_INVOCATIONS_SEL4_ARCH(LAB4_LABEL_ENUMERATOR)
    nSeL4ArchInvocationLabels
};

#endif
