// SPDX-License-Identifier: BSD-2-Clause
//
// --json: the same as the text, for programs (tools/lab4/inspect/ draws it). One object:
//
//   {"machine": {…}, "threads": […], "objects": […], "capabilities": […], "vspaces": […]}
//
// Addresses and words are strings in hexadecimal, since readers in other languages hold numbers in
// 53 bits; small numbers are numbers. A capability names its slot, the slot that it was derived
// from ("parent"; null: the beginning of a tree), and the container that the slot is in. Members
// that have nothing to say are left out.
#include <inttypes.h>

#include "core/arch/aarch64/translation.h"
#include "platform/hosted/inspect/inspect.h"

enum { NAME_ROOM = 192, NS_PER_TICK = 16, US_PER_MS = 1000 };

// What print_member and its kind put before the next one.
static const char *separator = "";

static void open_value(FILE *out, const char *opening)
{
    fprintf(out, "%s%s", separator, opening);
    separator = "";
}

static void close_value(FILE *out, const char *closing)
{
    fputs(closing, out);
    separator = ", ";
}

static void open_list(FILE *out, const char *name)
{
    fprintf(out, "%s\"%s\": [\n  ", separator, name);
    separator = "";
}

static void close_list(FILE *out)
{
    fputs("]", out);
    separator = ",\n ";
}

static void next_row(FILE *out)
{
    separator = separator[0] != '\0' ? ",\n  " : "";
    open_value(out, "{");
}

static void print_word(FILE *out, const char *name, word_t value)
{
    fprintf(out, "%s\"%s\": \"0x%lx\"", separator, name, value);
    separator = ", ";
}

static void print_number(FILE *out, const char *name, word_t value)
{
    fprintf(out, "%s\"%s\": %lu", separator, name, value);
    separator = ", ";
}

// Printable text.
static void print_string(FILE *out, const char *name, const char *text)
{
    fprintf(out, "%s\"%s\": \"", separator, name);
    for (; *text != '\0'; text++) {
        fprintf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
    }
    fputc('"', out);
    separator = ", ";
}

static void print_true(FILE *out, const char *name, bool is_so)
{
    if (is_so) {
        fprintf(out, "%s\"%s\": true", separator, name);
        separator = ", ";
    }
}

static void print_address(FILE *out, const char *name, const void *object)
{
    if (object != NULL) {
        print_word(out, name, plat_paddr(object));
    }
}

static const void *tcb_of(const struct tcb *thread)
{
    return thread == &kernel->idle ? NULL : thread;
}

static void print_queue(FILE *out, const struct tcb *head)
{
    fprintf(out, "%s\"queue\": [", separator);
    for (const struct tcb *thread = head; thread != NULL; thread = thread->queue_next) {
        fprintf(out, "%s\"0x%lx\"", thread == head ? "" : ", ", plat_paddr(thread));
    }
    close_value(out, "]");
}

// -------------------------------------------------------------------------------------------
// threads

static void print_fault(FILE *out, const struct tcb *thread)
{
    if (thread->fault.type != 0) {
        fprintf(out, "%s\"fault\": {\"type\": %lu, \"words\": [\"0x%lx\", \"0x%lx\", \"0x%lx\"]}",
                separator, thread->fault.type, thread->fault.words[0], thread->fault.words[1],
                thread->fault.words[2]);
        separator = ", ";
    }
}

static void print_place(FILE *out, const struct tcb *thread)
{
    const struct component *program = program_of(thread);
    struct place place;
    char text[SYMBOL_NAME_ROOM + SYMBOL_FILE_ROOM + 64];
    if (program != NULL) {
        print_string(out, "program", program->name);
    }
    if (place_of(thread, &place)) {
        place_text(&place, thread->regs.pc, text, sizeof(text));
        print_string(out, "place", text);
    }
}

