// SPDX-License-Identifier: BSD-2-Clause
//
// The platform's loop: an event of user code enters here on the kernel stack, the core handles it, and resume() finds
// out how the thread that the core chose gets to run: here, in another process, or after waiting for an interrupt.
//
// resume() may be entered at any time that this process is the CPU; everything it does can be done again. So an
// interrupt that arrives while the last instructions of an exit run just starts it anew.
#include <asm/signal.h>

#include "core/entry/debug.h"
#include "core/threads/state.h"
#include "platform/hosted/machine/attention.h"
#include "platform/hosted/machine/clock.h"
#include "platform/hosted/machine/console.h"
#include "platform/hosted/machine/controller.h"
#include "platform/hosted/machine/devices.h"
#include "platform/hosted/machine/end.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/process.h"
#include "platform/hosted/machine/run.h"
#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/tlb.h"
#include "platform/hosted/machine/watch.h"
#include "platform/hosted/machine/x86_64/context.h"
#include "platform/hosted/machine/x86_64/fault.h"
#include "platform/hosted/machine/x86_64/signals.h"
#include "platform/platform.h"

// Syndromes of a fetch that the machine refuses (memory §6.3, design §4.2).
#define SYNDROME_NO_ADDRESS_SPACE 0x82000004u
#define SYNDROME_FETCH_OUTSIDE 0x82000010u

static void enter_from_user(void)
{
    machine.user_entries++;
    clock_count_entry();
}

static bool is_watched(void)
{
    return MACHINE_IS_WATCHABLE && __builtin_expect(machine.is_watched, 0);
}

// --------------------------------------------------------------------------------- entering the core

static void enter_for_call(void)
{
    if (is_watched()) {
        watch_call();
    }
    enter_from_user();
    core_syscall();
    if (is_watched()) {
        watch_after();
    }
}

static void enter_for_fault(const struct hw_fault *fault)
{
    if (is_watched()) {
        watch_fault(fault);
    }
    enter_from_user();
    core_fault(fault);
    if (is_watched()) {
        watch_after();
    }
}

static void enter_for_interrupt(void)
{
    if (is_watched()) {
        watch_interrupt();
    }
    clock_count_entry();
    // It arrives in front of the thread's next instruction, even if that is the first one after a system call: who resumes it
    // after a timeout fault, say, must not repeat the call.
    here()->current->regs.fault_pc = here()->current->regs.pc;
    core_irq();
    if (is_watched()) {
        watch_after();
    }
}

// ---------------------------------------------------------------------------------------------- idle

// Nothing can ever happen again: say who waits for what, and end.
static _Noreturn void end_deadlocked(void)
{
    host_print(HOST_STDERR, "lab4: every thread waits, and there is no timer or device that could wake one:\n");
    if (!(control()->flags & MACHINE_FLAG_REPORT_STATE)) {
        dump_scheduler();
    }
    control()->end = MACHINE_END_DEADLOCK;
    machine_end(MACHINE_STATUS_DEADLOCK);
}

static void wait_for_interrupt(void)
{
    console_flush();
    control()->statistics.idles++;
    while (!attention_is_set()) {
        if (clock_is_due()) {
            attention_set();
        } else if (!clock_has_deadline() && !controller_may_wake()) {
            end_deadlocked();
        } else {
            clock_wait();
        }
    }
}

// Has a deadline passed that no alarm has told of yet?
static void look_at_clock(void)
{
    if (clock_is_due()) {
        attention_set();
    }
}

static void take_interrupts(void)
{
    __atomic_store_n(&control()->attention, 0, __ATOMIC_SEQ_CST);
    watch_pause();
    devices_update();
    if (controller_has_pending()) {
        control()->statistics.interrupts++;
        console_flush();
        enter_for_interrupt();
    }
}

// ------------------------------------------------------------------------------------------- leaving

static void fault_on_fetch(struct tcb *thread, uint32_t syndrome)
{
    const struct hw_fault fault = {.kind = HW_FAULT_VM, .address = thread->regs.pc, .is_fetch = true, .syndrome = syndrome};
    thread->regs.fault_pc = thread->regs.pc;
    enter_for_fault(&fault);
}

// A pc that the host must not be asked to jump to: the machine's own part of the address space, or no address at all.
static bool refuse_to_jump(struct tcb *thread)
{
    if (machine.active_root == 0) {
        fault_on_fetch(thread, SYNDROME_NO_ADDRESS_SPACE);
        return true;
    }
    if (thread->regs.pc >= MACHINE_USER_HIGH) {
        uint32_t syndrome = tlb_fill(thread->regs.pc, false, true);
        fault_on_fetch(thread, syndrome ? syndrome : SYNDROME_FETCH_OUTSIDE);
        return true;
    }
    return false;
}

// The process that must run next for the current thread's sake: the one that serves its VSpace, but before that the
// one whose registers still hold the thread's FP state, if it has moved.
static struct process *wanted_process(struct tcb *thread)
{
    struct process *home = process_for_active();
    struct process *holder = host_of(thread)->live_in;
    if (!holder || holder == home) {
        return home;
    }
    if (holder == self.process) {
        context_save();
        return home;
    }
    return holder;
}

int resume(void)
{
    for (;;) {
        struct tcb *thread = here()->current;
        if (attention_is_set()) {
            take_interrupts();
            continue;
        }
        if (thread == &ks.idle) {
            wait_for_interrupt();
            continue;
        }
        if (refuse_to_jump(thread)) {
            continue;
        }
        struct process *process = wanted_process(thread);
        if (process != self.process) {
            machine.hand_off_to = process;
            return RESUME_HAND_OFF;
        }
        enum tlb_work work = tlb_apply();
        if (work == TLB_UNFINISHED) {
            look_at_clock();
            continue;
        }
        if (work == TLB_CHANGED && (control()->flags & MACHINE_FLAG_DEBUG)) {
            tlb_fill_code();
        }
        context_make_live(thread);
        signals_set_stack();
        clock_arm_host();
        if (!host_of(thread)->is_full) {
            return RESUME_QUICK;
        }
        context_full_exit(thread);
        return RESUME_FULL;
    }
}

// ------------------------------------------------------------------------------------------ entering

int trap_call(void)
{
    control()->statistics.gate_calls++;
    enter_for_call();
    return resume();
}

int trap_signal(void)
{
    signals_set_stack(); // at once: older hosts cannot put two frames on the kernel stack (protect.c)
    struct trap trap = self.trap;
    struct hw_fault fault;
    if (trap.signal == SIGVTALRM) {
        clock_break_spin();
    } else if (here()->current->regs.pc >= MACHINE_USER_HIGH) {
        return resume(); // which refuses to go there
    } else if (trap.signal != SIGALRM) {
        switch (fault_classify(&trap, &fault)) {
        case FAULT_RAISED:
            control()->statistics.faults++;
            enter_for_fault(&fault);
            break;
        case FAULT_PERFORMED:
            enter_from_user(); // it takes time, like a kernel entry
            break;
        case FAULT_MENDED:
            break;
        }
    }
    return resume();
}
