/* SPDX-License-Identifier: BSD-2-Clause */
/* More slots than the kernel gives a root task. */
#ifndef BENCH_BIG_CSPACE_H
#define BENCH_BIG_CSPACE_H

/*
 * Before pool_init: makes a CNode of 2^bits slots the root of this thread's CSpace. All capabilities keep their addresses, the
 * capability to the CNode itself (seL4_CapInitThreadCNode) included, and BootInfo tells of the new empty slots.
 */
void big_cspace_init(unsigned bits);

#endif
