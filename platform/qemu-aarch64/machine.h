/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * QEMU `virt` with a GICv2 (memory §5), and where this kernel puts things in its half of the address space:
 *
 *   0xffff_ff80_0000_0000   physical memory window: virtual = physical + KERNEL_WINDOW; RAM but for
 *                           the running kernel's own, never executable
 *   0xffff_ffff_c000_0000   the kernel image: text read-only and executable, read-only data, data;
 *                           its boot part until user code runs
 *   0xffff_ffff_ffe0_0000   4 KiB pages: UART, GIC, and the kernel stack between two pages that are never mapped
 *
 * Included by C, assembler and the linker script.
 */
#ifndef LAB4_QEMU_MACHINE_H
#define LAB4_QEMU_MACHINE_H

#ifdef __ASSEMBLER__
#define WORD(x) x
#else
#define WORD(x) x##UL
#endif

#define KERNEL_WINDOW WORD(0xffffff8000000000)
#define IMAGE_VIRTUAL WORD(0xffffffffc0000000)
#define IMAGE_PHYSICAL WORD(0x40000000)
#define IMAGE_BLOCKS 1 /* of 2 MiB: the most that the image takes */
#define KERNEL_PAGES WORD(0xffffffffffe00000)

#define KERNEL_PAGE(n) (KERNEL_PAGES + WORD(0x1000) * (n))
#define UART_PAGE 0
#define GIC_DISTRIBUTOR_PAGE 1
#define GIC_CPU_PAGE 2
#define STACK_PAGE 5 /* 4 and 6 stay unmapped */
#define KERNEL_STACK_BYTES 0x1000
#define KERNEL_STACK_TOP KERNEL_PAGE(STACK_PAGE + 1)

#define RAM_BASE WORD(0x40000000)
#define RAM_DEFAULT_BYTES WORD(0x40000000)
#define UART_PHYSICAL WORD(0x09000000)
#define GIC_DISTRIBUTOR_PHYSICAL WORD(0x08000000)
#define GIC_CPU_PHYSICAL WORD(0x08010000)

/*
 * The RAM size is part of the image (memory §11 #75): 16 bytes of magic, 8-byte aligned; the size in bytes as a 64-bit
 * word, which an image packer may overwrite; log2 of the root CNode's slots as a 64-bit word.
 */
#define RAM_BLOCK_MAGIC "LAB4 RAM BYTES: "

/* Processor control, memory §3.2, §3.3, §6.6. */
#define MAIR_VALUE WORD(0x0000aaff440c0400)
#define TCR_VALUE_WITHOUT_IPS WORD(0x1085100510) /* AS, 4 KiB granules, 48-bit halves, write-back walks */
#define TCR_IPS_SHIFT 32
#define SCTLR_VALUE WORD(0x04c5982d)
#define CPACR_TRAP_EL0 WORD(0x100000) /* FPEN = 01 */
#define CLASS_SVC 0x15 /* ESR_EL1.EC, bits 31:26 */
#define CPACR_OPEN WORD(0x300000)     /* FPEN = 11 */

/* Offsets in struct thread_regs (core/threads/tcb.h), checked in exception.c. */
#define REGS_X30 240
#define REGS_PC 256
#define REGS_RESTART 272
#define REGS_TPIDR 280

#ifndef __ASSEMBLER__
#include <stdint.h>

#define READ_REGISTER(name)                              \
    ({                                                   \
        uint64_t value_;                                 \
        __asm__ volatile("mrs %0, " #name : "=r"(value_)); \
        value_;                                          \
    })
#define WRITE_REGISTER(name, value) __asm__ volatile("msr " #name ", %0" : : "r"((uint64_t)(value)) : "memory")

#define BARRIER(kind) __asm__ volatile(kind : : : "memory") /* "dsb sy", "isb", … */

/* Needed only while booting: the memory is given to user level afterwards (kernel.ld). */
#define BOOT_CODE __attribute__((section(".boot.text"), noinline))
#endif

#endif
