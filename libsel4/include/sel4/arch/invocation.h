/* SPDX-License-Identifier: BSD-2-Clause */
/* Invocation labels of Arm. */
#ifndef SEL4_ARCH_INVOCATION_H
#define SEL4_ARCH_INVOCATION_H

#include <lab4/invocations.h>

enum arch_invocation_label {
    LAB4_INVOCATIONS_ARCH(LAB4_LABEL_ENUMERATOR)
    nArchInvocationLabels
};

#endif
