/* SPDX-License-Identifier: BSD-2-Clause */
/* What differs between the machines in setting up thread-local storage. */
#ifndef LAB4_RUNTIME_MACHINE_H
#define LAB4_RUNTIME_MACHINE_H

#include <sel4/bootinfo_types.h>
#include <sel4/invocation.h>
#include <sel4/sel4_arch/syscalls.h>

#if defined(__x86_64__)

/* Variant II: variables below the thread pointer, which points to a head whose first word is its own address. */
#define LAB4_TLS_BELOW 1
#define LAB4_TLS_HEAD_BYTES 64

/* Distance of __sel4_ipc_buffer from the thread pointer, known without a thread pointer. */
static inline seL4_Word machine_ipc_buffer_offset(void)
{
    seL4_Word offset;
    __asm__("movq $__sel4_ipc_buffer@tpoff, %0" : "=r"(offset));
    return offset;
}

/*
 * The calling thread must be the root thread. Through the kernel, as the host may not let a program set the base of fs; without
 * the IPC buffer, as there is none yet: the one argument travels in a register.
 */
static inline void machine_set_thread_pointer(seL4_Word thread_pointer)
{
    seL4_MessageInfo_t info = seL4_MessageInfo_new(TCBSetTLSBase, 0, 0, 1);
    struct lab4_mrs mrs = {{thread_pointer, 0, 0, 0}};
    seL4_Word badge;
    arm_sys_send_recv(seL4_SysCall, seL4_CapInitThreadTCB, &badge, &info.words[0], &mrs, 0);
}

/* A function expects sp as it is after a call pushed the return address. */
#define LAB4_ENTRY_STACK_BIAS 8

#elif defined(__aarch64__)

/* Variant I: the thread pointer points to a head of two words, the variables follow. */
#define LAB4_TLS_BELOW 0
#define LAB4_TLS_HEAD_BYTES 16

static inline seL4_Word machine_ipc_buffer_offset(void)
{
    seL4_Word offset;
    __asm__("mov %0, #0\n"
            "add %0, %0, #:tprel_hi12:__sel4_ipc_buffer, lsl #12\n"
            "add %0, %0, #:tprel_lo12_nc:__sel4_ipc_buffer"
            : "=r"(offset));
    return offset;
}

static inline void machine_set_thread_pointer(seL4_Word thread_pointer)
{
    __asm__ volatile("msr tpidr_el0, %0" : : "r"(thread_pointer) : "memory");
}

#define LAB4_ENTRY_STACK_BIAS 0

#endif

#endif
