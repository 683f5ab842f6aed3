// SPDX-License-Identifier: BSD-2-Clause
//
// The dump for people: threads, objects that threads meet at, CSpaces, the derivation tree.
#include <stdlib.h>

#include "platform/hosted/inspect/inspect.h"

enum { NS_PER_TICK = 16, NAME_ROOM = 192, US_PER_MS = 1000 };

// ------------------------------------------------------------------------------------------- threads

static void print_waiting(FILE *out, const struct tcb *thread)
{
    if (thread->endpoint != NULL) {
        fprintf(out, ", endpoint 0x%lx", plat_paddr(thread->endpoint));
    }
    if (thread->state == THREAD_BLOCKED_ON_SEND && thread->badge != 0) {
        fprintf(out, " with badge 0x%lx", thread->badge);
    }
    if (thread->notification != NULL) {
        fprintf(out, ", notification 0x%lx", plat_paddr(thread->notification));
    }
    if (thread->reply != NULL) {
        fprintf(out, ", reply 0x%lx", plat_paddr(thread->reply));
    }
    if (thread->fault.type != 0) {
        fprintf(out, ", fault %lu (0x%lx 0x%lx 0x%lx)", thread->fault.type, thread->fault.words[0], thread->fault.words[1], thread->fault.words[2]);
    }
    if (thread->is_sleeping) {
        fprintf(out, ", out of budget");
    }
}

// The program and the line that the thread is at, if they are known.
static void print_place(FILE *out, const struct tcb *thread)
{
    const struct component *program = program_of(thread);
    struct place place;
    char text[SYMBOL_NAME_ROOM + SYMBOL_FILE_ROOM + 64];
    if (program == NULL) {
        return;
    }
    fprintf(out, "    in %s", program->name);
    if (place_of(thread, &place)) {
        place_text(&place, thread->regs.pc, text, sizeof(text));
        fprintf(out, ", %s", text);
    }
    fprintf(out, "\n");
}

static void print_threads(FILE *out)
{
    char name[NAME_ROOM];
    fprintf(out, "threads (newest first, * runs)\n");
    for (const struct tcb *thread = kernel->all_threads; thread != NULL; thread = thread->all_next) {
        fprintf(out, "%c %-24s %s", thread == kernel->cpu.current ? '*' : ' ', safe_name(thread, name, sizeof(name)), name_of_state(thread->state));
        print_waiting(out, thread);
        fprintf(out, "\n    tcb 0x%lx, priority %lu (at most %lu), pc 0x%lx, sp 0x%lx, context 0x%lx\n",
                thread == &kernel->idle ? 0 : plat_paddr(thread), thread->priority, thread->mcp, thread->regs.pc, thread->regs.sp,
                thread->sc == NULL || thread == &kernel->idle ? 0 : plat_paddr(thread->sc));
        print_place(out, thread);
    }
}

// ------------------------------------------------------------------------------------------- objects

static void print_queue(FILE *out, const struct tcb *head)
{
    char name[NAME_ROOM];
    struct loop_check check = {.mark = NULL};
    for (const struct tcb *thread = head; thread != NULL; thread = thread->queue_next) {
        check_loop(&check, checked_thread(thread));
        fprintf(out, " '%s'", safe_name(thread, name, sizeof(name)));
    }
}

static void print_notification(FILE *out, const struct notification *n)
{
    char name[NAME_ROOM];
    fprintf(out, "  notification 0x%lx %s", plat_paddr(n), n->state == NOTIFICATION_ACTIVE ? "active" : "idle or waited for");
    if (n->state == NOTIFICATION_ACTIVE) {
        fprintf(out, " word 0x%lx", n->word);
    }
    if (n->bound_tcb != NULL) {
        fprintf(out, " bound to '%s'", safe_name(n->bound_tcb, name, sizeof(name)));
    }
    print_queue(out, n->queue.head);
    fprintf(out, "\n");
}

