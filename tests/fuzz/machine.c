// SPDX-License-Identifier: BSD-2-Clause
//
// Drives the core on platform/fake; see machine.h.
#include "tests/fuzz/machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/entry/fastpath.h"
#include "core/check/invariants.h"
#include "core/caps/method.h"
#include "core/time/refill.h"
#include "platform/fake/fake.h"
#include "tests/fuzz/track.h"

enum { MAX_REPEATS = 4, MAX_TICKS = 6, MAX_OVERRUN = 0x4000, SCRATCH_WORDS = 2048 };

// No time had passed since the kernel last looked at the clock when the step began, so that nobody can have become due.
static bool clock_stood_still;

const struct machine_observer *machine_observer;
bool machine_is_punctual, machine_compares_paths;
unsigned long machine_fast_calls, machine_compared_calls;

// The platform's own state is small: the snapshot holds a copy.
static struct fake_state fake_snapshot;

void machine_fail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "\n==== fuzz: ");
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    va_end(args);
    fflush(stderr);
    abort();
}

void machine_clear(word_t ram_bytes)
{
    fake_reset(FAKE_RAM_BASE, ram_bytes);
    track_start(plat_ptr(FAKE_RAM_BASE), ram_bytes, &ks, sizeof ks);
}

void machine_snapshot(void)
{
    fake_snapshot = fake;
    track_snapshot();
}

void machine_reset(void)
{
    fake = fake_snapshot;
    track_restore();
}

void machine_touch(const void *start, size_t bytes)
{
    track_touch(start, bytes);
}

word_t *machine_buffer(const struct tcb *thread)
{
    return tcb_buffer(thread, BUFFER_FOR_WRITING);
}

// ------------------------------------------------------------------------------------------- steps

static void report_broken(int number, const char *what, const void *subject)
{
    machine_fail("invariant %d is broken: %s (%p)", number, what, subject);
}

static void check_invariants(void)
{
    static word_t scratch[SCRATCH_WORDS];
    if (!invariants_check(scratch, SCRATCH_WORDS, report_broken)) {
        machine_fail("invariants_check failed without a report");
    }
}

static void fill_buffer(const struct step *step, word_t *buffer)
{
    machine_touch(buffer, 128 * sizeof *buffer);
    for (word_t i = NUM_REG_MRS; i < step->word_count; i++) {
        buffer[BUFFER_MESSAGE + i] = step->words[i];
    }
    for (word_t i = 0; i < step->extra_caps; i++) {
        buffer[BUFFER_CAPS + i] = step->caps[i];
    }
    for (word_t i = 0; i < (step->sets_receive ? 3 : 0); i++) {
        buffer[BUFFER_RECEIVE_CNODE + i] = step->receive[i];
    }
}

static word_t waiting_line(void)
{
    for (word_t irq = 0; irq < FAKE_LINES; irq++) {
        bool is_raised = fake.irq_is_raised[irq] || (irq == TIMER_IRQ && fake.now >= fake.timer_deadline);
        if (is_raised && fake.irq_is_enabled[irq]) {
            return irq;
        }
    }
    return PLAT_NO_IRQ;
}

// ---------------------------------------------------------------------------------- both ways of a call

// Fails if the machine and kernel memory are not what the first run left: track.c and `first` hold that.
static void compare_outcomes(const struct fake_state *first)
{
    uint8_t was;
    const uint8_t *differs = track_changed(NULL, 0, &was);
    if (differs) {
        bool is_ks = (uintptr_t)differs - (uintptr_t)&ks < sizeof ks;
        machine_fail("with and without the fast path this call ends in different states: the byte at %s + %#lx is %#x with it and %#x without",
                     is_ks ? "ks" : "RAM", (unsigned long)(is_ks ? (uintptr_t)differs - (uintptr_t)&ks : plat_paddr(differs)), was, *differs);
    }
    if (memcmp(&fake, first, offsetof(struct fake_state, calls)) != 0) {
        machine_fail("with and without the fast path this call leaves the machine (struct fake_state) in different states");
    }
}

