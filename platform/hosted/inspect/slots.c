// SPDX-License-Identifier: BSD-2-Clause
//
// Every slot that threads and interrupt lines lead to, and the derivation lists that those slots are in.
#include <stdlib.h>
#include <string.h>

#include "platform/hosted/inspect/inspect.h"
#include "core/caps/cdt.h"

enum { MAX_DEPTH = 256, MAX_RADIX = 32 };

// The core's asserts, should one fail here.
_Noreturn void plat_panic(const char *what, const char *file, int line)
{
    fail("the kernel's data is damaged (%s:%d: %s); run the machine with --check.", file, line, what);
}

// ------------------------------------------------------------------------------------ damaged data

const void *checked_object(const void *object, size_t bytes)
{
    const uint64_t offset = (uint64_t)object - (uint64_t)guest.ram;
    if (bytes > guest.ram_bytes || offset > guest.ram_bytes - bytes || offset % sizeof(word_t) != 0) {
        fail("the kernel's data is damaged: 0x%lx is no address of an object; run the machine with --check.", (word_t)object);
    }
    return object;
}

const struct tcb *checked_thread(const struct tcb *thread)
{
    return thread == &kernel->idle ? thread : checked_object(thread, sizeof(*thread));
}

void check_loop(struct loop_check *check, const void *element)
{
    if (element == check->mark) {
        fail("the kernel's data is damaged: a list has no end; run the machine with --check.");
    }
    if (check->steps++ >= check->limit) {
        check->limit = 2 * check->limit + 1;
        check->mark = element;
        check->steps = 0;
    }
}

static void *grow(void *array, size_t count, size_t size)
{
    if ((count & (count - 1)) != 0) { // grows at powers of two
        return array;
    }
    array = realloc(array, (count == 0 ? 1 : 2 * count) * size);
    if (array == NULL) {
        fail("the host has no memory left.");
    }
    return array;
}

static void add_container(struct snapshot *s, struct container container)
{
    for (size_t i = 0; i < s->container_count; i++) {
        if (s->containers[i].slots == container.slots) {
            return;
        }
    }
    s->containers = grow(s->containers, s->container_count, sizeof(*s->containers));
    s->containers[s->container_count++] = container;
}

static void add_container_of(struct snapshot *s, struct cap cap)
{
    if (cap_kind(cap) == kind_cnode && cnode_cap_radix(cap) <= MAX_RADIX) {
        const struct slot *slots = checked_object(cap_cnode(cap), sizeof(struct slot) << cnode_cap_radix(cap));
        add_container(s, (struct container){.slots = slots, .count = BIT(cnode_cap_radix(cap)), .irq = -1});
    } else if (cap_kind(cap) == kind_zombie && zombie_cap_radix(cap) != 0) {
        const word_t count = zombie_cap_remaining(cap);
        const struct slot *slots = checked_object(plat_ptr(zombie_cap_base(cap)), sizeof(struct slot) * (count & UINT32_MAX));
        add_container(s, (struct container){.slots = slots, .count = count, .irq = -1});
    }
}

static void add_list_of(struct snapshot *s, const struct slot *slot)
{
    struct loop_check check = {.mark = NULL};
    while (cdt_previous(slot) != NULL) {
        slot = cdt_previous(slot);
        check_loop(&check, slot);
    }
    for (size_t i = 0; i < s->head_count; i++) {
        if (s->heads[i] == slot) {
            return;
        }
    }
    s->heads = grow(s->heads, s->head_count, sizeof(*s->heads));
    s->heads[s->head_count++] = slot;
}

static void take_threads(struct snapshot *s)
{
    struct loop_check check = {.mark = NULL};
    for (const struct tcb *thread = kernel->all_threads; thread != NULL; thread = thread->all_next) {
        check_loop(&check, checked_thread(thread));
        s->threads = grow(s->threads, s->thread_count, sizeof(*s->threads));
        s->threads[s->thread_count++] = thread;
        add_container(s, (struct container){.slots = thread->slots, .count = TCB_SLOTS, .thread = thread, .irq = -1});
    }
}

void snapshot_take(struct snapshot *s)
{
    *s = (struct snapshot){0};
    take_threads(s);
    for (int irq = 0; irq < NUM_IRQS; irq++) {
        if (!slot_is_empty(&kernel->irqs[irq].slot)) {
            add_container(s, (struct container){.slots = &kernel->irqs[irq].slot, .count = 1, .irq = irq});
        }
    }
    for (size_t i = 0; i < s->container_count; i++) { // the array grows meanwhile
        const struct container container = s->containers[i];
        for (word_t j = 0; j < container.count; j++) {
            add_container_of(s, container.slots[j].cap);
            // Only the first of a list's members that are next to each other in a container looks for its head.
            if (!slot_is_empty(&container.slots[j]) && (j == 0 || cdt_previous(&container.slots[j]) != &container.slots[j - 1])) {
                add_list_of(s, &container.slots[j]);
            }
        }
    }
}

void for_tree(const struct slot *head, tree_visitor *visit, void *context)
{
    const struct slot *ancestors[MAX_DEPTH];
    unsigned depth = 0;
    struct loop_check check = {.mark = NULL};
    for (const struct slot *slot = head; slot != NULL; slot = cdt_next(slot)) {
        check_loop(&check, slot);
        while (depth > 0 && !cdt_is_parent(ancestors[depth - 1], slot)) {
            depth--;
        }
        visit(slot, depth > 0 ? ancestors[depth - 1] : NULL, depth, context);
        if (depth < MAX_DEPTH) {
            ancestors[depth++] = slot;
        }
    }
}

// --------------------------------------------------------------------------------------------- names

const char *safe_name(const struct tcb *thread, char *room, size_t size)
{
    size_t i = 0;
    for (; i + 1 < size && i < TCB_NAME_BYTES && thread->name[i] != '\0'; i++) {
        const char c = thread->name[i];
        room[i] = c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '<' && c != '>' ? c : '?';
    }
    room[i] = '\0';
    return room;
}

static const char *const tcb_slot_names[TCB_SLOTS] = {"cspace", "vspace", "buffer", "fault-handler", "timeout-handler"};

const char *slot_name(const struct snapshot *s, const struct slot *slot, char *room, size_t size)
{
    char name[TCB_NAME_BYTES];
    for (size_t i = 0; i < s->container_count; i++) {
        const struct container *c = &s->containers[i];
        if (slot < c->slots || slot >= c->slots + c->count) {
            continue;
        }
        const long index = slot - c->slots;
        if (c->thread != NULL) {
            snprintf(room, size, "%s.%s", safe_name(c->thread, name, sizeof(name)), tcb_slot_names[index]);
        } else if (c->irq >= 0) {
            snprintf(room, size, "irq %d", c->irq);
        } else {
            snprintf(room, size, "0x%lx[%ld]", plat_paddr(c->slots), index);
        }
        return room;
    }
    snprintf(room, size, "hidden slot 0x%lx", plat_paddr(slot));
    return room;
}

void print_cap(FILE *out, struct cap cap)
{
    fputs(name_of_kind(cap_kind(cap)), out);
    switch (cap_kind(cap)) {
#define FIELD(kind, field, ...)                                     \
    if (kind##_cap_##field(cap) != 0) {                             \
        fprintf(out, " %s=0x%lx", #field, kind##_cap_##field(cap)); \
    }
#define KIND(kind, number, ...)      \
    case kind_##kind:            \
        CAP_FIELDS_##kind(FIELD) \
        break;
        CAP_KINDS(KIND)
#undef KIND
#undef FIELD
    }
}
