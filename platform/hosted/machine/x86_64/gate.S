/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every way into the machine and out of it. Three times: without protection keys (suffix _plain), with
 * them (_pku), and for hosts where the user's key must stay open while the machine runs (_open); protect.c chooses.
 *
 *   gate_*     a call from user code (docs/HOSTED-ABI.md). Stores what the call preserves in the current TCB, opens the
 *              machine's memory, calls C on the kernel stack.
 *   leave_*    eax = RESUME_*. The quick exit restores what a call preserves. The full exit restores everything; its
 *              last values come from a page that user code may read, because rax, rcx and rdx are busy closing memory.
 *   signal_*   a host signal. The handler copies the frame and says whether to return (sigreturn) or to go on on the
 *              kernel stack. No signal is ever blocked, so leaving a handler without sigreturn is legal.
 *   enter_*    a new process: wait for its turn.
 *
 * [exit_begin_*, exit_end_*) is restartable: the TCB is complete and the machine unlocked, so an interrupt that arrives
 * there simply drops the exit and starts it again (signals.c). It begins by looking at `attention`, because whoever
 * sets that sends no second signal. Nothing here touches the user's stack, and pc, never a register, goes through
 * memory that user code can write.
 *
 * Unwinding: in C called from the gate or for a signal, rbx is the TCB and the CFA; the user's registers are found in the TCB, so gdb
 * walks from the kernel into user code. The nop behind the call keeps the return address inside the signal frame's range.
 */
#include "platform/hosted/machine/layout.h"

    .text

/* ------------------------------------------------------------------------------------------- the gate */

    .macro WRITE_PKRU value
    xorl %ecx, %ecx
    xorl %edx, %edx
    movl $\value, %eax
    wrpkru
    .endm

    .macro UNWIND_RULES
    .cfi_def_cfa rbx, 0
    .cfi_offset rip, TCB_PC
    .cfi_offset rsp, TCB_SP
    .cfi_offset rbp, TCB_X(29)
    .cfi_offset rbx, TCB_X(19)
    .cfi_offset r12, TCB_X(8)
    .endm

    .macro GATE suffix, pkru /* while the machine runs; 0 = there are no keys */
    .p2align 6
    .globl gate_\suffix
    .type gate_\suffix, @function
gate_\suffix:
    .cfi_startproc
    .cfi_signal_frame
    .cfi_def_cfa rsp, 0
    .cfi_register rip, r11
    movq %rax, %r13
    movq %rcx, %r14
    movq %rdx, %r15
    .if \pkru
    WRITE_PKRU \pkru
    .endif
gate_open_\suffix:
    cld
    movq ks(%rip), %rax
    movq %rdi, TCB_X(0)(%rax)
    movq %rsi, TCB_X(1)(%rax)
    movq %r15, TCB_X(2)(%rax)
    movq %r14, TCB_X(3)(%rax)
    movq %r8, TCB_X(4)(%rax)
    movq %r9, TCB_X(5)(%rax)
    movq %r10, TCB_X(6)(%rax)
    movq %r13, TCB_X(7)(%rax)
    movq %r12, TCB_X(8)(%rax)
    movq %rbx, TCB_X(19)(%rax)
    movq %rbp, TCB_X(29)(%rax)
    movq %rsp, TCB_SP(%rax)
    movq %r11, TCB_PC(%rax)
    subq $LAB4_GATE_STUB_BYTES, %r11
    movq %r11, TCB_FAULT_PC(%rax)
    movb $0, TCB_SPSR+3(%rax) /* N Z C V: a call destroys the flags */
    movl $0, TCB_HOST_IS_FULL(%rax)
    movq %rax, %rbx
    UNWIND_RULES
    leaq kernel_stack_top(%rip), %rsp
    pushfq
    testl $STICKY_FLAGS, (%rsp) /* the next thread's quick exit would leave them to it */
    jnz plain_flags_\suffix
flags_done_\suffix:
    leaq kernel_stack_top(%rip), %rsp
    call trap_call
    nop
    .cfi_endproc

leave_\suffix:
    testl %eax, %eax
    jnz not_quick_\suffix
