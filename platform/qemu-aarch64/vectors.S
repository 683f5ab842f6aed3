/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions. While user code runs, SP_EL1 points to the register block of here()->current (struct thread_regs), so that
 * entering needs no scratch register: save there, switch to the kernel stack, call C, which returns the block to resume.
 *
 * The kernel never unmasks interrupts, not even when idle (WFI wakes up for a masked interrupt): any exception from EL1
 * is a bug, or the semihosting call of plat_halt on a QEMU without semihosting; both go to panic_exception.
 */
#include "machine.h"

.macro SAVE_USER
    stp x0, x1, [sp, #0]
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x7, [sp, #48]
    stp x8, x9, [sp, #64]
    stp x10, x11, [sp, #80]
    stp x12, x13, [sp, #96]
    stp x14, x15, [sp, #112]
    stp x16, x17, [sp, #128]
    stp x18, x19, [sp, #144]
    stp x20, x21, [sp, #160]
    stp x22, x23, [sp, #176]
    stp x24, x25, [sp, #192]
    stp x26, x27, [sp, #208]
    stp x28, x29, [sp, #224]
    mrs x0, sp_el0
    stp x30, x0, [sp, #REGS_X30]
    mrs x1, elr_el1
    mrs x2, spsr_el1
    stp x1, x2, [sp, #REGS_PC]
    mrs x3, tpidr_el0 /* TPIDRRO_EL0 cannot have changed */
    str x3, [sp, #REGS_TPIDR]
    mov x29, xzr      /* backtraces end here */
.endm

.macro UNEXPECTED kind
    .balign 128
    msr tpidr_el1, x0   /* scratch; the stack may be what is broken */
    msr tpidrro_el0, x1 /* scratch too: the user will not come back */
    adr x1, \kind
    b   unexpected
.endm

    .section .text.vectors, "ax", %progbits
    .globl vectors
    .balign 2048
vectors:
    UNEXPECTED text_sp0
    UNEXPECTED text_sp0
    UNEXPECTED text_sp0
    UNEXPECTED text_sp0

    UNEXPECTED text_kernel
    UNEXPECTED text_kernel_irq
    UNEXPECTED text_fiq
    UNEXPECTED text_serror

    .balign 128
    SAVE_USER
    mrs x0, esr_el1
    ubfx w4, w0, #26, #6
    cmp w4, #CLASS_SVC
    b.ne from_synchronous
    sub x1, x1, #4 /* SVC is the instruction before */
    str x1, [sp, #REGS_RESTART]
    ldr x4, =KERNEL_STACK_TOP
    mov sp, x4
    b   from_syscall

    .org vectors + 0x480 /* an error, unlike .balign, if the vector before has more than its 32 instructions */
    SAVE_USER
    ldr x4, =KERNEL_STACK_TOP
    mov sp, x4
    b   from_interrupt

    UNEXPECTED text_fiq
    UNEXPECTED text_serror

    UNEXPECTED text_aarch32
    UNEXPECTED text_aarch32
    UNEXPECTED text_aarch32
    UNEXPECTED text_aarch32
    .balign 128

    .cfi_sections .debug_frame
    .cfi_startproc
    .cfi_undefined x30 /* debuggers: nobody called */
from_synchronous:
    ldr x4, =KERNEL_STACK_TOP
    mov sp, x4
    mrs x1, far_el1
    bl  exception_synchronous
    b   user_resume

from_interrupt:
    bl  exception_interrupt
    b   user_resume

slow_syscall:
    bl  exception_syscall
    b   user_resume

from_syscall:
    bl  core_syscall_fast
    cbz x0, slow_syscall

/* Goes to user level with the registers at x0. */
    .globl user_resume
user_resume:
    mov sp, x0
    ldp x1, x2, [sp, #REGS_PC]
    msr elr_el1, x1
    msr spsr_el1, x2
    ldp x3, x4, [sp, #REGS_TPIDR]
    msr tpidr_el0, x3
    msr tpidrro_el0, x4
    ldp x30, x5, [sp, #REGS_X30]
    msr sp_el0, x5
    ldp x0, x1, [sp, #0]
    ldp x2, x3, [sp, #16]
    ldp x4, x5, [sp, #32]
    ldp x6, x7, [sp, #48]
    ldp x8, x9, [sp, #64]
    ldp x10, x11, [sp, #80]
    ldp x12, x13, [sp, #96]
    ldp x14, x15, [sp, #112]
    ldp x16, x17, [sp, #128]
    ldp x18, x19, [sp, #144]
    ldp x20, x21, [sp, #160]
    ldp x22, x23, [sp, #176]
    ldp x24, x25, [sp, #192]
    ldp x26, x27, [sp, #208]
    ldp x28, x29, [sp, #224]
    eret
    .cfi_endproc

/* x1 = what happened; x0 and x1 are in TPIDR_EL1 and TPIDRRO_EL0. Fills a struct panic_frame on a stack of its own. */
unexpected:
    adrp x0, panic_frame
    add x0, x0, :lo12:panic_frame
    stp x2, x3, [x0, #16]
    stp x4, x5, [x0, #32]
    stp x6, x7, [x0, #48]
    stp x8, x9, [x0, #64]
    stp x10, x11, [x0, #80]
    stp x12, x13, [x0, #96]
    stp x14, x15, [x0, #112]
    stp x16, x17, [x0, #128]
    stp x18, x19, [x0, #144]
    stp x20, x21, [x0, #160]
    stp x22, x23, [x0, #176]
    stp x24, x25, [x0, #192]
    stp x26, x27, [x0, #208]
    stp x28, x29, [x0, #224]
    mov x2, sp
    stp x30, x2, [x0, #240]
    mrs x2, tpidr_el1
    mrs x3, tpidrro_el0
    stp x2, x3, [x0, #0]
    mrs x2, elr_el1
    mrs x3, spsr_el1
    stp x2, x3, [x0, #256]
    mrs x2, esr_el1
    mrs x3, far_el1
    stp x2, x3, [x0, #272]
    adrp x2, panic_stack_top
    add x2, x2, :lo12:panic_stack_top
    mov sp, x2
    mov x29, xzr
    bl  panic_exception

text_sp0:        .asciz "exception on the user's stack pointer"
text_kernel:     .asciz "exception in the kernel"
text_kernel_irq: .asciz "interrupt in the kernel"
text_fiq:        .asciz "FIQ"
text_serror:     .asciz "SError"
text_aarch32:    .asciz "exception from AArch32"

    .section .bss.panic, "aw", %nobits
    .balign 16
panic_frame:
    .skip 36 * 8
    .balign 16
    .skip 4096
panic_stack_top:

    .section .note.GNU-stack, "", %progbits
