/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel objects and slots for a root task: memory from the untypeds of BootInfo, slots from its empty range.
 *
 * A program that cannot go on without an object has no better idea than to stop, so everything here succeeds or ends the run
 * with a message. Nothing is ever given back.
 */
#ifndef LIB_POOL_H
#define LIB_POOL_H

#include <sel4/sel4.h>

/* Before anything else. */
void pool_init(const seL4_BootInfo *info);

/* An empty slot of the root CNode, as a capability address. */
seL4_CPtr pool_slot(void);

/*
 * A new object. size_bits as in seL4_Untyped_Retype: it matters for seL4_UntypedObject (bytes), seL4_CapTableObject (slots) and
 * seL4_SchedContextObject (bytes), all as log2.
 */
seL4_CPtr pool_object(seL4_Word type, seL4_Word size_bits);

/* A copy of a capability, with a badge unless that is 0, in a new slot. */
seL4_CPtr pool_mint(seL4_CPtr source, seL4_CapRights_t rights, seL4_Word badge);

/* Ends the run if an invocation was refused: prints what it was and the error. */
void must(seL4_Error error, const char *what);

#endif
