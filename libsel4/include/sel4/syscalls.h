/* SPDX-License-Identifier: BSD-2-Clause */
/* System calls (spec abi §2, §12.5). */
#ifndef SEL4_SYSCALLS_H
#define SEL4_SYSCALLS_H

#include <sel4/functions.h>
#include <sel4/arch/syscalls.h>

#endif
