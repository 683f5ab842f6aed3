/* SPDX-License-Identifier: BSD-2-Clause */
/* Ending a run. */
#ifndef LAB4_EXIT_H
#define LAB4_EXIT_H

/* x1 of the DebugHalt that ends a run: "LAB4". x0 is the status. */
#define LAB4_EXIT_MAGIC 0x3442414c

#ifndef __ASSEMBLER__

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Ends the run with a status: the hosted machine's process, or the emulator, exits with it. It is the DebugHalt system call with
 * two arguments, which any other seL4 kernel takes as a plain halt. A release kernel without printing has no such call:
 * there the thread faults and stays inactive. Needs neither IPC buffer nor thread-local storage.
 */
void lab4_exit(int status) __attribute__((__noreturn__)); /* not _Noreturn: C99 and C++ have none */

#ifdef __cplusplus
}
#endif

#endif

#endif
