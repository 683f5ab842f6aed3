/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes: a program from an ELF image in an address space and a CSpace of its own.
 *
 * A process starts just as the kernel starts a root task: with the address of a BootInfo in its first register. So its program is made
 * like any root task, with lab4_add_root_task, and its main finds lab4_bootinfo(): its IPC buffer, its number of slots, which are
 * empty. Its CSpace holds what a root task finds at these numbers, and nothing else until process_give:
 *
 *    1 seL4_CapInitThreadTCB      its thread
 *    2 seL4_CapInitThreadCNode    its CNode, so that it can move and receive capabilities
 *   16 … PROCESS_SLOTS - 1        empty
 *
 * main must not return, nor call lab4_exit: that ends the whole run.
 */
#ifndef LIB_PROCESS_H
#define LIB_PROCESS_H

#include <sel4/sel4.h>

enum { PROCESS_SLOT_BITS = 6, PROCESS_SLOTS = 1 << PROCESS_SLOT_BITS };

struct process_options {
    const char *name;          /* for the kernel's console */
    const void *image;         /* an ELF file */
    seL4_Word image_size;
    seL4_Word priority;
    seL4_CPtr fault_handler;   /* endpoint capability, with Write and Grant or GrantReply; 0: none */
    seL4_Time budget, period;  /* microseconds; equal: round robin */
};

struct process {
    seL4_CPtr tcb, sc, vspace, cnode; /* in our CSpace */
    seL4_Word entry, bootinfo;        /* addresses in its address space */
    unsigned owner;                   /* of all that it is made of (lib/pool.h) */
};

/* Makes a process that does not run yet. The result is null, or a sentence about what is wrong with the image: then nothing was made. */
const char *process_create(struct process *process, const struct process_options *options);

/* Puts a copy of our capability `source` into a slot of the process, with a badge unless that is 0. */
void process_give(const struct process *process, seL4_Word slot, seL4_CPtr source, seL4_CapRights_t rights, seL4_Word badge);

/* Makes it run from its entry. */
void process_start(const struct process *process);

/*
 * Ends it, whatever it does just now, and gives back all that process_create made. A caller that waits for its answer waits for ever;
 * what it was given stays with those who gave it. process_create makes the same program anew, with the data of its image.
 */
void process_destroy(struct process *process);

#endif
