/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel objects and slots for a root task: memory from the untypeds of BootInfo, slots from its empty range.
 *
 * A program that cannot go on without an object has no better idea than to stop, so everything here succeeds or ends the run
 * with a message.
 */
#ifndef LIB_POOL_H
#define LIB_POOL_H

#include <sel4/sel4.h>

/* Before anything else. */
void pool_init(const seL4_BootInfo *info);

/* An empty slot of the root CNode, as a capability address. Until something is freed, slots come in a row. */
seL4_CPtr pool_slot(void);

/*
 * A new object. size_bits as in seL4_Untyped_Retype: it matters for seL4_UntypedObject (bytes), seL4_CapTableObject (slots) and
 * seL4_SchedContextObject (bytes), all as log2.
 */
seL4_CPtr pool_object(seL4_Word type, seL4_Word size_bits);

/*
 * An untyped of BootInfo with room for 2^bits bytes, for a program that retypes them itself, at once: they count as used from now
 * on, and are not given back.
 */
seL4_CPtr pool_untyped_for(seL4_Word bits);

/* A copy of a capability, with a badge unless that is 0, in a new slot. */
seL4_CPtr pool_mint(seL4_CPtr source, seL4_CapRights_t rights, seL4_Word badge);

/*
 * Gives back what pool_object made: the object ends, every capability to it is gone, wherever it was copied to, and its memory
 * will be used again for an object of the same size. Anything else in a slot of ours is deleted, and the slot used again.
 */
void pool_free(seL4_CPtr capability);

/*
 * Owners, so that many things can be given back at once: what is made while an owner is set belongs to it. 0, the owner in the
 * beginning, is nobody: that can be freed one by one only.
 */
unsigned pool_new_owner(void);
unsigned pool_set_owner(unsigned owner); /* the result is the one before */
void pool_free_owned(unsigned owner);    /* in the order in which it was made */

/* Ends the run if an invocation was refused: prints what it was and the error. */
void must(seL4_Error error, const char *what);

#endif
