/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads that run a C function. */
#include <lab4/thread.h>
#include <lab4/tls.h>
#include <sel4/sel4.h>

#include "machine.h"

/* First function of every thread started here. */
static void run(void (*function)(void *), void *argument, seL4_TCB tcb)
{
    function(argument);
    for (;;) {
        seL4_TCB_Suspend(tcb);
    }
}

seL4_Error lab4_thread_start(seL4_TCB tcb, const struct lab4_thread_memory *memory, void (*function)(void *), void *argument)
{
    const seL4_Word top = ((seL4_Word)memory->stack + memory->stack_size) & ~15ul;
    seL4_UserContext registers = {
        .pc = (seL4_Word)run,
        .sp = top - LAB4_ENTRY_STACK_BIAS,
        .x0 = (seL4_Word)function,
        .x1 = (seL4_Word)argument,
        .x2 = tcb,
        .tpidr_el0 = lab4_tls_init(memory->tls_block, memory->ipc_buffer),
    };
    if (LAB4_ENTRY_STACK_BIAS) {
        *(seL4_Word *)registers.sp = 0; /* the return address, where a backtrace ends */
    }
    return seL4_TCB_WriteRegisters(tcb, 1, 0, sizeof(registers) / sizeof(seL4_Word), &registers);
}
