/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls with every register in the test's hand, and the instructions that puppets (puppet.h) are made of. The only file
 * of these tests that knows the machine; registers go by their AArch64 names (docs/HOSTED-ABI.md).
 */
#ifndef SUPPORT_RAW_SYSCALL_H
#define SUPPORT_RAW_SYSCALL_H

#include <lab4/gate.h>
#include <lab4/syscall_table.h>
#include <sel4/sel4.h>

enum { X0, X1, X2, X3, X4, X5, X6, X7, X8, RAW_REGISTERS };

struct raw_regs {
    seL4_Word x[RAW_REGISTERS];
};

/* One system call: all nine registers go in, and come back as the kernel left them. */
static inline void raw_syscall(struct raw_regs *regs)
{
    register seL4_Word x0 __asm__(LAB4_X0) = regs->x[0];
    register seL4_Word x1 __asm__(LAB4_X1) = regs->x[1];
    register seL4_Word x2 __asm__(LAB4_X2) = regs->x[2];
    register seL4_Word x3 __asm__(LAB4_X3) = regs->x[3];
    register seL4_Word x4 __asm__(LAB4_X4) = regs->x[4];
    register seL4_Word x5 __asm__(LAB4_X5) = regs->x[5];
    register seL4_Word x6 __asm__(LAB4_X6) = regs->x[6];
    register seL4_Word x7 __asm__(LAB4_X7) = regs->x[7];
    register seL4_Word x8 __asm__(LAB4_X8) = regs->x[8];
    __asm__ volatile(LAB4_GATE
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5), "+r"(x6), "+r"(x7), "+r"(x8)
                     :
                     : LAB4_GATE_CLOBBERS);
    regs->x[0] = x0;
    regs->x[1] = x1;
    regs->x[2] = x2;
    regs->x[3] = x3;
    regs->x[4] = x4;
    regs->x[5] = x5;
    regs->x[6] = x6;
    regs->x[7] = x7;
    regs->x[8] = x8;
}

/*
 * CODE_*: assembler text. GATE: a system call. NUMBER: x7 = n. LOAD: x1 = *x0. STORE: *x0 = x1. JUMP: to x0. COUNT: x0 += 1.
 * RETURN_X1: to the address in x1.
 * SIMD_FILL: every vector register gets a value of its own, made from x19. SIMD_CHECK: x5 += number of vector registers that
 * lost it. FLAGS_SET, FLAGS_GET: the condition flags from and to x5 (nothing on a machine whose calls destroy them).
 */
#if defined(__aarch64__)

#define CODE_GATE "svc #0\n"
#define CODE_NUMBER(n) "mov x7, #" #n "\n"
#define CODE_LOAD "ldr x1, [x0]\n"
#define CODE_STORE "str x1, [x0]\n"
#define CODE_LOAD_VECTOR "ldr q0, [x0]\n"
#define CODE_JUMP "br x0\n"
#define CODE_RETURN_X1 "br x1\n"
#define CODE_COUNT "add x0, x0, #1\n"
#define CODE_BRANCH(label) "b " label "\n"
#define CODE_UNDEFINED "udf #0\n"
#define CODE_BREAKPOINT "brk #0\n"
#define CODE_USE_FPU "fmov d0, x0\nfmov x1, d0\n"
#define CODE_FLAGS_SET "msr nzcv, x5\n"
#define CODE_FLAGS_GET "mrs x5, nzcv\n"
#define CODE_VECTORS "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31"
#define CODE_SIMD_FILL \
    "mov x20, x19\n" \
    ".irp i," CODE_VECTORS "\n" \
    "dup v\\i\\().2d, x20\n" \
    "add x20, x20, #1\n" \
    ".endr\n"
#define CODE_SIMD_CHECK \
    "mov x20, x19\n" \
    ".irp i," CODE_VECTORS "\n" \
    "umov x21, v\\i\\().d[0]\n" \
    "umov x22, v\\i\\().d[1]\n" \
    "eor x21, x21, x20\n" \
    "eor x22, x22, x20\n" \
    "orr x21, x21, x22\n" \
    "cmp x21, #0\n" \
    "cinc x5, x5, ne\n" \
    "add x20, x20, #1\n" \
    ".endr\n"

/* Length of the instruction at CODE_UNDEFINED and CODE_BREAKPOINT. */
enum { CODE_UNDEFINED_BYTES = 4, CODE_BREAKPOINT_BYTES = 4, CODE_GATE_BYTES = 4 };

/* The instructions of a function that does nothing but CODE_RETURN_X1. */
static const unsigned char code_return_x1[] = {0x20, 0x00, 0x1f, 0xd6};

#elif defined(__x86_64__)

#define CODE_GATE \
    "movabs $" LAB4_GATE_STRING(LAB4_GATE_PAGE) ", %r13\n" \
    "lea 1f(%rip), %r11\n" \
    "jmp *(%r13)\n" \
    "1:\n"
#define CODE_NUMBER(n) "movq $" #n ", %rax\n"
#define CODE_LOAD "movq (%rdi), %rsi\n"
#define CODE_STORE "movq %rsi, (%rdi)\n"
#define CODE_LOAD_VECTOR "movups (%rdi), %xmm0\n"
#define CODE_JUMP "jmp *%rdi\n"
#define CODE_RETURN_X1 "jmp *%rsi\n"
#define CODE_COUNT "incq %rdi\n"
#define CODE_BRANCH(label) "jmp " label "\n"
#define CODE_UNDEFINED "ud2\n"
#define CODE_BREAKPOINT "int3\n"
#define CODE_USE_FPU "movq %rdi, %xmm0\nmovq %xmm0, %rsi\n"
#define CODE_FLAGS_SET ""
#define CODE_FLAGS_GET ""
#define CODE_VECTORS "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15"
#define CODE_SIMD_FILL \
    "movq %rbx, %r14\n" \
    ".irp i," CODE_VECTORS "\n" \
    "movq %r14, %xmm\\i\n" \
    "punpcklqdq %xmm\\i, %xmm\\i\n" \
    "incq %r14\n" \
    ".endr\n"
#define CODE_SIMD_CHECK \
    "movq %rbx, %r13\n" \
    ".irp i," CODE_VECTORS "\n" \
    "movq %xmm\\i, %r14\n" \
    "xorq %r13, %r14\n" \
    "pshufd $0x4e, %xmm\\i, %xmm\\i\n" \
    "movq %xmm\\i, %r15\n" \
    "pshufd $0x4e, %xmm\\i, %xmm\\i\n" \
    "xorq %r13, %r15\n" \
    "orq %r15, %r14\n" \
    "negq %r14\n" \
    "adcq $0, %r9\n" \
    "incq %r13\n" \
    ".endr\n"

enum { CODE_UNDEFINED_BYTES = 2, CODE_BREAKPOINT_BYTES = 1, CODE_GATE_BYTES = LAB4_GATE_STUB_BYTES };

static const unsigned char code_return_x1[] = {0xff, 0xe6};

#endif

#endif
