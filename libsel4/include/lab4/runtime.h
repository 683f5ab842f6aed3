/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the runtime does around main, and what it knows. A root task defines `int main(void)`; its result goes to lab4_exit. Functions with
 * __attribute__((constructor)) and constructors of static C++ objects run before it, with IPC buffer and thread-local storage; destructors
 * never run.
 */
#ifndef LAB4_RUNTIME_H
#define LAB4_RUNTIME_H

#include <sel4/bootinfo_types.h>

/* Status of a run that ends in a failed assertion. */
#define LAB4_EXIT_ASSERTION 134
/* Status of a run whose thread-local storage does not fit into the root thread's block. */
#define LAB4_EXIT_TLS 135

/* Bytes of the root thread's stack. */
#define LAB4_ROOT_STACK_BYTES 65536

#ifdef __cplusplus
extern "C" {
#endif

/* What the kernel told the root task. */
seL4_BootInfo *lab4_bootinfo(void);

#ifdef __cplusplus
}
#endif

#endif
