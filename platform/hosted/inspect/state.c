// SPDX-License-Identifier: BSD-2-Clause
#include "state.h"

#include "backtrace.h"
#include "causes.h"
#include "waits.h"

enum { NAME_ROOM = 192, MAX_THREADS_SHOWN = 64, CALLERS_SHOWN = 2, NS_PER_TICK = 16 };

static uint64_t microseconds(ticks_t ticks)
{
    return ticks * NS_PER_TICK / 1000;
}

// The fault that stopped the thread, if that is why it does not run; NULL = another reason.
static const struct machine_fault *fault_of(const struct tcb *thread)
{
    const uint32_t count = machine_control->fault_count;
    for (uint32_t i = 1; i <= count && i <= MACHINE_FAULTS_KEPT && thread->state == THREAD_INACTIVE; i++) {
        const struct machine_fault *fault = &machine_control->faults[(count - i) % MACHINE_FAULTS_KEPT];
        if (fault->thread == (uint64_t)thread && fault->pc == thread->regs.fault_pc) {
            return fault;
        }
    }
    return NULL;
}

static void print_reason(FILE *out, struct waits *waits, const struct tcb *thread)
{
    const struct machine_fault *fault = fault_of(thread);
    if (fault != NULL) {
        fprintf(out, "was stopped by a fault that nobody handles: ");
        print_cause(out, thread, fault);
    } else if (thread->state == THREAD_INACTIVE) {
        fprintf(out, thread->regs.pc == 0 ? "was never started" : "is not started, or suspended (seL4_TCB_Resume lets it run)");
    } else {
        waits_print(out, waits, thread);
    }
}

// "serve (server.c:40) < main (server.c:77)": the line that the thread is at, and its callers.
static void print_where(FILE *out, const struct tcb *thread)
{
    const struct component *program = program_of(thread);
    const vaddr_t pc = pc_of(thread);
    struct backtrace backtrace;
    char text[SYMBOL_NAME_ROOM + SYMBOL_FILE_ROOM + 64];
    if (program == NULL || program->symbols == NULL) {
        fprintf(out, "      at 0x%lx%s\n", pc, root_of(thread) == 0 ? ", without an address space" : ", in a program that is not known");
        return;
    }
    backtrace_take(thread, pc, &backtrace);
    struct place place;
    const unsigned first = backtrace_source(thread, &backtrace, &place), end = first + 1 + CALLERS_SHOWN;
    fprintf(out, "      at ");
    for (unsigned i = first; i < backtrace.count && i < end; i++) {
        if (i > first && !symbols_source_place(program->symbols, backtrace.addresses[i], &place)) {
            place = (struct place){.line = 0};
        }
        place.offset = 0; // the line is what counts
        place_text(&place, backtrace.addresses[i], text, sizeof(text));
        fprintf(out, "%s%s", i > first ? " < " : "", text);
    }
    fprintf(out, "%s\n      in %s, pc 0x%lx\n", backtrace.count > end ? " < …" : "", program->name, pc);
}

static void print_time(FILE *out, const struct tcb *thread)
{
    const struct sched_context *sc = thread->sc;
    ticks_t left = 0;
    fprintf(out, "      priority %lu, ", thread->priority);
    if (sc == NULL) {
        fprintf(out, tcb_is_blocked(thread) ? "no scheduling context of its own\n" : "no scheduling context\n");
        return;
    }
    const struct refill *refills = checked_object(sc + 1, sizeof(*refills));
    fprintf(out, "scheduling context 0x%lx", plat_paddr(sc));
    if (sc->capacity == 0) {
        fprintf(out, " without a budget (seL4_SchedControl_Configure gives one)\n");
        return;
    }
    for (word_t i = 0; i < sc->count && i < sc->capacity && i < 64; i++) {
        left += refills[(sc->head + i) % sc->capacity].amount;
    }
    if (sc->period != 0) {
        fprintf(out, ": %lu us every %lu us", microseconds(left), microseconds(sc->period));
    } else {
        fprintf(out, ": round robin, %lu us at a time", microseconds(left));
    }
    if (thread->is_sleeping && refills[sc->head % sc->capacity].time > kernel->cpu.now) {
        fprintf(out, "; the next in %lu us", microseconds(refills[sc->head % sc->capacity].time - kernel->cpu.now));
    }
    fprintf(out, "\n");
}

static void print_thread(FILE *out, struct waits *waits, const struct tcb *thread)
{
    char name[NAME_ROOM];
    fprintf(out, "  '%s' ", safe_name(thread, name, sizeof(name)));
    print_reason(out, waits, thread);
    fprintf(out, "\n");
    print_where(out, thread);
    print_time(out, thread);
    fflush(out); // what comes next may be damaged
}

void print_state(FILE *out, const struct snapshot *snapshot)
{
    struct waits *waits = waits_take(snapshot);
    size_t shown = 0;
    waits_print_circles(out, waits);
    for (size_t i = 0; i < snapshot->thread_count; i++) {
        if (snapshot->threads[i] == &kernel->idle) {
            continue;
        }
        if (shown++ < MAX_THREADS_SHOWN) {
            print_thread(out, waits, snapshot->threads[i]);
        }
    }
    if (shown > MAX_THREADS_SHOWN) {
        fprintf(out, "  … and %zu more threads\n", shown - MAX_THREADS_SHOWN);
    }
}
