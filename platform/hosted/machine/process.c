// SPDX-License-Identifier: BSD-2-Clause
//
// The processes that run user code, and how the CPU moves between them.
//
// One of them at a time is the CPU: the one whose `turn` is TURN_MINE. It alone runs the core and touches shared state.
// Handing off is: publish the new owner, set its turn, wake it if it sleeps, wait for one's own turn. Whoever raises an
// interrupt sets `attention` first and reads owner_pid second; the hand-off writes owner_pid before the new owner reads
// `attention`, so one of the two sees the other.
//
// A process serves one VSpace until that is retired, then it waits in the pool for another one; it keeps the FP state of
// its last thread meanwhile. The pool holds MOST_POOLED processes, beside those that have FP state to keep; others are told to
// end, and the zygote reaps them. When there are as many as the host gives, or as may be (most_processes), one that serves a VSpace
// is taken from it: a process is only a cache of its VSpace's tables.
#include <linux/prctl.h>

#include "core/threads/state.h"
#include "platform/hosted/machine/clock.h"
#include "platform/hosted/machine/filter.h"
#include "platform/hosted/machine/flush.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/kasan.h"
#include "platform/hosted/machine/process.h"
#include "platform/hosted/machine/state.h"
#include "platform/platform.h"

struct process *process_of(asid_t asid)
{
    uint32_t number = machine.process_of_asid[asid & (MAX_ASIDS - 1)];
    return number == 0 ? NULL : &machine.processes[number];
}

static uint32_t number_of(const struct process *process)
{
    return (uint32_t)(process - machine.processes);
}

// ----------------------------------------------------------------------------------------------- pool

static void wake(struct process *process, uint32_t turn)
{
    if (__atomic_exchange_n(&process->turn, turn, __ATOMIC_SEQ_CST) == TURN_ASLEEP) {
        host_futex_wake(&process->turn);
    }
}

// Takes a process out of the pool: this one, or the last.
static struct process *unpool(const struct process *wanted)
{
    struct process **link = &machine.pool;
    while (*link != wanted && (*link)->next_in_pool) {
        link = &(*link)->next_in_pool;
    }
    struct process *process = *link;
    *link = process->next_in_pool;
    machine.pool_count--;
    return process;
}

void process_end_if_idle(struct process *process)
{
    if (process->asid != 0 || process->live || process == self.process || machine.pool_count <= MOST_POOLED) {
        return;
    }
    unpool(process);
    __atomic_store_n(&process->phase, PHASE_LEAVING, __ATOMIC_SEQ_CST);
    wake(process, TURN_OVER);
}

void process_release(struct process *process)
{
    machine.process_of_asid[process->asid] = 0;
    process->asid = 0;
    process->root = 0;
    flush_everything(process);
    process->next_in_pool = machine.pool;
    machine.pool = process;
    machine.pool_count++;
    process_end_if_idle(process);
}

// This very process, if it can be, or the oldest.
static struct process *take_from_pool(void)
{
    if (!machine.pool) {
        return NULL;
    }
    control()->statistics.reuses++;
    return unpool(self.process);
}

// Each process has the host map the kernel's memory anew, page by page as it is touched. Who watches touches nearly all of it
// after each entry, so then few processes serve many VSpaces. (For a debugger each must have its own.)
static uint32_t most_processes(void)
{
    return machine.is_watched && !(control()->flags & MACHINE_FLAG_DEBUG) ? MOST_WATCHED : MAX_PROCESSES;
}

// A number that no process has; 0 if there is none.
static uint32_t free_number(void)
{
    uint32_t number = most_processes() - 1;
    while (number > 0 && __atomic_load_n(&machine.processes[number].phase, __ATOMIC_SEQ_CST) != PHASE_ABSENT) {
        number--;
    }
    return number;
}

