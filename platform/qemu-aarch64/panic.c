// SPDX-License-Identifier: BSD-2-Clause
//
// The ends of a run: the wanted one (plat_halt) and the unwanted ones (a failed assert, a trap in the kernel), which
// report what the processor and the current thread were doing first.
#include "core/check/invariants.h"
#include "core/base/print.h"
#include "core/threads/state.h"
#include "kernel.h"

// ------------------------------------------------------------------------------------------- halting

// Semihosting (Arm Semihosting 2.0, SYS_EXIT_EXTENDED) where QEMU offers it. Where it does not, the HLT comes back to our
// own vector, and from there to go_on_halting: PSCI SYSTEM_OFF by HVC. If that traps too, wait for ever.
enum { SYS_WRITE0 = 0x04, SYS_EXIT_EXTENDED = 0x20, ADP_STOPPED_APPLICATION_EXIT = 0x20026, PSCI_SYSTEM_OFF = 0x84000008 };

static enum { HALT_NO, HALT_SEMIHOSTING, HALT_PSCI, HALT_WAIT } halt_stage;

// Said to whoever runs QEMU (its stderr), where user code cannot speak: so it is told apart from a root task's own status.
static const char *last_words;

// The answer is the second register's business only for calls that have one.
static void semihosting_call(word_t number, const void *argument)
{
    register word_t operation __asm__("x0") = number;
    register const void *parameter __asm__("x1") = argument;
    __asm__ volatile("hlt #0xf000" : "+r"(operation) : "r"(parameter) : "memory");
}

static _Noreturn void go_on_halting(int status)
{
    const word_t block[2] = {ADP_STOPPED_APPLICATION_EXIT, (word_t)status};
    halt_stage++;
    if (halt_stage == HALT_SEMIHOSTING) {
        if (last_words) {
            semihosting_call(SYS_WRITE0, last_words);
        }
        semihosting_call(SYS_EXIT_EXTENDED, block);
        halt_stage++;
    }
    if (halt_stage == HALT_PSCI) {
        register word_t function __asm__("x0") = PSCI_SYSTEM_OFF;
        __asm__ volatile("hvc #0" : "+r"(function) : : "x1", "x2", "x3", "memory");
    }
    for (;;) {
        BARRIER("wfi");
    }
}

void plat_halt(int status)
{
    halt_stage = HALT_NO;
    go_on_halting(status);
}

void kernel_halt(int status, const char *words)
{
    last_words = words;
    plat_halt(status);
}

// ----------------------------------------------------------------------------------------- reporting

// Frame records, {next frame, return address}, as long as they lie upwards in the kernel stack.
static void print_backtrace(word_t frame)
{
    print("  called from");
    for (int depth = 0; depth < 32; depth++) {
        bool is_mapped = frame >= KERNEL_PAGE(STACK_PAGE) && frame <= KERNEL_STACK_TOP - 16;
        if (!is_mapped || !is_aligned(frame, 3)) {
            break;
        }
        const word_t *record = (const word_t *)frame;
        print(" 0x%x", record[1]);
        if (record[0] <= frame) {
            break;
        }
        frame = record[0];
    }
    print("\n");
}

static void print_registers(const word_t *x)
{
    for (word_t i = 0; i < 31; i++) {
        print("%s x%d 0x%x%s", i % 4 ? "" : " ", i, x[i], i % 4 == 3 || i == 30 ? "\n" : "");
    }
}

static void print_thread(void)
{
    const struct tcb *thread = here()->current;
    if (!thread) {
        print("  while booting\n");
        return;
    }
    print("  current thread '%s', tcb 0x%x, pc 0x%x, sp 0x%x, system call %s0x%x\n", thread->name, (word_t)thread,
          thread->regs.fault_pc, thread->regs.sp, (sword_t)thread->regs.x[REG_SYSCALL] < 0 ? "-" : "",
          (sword_t)thread->regs.x[REG_SYSCALL] < 0 ? -thread->regs.x[REG_SYSCALL] : thread->regs.x[REG_SYSCALL]);
}

static void report_violation(int number, const char *what, const void *subject)
{
    print("  invariant %d is broken: %s (0x%x)\n", (word_t)number, what, (word_t)subject);
}

// Which of docs/INVARIANTS.md still hold? In the middle of an operation some do not, so this is a hint.
static void print_invariants(void)
{
    static word_t scratch[KERNEL_DEBUG ? 4096 : 64];
    if (KERNEL_DEBUG && here()->current && invariants_check(scratch, ARRAY_LENGTH(scratch), report_violation)) {
        print("  all invariants hold\n");
    }
}

// A second panic inside the report ends it.
static bool enter_panic(void)
{
    static bool is_nested;
    bool was_nested = is_nested;
    is_nested = true;
    return !was_nested;
}

// tools/run-qemu names the addresses in the line that the core has printed.
void plat_fault_unhandled(const struct tcb *thread, const struct fault *fault)
{
    (void)thread, (void)fault;
}

void plat_panic(const char *what, const char *file, int line)
{
    if (enter_panic()) {
        print("\nlab4: kernel panic: %s (%s:%d)\n", what, file, (word_t)line);
        print_thread();
        print_backtrace((word_t)__builtin_frame_address(0));
        print_invariants();
    }
    kernel_halt(EXIT_FAILED, KERNEL_FAILED);
}

void panic_exception(const struct panic_frame *frame, const char *what)
{
    if (halt_stage != HALT_NO) {
        go_on_halting(EXIT_FAILED);
    }
    if (enter_panic()) {
        print("\nlab4: kernel panic: %s\n  pc 0x%x sp 0x%x spsr 0x%x esr 0x%x far 0x%x\n", what, frame->elr, frame->sp, frame->spsr,
              frame->esr, frame->far);
        print_registers(frame->x);
        print_thread();
        print_backtrace(frame->x[29]);
        print_invariants();
    }
    kernel_halt(EXIT_FAILED, KERNEL_FAILED);
}
