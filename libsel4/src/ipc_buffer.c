/* SPDX-License-Identifier: BSD-2-Clause */
/* The one definition of each thread's IPC-buffer pointer (spec abi §12.4). */
#include <sel4/functions.h>

LIBSEL4_THREAD_LOCAL seL4_IPCBuffer *__sel4_ipc_buffer;
