/* SPDX-License-Identifier: BSD-2-Clause */
/* Thread-local storage for threads that a program makes. */
#ifndef LAB4_TLS_H
#define LAB4_TLS_H

#include <sel4/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that a thread's block needs, wherever it begins. */
seL4_Word lab4_tls_size(void);

/*
 * Fills a block of lab4_tls_size() bytes with this program's initial thread-local variables, except that __sel4_ipc_buffer is
 * ipc_buffer. The result is the value for the thread's TLS base (tpidr_el0): lab4_thread_start sets it, as do
 * seL4_TCB_SetTLSBase and seL4_TCB_WriteRegisters. Uses no thread-local storage itself.
 */
seL4_Word lab4_tls_init(void *block, seL4_IPCBuffer *ipc_buffer);

#ifdef __cplusplus
}
#endif

#endif
