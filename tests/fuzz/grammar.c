// SPDX-License-Identifier: BSD-2-Clause
//
// Generation of nearly valid calls from the invocation table (lab4/invocations.h); see grammar.h.
#include "tests/fuzz/grammar.h"

#include <string.h>

#include <lab4/invocations.h>

// ---------------------------------------------------------------------------------- the table's rows

#define GRAMMAR_A(type, name) {#type, #name}, GRAMMAR_B
#define GRAMMAR_B(type, name) {#type, #name}, GRAMMAR_A
#define GRAMMAR_A_END
#define GRAMMAR_B_END
#define GRAMMAR_ARGS(number, label, kind, stub, words, caps, result, args) \
    static const struct grammar_arg args_of_##label[] = {LAB4_SEQUENCE(GRAMMAR, args){NULL, NULL}};
LAB4_INVOCATIONS(GRAMMAR_ARGS)

const struct grammar_method grammar_methods[] = {
#define GRAMMAR_ROW(number, label, kind, stub, words, caps, result, args) \
    {number, #label, W_KIND_##kind, args_of_##label, ARRAY_LENGTH(args_of_##label) - 1},
    LAB4_INVOCATIONS(GRAMMAR_ROW)};
const word_t grammar_method_count = ARRAY_LENGTH(grammar_methods);

const struct grammar_method *grammar_find(word_t label)
{
    return label >= 1 && label <= grammar_method_count ? &grammar_methods[label - 1] : NULL;
}

static bool is(const char *text, const char *wanted)
{
    return strcmp(text, wanted) == 0;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && is(text + length - end_length, end);
}

bool grammar_is_cap(const struct grammar_arg *arg)
{
    return is(arg->type, "cap") || is(arg->type, "cnode") || is(arg->type, "tcb") || is(arg->type, "sc") || is(arg->type, "untyped");
}

bool grammar_is_shared(const struct grammar_arg *arg, word_t *bit)
{
    bool is_flags = is(arg->type, "archflags");
    if (strncmp(arg->type, "bit", 3) != 0 && !is_flags) {
        return false;
    }
    *bit = is_flags ? 8 : (word_t)(arg->type[3] - '0');
    return true;
}

// ------------------------------------------------------------------------------------------- random

word_t random_word(struct random *r)
{
    r->state ^= r->state >> 12;
    r->state ^= r->state << 25;
    r->state ^= r->state >> 27;
    return r->state * UINT64_C(0x2545f4914f6cdd1d);
}

word_t random_below(struct random *r, word_t limit)
{
    return (random_word(r) >> 16) % limit;
}

bool random_chance(struct random *r, word_t percent)
{
    return random_below(r, 100) < percent;
}

#define PICK(r, ...) pick(r, (const word_t[]){__VA_ARGS__}, sizeof((const word_t[]){__VA_ARGS__}) / sizeof(word_t))
static word_t pick(struct random *r, const word_t *values, word_t count)
{
    return values[random_below(r, count)];
}

// ------------------------------------------------------------------------------------------- values

// Few slots, so that what one call makes is what another uses.
static word_t empty_slot(struct random *r)
{
    if (random_chance(r, 60)) {
        return WORLD_FIRST_EMPTY + random_below(r, 6);
    }
    return random_chance(r, 70) ? WORLD_FIRST_EMPTY + random_below(r, WORLD_EMPTY_COUNT) : WORLD_FIRST_SPARE + random_below(r, 32);
}

static word_t any_slot(struct random *r)
{
    word_t slot;
    do {
        slot = random_below(r, WORLD_SLOTS);
    } while (!world_name(slot) && !random_chance(r, 5));
    return random_chance(r, 20) ? empty_slot(r) : slot;
}

// A slot that held this kind when the world was new, or one that calls like to fill.
static word_t slot_of_kind(struct random *r, enum world_kind kind)
{
    if (kind == W_KIND_none || random_chance(r, 4)) {
        return any_slot(r);
    }
    if (random_chance(r, 15)) {
        return empty_slot(r);
    }
    word_t found = any_slot(r), seen = 0;
    for (word_t slot = 0; slot < WORLD_SLOTS; slot++) {
        if (world_kind(slot) == kind && random_below(r, ++seen) == 0) {
            found = slot;
        }
    }
    return found;
}

static word_t odd_word(struct random *r)
{
    switch (random_below(r, 6)) {
    case 0:
        return random_below(r, 16);
    case 1:
        return BIT(random_below(r, 64));
    case 2:
        return BIT(random_below(r, 64)) - 1;
    case 3:
        return ~random_below(r, 4);
    case 4:
        return random_below(r, 0x10000) << 12;
    default:
        return random_word(r) >> random_below(r, 64);
    }
}

static word_t address(struct random *r)
{
    word_t base = PICK(r, 0x400000, WORLD_MAPPED, WORLD_MAPPED, WORLD_LARGE, 0x40000000, 0x80000000, 0x7ffffffff000, 0x8000000000);
    return base + (random_chance(r, 50) ? 0 : PICK(r, 0x1000, 0x2000, 0x3000, 0x200000, 0x10, 0x7f0, 0x1fc000));
}

// Values that tend to be valid, by the names of the table's arguments.
static word_t value_by_name(struct random *r, const char *name, const struct grammar_method *method)
{
    if (ends_with(name, "depth")) {
        bool is_window = is(name, "node_depth");
        return is_window ? PICK(r, 0, 0, 0, 64) : random_chance(r, 92) ? 64 : PICK(r, 4, 8, 3, 2, 5, 0, 65, 60);
    }
    if (ends_with(name, "index")) {
        bool is_source = is(name, "src_index") || is(name, "pivot_index") || is(name, "node_index");
        bool is_named = is(name, "index") && method->kind == W_KIND_cnode; // Revoke, Delete, CancelBadgedSends
        if (is_named && strcmp(method->name, "CNodeCancelBadgedSends") == 0) {
            return slot_of_kind(r, W_KIND_endpoint);
        }
        return is_source || is_named ? (is(name, "node_index") ? slot_of_kind(r, W_KIND_cnode) : any_slot(r))
               : method->kind == W_KIND_domain ? random_below(r, 3)
                                               : empty_slot(r);
    }
    if (is(name, "type")) {
        return random_below(r, 12);
    }
    if (is(name, "size_bits")) {
        return PICK(r, 0, 1, 2, 4, 4, 5, 7, 7, 8, 10, 12);
    }
    if (is(name, "node_offset")) {
        return empty_slot(r);
    }
    if (is(name, "num_objects")) {
        return PICK(r, 1, 1, 1, 2, 3, 4, 16);
    }
    if (is(name, "count")) {
        return PICK(r, 36, 36, 1, 2, 17, 0);
    }
    if (ends_with(name, "root_data")) {
        return random_chance(r, 60) ? 0 : PICK(r, 56, 60, 58, 2, 64);
    }
    if (is(name, "buffer")) {
        return random_chance(r, 20) ? 0 : 0x500000 + 1024 * random_below(r, 8);
    }
    if (is(name, "priority") || is(name, "mcp")) {
        return PICK(r, 99, 100, 101, 102, 0, 255);
    }
    if (is(name, "rights")) {
        return PICK(r, 15, 15, 15, 3, 2, 1, 0, 9, 7);
    }
    if (ends_with(name, "badge")) {
        return PICK(r, 0, 1, 7, 9, 0x3fc0 | 56, random_below(r, 1024));
    }
    if (is(name, "irq")) {
        return method->kind == W_KIND_irq_control && random_chance(r, 50) ? random_below(r, 16) : 32 + random_below(r, 16);
    }
    if (is(name, "budget") || is(name, "period")) {
        return PICK(r, 1000, 5000, 10000, 20, 20, 40, 100, 100000);
    }
    if (is(name, "extra_refills")) {
        return PICK(r, 0, 0, 1, 2, 8);
    }
    if (is(name, "flags") || is(name, "trigger") || is(name, "clear") || is(name, "set") || is(name, "domain")) {
        return random_below(r, 2);
    }
    if (is(name, "target")) {
        return random_below(r, 8);
    }
    if (is(name, "duration")) {
        return PICK(r, 0, 10000, 100000, 1);
    }
    if (is(name, "vaddr") || is(name, "start") || is(name, "end") || is(name, "tls_base")) {
        return address(r);
    }
    if (is(name, "attr")) {
        return PICK(r, 3, 3, 0, 1, 4, 7);
    }
    if (is(name, "start_offset") || is(name, "end_offset")) {
        return PICK(r, 0, 64, 4096, 0x200000, 100, 1);
    }
    return odd_word(r);
}

static word_t cap_argument(struct random *r, const struct grammar_arg *arg)
{
    enum world_kind kind = W_KIND_none;
    if (is(arg->type, "cnode")) {
        if (random_chance(r, 80)) {
            return W_ROOT_CNODE;
        }
        kind = W_KIND_cnode;
    } else if (is(arg->type, "tcb")) {
        if (is(arg->name, "authority") && random_chance(r, 60)) {
            return W_ROOT_TCB;
        }
        kind = W_KIND_tcb;
    } else if (is(arg->type, "sc") || is(arg->name, "sched_context")) {
        kind = W_KIND_sched_context;
    } else if (is(arg->type, "untyped")) {
        kind = W_KIND_untyped;
    } else if (is(arg->name, "notification")) {
        kind = W_KIND_notification;
    } else if (ends_with(arg->name, "fault_ep")) {
        kind = random_chance(r, 15) ? W_KIND_none : W_KIND_endpoint;
    } else if (ends_with(arg->name, "vspace") || is(arg->name, "vspace_root")) {
        kind = W_KIND_vspace;
    } else if (is(arg->name, "bufferFrame")) {
        kind = W_KIND_frame;
    } else if (is(arg->name, "cap")) { // SchedContext Bind and UnbindObject
        kind = random_chance(r, 60) ? W_KIND_tcb : W_KIND_notification;
    }
    return slot_of_kind(r, kind);
}

static word_t word_argument(struct random *r, const struct grammar_arg *arg, const struct grammar_method *method)
{
    return random_chance(r, 4) ? odd_word(r) : value_by_name(r, arg->name, method);
}

// ------------------------------------------------------------------------------------------- calls

static void fill_message(struct random *r, const struct grammar_method *method, struct step *step)
{
    word_t words = 0, caps = 0, bit, shared = ~UINT64_C(0);
    for (word_t i = 0; i < method->arg_count; i++) {
        const struct grammar_arg *arg = &method->args[i];
        if (grammar_is_cap(arg)) {
            step->caps[caps++] = cap_argument(r, arg);
        } else if (grammar_is_shared(arg, &bit)) {
            shared = shared == ~UINT64_C(0) ? words++ : shared;
            step->words[shared] |= (bit == 8 ? 0 : random_below(r, 2)) << bit;
        } else if (is(arg->type, "regs_in") || is(arg->type, "smc_in")) {
            while (words < STEP_MAX_WORDS - 2) {
                step->words[words++] = random_chance(r, 50) ? odd_word(r) : any_slot(r);
            }
        } else if (!ends_with(arg->type, "_out")) {
            step->words[words++] = word_argument(r, arg, method);
        }
    }
    step->extra_caps = (uint8_t)caps;
    step->length = (uint8_t)words;
    step->word_count = words;
}

// Three quarters Call; now and then Send, NBSend and the combined calls, which invoke x6 or x8.
static void choose_send(struct random *r, word_t cap, struct step *step)
{
    step->cap = cap;
    switch (random_below(r, 16)) {
    case 0:
        step->number = (word_t)-5; // Send
        return;
    case 1:
        step->number = (word_t)-6; // NBSend
        return;
    case 2:
        step->number = (word_t)-3; // NBSendRecv
        step->dest = cap;
        step->cap = slot_of_kind(r, random_chance(r, 60) ? W_KIND_endpoint : W_KIND_notification);
        step->reply = slot_of_kind(r, W_KIND_reply);
        return;
    case 3:
        step->number = (word_t)-4; // NBSendWait
        step->reply = cap;
        step->cap = slot_of_kind(r, random_chance(r, 60) ? W_KIND_endpoint : W_KIND_notification);
        return;
    default:
        step->number = (word_t)-1; // Call
        return;
    }
}

void grammar_make_call(struct random *r, const struct grammar_method *method, struct step *step)
{
    memset(step, 0, sizeof *step);
    step->kind = STEP_CALL;
    step->label = method->label;
    fill_message(r, method, step);
    choose_send(r, slot_of_kind(r, method->kind), step);
}

static void add_message(struct random *r, struct step *step)
{
    step->label = random_chance(r, 80) ? 0 : odd_word(r) & LOW_BITS(52);
    step->word_count = random_below(r, 8);
    step->length = (uint8_t)(random_chance(r, 90) ? step->word_count : random_below(r, 128));
    for (word_t i = 0; i < step->word_count; i++) {
        step->words[i] = random_chance(r, 50) ? any_slot(r) : odd_word(r);
    }
    step->sets_unwrapped = random_chance(r, 10);
    step->extra_caps = (uint8_t)(random_chance(r, 60) ? 0 : random_below(r, 4));
    for (word_t i = 0; i < step->extra_caps; i++) {
        step->caps[i] = any_slot(r);
    }
}

static void add_receive_slot(struct random *r, struct step *step)
{
    step->sets_receive = random_chance(r, 40);
    step->receive[0] = step->sets_receive ? W_ROOT_CNODE : 0;
    step->receive[1] = step->sets_receive ? empty_slot(r) : 0;
    step->receive[2] = step->sets_receive ? (random_chance(r, 95) ? 64 : odd_word(r)) : 0;
}

static void make_ipc(struct random *r, struct step *step)
{
    enum world_kind kind = random_chance(r, 60) ? W_KIND_endpoint : random_chance(r, 60) ? W_KIND_notification : W_KIND_reply;
    step->kind = STEP_CALL;
    add_message(r, step);
    if (random_chance(r, 50)) {
        choose_send(r, slot_of_kind(r, kind), step);
    } else {
        step->number = PICK(r, (word_t)-2, (word_t)-7, (word_t)-7, (word_t)-8, (word_t)-9, (word_t)-10);
        step->cap = slot_of_kind(r, random_chance(r, 70) ? W_KIND_endpoint : W_KIND_notification);
        step->reply = slot_of_kind(r, W_KIND_reply);
    }
    add_receive_slot(r, step);
}

bool (*grammar_preference)(struct random *r, struct step *step);

void grammar_make_step(struct random *r, struct step *step)
{
    if (grammar_preference && grammar_preference(r, step)) {
        return;
    }
    memset(step, 0, sizeof *step);
    word_t dice = random_below(r, 100);
    if (dice < 55) {
        grammar_make_call(r, &grammar_methods[random_below(r, grammar_method_count)], step);
    } else if (dice < 80) {
        make_ipc(r, step);
    } else if (dice < 86) {
        step->kind = STEP_CALL;
        step->number = (word_t)-11; // Yield
    } else if (dice < 93) {
        step->kind = STEP_TIME;
        step->words[0] = PICK(r, 100, 1250, 5000, 62500, 312500, 625000, 6250000, random_below(r, 1000000));
    } else if (dice < 96) {
        step->kind = STEP_IRQ;
        step->words[0] = PICK(r, 40, 40, 41, 33, 27, 159, 160, 1023, 0x428, 0x429, 0x41b);
    } else if (dice < 99) {
        step->kind = STEP_FAULT;
        step->words[0] = random_below(r, 3);
        step->words[1] = odd_word(r);
        step->words[2] = odd_word(r);
    } else {
        step->kind = STEP_CALL;
        step->number = PICK(r, (word_t)-12, (word_t)-13, (word_t)-15, (word_t)-16, (word_t)-17, 0, 1);
        step->cap = any_slot(r);
    }
}

void grammar_change_step(struct random *r, struct step *step)
{
    if (step->kind != STEP_CALL || random_chance(r, 10)) {
        grammar_make_step(r, step);
        return;
    }
    switch (random_below(r, 7)) {
    case 0:
        step->cap = any_slot(r);
        break;
    case 1:
        step->reply = any_slot(r);
        break;
    case 2:
        step->caps[random_below(r, 3)] = random_chance(r, 90) ? any_slot(r) : odd_word(r);
        step->extra_caps = (uint8_t)random_below(r, 4);
        break;
    case 3:
        step->length = (uint8_t)(random_chance(r, 50) ? random_below(r, 10) : random_below(r, 128));
        break;
    case 4:
        add_receive_slot(r, step);
        break;
    case 5:
        step->number = (word_t)-(1 + (int64_t)random_below(r, 11));
        break;
    default:
        step->words[random_below(r, step->word_count ? step->word_count : 1)] = random_chance(r, 50) ? odd_word(r) : any_slot(r);
        step->word_count = step->word_count ? step->word_count : 1;
        break;
    }
}