// An entry, and the same one from the same state without the fast path. A call that took the fast path and did not look at the
// clock must end in the state that the slow path reaches when no time has passed since the last stamp. A slice that was over by
// then (its context was reconfigured) is ended by the slow path only; both are right (threads FP-2).
static void enter_both_ways(const struct hw_fault *fault)
{
    static struct fake_state before, first;
    ticks_t stamp = here()->now;
    bool is_debug_call = !fault && (sword_t)here()->current->regs.x[REG_SYSCALL] < -11; // they do not look at the clock either
    bool has_budget = sc_is_sufficient(here()->charged_sc, here()->pending);
    before = fake;
    track_keep_all();
    if (fault) {
        core_fault(fault);
    } else {
        core_syscall();
    }
    bool was_fast = !fault && !is_debug_call && here()->now == stamp && fake.now != stamp;
    if (was_fast && !has_budget) {
        return;
    }
    first = fake;
    track_take_back();
    fake = before;
    fake.now = was_fast ? stamp : fake.now;
    if (fault) {
        core_fault_slow(fault);
    } else {
        core_syscall_slow();
    }
    fake.now = before.now;
    compare_outcomes(&first);
    machine_compared_calls++;
    machine_fast_calls += was_fast;
}

// ------------------------------------------------------------------------------------- into the kernel

// Did the entry change nothing but the caller's registers and message? Then what held before still holds.
static bool changed_only_a_message(const struct tcb *caller, const word_t *buffer)
{
    const struct track_range allowed[] = {
        {&caller->regs, sizeof caller->regs},
        {buffer, buffer ? BUFFER_RECEIVE_CNODE * sizeof *buffer : 0},
    };
    uint8_t was;
    return track_is_tracing() && !track_changed(allowed, ARRAY_LENGTH(allowed), &was);
}

// The one way into the kernel.
static void enter(enum machine_entry entry, const struct hw_fault *fault)
{
    fake_forget_calls();
    fake_forget_console();
    if (machine_observer) {
        machine_observer->before(entry, fault, entry == MACHINE_IRQ ? waiting_line() : PLAT_NO_IRQ);
    }
    const struct tcb *caller = here()->current;
    const word_t *buffer = machine_buffer(caller);
    track_begin_step();
    switch (entry) {
    case MACHINE_SYSCALL:
        if (machine_compares_paths) {
            enter_both_ways(NULL);
        } else {
            core_syscall();
        }
        break;
    case MACHINE_FAULT:
        if (machine_compares_paths) {
            enter_both_ways(fault);
        } else {
            core_fault(fault);
        }
        break;
    case MACHINE_IRQ:
        core_irq();
        break;
    }
    if (machine_observer) {
        machine_observer->after();
    }
    if (!changed_only_a_message(caller, buffer)) {
        check_invariants();
    }
}

static void trap(struct tcb *thread, vaddr_t fault_pc, vaddr_t next_pc)
{
    thread->regs.fault_pc = fault_pc;
    thread->regs.pc = next_pc;
}

static void run_call(const struct step *step)
{
    struct tcb *thread = here()->current;
    struct thread_regs *regs = &thread->regs;
    word_t *buffer = machine_buffer(thread);
    machine_touch(regs, sizeof *regs);
    if (buffer) {
        fill_buffer(step, buffer);
    }
    regs->x[REG_CAP] = step->cap;
    regs->x[REG_INFO] = info_make(step->label, step->sets_unwrapped ? 5 : 0, step->extra_caps, step->length);
    for (word_t i = 0; i < NUM_REG_MRS && i < step->word_count; i++) {
        regs->x[REG_MR0 + i] = step->words[i];
    }
    regs->x[REG_REPLY] = step->reply;
    regs->x[REG_SYSCALL] = step->number;
    regs->x[REG_DEST] = step->dest;
    trap(thread, MACHINE_SVC, MACHINE_SVC + 4);
    clock_stood_still = here()->now == fake.now;
    enter(MACHINE_SYSCALL, NULL);
}

