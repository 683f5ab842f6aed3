/* SPDX-License-Identifier: BSD-2-Clause */
/* What several of the programs here need: another address space with the same program in it, and slots by the ten thousands. */
#ifndef TWIN_H
#define TWIN_H

#include <sel4/sel4.h>

/* An address space with the same pages of this program as ours. */
seL4_CPtr twin_vspace(void);

/*
 * Gives the root task a CSpace of two CNodes, of which the first is the present one: its slots keep their numbers. The second has
 * BIG_CSPACE_BITS of them, at (seL4_CPtr)1 << BIG_CSPACE_BITS and following. The result is the second CNode itself.
 */
enum { BIG_CSPACE_BITS = 17 };
seL4_CPtr big_cspace_begin(void);

/* A copy of the capability in a slot of the first CNode, in the next slot of the second one; returns how it is addressed. */
seL4_CPtr big_cspace_copy(seL4_CPtr original);

#endif
