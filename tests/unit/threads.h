// SPDX-License-Identifier: BSD-2-Clause
//
// Words for the tests of the threads chapter: its methods, and a root thread that steps aside.
//
// The root thread has the highest priority, so nobody else runs until it waits. root_sleeps() makes it wait; a hardware
// interrupt, root_wakes(), brings it back whatever the others are doing. Preempting a thread puts it at the front of its
// ready list, so the two together change nothing between threads of lower priority.
#pragma once

#include "tests/unit/harness/harness.h"

enum { BELL_IRQ = 60, HIGH = 120, MIDDLE = 110, LOW = 100 };

// ------------------------------------------------------------------------------------- TCB methods

enum { SUSPEND_SOURCE = 1, RESUME_TARGET = 1 };
enum { COPY_SUSPENDS = 1, COPY_RESUMES = 2, COPY_FRAME = 4, COPY_GENERAL = 8 };

#define read_registers(thread, flags, count) method((thread)->cap, TCBReadRegisters, CAPS(), flags, count)
#define write_registers(thread, flags, count, ...) \
    method((thread)->cap, TCBWriteRegisters, CAPS(), flags, count __VA_OPT__(, ) __VA_ARGS__)
#define copy_registers(to, from, flags) method((to)->cap, TCBCopyRegisters, CAPS((from)->cap), flags)
#define set_mcp(thread, mcp) method((thread)->cap, TCBSetMCPriority, CAPS(TCB), mcp)
#define set_sched_params(thread, mcp, priority, sc, handler) \
    method((thread)->cap, TCBSetSchedParams, CAPS(TCB, sc, handler), mcp, priority)
#define set_tls_base(thread, value) method((thread)->cap, TCBSetTLSBase, CAPS(), value)
#define set_flags(thread, clear, set) method((thread)->cap, TCBSetFlags, CAPS(), clear, set)
#define consumed(sc) method(sc, SchedContextConsumed, CAPS(), )
#define yield_to(sc) method(sc, SchedContextYieldTo, CAPS(), )

// ---------------------------------------------------------------------------- scheduling contexts

static inline struct sched_context *sc_of(const struct thread *thread)
{
    return (struct sched_context *)object_of(thread->sc);
}

// When the thread's context may be used next, and for how long.
static inline struct refill head_of(const struct thread *thread)
{
    return *refill_head(sc_of(thread));
}

// The root thread gives the thread `budget_us` every `period_us`.
static inline void given_budget(const struct thread *thread, word_t budget_us, word_t period_us)
{
    assert_ok(configure_sc(thread->sc, budget_us, period_us, 0, 0, 0));
}

// The thread that runs computes for some time; then a spurious interrupt makes the kernel look at the clock.
static inline void computes_us(word_t us)
{
    wind_clock_us(us);
    take_irq();
}

// ------------------------------------------------------------------------------- the root steps aside

static cptr_t bell, bell_handler;

static inline void given_bell(void)
{
    bell = given_notification();
    bell_handler = new_slot();
    assert_ok(method(IRQ_CONTROL, IRQIssueIRQHandler, CAPS(CNODE), BELL_IRQ, bell_handler, 64));
    assert_ok(method(bell_handler, IRQSetIRQHandler, CAPS(bell), ));
}

static inline void root_sleeps(void)
{
    assert_runs(root);
    if (ks.irqs[BELL_IRQ].state == IRQ_INACTIVE) {
        given_bell();
    }
    assert_ok(method(bell_handler, IRQAckIRQ, CAPS(), ));
    sys_wait(bell);
    assert_state(root, THREAD_BLOCKED_ON_NOTIFICATION);
}

static inline void root_wakes(void)
{
    raise_irq(BELL_IRQ);
    assert_runs(root);
}
