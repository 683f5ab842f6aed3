/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters, by machine, and what else has to be written in assembler: the only part of the benchmark that knows its machine.
 *
 *   AArch64   the PMU's cycle counter, which the kernel must export (LAB4_EXPORT_PMU_USER). QEMU with `-icount shift=0`
 *             executes one instruction a cycle, so the figures are instructions and do not vary.
 *   x86-64    the time-stamp counter
 */
#ifndef BENCH_COUNTER_H
#define BENCH_COUNTER_H

#include <sel4/sel4.h>

/* A system call with the counter read right before it and right after it, in the same thread. */
struct timed {
    seL4_Word before, after;
    seL4_Word badge, info, mr0; /* x0, x1, x2 as the kernel left them */
};

#if defined(__aarch64__)

enum { COUNTER_IS_EXACT = 1, UNDEFINED_INSTRUCTION_BYTES = 4 };

#define UNDEFINED_INSTRUCTION "udf #0\n"
#define YIELD_AND_JUMP(label) "mov x7, #-11\n svc #0\n b " label "\n"

static inline void counter_start(void)
{
    __asm__ volatile("msr pmccfiltr_el0, xzr\n"
                     "msr pmcntenset_el0, %0\n"
                     "msr pmcr_el0, %1\n"
                     "isb" : : "r"(1ul << 31), "r"(1ul << 6 | 1ul << 2 | 1ul)); /* the cycle counter, 64 bits of it, from 0 */
}

static inline seL4_Word counter_read(void)
{
    seL4_Word count;
    __asm__ volatile("isb\n mrs %[count], pmccntr_el0" : [count] "=r"(count) : : "memory");
    return count;
}

/* Cycles since the machine was switched on, in steps of 16; 0 where nobody knows. */
static inline seL4_Word counter_since_reset(void)
{
    seL4_Word ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks * 16; /* 62.5 MHz */
}

static inline void fp_touch(void)
{
    __asm__ volatile("fmov d0, xzr");
}

static inline struct timed timed_syscall(seL4_Word number, seL4_Word cap, seL4_Word info, seL4_Word reply, seL4_Word mr0)
{
    seL4_Word before, after;
    register seL4_Word x0 __asm__("x0") = cap;
    register seL4_Word x1 __asm__("x1") = info;
    register seL4_Word x2 __asm__("x2") = mr0;
    register seL4_Word x6 __asm__("x6") = reply;
    register seL4_Word x7 __asm__("x7") = number;
    __asm__ volatile("isb\n"
                     "mrs %[before], pmccntr_el0\n"
                     "svc #0\n"
                     "isb\n"
                     "mrs %[after], pmccntr_el0\n"
                     : "+r"(x0), "+r"(x1), "+r"(x2), [before] "=&r"(before), [after] "=r"(after)
                     : "r"(x6), "r"(x7) : "x3", "x4", "x5", "memory");
    return (struct timed) {before, after, x0, x1, x2};
}

/* An undefined instruction, whose fault a handler must answer by moving the thread behind it. */
static inline struct timed timed_undefined(void)
{
    seL4_Word before, after;
    __asm__ volatile("isb\n mrs %[before], pmccntr_el0\n" UNDEFINED_INSTRUCTION "isb\n mrs %[after], pmccntr_el0\n"
                     : [before] "=&r"(before), [after] "=r"(after) : : "memory");
    return (struct timed) {before, after, 0, 0, 0};
}

/* A word of memory read. */
static inline struct timed timed_load(const volatile seL4_Word *word)
{
    seL4_Word before, after, value;
    __asm__ volatile("isb\n mrs %[before], pmccntr_el0\n ldr %[value], [%[word]]\n isb\n mrs %[after], pmccntr_el0\n"
                     : [before] "=&r"(before), [value] "=&r"(value), [after] "=r"(after) : [word] "r"(word) : "memory");
    return (struct timed) {before, after, 0, 0, value};
}

