// SPDX-License-Identifier: BSD-2-Clause
//
// The machine is wrong: say what, where and how it came there, as far as that can still be said, and end with
// MACHINE_STATUS_PANIC. Addresses are of the image lab4-machine: `addr2line -fe lab4-machine ADDRESS` names them.
#include <asm/signal.h>
#include <asm/sigcontext.h> // before the next
#include <asm/ucontext.h>

#include "core/threads/state.h"
#include "platform/hosted/machine/console.h"
#include "platform/hosted/machine/end.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/panic.h"
#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/x86_64/gate.h"

enum { MAX_FRAMES = 24, MOST_REPORTS = 4 };

static void (*reports[MOST_REPORTS])(void);

void panic_report_with(void (*report)(void))
{
    size_t i = 0;
    while (reports[i]) {
        i++;
    }
    reports[i] = report;
}

static bool is_on_a_stack(uint64_t address)
{
    return (range_contains((uint64_t)image_process_start, (uint64_t)image_process_end, address) ||
            range_contains((uint64_t)kernel_stack_top - STACK_BYTES, (uint64_t)kernel_stack_top, address)) &&
           address % sizeof(uint64_t) == 0;
}

// Follows saved frame pointers; everything is compiled with them.
static void print_backtrace(uint64_t pc, uint64_t frame)
{
    host_print(HOST_STDERR, "  called from:");
    for (int i = 0; i < MAX_FRAMES && is_on_a_stack(frame); i++) {
        const uint64_t *words = (const uint64_t *)frame;
        host_print(HOST_STDERR, " %lx", words[1]);
        if (words[0] <= frame) {
            break;
        }
        frame = words[0];
    }
    host_print(HOST_STDERR, "\n  pc %lx\n", pc);
}

static void print_host_registers(const struct sigcontext *c)
{
    const struct {
        const char *name;
        uint64_t value;
    } shown[] = {
        {"rip", c->rip}, {"rsp", c->rsp}, {"flags", c->eflags}, {"exception", c->trapno}, {"error", c->err}, {"address", c->cr2},
        {"rax", c->rax}, {"rbx", c->rbx}, {"rcx", c->rcx}, {"rdx", c->rdx}, {"rsi", c->rsi}, {"rdi", c->rdi}, {"rbp", c->rbp},
        {"r8", c->r8}, {"r9", c->r9}, {"r10", c->r10}, {"r11", c->r11}, {"r12", c->r12}, {"r13", c->r13}, {"r14", c->r14}, {"r15", c->r15},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(shown); i++) {
        host_print(HOST_STDERR, "  %s %lx%s", shown[i].name, shown[i].value, i % 6 == 5 ? "\n" : "");
    }
    host_print(HOST_STDERR, "\n");
}

static void print_thread(void)
{
    struct tcb *thread = here()->current;
    if (!thread) {
        return;
    }
    const struct thread_regs *r = &thread->regs;
    host_print(HOST_STDERR, "  current thread '%s': pc %lx fault pc %lx sp %lx x0 %lx x1 %lx x2 %lx x6 %lx x7 %ld\n", thread->name, r->pc,
               r->fault_pc, r->sp, r->x[0], r->x[1], r->x[2], r->x[6], (long)r->x[7]);
}

_Noreturn void panic_at(const char *what, const void *context)
{
    static bool is_nested;
    if (is_nested) {
        host_print(HOST_STDERR, "lab4: and reporting that failed as well (%s): the kernel's data is badly damaged\n", what);
        host_exit(MACHINE_STATUS_PANIC);
    }
    is_nested = true;
    control()->end = MACHINE_END_PANIC;
    console_flush();
    host_print(HOST_STDERR, "lab4: machine panic: %s\n", what);
    print_thread();
    if (context) {
        const struct sigcontext *c = &((const struct ucontext *)context)->uc_mcontext;
        print_host_registers(c);
        print_backtrace(c->rip, c->rbp);
    } else {
        print_backtrace((uint64_t)__builtin_return_address(0), (uint64_t)__builtin_frame_address(0));
    }
    if (here()->current) {
        for (size_t i = 0; i < ARRAY_LENGTH(reports) && reports[i]; i++) {
            reports[i]();
        }
    }
    machine_end(MACHINE_STATUS_PANIC);
}

_Noreturn void host_refuses(const char *what, long error, const char *remedy)
{
    bool is_policy = host_forbids(error);
    console_flush();
    host_print(HOST_STDERR, "lab4: the host refuses %s (error %ld); %s.\n", what, -error, is_policy ? HOST_FORBIDS : remedy);
    machine_end(is_policy ? MACHINE_STATUS_BOOT_FAILED : MACHINE_STATUS_PANIC);
}

_Noreturn void plat_panic(const char *what, const char *file, int line)
{
    console_flush();
    host_print(HOST_STDERR, "lab4: %s:%d: \n", file, line);
    panic_at(what, NULL);
}
