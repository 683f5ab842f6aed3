// SPDX-License-Identifier: BSD-2-Clause
//
// The recorder for programs on the hosted machine, in the machine image record-machine; it writes to the standard error output. An
// input ends with a line that the program prints (an ABI program: with a check) once it has LEAST_STEPS, or with MOST_STEPS. Printing
// itself is not recorded.
//
// Interrupts are recorded when the core takes them; those of the timer come with the time that passes.
#include <lab4/syscall_table.h>

#include <string.h>

#include "core/threads/state.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/state.h"
#include "platform/platform.h"
#include "tests/fuzz/record/record.h"
#include "tests/fuzz/world.h"

enum { LEAST_STEPS = 30, MOST_STEPS = 200 };

void __real_core_syscall(void);
void __real_core_fault(const struct hw_fault *fault);
word_t __real_plat_irq_acknowledge(void);
void __wrap_core_syscall(void);
void __wrap_core_fault(const struct hw_fault *fault);
word_t __wrap_plat_irq_acknowledge(void);

const ticks_t record_least_time = 1250; // 20 µs, the smallest budget: less time changes little

static word_t steps;

ticks_t record_now(void)
{
    return plat_now();
}

void record_line(const char *text)
{
    host_print(HOST_STDERR, "%s\n", text);
}

static void end_input_after(word_t least)
{
    if (steps >= least) {
        record_end_input(record_now());
        steps = 0;
    }
}

void __wrap_core_syscall(void)
{
    const struct thread_regs *regs = &here()->current->regs;
    if ((sword_t)regs->x[REG_SYSCALL] != LAB4_SYS_DebugPutChar) {
        record_call();
        steps++;
        end_input_after(MOST_STEPS);
    } else if (regs->x[REG_CAP] == '\n') {
        end_input_after(LEAST_STEPS);
    }
    __real_core_syscall();
}

void __wrap_core_fault(const struct hw_fault *fault)
{
    record_fault(fault);
    __real_core_fault(fault);
}

// The fuzz world has handlers of the lines 40 and 41.
word_t __wrap_plat_irq_acknowledge(void)
{
    word_t line = __real_plat_irq_acknowledge();
    if (line != PLAT_NO_IRQ && line != TIMER_IRQ) {
        record_interrupt(line < 32 ? line : 40 + line % 2);
    }
    return line;
}

// ------------------------------------------------------------------- what steps and grammar need of a C library

size_t strlen(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0') {
        length++;
    }
    return length;
}

int strncmp(const char *one, const char *other, size_t most)
{
    size_t at = 0;
    while (at < most && one[at] == other[at] && one[at] != '\0') {
        at++;
    }
    return at == most ? 0 : (unsigned char)one[at] - (unsigned char)other[at];
}

int strcmp(const char *one, const char *other)
{
    return strncmp(one, other, ~(size_t)0);
}
