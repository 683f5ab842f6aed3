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
// its last thread meanwhile. When the host gives no more processes, the least recently made binding is taken away: a
// process is only a cache of its VSpace's tables.
#include <linux/prctl.h>

#include "core/state.h"
#include "platform/hosted/machine/machine.h"
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

void process_release(struct process *process)
{
    machine.process_of_asid[process->asid] = 0;
    process->asid = 0;
    process->root = 0;
    tlb_forget_everything(process);
    process->next_in_pool = machine.pool;
    machine.pool = process;
}

static struct process *take_from_pool(void)
{
    struct process **link = &machine.pool;
    if (!*link) {
        return NULL;
    }
    while (*link != self.process && (*link)->next_in_pool) { // this very process, if it can be, or the oldest
        link = &(*link)->next_in_pool;
    }
    struct process *process = *link;
    *link = process->next_in_pool;
    control()->statistics.reuses++;
    return process;
}

// Asks the zygote for a process and waits for it. Returns null if the host has none to give.
static struct process *spawn(void)
{
    if (machine.process_count + 1 >= MAX_PROCESSES) {
        return NULL;
    }
    uint32_t number = machine.process_count + 1;
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
    machine.process_count = number;
    machine.processes[number].pid = (uint32_t)machine.spawn_result;
    return &machine.processes[number];
}

static struct process *evict(void)
{
    do {
        machine.next_victim = machine.next_victim % machine.process_count + 1;
    } while (machine.processes[machine.next_victim].asid == 0);
    process_release(&machine.processes[machine.next_victim]);
    return take_from_pool();
}

struct process *process_for_active(void)
{
    asid_t asid = machine.active_asid;
    struct process *process = process_of(asid);
    if (process) {
        return process;
    }
    process = take_from_pool();
    process = process ? process : spawn();
    process = process ? process : evict();
    process->asid = asid;
    process->root = machine.active_root;
    machine.process_of_asid[asid] = (uint16_t)number_of(process);
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
    uint32_t expected = TURN_NONE;
    if (__atomic_compare_exchange_n(&me->turn, &expected, TURN_ASLEEP, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        while (__atomic_load_n(&me->turn, __ATOMIC_SEQ_CST) != TURN_MINE) {
            host_futex_wait(&me->turn, TURN_ASLEEP, ~UINT64_C(0));
        }
    }
}

void process_hand_off(void)
{
    struct process *to = machine.hand_off_to;
    control()->statistics.handoffs++;
    __atomic_store_n(&self.process->turn, TURN_NONE, __ATOMIC_SEQ_CST);
    __atomic_store_n(&control()->owner_pid, to->pid, __ATOMIC_SEQ_CST);
    if (__atomic_exchange_n(&to->turn, TURN_MINE, __ATOMIC_SEQ_CST) == TURN_ASLEEP) {
        host_futex_wake(&to->turn);
    }
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
    process->pid = host_pid();
    self = (struct self){.process = process, .armed = ~UINT64_C(0), .timer = -1};
    if (machine.clock.is_virtual) {
        host_prctl(PR_SET_TSC, PR_TSC_SIGSEGV); // the host's time must not be visible
        host_cpu_tick(CPU_TICK_US);
    } else {
        self.timer = host_timer_create();
    }
    if (!machine.has_fsgsbase) {
        host_set_fs(0);
    }
    signals_install();
    filter_install();
    if (process->turn == TURN_MINE) { // the first one is born as the CPU
        __atomic_store_n(&control()->owner_pid, process->pid, __ATOMIC_SEQ_CST);
        control()->first_user_ns = host_monotonic_ns();
    }
    machine.entry->enter();
    __builtin_unreachable();
}