static void print_thread(FILE *out, const struct tcb *thread)
{
    char name[NAME_ROOM];
    next_row(out);
    print_string(out, "name", safe_name(thread, name, sizeof(name)));
    print_address(out, "tcb", tcb_of(thread));
    print_string(out, "state", name_of_state(thread->state));
    print_true(out, "current", thread == kernel->cpu.current);
    print_true(out, "out_of_budget", thread->is_sleeping);
    print_number(out, "priority", thread->priority);
    print_number(out, "mcp", thread->mcp);
    print_word(out, "pc", thread->regs.pc);
    print_word(out, "sp", thread->regs.sp);
    print_place(out, thread);
    print_address(out, "endpoint", thread->endpoint);
    if (thread->state == THREAD_BLOCKED_ON_SEND) {
        print_word(out, "badge", thread->badge);
    }
    print_address(out, "notification", thread->notification);
    print_address(out, "reply", thread->reply);
    print_address(out, "context", tcb_of(thread) != NULL ? thread->sc : NULL);
    print_fault(out, thread);
    close_value(out, "}");
}

// -------------------------------------------------------------------------------------------
// objects

static void print_endpoint(FILE *out, const struct endpoint *endpoint)
{
    static const char *const states[] = {"idle", "senders", "receivers", "?"};
    print_string(out, "state", states[endpoint->tail_and_state & 3]);
    print_queue(out, endpoint->head);
}

static void print_notification(FILE *out, const struct notification *notification)
{
    print_true(out, "active", notification->state == NOTIFICATION_ACTIVE);
    print_word(out, "word", notification->word);
    print_address(out, "bound", notification->bound_tcb);
    print_queue(out, notification->queue.head);
}

static void print_context(FILE *out, const struct sched_context *sc)
{
    print_address(out, "thread", sc->thread);
    print_number(out, "period_us", sc->period * NS_PER_TICK / US_PER_MS);
    print_number(out, "consumed_us", sc->consumed * NS_PER_TICK / US_PER_MS);
    fprintf(out, "%s\"refills_us\": [", separator);
    for (word_t i = 0; i < sc->count && sc->capacity != 0; i++) {
        const struct refill *refill = &((const struct refill *)(sc + 1))[(sc->head + i) % sc->capacity];
        fprintf(out, "%s%lu", i == 0 ? "" : ", ", refill->amount * NS_PER_TICK / US_PER_MS);
    }
    close_value(out, "]");
}

// Once for each object: at the first of its capabilities in the list.
static void print_object(const struct slot *slot, const struct slot *parent, unsigned depth,
                         void *context)
{
    FILE *out = context;
    struct region region;
    const enum cap_kind kind = cap_kind(slot->cap);
    const bool is_first =
        cdt_previous(slot) == NULL || !cap_same_object(cdt_previous(slot)->cap, slot->cap);
    (void)parent, (void)depth;
    if (!is_first ||
        (kind != kind_endpoint && kind != kind_notification && kind != kind_reply &&
         kind != kind_sched_context) ||
        !cap_region(slot->cap, &region)) {
        return;
    }
    next_row(out);
    print_string(out, "kind", name_of_kind(kind));
    print_word(out, "address", region.base);
    if (kind == kind_endpoint) {
        print_endpoint(out, cap_endpoint(slot->cap));
    } else if (kind == kind_notification) {
        print_notification(out, cap_notification(slot->cap));
    } else if (kind == kind_reply) {
        print_address(out, "thread", cap_reply(slot->cap)->thread);
    } else {
        print_context(out, cap_sched_context(slot->cap));
    }
    close_value(out, "}");
}

// --------------------------------------------------------------------------------------
// capabilities

struct json_context {
    FILE *out;
    const struct snapshot *snapshot;
};

