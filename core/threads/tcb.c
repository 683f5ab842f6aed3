// SPDX-License-Identifier: BSD-2-Clause
//
// Threads: creation, suspension, resumption, priorities, and the end. The methods that user level
// invokes are in tcb_methods.c and tcb_registers.c. Owns the list of all threads, ks.all_threads.
//
// Suspending a thread that was running saves pc as fault_pc, because a thread is always resumed in
// state RESTART, which goes on at fault_pc (registers.h). A thread that waited keeps its fault_pc:
// it is the system call that it will then repeat.
#include "core/threads/tcb.h"

#include "core/caps/kind.h"
#include "core/check/check.h"
#include "core/ipc/notification.h"
#include "core/threads/wait.h"
#include "core/time/sched_context.h"

// --------------------------------------------------------------------------------------- creation

// Appends to a name as much as fits; returns the new length.
static word_t append(char *name, word_t length, const char *text)
{
    while (*text && length < TCB_NAME_BYTES - 1) {
        name[length++] = *text++;
    }
    name[length] = '\0';
    return length;
}

static void init(struct tcb *thread)
{
    thread->regs.spsr = SPSR_USER;
    thread->domain = here()->current_domain;
    thread->all_next = ks.all_threads;
    if (ks.all_threads) {
        ks.all_threads->all_previous = thread;
    }
    ks.all_threads = thread;
    plat_thread_init(thread);
}

void tcb_init(struct tcb *thread, const char *name)
{
    init(thread);
    append(thread->name, 0, name);
}

// `child of: '<creator>'`, truncated.
static void init_child(struct tcb *thread, const struct tcb *creator)
{
    init(thread);
    static const char prefix[] = "child of: '";
    word_t length = sizeof prefix - 1;
    __builtin_memcpy(thread->name, prefix, length);
    length = append(thread->name, length, creator->name);
    append(thread->name, length, "'");
}

static void forget(struct tcb *thread)
{
    if (thread->all_next) {
        thread->all_next->all_previous = thread->all_previous;
    }
    *(thread->all_previous ? &thread->all_previous->all_next : &ks.all_threads) = thread->all_next;
    thread->all_next = thread->all_previous = NULL;
}

// The last capability to the TCB is going: everything but its five slots (threads §9.1).
static void finalise(struct tcb *thread)
{
    notification_unbind_tcb(thread);
    struct sched_context *sc = thread->sc;
    if (sc) {
        sc_unbind_thread(sc);
        if (sc->yielder) {
            sc_complete_yield(sc->yielder);
        }
    }
    tcb_suspend(thread);
    forget(thread);
    plat_thread_destroy(thread);
}

// ------------------------------------------------------------------------------ stopping, starting

void tcb_suspend(struct tcb *thread)
{
    wait_cancel(thread);
    if (thread->state == THREAD_RUNNING) {
        thread->regs.fault_pc = thread->regs.pc;
    }
    sched_remove(thread);
    sc_cancel_yield(thread);
    tcb_set_state(thread, THREAD_INACTIVE);
}

void tcb_resume(struct tcb *thread)
{
    if (!tcb_is_stopped(thread)) {
        return;
    }
    wait_cancel(thread);
    tcb_set_state(thread, THREAD_RESTART);
    if (thread->sc) {
        sc_unblock_refill(thread->sc);
        sched_settle(thread->sc);
        sched_nominate(thread);
    }
}

void tcb_set_priority(struct tcb *thread, word_t priority)
{
    switch (thread->state) {
    case THREAD_RUNNING:
    case THREAD_RESTART:
        if (!thread->is_queued && thread != here()->current) {
            thread->priority = priority;
            return;
        }
        sched_dequeue(thread);
        thread->priority = priority;
        if (sched_is_schedulable(thread)) {
            sched_push_front(thread);
        }
        sched_demand();
        return;
    case THREAD_BLOCKED_ON_RECEIVE:
    case THREAD_BLOCKED_ON_SEND:
    case THREAD_BLOCKED_ON_NOTIFICATION:
        wait_requeue(thread, priority);
        return;
    default:
        thread->priority = priority;
        return;
    }
}

// ---------------------------------------------------------------------------------- the kind's row

static struct cap kind_create(paddr_t base, word_t bits, bool is_device)
{
    (void)bits, (void)is_device;
    init_child(plat_ptr(base), here()->current);
    return MAKE_CAP(tcb, .object = base);
}

// Its slots are left to be destroyed one by one.
static struct cap kind_finalise(struct cap cap)
{
    finalise(cap_tcb(cap));
    return MAKE_CAP(zombie, .base = tcb_cap_object(cap), .radix = 0, .remaining = TCB_SLOTS);
}

const struct kind tcb_kind = {
    .identity = IDENTITY(FIELD_MASK(tcb, object), 0),
    .create = kind_create,
    .finalise = kind_finalise,
    .has_methods = true,
    .is_refused_in_combined_call = true,
};

// ------------------------------------------------------------------------------- the checker's row

static void check_object(struct invariants *v, const struct slot *slot)
{
    const struct tcb *thread = cap_tcb(slot->cap);
    invariants_refer(v, thread);
    HOLDS(thread->all_previous || ks.all_threads == thread, 11,
          "a TCB that is not in the list of threads", slot);
}

const struct kind_check tcb_check = {.object = check_object,
                                     .answers_for = check_answers_for_object};
