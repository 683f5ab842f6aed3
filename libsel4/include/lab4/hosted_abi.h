/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a user program calls the kernel on the hosted x86-64 machine: docs/HOSTED-ABI.md in numbers. Shared by the stubs and
 * by the platform; only preprocessor definitions, so that assembler files can include it.
 */
#ifndef LAB4_HOSTED_ABI_H
#define LAB4_HOSTED_ABI_H

/* The gate page: read-only for the user, at the same address in every address space. */
#define LAB4_GATE_PAGE 0x6ffffffff000
#define LAB4_GATE_ENTRY_OFFSET 0 /* word 0: where the stub jumps */
#define LAB4_GATE_MAGIC_OFFSET 8 /* word 1: LAB4_GATE_MAGIC */

/* Last address that the host can make accessible, inclusive: seL4_UserTop of this machine. One page more stays unmapped before the
   gate page. (Mapping up to 0x7fff_ffff_ffff succeeds, as everywhere, but each access there is a VM fault.) */
#define LAB4_USER_LAST 0x6fffffffdfff

/* "LAB4" in the high half, version of this interface in the low half. */
#define LAB4_GATE_MAGIC 0x3442414c00000001

/* Length of the stub. r11 at entry, minus this, is FaultIP; r11 itself is where the call returns. */
#define LAB4_GATE_STUB_BYTES 21

/* A raw `syscall` instruction in user code is an UnknownSyscall fault; its NextIP is FaultIP plus this. */
#define LAB4_RAW_SYSCALL_BYTES 2

/*
 * X(host register, number of its AArch64 twin x<number>, use): argument = carries that register's role at a call and keeps
 * its value unless the specification says that the kernel writes it; scratch = clobbered by every call through the gate;
 * saved = always kept.
 * Beside these sp = rsp, pc = rip, tpidr_el0 = fs base. AArch64 registers without a twin live in the TCB only.
 */
#define LAB4_HOSTED_REGISTERS(X) \
    X(rdi, 0, argument) \
    X(rsi, 1, argument) \
    X(rdx, 2, argument) \
    X(rcx, 3, argument) \
    X(r8, 4, argument) \
    X(r9, 5, argument) \
    X(r10, 6, argument) \
    X(rax, 7, argument) \
    X(r12, 8, argument) \
    X(r13, 9, scratch) \
    X(r14, 10, scratch) \
    X(r15, 11, scratch) \
    X(r11, 16, scratch) \
    X(rbx, 19, saved) \
    X(rbp, 29, saved)

#endif