static void print_fields(FILE *out, struct cap cap)
{
    switch (cap_kind(cap)) {
#define FIELD(kind, field, ...)                                                                    \
    if (kind##_cap_##field(cap) != 0) {                                                            \
        print_word(out, #field, kind##_cap_##field(cap));                                          \
    }
#define KIND(kind, ...)                                                                            \
    case kind_##kind:                                                                              \
        CAP_FIELDS_##kind(FIELD) break;
        CAP_KINDS(KIND)
#undef KIND
#undef FIELD
    }
}

static void print_container(FILE *out, const struct snapshot *s, const struct slot *slot)
{
    for (size_t i = 0; i < s->container_count; i++) {
        const struct container *c = &s->containers[i];
        if (slot < c->slots || slot >= c->slots + c->count) {
            continue;
        }
        if (c->thread != NULL) {
            print_address(out, "of_thread", c->thread);
        } else if (c->irq >= 0) {
            print_number(out, "of_interrupt", (word_t)c->irq);
        } else {
            print_word(out, "of_cnode", plat_paddr(c->slots));
        }
        print_number(out, "index", (word_t)(slot - c->slots));
        return;
    }
}

static void print_capability(const struct slot *slot, const struct slot *parent, unsigned depth,
                             void *context)
{
    const struct json_context *c = context;
    char name[NAME_ROOM];
    struct region region;
    (void)depth;
    next_row(c->out);
    print_word(c->out, "slot", plat_paddr(slot));
    print_string(c->out, "name", slot_name(c->snapshot, slot, name, sizeof(name)));
    print_address(c->out, "parent", parent);
    print_container(c->out, c->snapshot, slot);
    print_string(c->out, "kind", name_of_kind(cap_kind(slot->cap)));
    if (cap_region(slot->cap, &region)) {
        print_word(c->out, "region", region.base);
        print_number(c->out, "region_bits", region.size_bits);
    }
    print_fields(c->out, slot->cap);
    close_value(c->out, "}");
}

// ------------------------------------------------------------------------------------------
// mappings

static void print_mapping(const struct mapping *mapping, void *context)
{
    FILE *out = context;
    open_value(out, "{");
    print_word(out, "start", mapping->start);
    print_word(out, "end", mapping->end);
    print_word(out, "physical", mapping->physical);
    print_string(out, "access", mapping->access);
    print_true(out, "device", mapping->is_device);
    close_value(out, "}");
}

static void print_vspace(paddr_t root, asid_t asid, void *context)
{
    FILE *out = context;
    next_row(out);
    print_word(out, "root", root);
    print_number(out, "asid", asid);
    if (program_of_vspace(root) != NULL) {
        print_string(out, "program", program_of_vspace(root)->name);
    }
    fprintf(out, "%s\"mappings\": [", separator);
    separator = "";
    for_mappings(root, print_mapping, out);
    close_value(out, "]}");
}

void print_json(FILE *out, const struct snapshot *s)
{
    const struct machine_control *control = machine_control;
    struct json_context context = {out, s};
    fputs("{\"machine\": ", out);
    open_value(out, "{");
    print_number(out, "frontend_pid", control->frontend_pid);
    print_number(out, "cpu_pid", control->owner_pid);
    print_word(out, "ram_start", MACHINE_RAM_BASE);
    print_word(out, "ram_end", MACHINE_RAM_BASE + control->ram_bytes);
    print_number(out, "now_us", kernel->cpu.now * NS_PER_TICK / US_PER_MS);
    close_value(out, "}");
    open_list(out, "threads");
    for (const struct tcb *thread = kernel->all_threads; thread != NULL;
         thread = thread->all_next) {
        print_thread(out, thread);
    }
    close_list(out);
    open_list(out, "objects");
    for (size_t i = 0; i < s->head_count; i++) {
        for_tree(s->heads[i], print_object, out);
    }
    close_list(out);
    open_list(out, "capabilities");
    for (size_t i = 0; i < s->head_count; i++) {
        for_tree(s->heads[i], print_capability, &context);
    }
    close_list(out);
    open_list(out, "vspaces");
    for_vspaces(print_vspace, out);
    fputs("]}\n", out);
}
