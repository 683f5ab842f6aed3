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
#include "platform/hosted/machine/machine.h"
#include "platform/platform.h"

// Syndromes (memory §6.3).
enum {
    SYNDROME_UNDEFINED = 0x02000000,
};
#define SYNDROME_BREAKPOINT 0xf2000000u
#define SYNDROME_UNALIGNED_DATA 0x92000021u
#define SYNDROME_TRANSLATION_0 0x92000004u
#define SYNDROME_WRITE 0x40u
#define FIRST_NON_CANONICAL UINT64_C(0x800000000000)
#define SYNDROME_ABORTED_DATA 0x92000010u
#define SYNDROME_STATUS 0x3fu
#define SYNDROME_NO_ADDRESS_SPACE 0x82000004u
#define SYNDROME_FETCH_OUTSIDE 0x82000010u

// The host's exception numbers.
enum { X86_DEBUG = 1, X86_BREAKPOINT = 3, X86_GENERAL_PROTECTION = 13, X86_PAGE = 14 };
enum { X86_ERROR_WRITE = 2, X86_ERROR_FETCH = 16 };

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
    dump_scheduler();
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

// Instructions that raise a general-protection fault because user level may not execute them. Everything else that does
// is an access through a non-canonical address.
static bool is_privileged(vaddr_t pc)
{
    uint8_t code[2];
    if (!tlb_read_user(pc, code, 1)) {
        return false;
    }
    switch (code[0]) {
    case 0x6c: case 0x6d: case 0x6e: case 0x6f: // ins, outs
    case 0xe4: case 0xe5: case 0xe6: case 0xe7: case 0xec: case 0xed: case 0xee: case 0xef: // in, out
    case 0xcd: case 0xcf: // int n, iret
    case 0xf1: case 0xf4: case 0xfa: case 0xfb: // icebp, hlt, cli, sti
        return true;
    case 0x0f: // system instructions: descriptor tables, control registers, time-stamp counter (virtual time) …
        return tlb_read_user(pc, code, 2) && (code[1] <= 0x09 || (code[1] >= 0x20 && code[1] <= 0x23) || (code[1] >= 0x30 && code[1] <= 0x37));
    default:
        return false;
    }
}

static struct hw_fault exception(uint32_t syndrome)
{
    return (struct hw_fault){.kind = HW_FAULT_USER_EXCEPTION, .syndrome = syndrome};
}

static struct hw_fault memory_fault(const struct trap *trap, uint32_t syndrome)
{
    bool is_fetch = trap->error & X86_ERROR_FETCH;
    return (struct hw_fault){.kind = HW_FAULT_VM, .address = trap->address, .is_fetch = is_fetch, .syndrome = syndrome};
}

// A fault for which the host gives no address: it is non-canonical, or not aligned as the instruction needs it.
static void classify_operand(struct hw_fault *fault)
{
    struct access access = {.address = FIRST_NON_CANONICAL};
    uint32_t status = SYNDROME_TRANSLATION_0;
    if (decode_access(&here()->current->regs, &access) && address_is_canonical(access.address)) {
        status = SYNDROME_UNALIGNED_DATA;
    }
    *fault = (struct hw_fault){
        .kind = HW_FAULT_VM, .address = access.address, .syndrome = status | (access.is_write ? SYNDROME_WRITE : 0)};
}

// SIGSEGV and SIGBUS. Returns false if the access can simply be made again.
static bool classify_access(const struct trap *trap, struct hw_fault *fault)
{
    bool is_write = trap->error & X86_ERROR_WRITE, is_fetch = trap->error & X86_ERROR_FETCH;
    if (trap->number == X86_PAGE && trap->signal == SIGBUS) { // the host has no memory for the page
        *fault = memory_fault(trap, SYNDROME_ABORTED_DATA);
        return true;
    }
    if (trap->number == X86_PAGE) {
        uint32_t syndrome = tlb_fill(trap->address, is_write, is_fetch);
        *fault = memory_fault(trap, syndrome);
        bool is_aborted = (syndrome & SYNDROME_STATUS) == (SYNDROME_ABORTED_DATA & SYNDROME_STATUS);
        if (is_aborted && !is_fetch && devices_access(trap->address)) {
            enter_from_user(); // it takes time, like a kernel entry
            return false;
        }
        return syndrome != 0;
    }
    if (trap->number == X86_GENERAL_PROTECTION && is_privileged(here()->current->regs.pc)) {
        *fault = exception(SYNDROME_UNDEFINED);
        return true;
    }
    classify_operand(fault);
    return true;
}

static bool classify(const struct trap *trap, struct hw_fault *fault)
{
    struct thread_regs *regs = &here()->current->regs;
    switch (trap->signal) {
    case SIGSEGV:
    case SIGBUS:
        return classify_access(trap, fault);
    case SIGSYS: // a host call that the filter stopped; pc is behind it
        regs->fault_pc = regs->pc - LAB4_RAW_SYSCALL_BYTES;
        *fault = (struct hw_fault){.kind = HW_FAULT_UNKNOWN_SYSCALL, .number = regs->x[REG_SYSCALL]};
        return true;
    case SIGTRAP:
        if (trap->number == X86_BREAKPOINT) { // pc is behind it; the fault is at it
            regs->pc -= 1;
            regs->fault_pc = regs->pc;
        }
        *fault = exception(SYNDROME_BREAKPOINT);
        return true;
    default: // SIGILL, SIGFPE
        *fault = exception(SYNDROME_UNDEFINED);
        return true;
    }
}

int trap_signal(void)
{
    struct trap trap = self.trap;
    struct hw_fault fault;
    if (trap.signal == SIGVTALRM) {
        clock_break_spin();
    } else if (here()->current->regs.pc >= MACHINE_USER_HIGH) {
        return resume(); // which refuses to go there
    } else if (trap.signal != SIGALRM && classify(&trap, &fault)) {
        control()->statistics.faults++;
        enter_for_fault(&fault);
    }
    return resume();
}
