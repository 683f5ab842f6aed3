/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads in the root task's address space: everything that one needs, from its TCB to its stack. */
#ifndef LIB_THREADS_H
#define LIB_THREADS_H

#include <lab4/thread.h>
#include <sel4/sel4.h>

struct thread_options {
    const char *name;          /* for the kernel's console */
    seL4_Word priority;
    seL4_CPtr cspace;          /* its CSpace root; 0: the root task's */
    seL4_Word cspace_data;     /* guard for a CSpace root of its own, made by seL4_CNode_CapData_new */
    seL4_CPtr fault_handler;   /* endpoint capability, with Write and Grant or GrantReply; 0: none */
    seL4_Time budget, period;  /* microseconds; equal: round robin. budget 0: no scheduling context, a passive thread */
};

struct thread {
    seL4_CPtr tcb;
    seL4_CPtr sc;              /* 0 if passive */
    seL4_CPtr buffer_frame;
    struct lab4_thread_memory memory;
};

/* Makes a thread that does not run yet. */
void thread_create(struct thread *thread, const struct thread_options *options);

/* Makes it run function(argument). When the function returns, the thread suspends itself (which needs the root's CSpace). */
void thread_start(const struct thread *thread, void (*function)(void *), void *argument);

/* A scheduling context of 2^size_bits bytes with these parameters. */
seL4_CPtr sched_context_create(seL4_Word size_bits, seL4_Time budget, seL4_Time period, seL4_Word badge);

#endif