exit_begin_\suffix:
    movabsq $(LAYOUT_CONTROL + CONTROL_ATTENTION), %rax
    cmpl $0, (%rax)
    jne again_\suffix
    movq ks(%rip), %rbx
    movq TCB_X(0)(%rbx), %rdi
    movq TCB_X(1)(%rbx), %rsi
    movq TCB_X(4)(%rbx), %r8
    movq TCB_X(5)(%rbx), %r9
    movq TCB_X(6)(%rbx), %r10
    movq TCB_X(8)(%rbx), %r12
    movq TCB_X(29)(%rbx), %rbp
    movq TCB_SP(%rbx), %rsp
    movq TCB_PC(%rbx), %r11
    movq TCB_X(7)(%rbx), %r13
    movq TCB_X(3)(%rbx), %r14
    movq TCB_X(2)(%rbx), %r15
    movq TCB_X(19)(%rbx), %rbx
    .if \pkru
    WRITE_PKRU PKRU_USER
    .endif
    testl %eax, %eax /* neither zero nor negative: a call leaves N Z C V clear, as the TCB says */
    movq %r13, %rax
    movq %r14, %rcx
    movq %r15, %rdx
    jmp *%r11

full_\suffix:
    movabsq $(LAYOUT_CONTROL + CONTROL_ATTENTION), %rax
    cmpl $0, (%rax)
    jne again_\suffix
    movq ks(%rip), %rbx
    movq TCB_X(7)(%rbx), %rcx
    movq %rcx, exit_scratch(%rip)
    movq TCB_X(3)(%rbx), %rcx
    movq %rcx, exit_scratch+8(%rip)
    movq TCB_X(2)(%rbx), %rcx
    movq %rcx, exit_scratch+16(%rip)
    movq TCB_PC(%rbx), %rcx
    movq %rcx, exit_scratch+24(%rip)
    leaq kernel_stack_top(%rip), %rsp
    pushq TCB_HOST_EXIT_FLAGS(%rbx)
    popfq /* from here on only instructions that leave the flags alone */
    movq TCB_X(0)(%rbx), %rdi
    movq TCB_X(1)(%rbx), %rsi
    movq TCB_X(4)(%rbx), %r8
    movq TCB_X(5)(%rbx), %r9
    movq TCB_X(6)(%rbx), %r10
    movq TCB_X(16)(%rbx), %r11
    movq TCB_X(8)(%rbx), %r12
    movq TCB_X(9)(%rbx), %r13
    movq TCB_X(10)(%rbx), %r14
    movq TCB_X(11)(%rbx), %r15
    movq TCB_X(29)(%rbx), %rbp
    movq TCB_SP(%rbx), %rsp
    movq TCB_X(19)(%rbx), %rbx
    .if \pkru
    movl $0, %ecx
    movl $0, %edx
    movl $PKRU_USER, %eax
    wrpkru
    .endif
    movq exit_scratch(%rip), %rax
    movq exit_scratch+8(%rip), %rcx
    movq exit_scratch+16(%rip), %rdx
    jmp *exit_scratch+24(%rip)
exit_end_\suffix:

plain_flags_\suffix:
    movq $PLAIN_FLAGS, (%rsp)
    popfq
    jmp flags_done_\suffix

not_quick_\suffix:
    cmpl $RESUME_FULL, %eax
    je full_\suffix
    leaq platform_stack_top(%rip), %rsp /* the kernel stack goes with the CPU */
    call process_hand_off
    .globl again_\suffix
again_\suffix:
    leaq kernel_stack_top(%rip), %rsp
    call resume
    jmp leave_\suffix

    .globl enter_\suffix
    .type enter_\suffix, @function
enter_\suffix:
    leaq platform_stack_top(%rip), %rsp
    call process_wait_for_turn
    jmp again_\suffix

/* rdi = signal, rsi = information, rdx = context. With keys the stack is closed until WRPKRU. */
    .globl signal_\suffix
    .type signal_\suffix, @function
signal_\suffix:
    .cfi_startproc
    .if \pkru
    movq %rdx, %r8
    WRITE_PKRU \pkru
    movq %r8, %rdx
    .endif
    subq $8, %rsp
    .cfi_adjust_cfa_offset 8
    call signal_handle
    addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    testl %eax, %eax
    jnz 1f
    ret
    .cfi_endproc
1:  .cfi_startproc
    .cfi_signal_frame
    UNWIND_RULES
    movq ks(%rip), %rbx
    leaq kernel_stack_top(%rip), %rsp
    pushq $PLAIN_FLAGS
    popfq
    call trap_signal
    nop
    .cfi_endproc
    jmp leave_\suffix
    .endm

    GATE plain, 0
    GATE pku, PKRU_MACHINE
    GATE open, PKRU_OPEN

    .section .rodata
    .p2align 3
    .globl exit_ranges
