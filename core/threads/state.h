// SPDX-License-Identifier: BSD-2-Clause
//
// struct kernel: every mutable byte of the core that is not in an object in physical memory. A
// machine can therefore be reset, snapshotted, compared before and after a refused call, and
// dumped.
//
// What belongs to one processor (who runs on it, the time it accounts, the threads that wait for
// it) is struct cpu. Code says here()->current and never which processor that is. There is one
// today, so here() is the address of a constant, and costs nothing; several would each get theirs.
#pragma once

#include "core/threads/objects.h"

// What the scheduler intends to do at the end of this kernel entry (threads §4.3; the table is in
// dispatch.c).
enum sched_action {
    ACTION_KEEP,     // continue the current thread
    ACTION_CHOOSE,   // pick the best queued thread
    ACTION_NOMINATE, // consider the nominee for an immediate switch
    ACTION_REPLACE,  // the current thread stopped: consider the nominee, if there is one, or choose
};

struct domain_slice {
    word_t domain;
    ticks_t duration; // (0, 0) = end marker
};

enum { BITMAP_WORDS = NUM_PRIORITIES / WORD_BITS };

struct ready_queues {
    word_t summary;              // bit w set = bitmap[w] is not zero
    word_t bitmap[BITMAP_WORDS]; // bit p set = level p is not empty
    struct tcb_queue level[NUM_PRIORITIES];
};

struct cpu {
    // --- who runs
    struct tcb *current; // whose registers are live; never null after core_boot
    enum sched_action action;
    struct tcb *nominee; // in no list; set with ACTION_NOMINATE, may be with ACTION_REPLACE

    // --- time (threads §4.6–4.7)
    struct sched_context *charged_sc; // whom elapsed time is charged to
    ticks_t now;                      // clock at the last stamp
    ticks_t pending;                  // elapsed but not charged yet
    bool rearm;                       // the timer deadline must be computed anew

    // --- ready and sleeping threads
    struct tcb_queue sleepers; // by head-refill time, FIFO among equals
    word_t current_domain;
    ticks_t domain_time; // left of the current slice; runs only with several domains
    word_t domain_index; // of the current slice in the schedule
    struct ready_queues ready[NUM_DOMAINS];

    // --- preemption (objects §5.5)
    word_t work_units; // since the last look for a reason to stop
};

// ------------------------------------------------------------------------ shared by all processors

enum irq_state { IRQ_INACTIVE, IRQ_SIGNAL, IRQ_TIMER };

struct irq_line {
    enum irq_state state;
    // the notification bound to the line's handler; an ordinary slot of the derivation list
    struct slot slot;
};

enum { ASID_POOLS = BIT(seL4_NumASIDPoolsBits) };

struct kernel {
    struct cpu cpu;

    // --- the domain schedule (threads §4.9)
    word_t domain_start; // the entry that it begins with
    struct domain_slice domain_schedule[NUM_DOMAIN_SCHEDULES];

    // --- address spaces and interrupts
    struct asid_pool *asid_pools[ASID_POOLS];
    struct irq_line irqs[NUM_IRQS];

    // --- fixtures
    struct tcb *all_threads; // newest first
    _Alignas(BIT(TCB_BITS)) struct tcb idle;
    struct {
        _Alignas(BIT(SC_MIN_BITS)) struct sched_context sc;
        struct refill refills[SC_MIN_REFILLS];
    } idle_sc;
};

extern struct kernel ks;

// The processor that this code runs on. A macro, because as an inline function gcc keeps its result
// in a register of its own beside the address of ks, which costs a Signal nine instructions.
#define here() (&ks.cpu)

static inline struct sched_context *idle_sc(void)
{
    return &ks.idle_sc.sc;
}
