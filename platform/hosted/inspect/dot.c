// SPDX-License-Identifier: BSD-2-Clause
//
// Two graphs for Graphviz in one drawing: who holds a capability to what, and what was derived from what. Frames, page tables
// and untyped memory, of which there are many, are counted in the first and drawn one by one in the second.
#include "platform/hosted/inspect/inspect.h"

enum { NAME_ROOM = 192 };

struct dot_context {
    FILE *out;
    const struct snapshot *snapshot;
};

static bool is_plain_memory(enum cap_kind kind)
{
    return kind == kind_frame || kind == kind_page_table || kind == kind_untyped;
}

// ---------------------------------------------------------------------------------- capability graph

static void print_holder_id(FILE *out, const struct container *c)
{
    if (c->irq >= 0) {
        fprintf(out, "irq%d", c->irq);
    } else {
        fprintf(out, "%s%lx", c->thread == &kernel->idle ? "idle" : "object", c->thread == &kernel->idle ? 0 : plat_paddr(c->slots));
    }
}

static void print_target_id(FILE *out, struct cap cap)
{
    struct region region;
    if (cap_region(cap, &region)) {
        fprintf(out, "object%lx", region.base);
    } else {
        fprintf(out, "%s", name_of_kind(cap_kind(cap)));
    }
}

static void print_holder(FILE *out, const struct container *c)
{
    char name[NAME_ROOM];
    fprintf(out, "    ");
    print_holder_id(out, c);
    if (c->thread != NULL) {
        fprintf(out, " [shape=box, style=rounded, label=\"%s\\n%s, priority %lu\"];\n", safe_name(c->thread, name, sizeof(name)), name_of_state(c->thread->state),
                c->thread->priority);
    } else if (c->irq >= 0) {
        fprintf(out, " [shape=cds, label=\"interrupt %d\"];\n", c->irq);
    } else {
        fprintf(out, " [shape=box3d, label=\"cnode 0x%lx\\n%lu slots\"];\n", plat_paddr(c->slots), c->count);
    }
}

static void print_object_node(const struct slot *slot, const struct slot *parent, unsigned depth, void *context)
{
    FILE *out = ((struct dot_context *)context)->out;
    const enum cap_kind kind = cap_kind(slot->cap);
    struct region region;
    (void)parent, (void)depth;
    const bool is_drawn = is_plain_memory(kind) || kind == kind_tcb || kind == kind_cnode || kind == kind_zombie;
    if (is_drawn || (cdt_previous(slot) != NULL && cap_same_object(cdt_previous(slot)->cap, slot->cap))) {
        return;
    }
    fprintf(out, "    ");
    print_target_id(out, slot->cap);
    fprintf(out, " [label=\"%s", name_of_kind(kind));
    if (cap_region(slot->cap, &region)) {
        fprintf(out, " 0x%lx", region.base);
    }
    fprintf(out, "\"];\n");
}

static void print_edges(FILE *out, const struct container *c)
{
    word_t counts[3] = {0};
    static const enum cap_kind counted[] = {kind_frame, kind_page_table, kind_untyped};
    for (word_t i = 0; i < c->count; i++) {
        const struct cap cap = c->slots[i].cap;
        for (size_t k = 0; k < ARRAY_LENGTH(counted); k++) {
            counts[k] += cap_kind(cap) == counted[k];
        }
        if (cap_is_null(cap) || is_plain_memory(cap_kind(cap))) {
            continue;
        }
        fprintf(out, "    ");
        print_holder_id(out, c);
        fprintf(out, " -> ");
        print_target_id(out, cap);
        fprintf(out, " [label=\"%lu\"];\n", i);
    }
    for (size_t k = 0; k < ARRAY_LENGTH(counted); k++) {
        if (counts[k] > 0) {
            fprintf(out, "    ");
            print_holder_id(out, c);
            fprintf(out, " -> many%lx_%zu;\n    many%lx_%zu [shape=folder, label=\"%lu x %s\"];\n", (word_t)c->slots, k, (word_t)c->slots, k, counts[k],
                    name_of_kind(counted[k]));
        }
    }
}

// ----------------------------------------------------------------------------------- derivation tree

static void print_node(const struct slot *slot, const struct slot *parent, unsigned depth, void *context)
{
    const struct dot_context *c = context;
    char name[NAME_ROOM];
    struct region region;
    (void)depth;
    fprintf(c->out, "    slot%lx [label=\"%s", (word_t)slot, name_of_kind(cap_kind(slot->cap)));
    if (cap_region(slot->cap, &region)) {
        fprintf(c->out, " 0x%lx/%lu", region.base, region.size_bits);
    }
    fprintf(c->out, "\\n%s\"];\n", slot_name(c->snapshot, slot, name, sizeof(name)));
    if (parent != NULL) {
        fprintf(c->out, "    slot%lx -> slot%lx;\n", (word_t)parent, (word_t)slot);
    }
}

void print_dot(FILE *out, const struct snapshot *s)
{
    struct dot_context context = {out, s};
    fprintf(out, "digraph lab4 {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\", fontsize=10];\n  edge [fontname=\"sans-serif\", fontsize=8];\n"
                 "  subgraph cluster_capabilities {\n    label=\"capabilities\";\n");
    for (size_t i = 0; i < s->container_count; i++) {
        print_holder(out, &s->containers[i]);
    }
    for (size_t i = 0; i < s->head_count; i++) {
        for_tree(s->heads[i], print_object_node, &context);
    }
    for (size_t i = 0; i < s->container_count; i++) {
        print_edges(out, &s->containers[i]);
    }
    fprintf(out, "  }\n  subgraph cluster_derivation {\n    label=\"derivation tree\";\n");
    for (size_t i = 0; i < s->head_count; i++) {
        for_tree(s->heads[i], print_node, &context);
    }
    fprintf(out, "  }\n}\n");
}
