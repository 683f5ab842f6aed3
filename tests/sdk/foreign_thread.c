/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread started as libraries for AArch64 do: at a C function, with a stack pointer that is a multiple of 16. The function has a
 * vector on its stack, which x86-64 compilers access with instructions that want it aligned.
 */
#include <lab4/printf.h>
#include <lab4/runtime.h>
#include <sel4/sel4.h>

typedef double vector __attribute__((vector_size(16)));

static _Alignas(16) char stack[16384];
static seL4_CPtr next_slot, done;
static volatile double sum;

__attribute__((noinline)) static void fill(volatile vector *place, double value)
{
    *place = (vector) {value, value};
}

static void foreign(void)
{
    volatile vector on_stack;
    fill(&on_stack, 3);
    sum = on_stack[0] + on_stack[1];
    seL4_Signal(done);
    for (;;) {
        seL4_Yield();
    }
}

#ifdef BY_STUB
void thread_entry(void);
__asm__(".globl thread_entry\n"
        "thread_entry: call *%rbx\n" /* the function, from regs.x19 (docs/HOSTED-ABI.md); its arguments are in x0 … x5 */
        "ud2\n");
#endif

static seL4_CPtr make(seL4_Word type, seL4_Word size_bits)
{
    const seL4_BootInfo *info = lab4_bootinfo();
    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        if (!info->untypedList[i].isDevice && info->untypedList[i].sizeBits > 16) {
            seL4_Untyped_Retype(info->untyped.start + i, type, size_bits, seL4_CapInitThreadCNode, 0, 0, next_slot, 1);
            break;
        }
    }
    return next_slot++;
}

int main(void)
{
    next_slot = lab4_bootinfo()->empty.start;
    done = make(seL4_NotificationObject, 0);
    const seL4_CPtr tcb = make(seL4_TCBObject, 0), sc = make(seL4_SchedContextObject, seL4_MinSchedContextBits);
    seL4_SchedControl_Configure(lab4_bootinfo()->schedcontrol.start, sc, 10000, 10000, 0, 0);
    seL4_TCB_Configure(tcb, seL4_CapInitThreadCNode, 0, seL4_CapInitThreadVSpace, 0, 0, 0);
    seL4_TCB_SetSchedParams(tcb, seL4_CapInitThreadTCB, 254, 254, sc, 0);
    seL4_TCB_SetTLSBase(tcb, (seL4_Word)__builtin_thread_pointer()); /* our IPC buffer: while we wait, it is not in use */
    seL4_UserContext registers = {0};
    registers.sp = (seL4_Word)(stack + sizeof(stack));
#ifdef BY_STUB
    registers.pc = (seL4_Word)thread_entry;
    registers.x19 = (seL4_Word)foreign;
#else
    registers.pc = (seL4_Word)foreign;
#endif
    seL4_TCB_WriteRegisters(tcb, 1, 0, sizeof(registers) / sizeof(seL4_Word), &registers);
    seL4_Wait(done, NULL);
    printf("sum %d\n", (int)sum);
    return 0;
}
