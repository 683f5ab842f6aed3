/* SPDX-License-Identifier: BSD-2-Clause */
/* System-call numbers that this build of the kernel implements (spec abi §2.1). */
#ifndef SEL4_SYSCALL_H
#define SEL4_SYSCALL_H

#include <sel4/macros.h>
#include <lab4/syscall_table.h>

#define LAB4_SYSCALL_ID(number, name) seL4_Sys##name = (number),
#define LAB4_SYSCALL_ID_api LAB4_SYSCALL_ID
#ifdef CONFIG_PRINTING
#define LAB4_SYSCALL_ID_printing LAB4_SYSCALL_ID
#else
#define LAB4_SYSCALL_ID_printing(number, name)
#endif
#ifdef CONFIG_DEBUG_BUILD
#define LAB4_SYSCALL_ID_debug LAB4_SYSCALL_ID
#else
#define LAB4_SYSCALL_ID_debug(number, name)
#endif
#if defined(CONFIG_DEBUG_BUILD) || defined(CONFIG_PRINTING)
#define LAB4_SYSCALL_ID_end LAB4_SYSCALL_ID
#else
#define LAB4_SYSCALL_ID_end(number, name)
#endif
#define LAB4_SYSCALL_ID_WHEN(number, name, when) LAB4_SYSCALL_ID_##when(number, name)

__extension__ typedef enum {
    LAB4_SYSCALLS(LAB4_SYSCALL_ID_WHEN)
    SEL4_FORCE_LONG_ENUM(seL4_Syscall_ID)
} seL4_Syscall_ID;

#undef LAB4_SYSCALL_ID_WHEN
#undef LAB4_SYSCALL_ID_end
#undef LAB4_SYSCALL_ID_debug
#undef LAB4_SYSCALL_ID_printing
#undef LAB4_SYSCALL_ID_api
#undef LAB4_SYSCALL_ID

#endif
