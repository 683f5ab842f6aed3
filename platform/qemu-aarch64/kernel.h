// SPDX-License-Identifier: BSD-2-Clause
//
// What the files of this platform tell each other.
#pragma once

#include "platform/platform.h"

// X0–X5 at the entry (memory §7.4), stored by entry.S.
struct boot_arguments {
    word_t image_start, image_end, image_offset, entry, dtb, dtb_size;
};

extern struct boot_arguments boot_arguments;
extern struct phys_range machine_ram; // set by boot_map
extern char ki_start[], ki_boot_end[], ki_text_end[], ki_rodata_end[], ki_end[]; // kernel.ld

// The physical address of something in the kernel image.
static inline paddr_t image_paddr(const void *symbol)
{
    return (paddr_t)symbol - IMAGE_VIRTUAL + IMAGE_PHYSICAL;
}

paddr_t boot_map(void); // mmu.c: fills the kernel's tables; returns the top one
void boot_unmap(void);  // mmu.c: takes the boot part of the image out of them
void boot_main(void);   // boot.c

void gic_init(void);
void timer_init(void);

// Vectors (exception.c). Each returns the registers to resume with.
struct thread_regs *exception_syscall(void);
struct thread_regs *exception_synchronous(word_t syndrome, vaddr_t fault_address);
struct thread_regs *exception_interrupt(void);
struct thread_regs *exception_resume(void); // after boot

enum { EXIT_ASLEEP = 3, EXIT_FAILED = 4 }; // as `./lab4 run` returns them

// Can no interrupt but the kernel timer's ever arrive?
bool gic_is_silent(void);

// As plat_halt, for an end that the root task did not ask for; the words, a line, go to the stderr of QEMU.
#define KERNEL_FAILED "lab4: the kernel failed; the console says how\n"
_Noreturn void kernel_halt(int status, const char *words);

// What vectors.S saved of a processor that should not have trapped.
struct panic_frame {
    word_t x[31], sp, elr, spsr, esr, far;
};
_Noreturn void panic_exception(const struct panic_frame *frame, const char *what);