// Asks the zygote for a process and waits for it. Returns null if the host has none to give.
static struct process *spawn(void)
{
    uint32_t number = free_number();
    if (number == 0) {
        return NULL;
    }
    machine.processes[number] = (struct process){0};
    machine.spawn_request = number;
    __atomic_store_n(&machine.spawn_done, 0, __ATOMIC_SEQ_CST);
    __atomic_fetch_add(&machine.zygote_event, 1, __ATOMIC_SEQ_CST);
    host_futex_wake(&machine.zygote_event);
    while (__atomic_load_n(&machine.spawn_done, __ATOMIC_SEQ_CST) == 0) {
        host_futex_wait(&machine.spawn_done, 0, ~UINT64_C(0));
    }
    if (machine.spawn_result < 0) {
        return NULL;
    }
    control()->statistics.spawns++;
    return &machine.processes[number];
}

// There is one that serves a VSpace: at least this one, as the pool is empty.
static struct process *evict(void)
{
    do {
        machine.next_victim = (machine.next_victim + 1) % most_processes();
    } while (machine.processes[machine.next_victim].asid == 0);
    process_release(&machine.processes[machine.next_victim]);
    return take_from_pool();
}

// A debugger takes its breakpoints to be where it has put them, so then each VSpace gets a process of its own. (The first one
// begins in the pool.)
static bool may_reuse(void)
{
    return !(control()->flags & MACHINE_FLAG_DEBUG) || control()->statistics.reuses == 0;
}

struct process *process_for_active(void)
{
    asid_t asid = machine.active_asid;
    struct process *process = process_of(asid);
    if (process) {
        return process;
    }
    process = may_reuse() ? take_from_pool() : NULL;
    process = process ? process : spawn();
    process = process ? process : evict();
    process->asid = asid;
    process->root = machine.active_root;
    machine.process_of_asid[asid] = (uint16_t)number_of(process);
    if (control()->flags & MACHINE_FLAG_DEBUG) {
        flush_everything(process); // so that all code is filled again (run.c)
    }
    return process;
}

// ------------------------------------------------------------------------------------------- hand-off

void process_wait_for_turn(void)
{
    struct process *me = self.process;
    enum { SPINS = 2000 };
    bool spins = control()->flags & MACHINE_FLAG_SPIN;
    for (int i = 0; spins && i < SPINS; i++) {
        if (__atomic_load_n(&me->turn, __ATOMIC_SEQ_CST) == TURN_MINE) {
            return;
        }
        __asm__ volatile("pause");
    }
    uint32_t turn = TURN_NONE;
    if (__atomic_compare_exchange_n(&me->turn, &turn, TURN_ASLEEP, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        turn = TURN_ASLEEP;
    }
    while (turn == TURN_ASLEEP) {
        host_futex_wait(&me->turn, TURN_ASLEEP, ~UINT64_C(0));
        turn = __atomic_load_n(&me->turn, __ATOMIC_SEQ_CST);
    }
    if (turn == TURN_OVER) {
        host_exit(0);
    }
}

void process_hand_off(void)
{
    struct process *to = machine.hand_off_to;
    control()->statistics.handoffs++;
    __atomic_store_n(&self.process->turn, TURN_NONE, __ATOMIC_SEQ_CST);
    __atomic_store_n(&control()->owner_pid, to->pid, __ATOMIC_SEQ_CST);
    wake(to, TURN_MINE);
    process_wait_for_turn();
}

// ---------------------------------------------------------------------------------------------- start

void process_start(uint32_t number)
{
    struct process *process = &machine.processes[number];
    host_prctl(PR_SET_PDEATHSIG, 9);
    if (host_parent() != machine.zygote_pid) { // it died before that
        host_exit(MACHINE_STATUS_PANIC);
    }
    self = (struct self){.process = process, .armed = ~UINT64_C(0), .capacity = MAX_MAPPINGS};
    if (machine.clock.is_virtual) {
        host_prctl(PR_SET_TSC, PR_TSC_SIGSEGV); // the host's time must not be visible
        host_cpu_tick(CPU_TICK_US);
    }
    __atomic_store_n(&process->pid, host_pid(), __ATOMIC_SEQ_CST); // not later: it is needed before the zygote may have written it
    filter_install();
    if (number == FIRST_PROCESS) { // it is born as the CPU
        __atomic_store_n(&control()->owner_pid, process->pid, __ATOMIC_SEQ_CST);
        control()->first_user_ns = host_monotonic_ns();
    }
    kasan_forget_stacks();
    machine.entry->enter();
    __builtin_unreachable();
}
