// SPDX-License-Identifier: BSD-2-Clause
//
// What the debug calls print: the table of threads, and a snapshot of objects, capabilities and
// interrupt lines. The layout of the thread table follows abi §11; nothing parses it.
#include "core/base/print.h"
#include "core/caps/cap.h"
#include "core/entry/debug.h"
#include "core/threads/state.h"

static const char *state_name(const struct tcb *thread)
{
    static const char *const names[] = {
        [THREAD_INACTIVE] = "inactive",
        [THREAD_RUNNING] = "running",
        [THREAD_RESTART] = "restart",
        [THREAD_BLOCKED_ON_RECEIVE] = "blocked on recv",
        [THREAD_BLOCKED_ON_SEND] = "blocked on send",
        [THREAD_BLOCKED_ON_REPLY] = "blocked on reply",
        [THREAD_BLOCKED_ON_NOTIFICATION] = "blocked on ntfn",
        [THREAD_IDLE] = "idle",
    };
    return names[thread->state];
}

void dump_scheduler(void)
{
    print("Dumping all tcbs!\n%-40s   %-16s   %-18s   %-4s   %-14s\n", "Name", "State", "IP",
          "Prio", "InReleaseQueue");
    for (int i = 0; i < 105; i++) {
        print("-");
    }
    print("\n");
    for (const struct tcb *thread = ks.all_threads; thread; thread = thread->all_next) {
        print("%-40s   %-16s   %18x   %4d   %-14s\n", thread->name, state_name(thread),
              thread->regs.pc, thread->priority, thread->is_sleeping ? "yes" : "no");
    }
}

static const char *kind_name(enum cap_kind kind)
{
    switch (kind) {
#define KIND_NAME(name, number, ...) \
    case kind_##name: \
        return #name;
        CAP_KINDS(KIND_NAME)
#undef KIND_NAME
    }
    return "?";
}

static void dump_slot(const char *where, word_t index, const struct slot *slot)
{
    struct region region;
    if (slot_is_empty(slot)) {
        return;
    }
    print("  %s[%d] = %s", where, index, kind_name(cap_kind(slot->cap)));
    if (cap_region(slot->cap, &region)) {
        print(" 0x%x/%d", region.base, region.size_bits);
    }
    print("\n");
}

static void dump_cspace(const struct tcb *thread)
{
    struct cap root = thread->slots[TCB_CSPACE].cap;
    if (cap_kind(root) != kind_cnode) {
        return;
    }
    for (word_t i = 0; i < BIT(cnode_cap_radix(root)); i++) {
        dump_slot("cspace", i, &cap_cnode(root)[i]);
    }
}

void dump_snapshot(void)
{
    print("snapshot requested by '%s'\narch aarch64\nobjects {\n", here()->current->name);
    for (const struct tcb *thread = ks.all_threads; thread; thread = thread->all_next) {
        print("  tcb 0x%x '%s' %s prio %d\n", plat_paddr(thread), thread->name, state_name(thread),
              thread->priority);
        for (word_t i = 0; i < TCB_SLOTS; i++) {
            dump_slot("  tcb slot", i, &thread->slots[i]);
        }
    }
    print("}\ncaps {\n");
    dump_cspace(here()->current);
    print("}\nirq maps {\n");
    for (word_t irq = 0; irq < NUM_IRQS; irq++) {
        dump_slot("irq", irq, &ks.irqs[irq].slot);
    }
    print("}\n");
}