/* Nothing: what counting itself costs. */
static inline struct timed timed_nothing(void)
{
    seL4_Word before, after;
    __asm__ volatile("isb\n mrs %[before], pmccntr_el0\n isb\n mrs %[after], pmccntr_el0\n"
                     : [before] "=&r"(before), [after] "=r"(after) : : "memory");
    return (struct timed) {before, after, 0, 0, 0};
}

#elif defined(__x86_64__)

enum { COUNTER_IS_EXACT = 0, UNDEFINED_INSTRUCTION_BYTES = 2 };

/* Not before what precedes is done, and done before what follows begins; in rax, rdx is lost. */
#define READ_TSC "lfence\n rdtsc\n lfence\n shl $32, %%rdx\n or %%rdx, %%rax\n"
#define UNDEFINED_INSTRUCTION "ud2\n"
#define YIELD_AND_JUMP(label) \
    "mov $-11, %rax\n movabs $" LAB4_GATE_STRING(LAB4_GATE_PAGE) ", %r13\n lea 1f(%rip), %r11\n" \
    "jmp *" LAB4_GATE_STRING(LAB4_GATE_ENTRY_OFFSET) "(%r13)\n 1: jmp " label "\n"

static inline void counter_start(void)
{
}

static inline seL4_Word counter_read(void)
{
    seL4_Word count;
    __asm__ volatile(READ_TSC : "=a"(count) : : "rdx", "memory");
    return count;
}

static inline seL4_Word counter_since_reset(void)
{
    return 0;
}

static inline void fp_touch(void)
{
    __asm__ volatile("pxor %%xmm0, %%xmm0" : : : "memory");
}

/* rbx and rbp keep their values across the gate; the counter wants rax and rdx, which carry arguments. */
static inline struct timed timed_syscall(seL4_Word number, seL4_Word cap, seL4_Word info, seL4_Word reply, seL4_Word mr0)
{
    struct timed timed;
    register seL4_Word x0 __asm__(LAB4_X0) = cap;
    register seL4_Word x1 __asm__(LAB4_X1) = info;
    register seL4_Word x2 __asm__(LAB4_X2) = mr0;
    register seL4_Word x3 __asm__(LAB4_X3) = 0;
    register seL4_Word x4 __asm__(LAB4_X4) = 0;
    register seL4_Word x5 __asm__(LAB4_X5) = 0;
    register seL4_Word x6 __asm__(LAB4_X6) = reply;
    register seL4_Word x7 __asm__(LAB4_X7) = number;
    __asm__ volatile("mov %%rax, %%r14\n"
                     "mov %%rdx, %%r15\n" READ_TSC
                     "mov %%rax, %%rbx\n"
                     "mov %%r14, %%rax\n"
                     "mov %%r15, %%rdx\n" LAB4_GATE "\n"
                     "mov %%rdx, %%r15\n" READ_TSC
                     "mov %%r15, %%rdx\n"
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5), "+r"(x7), "=&b"(timed.before)
                     : "r"(x6) : LAB4_GATE_CLOBBERS);
    timed.after = x7;
    timed.badge = x0;
    timed.info = x1;
    timed.mr0 = x2;
    return timed;
}

static inline struct timed timed_undefined(void)
{
    struct timed timed = {0};
    __asm__ volatile(READ_TSC "mov %%rax, %[before]\n" UNDEFINED_INSTRUCTION READ_TSC
                     : [before] "=&r"(timed.before), "=&a"(timed.after) : : "rdx", "memory");
    return timed;
}

static inline struct timed timed_load(const volatile seL4_Word *word)
{
    struct timed timed = {0};
    __asm__ volatile(READ_TSC "mov %%rax, %[before]\n mov (%[word]), %%rax\n" READ_TSC
                     : [before] "=&r"(timed.before), "=&a"(timed.after) : [word] "r"(word) : "rdx", "memory");
    return timed;
}

static inline struct timed timed_nothing(void)
{
    struct timed timed = {0};
    __asm__ volatile(READ_TSC "mov %%rax, %[before]\n" READ_TSC
                     : [before] "=&r"(timed.before), "=&a"(timed.after) : : "rdx", "memory");
    return timed;
}

#else
#error "no counter is known for this machine"
#endif

#endif
