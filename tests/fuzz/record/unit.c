// SPDX-License-Identifier: BSD-2-Clause
//
// The recorder for unit tests: an input for each machine that a test starts, appended to the file that LAB4_RECORD_STEPS names.
#include <stdio.h>
#include <stdlib.h>

#include "platform/fake/fake.h"
#include "tests/fuzz/record/record.h"

void __real_core_syscall(void);
void __real_core_fault(const struct hw_fault *fault);
void __real_core_irq(void);
void __real_fake_reset(paddr_t ram_base, word_t ram_bytes);
void __wrap_core_syscall(void);
void __wrap_core_fault(const struct hw_fault *fault);
void __wrap_core_irq(void);
void __wrap_fake_reset(paddr_t ram_base, word_t ram_bytes);

const ticks_t record_least_time = 1;

ticks_t record_now(void)
{
    return fake.now; // without the time that reading may take
}

void record_line(const char *text)
{
    static FILE *file;
    const char *path = getenv("LAB4_RECORD_STEPS");
    if (path && !file && !(file = fopen(path, "a"))) {
        perror(path);
        exit(1);
    }
    if (file) {
        fprintf(file, "%s\n", text);
    }
}

void __wrap_fake_reset(paddr_t ram_base, word_t ram_bytes)
{
    record_end_input(0);
    __real_fake_reset(ram_base, ram_bytes);
}

void __wrap_core_syscall(void)
{
    record_call();
    __real_core_syscall();
}

void __wrap_core_fault(const struct hw_fault *fault)
{
    record_fault(fault);
    __real_core_fault(fault);
}

void __wrap_core_irq(void)
{
    word_t line = PLAT_NO_IRQ;
    for (word_t irq = 0; irq < FAKE_LINES && line == PLAT_NO_IRQ; irq++) {
        line = fake.irq_is_raised[irq] ? irq : line;
    }
    record_interrupt(line);
    __real_core_irq();
}
