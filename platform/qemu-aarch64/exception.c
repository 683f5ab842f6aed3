// SPDX-License-Identifier: BSD-2-Clause
//
// From vectors.S to the core and back: what a trap from user level means (memory §6.3), and waiting for interrupts when
// the idle thread is the one to run.
#include "core/entry/debug.h"
#include "core/base/print.h"
#include "core/threads/state.h"
#include "kernel.h"

_Static_assert(offsetof(struct thread_regs, x[30]) == REGS_X30 && offsetof(struct thread_regs, sp) == REGS_X30 + 8, "vectors.S");
_Static_assert(offsetof(struct thread_regs, pc) == REGS_PC && offsetof(struct thread_regs, spsr) == REGS_PC + 8, "vectors.S");
_Static_assert(offsetof(struct thread_regs, fault_pc) == REGS_RESTART, "vectors.S");
_Static_assert(offsetof(struct thread_regs, tpidr_el0) == REGS_TPIDR && offsetof(struct thread_regs, tpidrro_el0) == REGS_TPIDR + 8,
               "vectors.S");

// ESR_EL1.EC, Arm ARM D17.2.37; SVC is in machine.h
enum { CLASS_SHIFT = 26, CLASS_INSTRUCTION_ABORT = 0x20, CLASS_DATA_ABORT = 0x24 };

// Nobody will ever run again: no thread sleeps, no device can interrupt, and time alone wakes nobody up.
static void check_for_deadlock(void)
{
    if (NUM_DOMAINS == 1 && !here()->sleepers.head && gic_is_silent() && !plat_irq_pending()) {
        print("\nlab4: every thread waits, and nothing can wake one up\n");
        if (KERNEL_PRINTING) {
            dump_scheduler();
        }
        kernel_halt(EXIT_ASLEEP, "lab4: every thread waits, and nothing can wake one up\n");
    }
}

// Interrupts stay masked: WFI wakes up for a pending one all the same (Arm ARM D1.16.2), and the core takes it from the
// controller. The idle thread has no registers to save.
COLD static void idle(void)
{
    while (here()->current == &ks.idle) {
        check_for_deadlock();
        BARRIER("dsb sy");
        BARRIER("wfi");
        core_irq();
    }
}

struct thread_regs *exception_resume(void)
{
    if (UNLIKELY(here()->current == &ks.idle)) {
        idle();
    }
    return &here()->current->regs;
}

// A system call that the fast path left alone (vectors.S).
struct thread_regs *exception_syscall(void)
{
    core_syscall_slow();
    return exception_resume();
}

struct thread_regs *exception_synchronous(word_t syndrome, vaddr_t fault_address)
{
    struct thread_regs *regs = &here()->current->regs;
    struct hw_fault fault = {.syndrome = (uint32_t)syndrome};
    regs->fault_pc = regs->pc;
    switch ((uint32_t)syndrome >> CLASS_SHIFT) {
    case CLASS_DATA_ABORT:
        fault.kind = HW_FAULT_VM;
        fault.address = fault_address;
        break;
    case CLASS_INSTRUCTION_ABORT:
        fault.kind = HW_FAULT_VM;
        fault.address = regs->pc;
        fault.is_fetch = true;
        break;
    default:
        fault.kind = HW_FAULT_USER_EXCEPTION;
        break;
    }
    core_fault(&fault);
    return exception_resume();
}

struct thread_regs *exception_interrupt(void)
{
    here()->current->regs.fault_pc = here()->current->regs.pc;
    core_irq();
    return exception_resume();
}
