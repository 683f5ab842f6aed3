/* SPDX-License-Identifier: BSD-2-Clause */
/* Where torture_code.S finds the registers of a thread. */
#ifndef TORTURE_BLOCK_H
#define TORTURE_BLOCK_H

#define BLOCK_FLAGS 0 /* in and out: popfq, pushfq */
#define BLOCK_IN 8    /* rax rbx rcx rdx rsi rdi rbp r8 … r15; rcx is how long to wait, and 0 afterwards */
#define BLOCK_OUT 128 /* the same, and rsp */
#define BLOCK_SAVED_SP 256
#define BLOCK_COMPONENTS 264 /* of the extended state */
#define BLOCK_STATE_IN 512   /* as XRSTOR reads it */
#define BLOCK_STATE_OUT 3328 /* as XSAVE leaves it */
#define BLOCK_STATE_BYTES 2816

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <sel4/sel4.h>

enum { BLOCK_REGISTERS = 15 };

struct block {
    _Alignas(64) seL4_Word flags;
    seL4_Word in[BLOCK_REGISTERS];
    seL4_Word out[BLOCK_REGISTERS + 1];
    seL4_Word saved_sp;
    seL4_Uint32 components;
    _Alignas(512) unsigned char state_in[BLOCK_STATE_BYTES];
    unsigned char state_out[BLOCK_STATE_BYTES];
};
_Static_assert(offsetof(struct block, in) == BLOCK_IN && offsetof(struct block, out) == BLOCK_OUT, "torture_code.S");
_Static_assert(offsetof(struct block, saved_sp) == BLOCK_SAVED_SP && offsetof(struct block, components) == BLOCK_COMPONENTS, "torture_code.S");
_Static_assert(offsetof(struct block, state_in) == BLOCK_STATE_IN && offsetof(struct block, state_out) == BLOCK_STATE_OUT, "torture_code.S");

extern _Thread_local struct block *torture_block;
void torture_round(void);
#endif

#endif
