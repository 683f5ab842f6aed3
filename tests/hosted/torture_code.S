/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * torture_round: loads every register that a thread has from the block that its thread-local variable torture_block points to, waits a
 * while with instructions that change no register but rcx, and stores all of them again. While they are loaded nothing is in memory but
 * what the block holds, so a register that the machine loses in an interruption is seen as a difference.
 */
#include "torture_block.h"

    .text
    .globl torture_round
    .type torture_round, @function
torture_round:
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %fs:torture_block@tpoff, %rcx
    movq %rsp, BLOCK_SAVED_SP(%rcx)
    movl BLOCK_COMPONENTS(%rcx), %eax
    xorl %edx, %edx
    xrstor BLOCK_STATE_IN(%rcx)
    movq %rcx, %rsp
    popfq /* BLOCK_FLAGS is 0; the stack pointer is BLOCK + 8 from here on, and the instructions leave the flags alone */
    movq BLOCK_IN+8*0-8(%rsp), %rax
    movq BLOCK_IN+8*1-8(%rsp), %rbx
    movq BLOCK_IN+8*2-8(%rsp), %rcx
    movq BLOCK_IN+8*3-8(%rsp), %rdx
    movq BLOCK_IN+8*4-8(%rsp), %rsi
    movq BLOCK_IN+8*5-8(%rsp), %rdi
    movq BLOCK_IN+8*6-8(%rsp), %rbp
    movq BLOCK_IN+8*7-8(%rsp), %r8
    movq BLOCK_IN+8*8-8(%rsp), %r9
    movq BLOCK_IN+8*9-8(%rsp), %r10
    movq BLOCK_IN+8*10-8(%rsp), %r11
    movq BLOCK_IN+8*11-8(%rsp), %r12
    movq BLOCK_IN+8*12-8(%rsp), %r13
    movq BLOCK_IN+8*13-8(%rsp), %r14
    movq BLOCK_IN+8*14-8(%rsp), %r15
1:  leaq -1(%rcx), %rcx
    jrcxz 2f
    jmp 1b
2:  movq %rax, BLOCK_OUT+8*0-8(%rsp)
    movq %rbx, BLOCK_OUT+8*1-8(%rsp)
    movq %rcx, BLOCK_OUT+8*2-8(%rsp)
    movq %rdx, BLOCK_OUT+8*3-8(%rsp)
    movq %rsi, BLOCK_OUT+8*4-8(%rsp)
    movq %rdi, BLOCK_OUT+8*5-8(%rsp)
    movq %rbp, BLOCK_OUT+8*6-8(%rsp)
    movq %r8, BLOCK_OUT+8*7-8(%rsp)
    movq %r9, BLOCK_OUT+8*8-8(%rsp)
    movq %r10, BLOCK_OUT+8*9-8(%rsp)
    movq %r11, BLOCK_OUT+8*10-8(%rsp)
    movq %r12, BLOCK_OUT+8*11-8(%rsp)
    movq %r13, BLOCK_OUT+8*12-8(%rsp)
    movq %r14, BLOCK_OUT+8*13-8(%rsp)
    movq %r15, BLOCK_OUT+8*14-8(%rsp)
    movq %rsp, BLOCK_OUT+8*15-8(%rsp)
    pushfq
    movl BLOCK_COMPONENTS(%rsp), %eax
    movl $0, %edx
    xsave BLOCK_STATE_OUT(%rsp)
    movq BLOCK_SAVED_SP(%rsp), %rsp
    pushq $0x202
    popfq
    fninit
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbp
    popq %rbx
    ret

    .section .note.GNU-stack, "", @progbits
