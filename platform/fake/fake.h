// SPDX-License-Identifier: BSD-2-Clause
//
// platform/fake: a machine without a host. RAM is an arena, the clock moves when a test moves it, interrupts are raised by
// the test, and what the core asks of the machine is written down. Unit tests and fuzz targets link the core against it;
// "user code" is the test, which writes registers into here()->current and calls core_syscall, core_fault or core_irq.
//
// The machine does as little as a machine can: it has an interrupt controller with one latch and one enable bit a line,
// a timer that holds line 27 up while the clock is at or past the deadline, and remembers which address space and whose
// FP state is live.
#pragma once

#include "platform/platform.h"

enum {
    FAKE_RAM_BASE = 0x40000000, // as on QEMU's `virt` board
    FAKE_LINES = 1024,
    FAKE_MAX_CALLS = 256,
    FAKE_CONSOLE_BYTES = 8192,
};

// Address space reserved for the arena; only what is touched costs anything.
#define FAKE_RAM_MAX (UINT64_C(4) << 30)

// What the core asked of the machine. The comment tells what a, b, c hold.
enum fake_call_kind {
    FAKE_CLEAN_TO_MEMORY,    // physical address, bytes
    FAKE_CACHE_OPERATION,    // enum cache_operation, physical address, bytes
    FAKE_VSPACE_ACTIVATE,    // root, ASID
    FAKE_DESCRIPTOR_WRITTEN, // physical address of the entry, its new value
    FAKE_PAGE_MAPPED,        // ASID, address
    FAKE_TLB_FLUSH_PAGE,     // ASID, address, size_bits
    FAKE_TLB_FLUSH_ASID,     // ASID
    FAKE_VSPACE_RETIRE,      // ASID
    FAKE_THREAD_INIT,        // the TCB's address, as a word
    FAKE_THREAD_DESTROY,     // ditto
    FAKE_REGISTERS_WRITTEN,  // ditto
    FAKE_FPU_ENABLE,         // ditto
    FAKE_FPU_DISABLE,
    FAKE_FPU_SAVE,           // the TCB's address
    FAKE_IRQ_ACKNOWLEDGE,    // line
    FAKE_IRQ_END,            // line
    FAKE_IRQ_ENABLE,         // line, enabled
    FAKE_IRQ_SET_TRIGGER,    // line, is edge
    FAKE_SGI_SEND,           // SGI, target
    FAKE_TIMER_ARM,          // deadline
};

struct fake_call {
    enum fake_call_kind kind;
    word_t a, b, c;
};

// Everything about the machine but its RAM: plain data, so a copy of it is a snapshot.
struct fake_state {
    ticks_t now;
    ticks_t ticks_per_read; // the clock moves on by itself: so much each time it is read
    ticks_t timer_deadline;
    bool irq_is_raised[FAKE_LINES];
    bool irq_is_enabled[FAKE_LINES];
    bool irq_is_edge[FAKE_LINES];
    paddr_t vspace_root; // live address space; 0 = the empty one
    asid_t vspace_asid;
    struct tcb *fpu_owner; // whose FP state is live; null = nobody's
    bool fpu_is_enabled;
    struct fake_call calls[FAKE_MAX_CALLS]; // the first ones since fake_forget_calls
    word_t call_count;                      // may exceed FAKE_MAX_CALLS
    char console[FAKE_CONSOLE_BYTES];       // NUL-terminated; what does not fit is dropped
    word_t console_length;
};

extern struct fake_state fake;

// A machine just switched on: `ram_bytes` (at most FAKE_RAM_MAX, page aligned) of zeroed RAM from `ram_base` on, nothing
// recorded, clock 0, ks zero. Costs what the last run touched.
void fake_reset(paddr_t ram_base, word_t ram_bytes);

// Raises an interrupt line (below FAKE_LINES). Latched until the core takes it.
void fake_irq_raise(word_t irq);

// How often the core made calls of a kind since the calls were last forgotten, and the n-th of them (or null).
word_t fake_count_calls(enum fake_call_kind kind);
const struct fake_call *fake_nth_call(enum fake_call_kind kind, word_t n);
void fake_forget_calls(void);
void fake_forget_console(void);

// Pages of the arena that may differ from zero: fills `resident` with one byte a 4 KiB page, nonzero for such a page.
// `resident` has room for ram_bytes / 4096 entries.
void fake_resident_pages(uint8_t *resident);

// How the machine ended: a panic of the kernel, or plat_halt.
enum fake_end { FAKE_PANIC, FAKE_HALT };

// Called when the machine ends; must not return. By default a report on stderr and abort(), or exit(status) for a halt.
typedef void fake_end_function(enum fake_end end, const char *what, const char *file, int line_or_status);
extern fake_end_function *fake_on_end;