static void print_context(FILE *out, const struct sched_context *sc)
{
    char name[NAME_ROOM];
    fprintf(out, "  context 0x%lx %s", plat_paddr(sc), sc->thread != NULL ? safe_name(sc->thread, name, sizeof(name)) : "of no thread");
    if (sc->period != 0) {
        fprintf(out, ", period %lu us", sc->period * NS_PER_TICK / US_PER_MS);
    }
    fprintf(out, ", consumed %lu us, refills", sc->consumed * NS_PER_TICK / US_PER_MS);
    for (word_t i = 0; i < sc->count && sc->capacity != 0; i++) {
        const struct refill *refill = &((const struct refill *)(sc + 1))[(sc->head + i) % sc->capacity];
        fprintf(out, " %lu@%lu", refill->amount, refill->time);
    }
    fprintf(out, "\n");
}

// Once for each object: at the first of its capabilities in the list.
static void print_object(const struct slot *slot, const struct slot *parent, unsigned depth, void *context)
{
    FILE *out = context;
    char name[NAME_ROOM];
    (void)parent, (void)depth;
    if (cdt_previous(slot) != NULL && cap_same_object(cdt_previous(slot)->cap, slot->cap)) {
        return;
    }
    switch (cap_kind(slot->cap)) {
    case kind_endpoint: {
        const struct endpoint *endpoint = cap_endpoint(slot->cap);
        static const char *const states[] = {"idle", "senders", "receivers", "?"};
        fprintf(out, "  endpoint 0x%lx %s", plat_paddr(endpoint), states[endpoint->tail_and_state & 3]);
        print_queue(out, endpoint->head);
        fprintf(out, "\n");
        break;
    }
    case kind_notification:
        print_notification(out, cap_notification(slot->cap));
        break;
    case kind_reply: {
        const struct reply *reply = cap_reply(slot->cap);
        fprintf(out, "  reply 0x%lx %s\n", plat_paddr(reply), reply->thread != NULL ? safe_name(reply->thread, name, sizeof(name)) : "free");
        break;
    }
    case kind_sched_context:
        print_context(out, cap_sched_context(slot->cap));
        break;
    default:
        break;
    }
}

// ------------------------------------------------------------------------------------- capabilities

static void print_cspaces(FILE *out, const struct snapshot *s)
{
    char name[NAME_ROOM];
    for (size_t i = 0; i < s->container_count; i++) {
        const struct container *c = &s->containers[i];
        if (c->thread == &kernel->idle) {
            continue;
        }
        if (c->thread != NULL) {
            fprintf(out, "slots of thread '%s'\n", safe_name(c->thread, name, sizeof(name)));
        } else if (c->irq >= 0) {
            fprintf(out, "interrupt line %d\n", c->irq);
        } else {
            fprintf(out, "cnode 0x%lx, %lu slots\n", plat_paddr(c->slots), c->count);
        }
        for (word_t j = 0; j < c->count; j++) {
            if (!slot_is_empty(&c->slots[j])) {
                fprintf(out, "  %5lu  ", j);
                print_cap(out, c->slots[j].cap);
                fprintf(out, "\n");
            }
        }
    }
}

struct tree_context {
    FILE *out;
    const struct snapshot *snapshot;
};

static void print_node(const struct slot *slot, const struct slot *parent, unsigned depth, void *context)
{
    const struct tree_context *c = context;
    char name[NAME_ROOM];
    (void)parent;
    fprintf(c->out, "%*s", (int)(2 * depth + 2), "");
    print_cap(c->out, slot->cap);
    fprintf(c->out, "  (%s)\n", slot_name(c->snapshot, slot, name, sizeof(name)));
}

void print_text(FILE *out, const struct snapshot *s)
{
    const struct machine_control *control = machine_control;
    fprintf(out, "machine of front end %u, process %u is the CPU; RAM 0x%lx-0x%lx, last entry at %lu.%06lu s\n\n", control->frontend_pid,
            control->owner_pid, MACHINE_RAM_BASE, MACHINE_RAM_BASE + control->ram_bytes, kernel->cpu.now / 62500000,
            kernel->cpu.now % 62500000 * NS_PER_TICK / US_PER_MS);
    print_threads(out);
    fprintf(out, "\nobjects\n");
    for (size_t i = 0; i < s->head_count; i++) {
        for_tree(s->heads[i], print_object, out);
    }
    fprintf(out, "\ncapabilities\n");
    print_cspaces(out, s);
    fprintf(out, "\nderivation tree\n");
    struct tree_context context = {out, s};
    for (size_t i = 0; i < s->head_count; i++) {
        for_tree(s->heads[i], print_node, &context);
    }
}