exit_ranges: /* start, end */
    .quad exit_begin_plain, exit_end_plain, exit_begin_pku, exit_end_pku, exit_begin_open, exit_end_open
    .globl gate_ranges
gate_ranges: /* where the gate has been entered, but memory is still closed */
    .quad gate_plain, gate_open_plain, gate_pku, gate_open_pku, gate_open, gate_open_open

/* ------------------------------------------------------------------------------- start, host calls */

    .text
    .globl machine_start
    .type machine_start, @function
machine_start:
    .cfi_startproc
    .cfi_undefined rip
    xorl %ebp, %ebp
    movq %rsp, %rdi /* the host's argument block: start.c reads the auxiliary vector */
    leaq platform_stack_top(%rip), %rsp
    call machine_main
    ud2
    .cfi_endproc

/* What a signal handler returns to. Its unwind rules find the interrupted registers in the frame, at rsp + 40: a DWARF expression
   (breg7 = 0x77, its offset in SLEB128) for the CFA and each register. The nop: unwinders look one byte before a return address. */
    .macro UNWIND_FRAME_REGISTER number, low, high
    .cfi_escape 0x10, \number, 3, 0x77, \low, \high
    .endm

    .cfi_startproc
    .cfi_signal_frame
    .cfi_escape 0x0f, 4, 0x77, 0xa0, 0x01, 0x06 /* CFA = the interrupted rsp, at 160 */
    UNWIND_FRAME_REGISTER 16, 0xa8, 0x01 /* rip at 168 */
    UNWIND_FRAME_REGISTER 6, 0xf8, 0x00 /* rbp at 120 */
    UNWIND_FRAME_REGISTER 3, 0x80, 0x01 /* rbx at 128 */
    UNWIND_FRAME_REGISTER 12, 0xc8, 0x00 /* r12 at 72 */
    UNWIND_FRAME_REGISTER 13, 0xd0, 0x00 /* r13 at 80 */
    UNWIND_FRAME_REGISTER 14, 0xd8, 0x00 /* r14 at 88 */
    UNWIND_FRAME_REGISTER 15, 0xe0, 0x00 /* r15 at 96 */
    nop
    .globl signal_restorer
    .type signal_restorer, @function
signal_restorer:
    movl $15, %eax /* rt_sigreturn */
    syscall
    .globl signal_restorer_called
signal_restorer_called:
    ud2
    .cfi_endproc

    .globl host_call
    .type host_call, @function
host_call: /* (number, a, b, c, d, e, f) */
    .cfi_startproc
    movq %rdi, %rax
    movq %rsi, %rdi
    movq %rdx, %rsi
    movq %rcx, %rdx
    movq %r8, %r10
    movq %r9, %r8
    movq 8(%rsp), %r9
    testb $0, closed_byte(%rip) /* user code that has jumped here must not get further */
    syscall
    .globl host_called
host_called:
    testb $0, closed_byte(%rip)
    ret
    .cfi_endproc

/* The self-test of protect.c: become user code, so to speak, and trap. */
    .globl protect_probe, protect_probe_trap
    .type protect_probe, @function
protect_probe:
    WRITE_PKRU PKRU_USER
protect_probe_trap:
    ud2

/* ------------------------------------------------------------------------------------------ memory */

    .globl memcpy, memset
    .type memcpy, @function
memcpy:
    movq %rdi, %rax
    movq %rdx, %rcx
    rep movsb
    ret
    .type memset, @function
memset:
    movq %rdi, %r8
    movl %esi, %eax
    movq %rdx, %rcx
    rep stosb
    movq %r8, %rax
    ret

/* ------------------------------------------------------------------------------------------ stacks */

    .section .bss.platform_stack, "aw", @nobits
    .p2align 12
    .skip STACK_BYTES
platform_stack_top:

    .section .bss.signal_stack, "aw", @nobits
    .p2align 12
    .globl signal_stack
signal_stack:
    .skip STACK_BYTES

    .section .bss.exit_scratch, "aw", @nobits
    .p2align 12
    .globl exit_scratch
exit_scratch:
    .skip 4096

/* Closed to user code, and read before and after each host call. */
    .section .bss.per_process, "aw", @nobits
closed_byte:
    .skip 8

    .section .bss.kernel_stack, "aw", @nobits
    .p2align 12
    .skip STACK_BYTES
    .globl kernel_stack_top
kernel_stack_top:

    .section .note.GNU-stack, "", @progbits
