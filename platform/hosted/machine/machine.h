// SPDX-License-Identifier: BSD-2-Clause
//
// What the files of the machine offer each other. In the order of a run: start, protect and filter, zygote, then for
// each event signals -> run -> (core) -> run -> context, tlb, process, clock, controller.
#pragma once

#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/instruction.h"
#include "platform/hosted/machine/state.h"
#include "platform/platform.h"

// --- gate.S
void gate_plain(void), gate_pku(void), gate_open(void);
void signal_plain(void), signal_pku(void), signal_open(void), signal_restorer(void);
void enter_plain(void), enter_pku(void), enter_open(void); // never return
void protect_probe(void);
extern const char protect_probe_trap[];
extern const uint64_t exit_ranges[3][2], gate_ranges[3][2];
extern const char host_called[], signal_restorer_called[]; // behind the two `syscall` instructions
extern char signal_stack[], kernel_stack_top[], exit_scratch[];

// --- start.c: the image's entry, on the zygote's stack
_Noreturn void machine_main(const uint64_t *arguments);

// --- protect.c
void protect_start(void);                // decides whether there are keys, and assigns them
void protect_open_user(bool open);       // may the kernel touch user memory now (populating mappings)?
bool protect_frame_is_user(const void *frame_state); // extended state of a signal frame: was user code running?

// --- filter.c: from now on this process makes only the host calls that user code's process needs
void filter_install(void);

// --- zygote.c
_Noreturn void zygote_run(void);         // boots nothing: forks the first process, then serves requests until the end
_Noreturn void machine_end(int status);  // any process: end everything with this status
void zygote_note_death(void);            // from its signal handler

// --- process.c
struct process *process_for_active(void);            // the one that serves the active address space; may create one
struct process *process_of(asid_t asid);             // null if none
void process_release(struct process *process);       // its VSpace has gone: back to the pool
void process_end_if_idle(struct process *process);   // ends it if it is in the pool, and the pool is full
void process_hand_off(void);                         // to machine.hand_off_to; returns when it is this one's turn again
void process_wait_for_turn(void);
_Noreturn void process_start(uint32_t number);       // in the child: become process `number`

// --- run.c: what the entry code calls, on the kernel stack; each returns RESUME_*
int trap_call(void);
int trap_signal(void);
int resume(void);

// --- signals.c: on the signal stack
int signal_handle(int number, const void *information, void *context);
void signals_install(void);
void signals_set_stack(void); // before user code runs

// --- context.c: FP state and thread pointer
void context_start(void);
void context_make_live(struct tcb *thread);          // its FP state is live nowhere or here
void context_save(void);                             // what is live in this process goes to its slot
void context_restore_frame(const void *frame_state); // the host's handler entry reset the registers
void context_full_exit(struct tcb *thread);          // computes the flags to resume with
uint64_t context_flags(struct tcb *thread);          // the host flags that it has
void context_set_flags(struct tcb *thread, uint64_t flags);

// --- tlb.c
uint32_t tlb_fill(vaddr_t address, bool is_write, bool is_fetch); // 0 = filled; otherwise the fault's syndrome (FSR)
bool tlb_is_outside_memory(vaddr_t address, paddr_t *physical);    // is it mapped to something that is not RAM?
int tlb_rights(vaddr_t address);                     // HOST_READ, _WRITE, _EXECUTE by the active VSpace's tables, if there is RAM; or 0
bool tlb_read_user(vaddr_t address, uint8_t *bytes, word_t count); // through the active VSpace's tables
void tlb_write_user(vaddr_t address, const uint8_t *bytes, word_t count); // where tlb_rights allows it
void tlb_forget(struct process *process, vaddr_t start, vaddr_t end);
void tlb_forget_everything(struct process *process);
enum tlb_work { TLB_NOTHING_TO_DO, TLB_CHANGED, TLB_UNFINISHED };
enum tlb_work tlb_apply(void);                       // a piece of this process's queue
void tlb_fill_code(void);                            // --gdb: maps all that can be executed, and tells the debugger

