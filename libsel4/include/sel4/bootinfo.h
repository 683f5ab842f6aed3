/* SPDX-License-Identifier: BSD-2-Clause */
/* A place for the root task's BootInfo pointer (spec abi §12.8). */
#ifndef SEL4_BOOTINFO_H
#define SEL4_BOOTINFO_H

#include <sel4/bootinfo_types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Stores the pointer in the global `bootinfo`. The runtime does it at start. */
void seL4_InitBootInfo(seL4_BootInfo *bi) SEL4_DEPRECATED("the runtime keeps the pointer");

/* The pointer that was stored. */
seL4_BootInfo *seL4_GetBootInfo(void) SEL4_DEPRECATED("ask the runtime for the pointer");

#ifdef __cplusplus
}
#endif

#endif
