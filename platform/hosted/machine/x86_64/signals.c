// SPDX-License-Identifier: BSD-2-Clause
//
// Host signals, on the signal stack. Three kinds of moments:
//
//   user code ran      the whole context goes to the TCB; handled on the kernel stack (run.c: trap_signal)
//   the machine ran    SIGALRM and SIGVTALRM only note what happened, in the process that is the CPU: the next exit sees it. Any other signal is a bug
//                      of the machine, or comes from a flag (trap, alignment check) that user code left set
//   an exit ran        (gate.S: restartable) as if user code had run, except that the TCB is complete already
//
// The frame must be consumed before the signal stack is left: the next signal overwrites it. The registers of the FP
// unit were reset by the host; they are taken from the frame when the handler does not return through it.
//
// The signal stack. User code may load any value into rsp, also an address on the signal stack. The host would take that for a
// signal in a handler, put its frame right below, and kill the process where there is no room. SS_AUTODISARM is its
// way not to compare: the host always changes to the stack that is set, and unsets it. Until then a second signal's frame
// goes below the first one, or on the machine's stack that is in use. A handler that returns sets the stack again by that; one that
// goes on does not, so it is set before user code runs again.
#include <asm/signal.h>
#include <asm/siginfo.h>
#include <asm/sigcontext.h> // before the next
#include <asm/ucontext.h>

#include "core/threads/state.h"
#include "platform/hosted/machine/attention.h"
#include "platform/hosted/machine/clock.h"
#include "platform/hosted/machine/end.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/panic.h"
#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/x86_64/context.h"
#include "platform/hosted/machine/x86_64/gate.h"
#include "platform/hosted/machine/x86_64/signals.h"

enum { RETURN_TO_FRAME = 0, GO_ON = 1 };
enum { PKRU_BIT_OF_HEADER = 9, HEADER_OFFSET = 512 }; // of the extended state in a frame

enum { FLAG_TRAP = 1 << 8, FLAG_ALIGNMENT = 1 << 18 }; // Intel SDM vol. 1, 3.4.3

static bool is_machine_text(uint64_t address)
{
    return range_contains((uint64_t)image_text_start, (uint64_t)image_text_end, address);
}

static bool is_in(const uint64_t ranges[3][2], uint64_t address)
{
    for (size_t i = 0; i < 3; i++) {
        if (range_contains(ranges[i][0], ranges[i][1], address)) {
            return true;
        }
    }
    return false;
}

static bool is_in_exit(uint64_t address)
{
    return is_in(exit_ranges, address);
}

static bool is_owner(void)
{
    return self.process && __atomic_load_n(&control()->owner_pid, __ATOMIC_SEQ_CST) == self.process->pid;
}

static void save_context(const struct sigcontext *from)
{
    struct tcb *thread = here()->current;
#define SAVE(name, number, use) thread->regs.x[number] = from->name;
    LAB4_HOSTED_REGISTERS(SAVE)
#undef SAVE
    thread->regs.sp = from->rsp;
    thread->regs.pc = from->rip;
    thread->regs.fault_pc = from->rip;
    context_set_flags(thread, from->eflags);
    host_of(thread)->is_full = true;
}

static void save_trap(int number, const siginfo_t *information, const struct sigcontext *from)
{
    self.trap = (struct trap){
        .signal = number,
        .code = information->si_code,
        .number = from->trapno,
        .error = from->err,
        .address = (vaddr_t)information->si_addr,
    };
}

// User code ran: everything goes to the TCB, and the kernel handles it.
static int leave_user(int number, const siginfo_t *information, const struct sigcontext *from)
{
    machine.signals_from_user++;
    save_context(from);
    save_trap(number, information, from);
    context_restore_frame(from->fpstate);
    return GO_ON;
}

// Was user code running, by the keys in force?
static bool frame_is_user(const void *frame_state)
{
    const uint8_t *state = frame_state;
    uint64_t present;
    uint32_t pkru;
    __builtin_memcpy(&present, state + HEADER_OFFSET, sizeof present);
    __builtin_memcpy(&pkru, state + machine.pkru_offset, sizeof pkru);
    return (present >> PKRU_BIT_OF_HEADER & 1) && pkru == PKRU_USER;
}