// --- decode.c
uint64_t *host_register(struct thread_regs *regs, uint32_t number);           // by the host's numbering of general registers
uint64_t operand_address(const struct instruction *in, const struct thread_regs *regs); // in->at must be its length
uint32_t instruction_fetch(const struct thread_regs *regs, uint8_t bytes[INSTRUCTION_LONGEST]); // at pc; how many could be read
struct operation;
uint64_t operation_step(const struct operation *operation, uint64_t memory); // the current thread executes it; what is in memory then
struct access {
    vaddr_t address;
    bool is_write;
};
// Of an instruction that accesses memory without saying so: of which no operand is read yet. False: it is none of those.
bool implicit_access(struct instruction *in, const struct thread_regs *regs, struct access *access);
bool decode_access(const struct thread_regs *regs, struct access *access); // of the instruction at pc; false: cannot tell

// --- clock.c
void clock_start(void);
void clock_measure(void);             // as late as possible before time is read
void clock_count_entry(void);        // a kernel entry: virtual time costs something
void clock_arm_host(void);           // before user code runs: the host timer covers the deadline
void clock_alarm(bool is_owner, bool hit_user); // a SIGALRM arrived: the host timer may have fired
bool clock_timer_is_due(void);       // has the core's deadline passed?
bool clock_is_due(void);             // or the devices'?
bool clock_has_deadline(void);       // is there any that matters?
void clock_wait(void);               // idle: until the deadline (virtual time: jump there) or until attention is set
void clock_break_spin(void);         // virtual time: user code spins, so time must pass
void clock_stop(void), clock_go_on(void); // the machine's time does not pass in between

// --- controller.c
bool controller_has_pending(void);   // any line that would be acknowledged
bool controller_may_wake(void);      // is an enabled line left that the front end may raise?
void attention_set(void);
bool attention_is_set(void);

// --- watch.c: around each entry into the core, if machine.is_watched
enum { MACHINE_IS_WATCHABLE = LAB4_MACHINE_WATCHABLE }; // 0: to measure what the question costs
void watch_start(void);
void watch_call(void);
void watch_fault(const struct hw_fault *fault);
void watch_interrupt(void);
void watch_after(void);
void watch_pause(void);              // if an inspector wants it: stand still
void watch_report(void);             // in a panic: the last entry

void watch_line(word_t line);        // an interrupt was taken
void watch_thread_gone(struct tcb *thread);

// --- events.c: what a reporter is told (interface.h)
void event_post(enum machine_event kind); // returns when it has been told

// --- refusals.c: --report refused
void refusals_call(void);
void refusals_thread_gone(const struct tcb *thread);
void refusals_after(void);

// --- trace.c
void trace_call(void);
void trace_fault(const struct hw_fault *fault);
void trace_interrupt(void);
void trace_line(word_t line);
void trace_thread_gone(struct tcb *thread);
void trace_after(void);

// --- check.c
void check_kernel(void);             // panics if an invariant is broken
void check_report(void);             // in a panic

// --- kasan.c: called only if MACHINE_HAS_KASAN
enum { MACHINE_HAS_KASAN = LAB4_MACHINE_KASAN };
void kasan_start(void);              // as soon as the memory file is mapped
void kasan_begin(void);              // from now on accesses are checked
void kasan_tag(void);                // the protection key
void kasan_forget_stacks(void);      // frames on them are left without a return

// --- seam.c
void console_put(char c);
void console_flush(void);

// --- devices.c
void devices_start(void);
bool devices_access(vaddr_t address);  // performs the current thread's instruction, whose access was stopped there; false: it cannot be
void devices_update(void);             // lines and deadline, after anything that may change them
bool devices_may_wake(void);           // may the front end still cause an interrupt of a device?

// --- panic.c
_Noreturn void panic_at(const char *what, const void *context); // a host context (struct ucontext) or null
_Noreturn void host_refuses(const char *what, long error, const char *remedy); // one sentence, and the end; remedy: unless a policy forbids it

// Virtual time: so much CPU time without a kernel entry, and time passes from then on at each tick.
enum { CPU_TICK_US = 4000, TICKS_OF_SPIN = 12 };

// Can the host's processor form this address at all (48 bits, sign-extended)?
static inline bool address_is_canonical(uint64_t address)
{
    return (uint64_t)((int64_t)(address << 16) >> 16) == address;
}

static inline bool range_contains(uint64_t start, uint64_t end, uint64_t value)
{
    return value >= start && value < end;
}
