/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry of a root task. The kernel gives the address of BootInfo in x0 (rdi) and zero in every other register, sp included
 * (spec memory §8.5), so the first thing is a stack.
 */
#define LAB4_STACK_BYTES 65536 /* = LAB4_ROOT_STACK_BYTES; <lab4/runtime.h> is not for assembler */

    .section .bss.lab4_stack, "aw", %nobits
    .balign 16
lab4_stack:
    .skip LAB4_STACK_BYTES
lab4_stack_top:

    .section .text._start, "ax", %progbits
    .globl _start
    .type _start, %function
_start:
    .cfi_startproc
#if defined(__x86_64__)
    .cfi_undefined rip
    movq $lab4_stack_top, %rsp
    xorl %ebp, %ebp
    call lab4_start
    ud2
#elif defined(__aarch64__)
    .cfi_undefined x30
    adrp x1, lab4_stack_top
    add x1, x1, :lo12:lab4_stack_top
    mov sp, x1
    mov x29, #0
    mov x30, #0
    bl lab4_start
    udf #0
#endif
    .cfi_endproc
    .size _start, . - _start

    .section .note.GNU-stack, "", %progbits
