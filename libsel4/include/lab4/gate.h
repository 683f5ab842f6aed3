/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one place that knows how user code enters the kernel. By machine: the instruction sequence, the registers behind the
 * roles x0..x8 of the specification (abi §2.2), and what a call destroys beyond the outputs that the caller declares.
 */
#ifndef LAB4_GATE_H
#define LAB4_GATE_H

#if defined(__aarch64__)

#define LAB4_GATE "svc #0"
#define LAB4_GATE_CLOBBERS "memory"
#define LAB4_X0 "x0"
#define LAB4_X1 "x1"
#define LAB4_X2 "x2"
#define LAB4_X3 "x3"
#define LAB4_X4 "x4"
#define LAB4_X5 "x5"
#define LAB4_X6 "x6"
#define LAB4_X7 "x7"
#define LAB4_X8 "x8"

#elif defined(__x86_64__)

#include <lab4/hosted_abi.h>

#define LAB4_GATE_STRING_(x) #x
#define LAB4_GATE_STRING(x) LAB4_GATE_STRING_(x)

/* Assembly fails when the stub is not LAB4_GATE_STUB_BYTES long. Clang cannot test a distance in inline assembly with .if; there
   .org refuses a stub that is too long, and .skip one that is too short. */
#define LAB4_GATE_LENGTH LAB4_GATE_STRING(LAB4_GATE_STUB_BYTES)
#ifdef __clang__
#define LAB4_GATE_CHECK \
    "   .org 0b + " LAB4_GATE_LENGTH "\n" \
    "   .skip (1b - 0b) - " LAB4_GATE_LENGTH
#else
#define LAB4_GATE_CHECK \
    "   .if . - 0b != " LAB4_GATE_LENGTH "\n" \
    "   .error \"the gate stub has the wrong length\"\n" \
    "   .endif"
#endif

/* No stack use, so the caller's red zone is safe; restartable, as each register it needs is set in it. */
#define LAB4_GATE \
    "0: movabs $" LAB4_GATE_STRING(LAB4_GATE_PAGE) ", %%r13\n" \
    "   lea 1f(%%rip), %%r11\n" \
    "   jmp *" LAB4_GATE_STRING(LAB4_GATE_ENTRY_OFFSET) "(%%r13)\n" \
    "1:\n" LAB4_GATE_CHECK
#define LAB4_GATE_CLOBBERS "r11", "r13", "r14", "r15", "cc", "memory"
#define LAB4_X0 "rdi"
#define LAB4_X1 "rsi"
#define LAB4_X2 "rdx"
#define LAB4_X3 "rcx"
#define LAB4_X4 "r8"
#define LAB4_X5 "r9"
#define LAB4_X6 "r10"
#define LAB4_X7 "rax"
#define LAB4_X8 "r12"

#else
#error "no way into the kernel is known for this machine"
#endif

#endif
