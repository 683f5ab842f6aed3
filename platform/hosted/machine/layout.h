/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fixed addresses and offsets of the machine, for C and assembler.
 *
 *   0x1_0000        user window, up to MACHINE_USER_HIGH               protection key 0
 *   0x6fff_ffff_f000 gate page, read-only                              key 0
 *   0x7000_0000_0000 control page (interface.h)                        key 1 from here on
 *   0x7000_1000_0000 the ring of --trace (trace_records.h)
 *   0x7000_4000_0000 simulated RAM; physical p is at p + LAYOUT_PHYSICAL_WINDOW
 *   0x7080_0000_0000 host state of threads, one slot for each 2 KiB of RAM
 *   0x7100_0000_0000 the machine image: text, read-only data, per-process data and stacks, shared data (machine.ld)
 *
 *   0x7220_0000_0000 shadow of the image, in a machine with address checks (kasan.c)
 *
 * Everything else is unmapped, the host's own mappings included (start.c).
 */
#ifndef LAB4_MACHINE_LAYOUT_H
#define LAB4_MACHINE_LAYOUT_H

#include <lab4/hosted_abi.h>

#define LAYOUT_CONTROL 0x700000000000
#define LAYOUT_TRACE 0x700010000000
#define LAYOUT_PHYSICAL_WINDOW 0x700000000000
#define LAYOUT_THREADS 0x708000000000
#define LAYOUT_IMAGE 0x710000000000
#define LAYOUT_HOST_END 0x7ffffffff000 /* end of the lower half as the host hands it out */

/* Protection keys. Key 0 is the user's; the others are allocated at start in this order (protect.c). */
#define KEY_MACHINE 1
#define KEY_READ_ONLY 2 /* the scratch page of the full exit: user level may read it */

/* PKRU: two bits a key, 1 = no access, 2 = no writing. */
#define PKRU_USER 0x55555564    /* key 0 open, key 2 readable, all others closed */
#define PKRU_MACHINE 0x55555541 /* key 0 closed, so that a stray user pointer is caught; keys 1 and 2 open */
#define PKRU_OPEN 0x55555540    /* keys 0, 1 and 2 open: to populate user mappings, and on old hosts (protect.c) */

#define CONTROL_ATTENTION 256 /* offsetof(struct machine_control, attention) */

/* struct tcb (core/threads/tcb.h): the registers, and the host's words in the part that AArch64 uses for FP state. */
#define TCB_X(n) (160 + 8 * (n))
#define TCB_SP 408
#define TCB_PC 416
#define TCB_SPSR 424
#define TCB_FAULT_PC 432
#define TCB_HOST 464
#define TCB_HOST_IS_FULL 464
#define TCB_HOST_EXIT_FLAGS 472

/* What resume() tells the entry code to do. */
#define RESUME_QUICK 0   /* back through the gate: the call's scratch registers and the flags need not be restored */
#define RESUME_FULL 1    /* every register exactly */
#define RESUME_HAND_OFF 2 /* another process is to run */

/* Host flags. User code may leave any of the sticky ones set: nested task, alignment check. */
#define PLAIN_FLAGS 0x202
#define STICKY_FLAGS 0x44000

#define STACK_BYTES 65536

#endif
