/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A gate page that stands in for the kernel: it notes the registers of the call, answers with those that the test has laid down,
 * and destroys all that a call may destroy. For an ordinary x86-64 Linux program.
 */
#include <assert.h>
#include <string.h>
#include <sys/mman.h>

#include <lab4/hosted_abi.h>
#include <sel4/sel4.h>

/* x0...x8 and r11 of the last call; x0...x5 of the answer to the next. */
struct {
    seL4_Word x[9];
    seL4_Word return_address;
    seL4_Word answer[6];
    seL4_Word calls;
} gate;

void gate_entry(void);
__asm__(".text\n"
        "gate_entry:\n"
        "    mov %rdi, gate(%rip)\n"
        "    mov %rsi, gate+8(%rip)\n"
        "    mov %rdx, gate+16(%rip)\n"
        "    mov %rcx, gate+24(%rip)\n"
        "    mov %r8, gate+32(%rip)\n"
        "    mov %r9, gate+40(%rip)\n"
        "    mov %r10, gate+48(%rip)\n"
        "    mov %rax, gate+56(%rip)\n"
        "    mov %r12, gate+64(%rip)\n"
        "    mov %r11, gate+72(%rip)\n"
        "    incq gate+128(%rip)\n"
        "    cmpq $-5, %rax\n" /* Send and NBSend return nothing */
        "    je 1f\n"
        "    cmpq $-6, %rax\n"
        "    je 1f\n"
        "    cmpq $-11, %rax\n"
        "    jl 1f\n"
        "    mov gate+80(%rip), %rdi\n"
        "    mov gate+88(%rip), %rsi\n"
        "    mov gate+96(%rip), %rdx\n"
        "    mov gate+104(%rip), %rcx\n"
        "    mov gate+112(%rip), %r8\n"
        "    mov gate+120(%rip), %r9\n"
        "1:  mov $-1, %r13\n"
        "    mov $-1, %r14\n"
        "    mov $-1, %r15\n"
        "    jmp *%r11\n");

static seL4_IPCBuffer ipc_buffer;

/* Maps the gate page, once; forgets the last call; gives the thread an IPC buffer whose MRi is 1000 + i. */
static void given_a_gate(void)
{
    static void **page;
    if (!page) {
        page = mmap((void *)LAB4_GATE_PAGE, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
                    -1, 0);
        assert(page == (void *)LAB4_GATE_PAGE);
        page[0] = (void *)gate_entry;
    }
    memset(&gate, 0, sizeof(gate));
    memset(&ipc_buffer, 0, sizeof(ipc_buffer));
    for (int i = 0; i < seL4_MsgMaxLength; i++) {
        ipc_buffer.msg[i] = 1000 + (seL4_Word)i;
    }
    seL4_SetIPCBuffer(&ipc_buffer);
}

/* The kernel will answer the next call with this info word and message. */
static void given_the_answer(seL4_Word badge, seL4_Word info, seL4_Word mr0, seL4_Word mr1, seL4_Word mr2, seL4_Word mr3)
{
    const seL4_Word answer[6] = {badge, info, mr0, mr1, mr2, mr3};
    memcpy(gate.answer, answer, sizeof(answer));
}