// Did user code jump into the machine? Keys tell, except where user code comes and goes.
static bool is_wild_jump(const struct sigcontext *from)
{
    return machine.has_pku && is_owner() && frame_is_user(from->fpstate);
}

// That is a fault of its own.
static int leave_wild_jump(int number, const siginfo_t *information, const struct sigcontext *from)
{
    int action = leave_user(number, information, from);
    self.trap.signal = SIGALRM; // nothing to classify: resume() refuses the pc
    self.armed = ~UINT64_C(0);  // it may have got as far as stopping the timer
    return action;
}

static int interrupt_machine(int number, struct sigcontext *from)
{
    if (!is_owner()) {
        return RETURN_TO_FRAME; // a timer that was set when it was: the owner has its own
    }
    if (number == SIGALRM) {
        attention_set();
    }
    if (is_in_exit(from->rip)) {
        self.trap.signal = SIGALRM;
        context_restore_frame(from->fpstate);
        return GO_ON;
    }
    return RETURN_TO_FRAME;
}

// Is this the work of a flag that user code left set? Then it is clear now.
static bool clear_stray_flags(int number, struct sigcontext *from)
{
    const uint64_t stray = number == SIGTRAP ? FLAG_TRAP : number == SIGBUS ? FLAG_ALIGNMENT : 0;
    const bool is_stray = from->eflags & stray;
    from->eflags &= ~stray;
    return is_stray;
}

static int fault_of_machine(int number, void *context, const struct sigcontext *from)
{
    if (number == SIGILL && from->rip == (uint64_t)protect_probe_trap) {
        host_exit(0); // the self-test of protect.c has got here
    }
    panic_at("fault in the machine: its own, or user code has jumped into it", context);
}

// Virtual time, at each tick of CPU time: does user code run on and on without entering the kernel?
static bool is_spinning(void)
{
    machine.quiet_ticks = machine.seen_entries == machine.user_entries ? machine.quiet_ticks + 1 : 0;
    machine.seen_entries = machine.user_entries;
    return machine.quiet_ticks >= TICKS_OF_SPIN;
}

static int handle(int number, const void *information, void *context)
{
    struct sigcontext *from = &((struct ucontext *)context)->uc_mcontext;
    bool is_interrupt = number == SIGALRM || number == SIGVTALRM;
    if (number == SIGCHLD) {
        end_note_death();
        return RETURN_TO_FRAME;
    }
    if (number == SIGALRM) {
        clock_alarm(is_owner(), !is_machine_text(from->rip));
    }
    if (is_machine_text(from->rip)) {
        if (clear_stray_flags(number, from)) {
            return RETURN_TO_FRAME;
        }
        // An interrupt must end a wild jump, too, that loops or waits there.
        bool may_be_entry = is_interrupt && (is_in_exit(from->rip) || is_in(gate_ranges, from->rip));
        if (is_wild_jump(from) && !may_be_entry) {
            attention_set();
            return leave_wild_jump(number, information, from);
        }
        return is_interrupt ? interrupt_machine(number, from) : fault_of_machine(number, context, from);
    }
    if (!is_owner()) {
        panic_at("user code ran in a process that was not the CPU", context);
    }
    if (number == SIGVTALRM && !is_spinning()) {
        return RETURN_TO_FRAME;
    }
    if (number == SIGALRM) {
        attention_set();
    }
    return leave_user(number, information, from);
}

int signal_handle(int number, const void *information, void *context)
{
    int action = handle(number, information, context);
    if (action == GO_ON) {
        self.signal_stack_is_set = false;
    }
    return action;
}

void signals_set_stack(void)
{
    if (!self.signal_stack_is_set) {
        host_signal_stack(signal_stack, STACK_BYTES);
        self.signal_stack_is_set = true;
    }
}

void signals_install(void)
{
    static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS, SIGALRM, SIGVTALRM, SIGCHLD};
    long error = host_signal_stack(signal_stack, STACK_BYTES);
    if (error != 0) {
        host_refuses("a signal stack", error, "lab4 needs Linux 5.9 or later");
    }
    for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
        host_signal_handler(numbers[i], machine.entry->signal, signal_restorer);
    }
    host_signal_handler(SIGPIPE, NULL, signal_restorer);
}
