/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's first instructions. The loader (its own or ours) calls with the MMU on, the image mapped at its link
 * address, and the six arguments of memory §7.4 in x0–x5. Nothing else of the loader's is relied upon: stack, tables,
 * vectors and FP access are our own before C runs for long (memory §7.5).
 */
#include <lab4/options.h>

#include "machine.h"

    .section .boot.entry, "ax", %progbits
    .globl _start
    .type _start, %function
_start:
    b   1f

    .balign 64
    .globl boot_ram_block
boot_ram_block: /* written by the image packer; machine.h */
    .ascii RAM_BLOCK_MAGIC
    .quad RAM_DEFAULT_BYTES
    .quad LAB4_OPT_ROOT_CNODE_SIZE_BITS /* for the packer's arithmetic */

1:  msr daifset, #0xf
    adrp x9, vectors
    add x9, x9, :lo12:vectors
    msr vbar_el1, x9
    mov x9, #CPACR_TRAP_EL0
    msr cpacr_el1, x9
    isb
    adrp x9, boot_arguments
    add x9, x9, :lo12:boot_arguments
    stp x0, x1, [x9]
    stp x2, x3, [x9, #16]
    stp x4, x5, [x9, #32]
    adrp x9, kernel_stack + KERNEL_STACK_BYTES /* in the image, until its guarded mapping exists */
    mov sp, x9
    mov x29, xzr
    mov x30, xzr
    bl  boot_map

    /* The loader's identity map must not be walkable when its (global) TLB entries go: empty table first. */
    ldr x1, =mmu_empty_table - IMAGE_VIRTUAL + IMAGE_PHYSICAL
    dsb sy
    msr ttbr0_el1, x1
    isb
    ldr x2, =MAIR_VALUE
    ldr x3, =TCR_VALUE_WITHOUT_IPS
    mrs x4, id_aa64mmfr0_el1 /* PARange, bits 3:0 */
    and x4, x4, #0xf
    orr x3, x3, x4, lsl #TCR_IPS_SHIFT
    msr mair_el1, x2
    msr tcr_el1, x3
    msr ttbr1_el1, x0
    isb
    tlbi vmalle1
    dsb nsh
    isb
    ldr x5, =SCTLR_VALUE
    msr sctlr_el1, x5
    isb
    ic  iallu
    dsb nsh
    isb

    ldr x9, =KERNEL_STACK_TOP
    mov sp, x9
    bl  boot_main
    b   boot_leave
    .size _start, . - _start

    .section .text.boot_leave, "ax", %progbits
    .type boot_leave, %function
boot_leave: /* where the code is that remains, when that of the boot part goes */
    bl  boot_unmap
    bl  exception_resume
    b   user_resume
    .size boot_leave, . - boot_leave

    .section .boot.data, "aw", %progbits
    .globl boot_arguments
    .balign 8
boot_arguments:
    .skip 48

    .section .bss.stack, "aw", %nobits
    .globl kernel_stack
    .balign 4096
kernel_stack:
    .skip KERNEL_STACK_BYTES

    .section .note.GNU-stack, "", %progbits
