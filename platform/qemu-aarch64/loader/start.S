/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From QEMU's reset state (EL1 or EL2, MMU off) to the kernel's entry: drop to EL1, let loader_main unpack, make the caches
 * coherent, turn on the MMU with the maps of memory §7.3, jump with the registers of §7.4.
 */
#include "../machine.h"

#define SCTLR_RESET 0x00c50838
#define SCTLR_MMU_AND_CACHES 0x1005 /* M, C, I */
#define PSTATE_EL1H_MASKED 0x3c5

    .section .text.start, "ax", %progbits
    .globl _start
    .type _start, %function
_start:
    msr daifset, #0xf
    mrs x0, currentel
    cmp x0, #2 << 2
    b.ne 1f
    bl  leave_el2
1:  adr x0, trap_vectors
    msr vbar_el1, x0
    isb
    adrp x0, stack_top
    add x0, x0, :lo12:stack_top
    mov sp, x0
    mov x29, xzr
    bl  loader_main
    mov x19, x0
    bl  clean_caches

    ldp x20, x21, [x19, #56] /* the two top tables; the page tables are in memory, written without caches */
    ldr x0, =MAIR_VALUE
    ldr x1, =TCR_VALUE_WITHOUT_IPS
    mrs x2, id_aa64mmfr0_el1
    and x2, x2, #0xf
    orr x1, x1, x2, lsl #TCR_IPS_SHIFT
    msr mair_el1, x0
    msr tcr_el1, x1
    msr ttbr0_el1, x20
    msr ttbr1_el1, x21
    isb
    tlbi vmalle1
    dsb sy
    isb
    mrs x0, sctlr_el1
    mov x1, #SCTLR_MMU_AND_CACHES
    orr x0, x0, x1
    msr sctlr_el1, x0
    isb

    msr tpidr_el1, xzr
    ldr x6, [x19, #48]
    ldp x0, x1, [x19, #0]
    ldp x2, x3, [x19, #16]
    ldp x4, x5, [x19, #32]
    blr x6
    bl  loader_trap /* the kernel must not return */

/* EL2 → EL1 with interrupts masked; returns to the caller there. */
leave_el2:
    mov x0, #1 << 31 /* HCR_EL2.RW: EL1 is AArch64 */
    msr hcr_el2, x0
    mov x0, #3 /* EL1 may use the physical counter and timer */
    msr cnthctl_el2, x0
    msr cntvoff_el2, xzr
    mov x0, #0x33ff /* CPTR_EL2: no FP traps */
    msr cptr_el2, x0
    msr hstr_el2, xzr
    mrs x0, midr_el1
    msr vpidr_el2, x0
    mrs x0, mpidr_el1
    msr vmpidr_el2, x0
    ldr x0, =SCTLR_RESET
    msr sctlr_el1, x0
    msr cpacr_el1, xzr
    mov x0, #PSTATE_EL1H_MASKED
    msr spsr_el2, x0
    msr elr_el2, x30
    eret

/* Cleans and invalidates the data caches by set and way, level by level (Arm ARM D7.5.9), and the instruction cache. */
clean_caches:
    dmb sy
    mrs x0, clidr_el1
    ubfx x3, x0, #24, #3 /* level of coherency */
    mov x10, xzr         /* level × 2, as CSSELR wants it */
1:  cmp x10, x3, lsl #1
    b.hs 5f
    add x2, x10, x10, lsr #1
    lsr x1, x0, x2
    and x1, x1, #7 /* type of cache; below 2: no data cache here */
    cmp x1, #2
    b.lo 4f
    msr csselr_el1, x10
    isb
    mrs x1, ccsidr_el1
    and x2, x1, #7
    add x2, x2, #4          /* log2 of the line */
    ubfx x4, x1, #3, #10    /* ways - 1 */
    clz w5, w4              /* shift of the way */
    ubfx x7, x1, #13, #15   /* sets - 1 */
2:  mov x9, x4
3:  lsl x6, x9, x5
    orr x11, x10, x6
    lsl x6, x7, x2
    orr x11, x11, x6
    dc  cisw, x11
    subs x9, x9, #1
    b.ge 3b
    subs x7, x7, #1
    b.ge 2b
4:  add x10, x10, #2
    b   1b
5:  msr csselr_el1, xzr
    dsb sy
    ic  iallu
    dsb sy
    isb
    ret

    .balign 2048
trap_vectors:
    .rept 16
    .balign 128
    b   loader_trap
    .endr

    .section .bss, "aw", %nobits
    .balign 16
    .skip 4096
stack_top:

    .section .note.GNU-stack, "", %progbits