static void run_fault(const struct step *step)
{
    struct tcb *thread = here()->current;
    struct hw_fault fault = {
        .kind = (enum hw_fault_kind)(step->words[0] % 3),
        .address = step->words[1],
        .is_fetch = step->words[2] & 1,
        .syndrome = (uint32_t)step->words[2],
        .number = step->words[1],
    };
    machine_touch(&thread->regs, sizeof thread->regs);
    trap(thread, MACHINE_SVC, MACHINE_SVC);
    enter(MACHINE_FAULT, &fault);
}

// Time passes. The timer interrupts when its deadline is reached, as it would on a machine, up to MAX_TICKS times. Only
// the last leg may overrun the deadline, by MAX_OVERRUN: a long interrupt latency.
static void run_time(ticks_t ticks)
{
    ticks_t end = fake.now + (ticks & LOW_BITS(40));
    for (int i = 0; i < MAX_TICKS && fake.timer_deadline < end; i++) {
        fake.now = fake.timer_deadline > fake.now ? fake.timer_deadline : fake.now;
        enter(MACHINE_IRQ, NULL);
    }
    ticks_t overrun = machine_is_punctual ? 0 : MAX_OVERRUN;
    ticks_t latest = fake.timer_deadline < ~(ticks_t)0 - overrun ? fake.timer_deadline + overrun : ~(ticks_t)0;
    fake.now = end < latest ? end : fake.now > latest ? fake.now : latest;
}

static void run_irq(word_t line)
{
    if ((line & 0x3ff) != PLAT_NO_IRQ) {
        fake_irq_raise(line % 256);
    }
    if (line & 0x400) {
        return; // stays pending, for the next preemption point to find
    }
    enter(MACHINE_IRQ, NULL);
}

void machine_run_step(const struct step *step)
{
    bool is_idle = here()->current == &ks.idle;
    if (is_idle && (step->kind == STEP_CALL || step->kind == STEP_FAULT)) {
        return;
    }
    switch (step->kind) {
    case STEP_CALL:
        run_call(step);
        break;
    case STEP_TIME:
        run_time(step->words[0]);
        break;
    case STEP_IRQ:
        run_irq(step->words[0]);
        break;
    case STEP_FAULT:
        run_fault(step);
        break;
    }
}

// The thread's next instruction is the system call that it made last: it was preempted or restarted.
static bool repeats_call(const struct tcb *thread)
{
    return thread != &ks.idle && thread->regs.pc == MACHINE_SVC && thread->regs.x[REG_SYSCALL] != 0;
}

void machine_settle(void)
{
    for (int i = 0; i < MAX_REPEATS; i++) {
        struct tcb *thread = here()->current;
        if (repeats_call(thread)) {
            machine_touch(&thread->regs, sizeof thread->regs);
            trap(thread, MACHINE_SVC, MACHINE_SVC + 4);
            enter(MACHINE_SYSCALL, NULL);
        } else if (thread == &ks.idle && fake.timer_deadline < fake.now + BIT(40)) {
            fake.now = fake.timer_deadline > fake.now ? fake.timer_deadline : fake.now;
            enter(MACHINE_IRQ, NULL);
        } else {
            return;
        }
    }
}

// ---------------------------------------------------------------------------------------- refusals

bool machine_was_refused(const struct step *step, const struct tcb *caller)
{
    return step->kind == STEP_CALL && step->number == (word_t)-1 && clock_stood_still && here()->current == caller && caller->state == THREAD_RUNNING &&
           info_label(caller->regs.x[REG_INFO]) != 0 && caller->regs.pc == MACHINE_SVC + 4;
}

void machine_check_refusal(const struct tcb *caller)
{
    const word_t *buffer = machine_buffer(caller);
    const struct track_range allowed[] = {
        {&caller->regs, sizeof caller->regs},
        {buffer ? &buffer[BUFFER_MESSAGE] : NULL, buffer ? 8 * sizeof *buffer : 0},
    };
    uint8_t was;
    const uint8_t *changed = track_changed(allowed, ARRAY_LENGTH(allowed), &was);
    if (changed) {
        machine_fail("the call was refused with error %d, but memory at %p (ks + %#lx) changed",
                     (int)info_label(caller->regs.x[REG_INFO]), (const void *)changed,
                     (unsigned long)((uintptr_t)changed - (uintptr_t)&ks));
    }
}
