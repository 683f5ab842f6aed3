// SPDX-License-Identifier: BSD-2-Clause
//
// The machine without a host; see fake.h. Of the host it uses memory only: the arena is reserved once, and given back
// page by page on reset.
#define _DEFAULT_SOURCE // mmap, madvise, mincore
#include "platform/fake/fake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/threads/state.h"

enum { PAGE_BYTES = 4096 };

struct fake_state fake;
struct fake_memory fake_memory;
fake_end_function *fake_on_end;

// ------------------------------------------------------------------------------------------- reset

static uint8_t *reserve_arena(void)
{
    void *arena = mmap(NULL, FAKE_RAM_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (arena == MAP_FAILED) {
        perror("platform/fake: cannot reserve address space for RAM");
        exit(1);
    }
    madvise(arena, FAKE_RAM_MAX, MADV_NOHUGEPAGE); // reset is to cost the pages that were touched, not 2 MiB each
    return arena;
}

void fake_reset(paddr_t ram_base, word_t ram_bytes)
{
    if (!fake_memory.ram) {
        fake_memory.ram = reserve_arena();
    } else {
        madvise(fake_memory.ram, fake_memory.bytes, MADV_DONTNEED);
    }
    fake_memory.base = ram_base;
    fake_memory.bytes = ram_bytes;
    memset(&ks, 0, sizeof ks);
    memset(&fake, 0, sizeof fake);
    fake.timer_deadline = ~(ticks_t)0;
}

void fake_resident_pages(uint8_t *resident)
{
    if (mincore(fake_memory.ram, fake_memory.bytes, resident) != 0) {
        perror("platform/fake: mincore");
        exit(1);
    }
    for (word_t i = 0; i < fake_memory.bytes / PAGE_BYTES; i++) {
        resident[i] &= 1;
    }
}

// --------------------------------------------------------------------------------------- recording

static void record(enum fake_call_kind kind, word_t a, word_t b, word_t c)
{
    if (fake.call_count < FAKE_MAX_CALLS) {
        fake.calls[fake.call_count] = (struct fake_call){kind, a, b, c};
    }
    fake.call_count++;
}

static word_t recorded(void)
{
    return min_word(fake.call_count, FAKE_MAX_CALLS);
}

word_t fake_count_calls(enum fake_call_kind kind)
{
    word_t count = 0;
    for (word_t i = 0; i < recorded(); i++) {
        count += fake.calls[i].kind == kind;
    }
    return count;
}

const struct fake_call *fake_nth_call(enum fake_call_kind kind, word_t n)
{
    for (word_t i = 0; i < recorded(); i++) {
        if (fake.calls[i].kind == kind && n-- == 0) {
            return &fake.calls[i];
        }
    }
    return NULL;
}

void fake_forget_calls(void)
{
    fake.call_count = 0;
}

// ----------------------------------------------------------------------------- memory, address spaces

void plat_clean_to_memory(const void *start, word_t bytes)
{
    record(FAKE_CLEAN_TO_MEMORY, plat_paddr(start), bytes, 0);
}

void plat_cache_operation(enum cache_operation operation, paddr_t address, word_t bytes)
{
    record(FAKE_CACHE_OPERATION, operation, address, bytes);
}

void plat_vspace_activate(paddr_t root, asid_t asid)
{
    fake.vspace_root = root;
    fake.vspace_asid = asid;
    record(FAKE_VSPACE_ACTIVATE, root, asid, 0);
}

void plat_descriptor_written(const word_t *entry)
{
    record(FAKE_DESCRIPTOR_WRITTEN, plat_paddr(entry), *entry, 0);
}

void plat_page_mapped(asid_t asid, vaddr_t address)
{
    record(FAKE_PAGE_MAPPED, asid, address, 0);
}

void plat_tlb_flush_page(asid_t asid, vaddr_t address, word_t size_bits)
{
    record(FAKE_TLB_FLUSH_PAGE, asid, address, size_bits);
}

void plat_tlb_flush_asid(asid_t asid)
{
    record(FAKE_TLB_FLUSH_ASID, asid, 0, 0);
}

void plat_vspace_retire(asid_t asid)
{
    record(FAKE_VSPACE_RETIRE, asid, 0, 0);
}

// ------------------------------------------------------------------------------------------ threads

void plat_thread_init(struct tcb *thread)
{
    record(FAKE_THREAD_INIT, (word_t)thread, 0, 0);
}

void plat_thread_destroy(struct tcb *thread)
{
    if (fake.fpu_owner == thread) {
        fake.fpu_owner = NULL;
    }
    record(FAKE_THREAD_DESTROY, (word_t)thread, 0, 0);
}

void plat_thread_registers_written(struct tcb *thread)
{
    record(FAKE_REGISTERS_WRITTEN, (word_t)thread, 0, 0);
}

void plat_fpu_enable(struct tcb *thread)
{
    fake.fpu_owner = thread;
    fake.fpu_is_enabled = true;
    record(FAKE_FPU_ENABLE, (word_t)thread, 0, 0);
}

void plat_fpu_disable(void)
{
    fake.fpu_is_enabled = false;
    record(FAKE_FPU_DISABLE, 0, 0, 0);
}

void plat_fpu_save(struct tcb *thread)
{
    if (fake.fpu_owner == thread) {
        fake.fpu_owner = NULL;
    }
    record(FAKE_FPU_SAVE, (word_t)thread, 0, 0);
}

// --------------------------------------------------------------------------------- interrupts, time

static bool is_waiting(word_t irq)
{
    bool is_raised = fake.irq_is_raised[irq] || (irq == TIMER_IRQ && fake.now >= fake.timer_deadline);
    return is_raised && fake.irq_is_enabled[irq];
}

static word_t first_waiting(void)
{
    for (word_t irq = 0; irq < FAKE_LINES; irq++) {
        if (is_waiting(irq)) {
            return irq;
        }
    }
    return PLAT_NO_IRQ;
}

void fake_irq_raise(word_t irq)
{
    fake.irq_is_raised[irq] = true;
}

bool fake_irq_is_waiting(void)
{
    return first_waiting() != PLAT_NO_IRQ;
}

word_t plat_irq_acknowledge(void)
{
    word_t irq = first_waiting();
    if (irq != PLAT_NO_IRQ) {
        fake.irq_is_raised[irq] = false;
    }
    record(FAKE_IRQ_ACKNOWLEDGE, irq, 0, 0);
    return irq;
}

void plat_irq_end(word_t irq)
{
    record(FAKE_IRQ_END, irq, 0, 0);
}

void plat_irq_enable(word_t irq, bool enabled)
{
    fake.irq_is_enabled[irq] = enabled;
    record(FAKE_IRQ_ENABLE, irq, enabled, 0);
}

void plat_irq_set_trigger(word_t irq, bool edge)
{
    fake.irq_is_edge[irq] = edge;
    record(FAKE_IRQ_SET_TRIGGER, irq, edge, 0);
}

void plat_sgi_send(word_t sgi, word_t target)
{
    record(FAKE_SGI_SEND, sgi, target, 0);
}

ticks_t fake_now(void)
{
    fake.now += fake.ticks_per_read;
    return fake.now;
}

void plat_timer_arm(ticks_t deadline)
{
    fake.timer_deadline = deadline;
    record(FAKE_TIMER_ARM, deadline, 0, 0);
}

// --------------------------------------------------------------------------------- console, the end

void plat_putchar(char c)
{
    if (fake.console_length + 1 < FAKE_CONSOLE_BYTES) {
        fake.console[fake.console_length++] = c;
        fake.console[fake.console_length] = '\0';
    }
}

void fake_forget_console(void)
{
    fake.console_length = 0;
    fake.console[0] = '\0';
}

void plat_fault_unhandled(const struct tcb *thread, const struct fault *fault)
{
    (void)thread, (void)fault; // tests look at what the core does itself
}

void plat_panic(const char *what, const char *file, int line)
{
    if (fake_on_end) {
        fake_on_end(FAKE_PANIC, what, file, line);
    }
    fprintf(stderr, "\nplatform/fake: the kernel panicked: %s (%s:%d)\n", what, file, line);
    abort();
}

void plat_halt(int status)
{
    if (fake_on_end) {
        fake_on_end(FAKE_HALT, "halt", "", status);
    }
    exit(status);
}

void fake_bad_address(paddr_t address)
{
    static char what[64];
    snprintf(what, sizeof what, "physical address 0x%llx is not RAM", (unsigned long long)address);
    plat_panic(what, __FILE__, __LINE__);
}
