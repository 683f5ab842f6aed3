/* SPDX-License-Identifier: BSD-2-Clause */
/* Invocation labels (spec abi §7.1), expanded from the table in <lab4/invocations.h>. */
#ifndef SEL4_INVOCATION_H
#define SEL4_INVOCATION_H

#include <lab4/invocations.h>

enum invocation_label {
    InvalidInvocation = 0,
    LAB4_INVOCATIONS_COMMON(LAB4_LABEL_ENUMERATOR)
    nInvocationLabels
};

#include <sel4/sel4_arch/invocation.h>
#include <sel4/arch/invocation.h>

#endif
