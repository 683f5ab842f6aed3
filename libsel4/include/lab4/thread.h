/* SPDX-License-Identifier: BSD-2-Clause */
/* Starting a thread that runs a C function. Objects, capabilities and scheduling parameters are the caller's business. */
#ifndef LAB4_THREAD_H
#define LAB4_THREAD_H

#include <sel4/types.h>

/* The memory of a thread, all of it mapped in the address space that the caller and the thread share. */
struct lab4_thread_memory {
    void *stack; /* lowest address */
    seL4_Word stack_size;
    void *tls_block; /* lab4_tls_size() bytes */
    seL4_IPCBuffer *ipc_buffer;
};

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Makes tcb run function(argument) and resumes it. tcb must be configured (seL4_TCB_Configure, with the same IPC buffer) and
 * share the caller's address space; it needs a scheduling context to get any time. When the function returns, the thread
 * suspends itself through the capability `tcb` in its own CSpace.
 */
seL4_Error lab4_thread_start(seL4_TCB tcb, const struct lab4_thread_memory *memory, void (*function)(void *), void *argument);

#ifdef __cplusplus
}
#endif

#endif
