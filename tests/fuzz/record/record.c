// SPDX-License-Identifier: BSD-2-Clause
//
// Writes kernel entries down as steps, in lines of text. A program's slots become slots of the fuzz world that hold the same kind of capability, the
// same one each time; so a program's course is kept where the two worlds are alike, and otherwise its calls are nearly right ones.
#include "tests/fuzz/record/record.h"
#include "core/threads/message.h"

#include <string.h>

#include "core/caps/lookup.h"
#include "core/threads/state.h"
#include "tests/fuzz/grammar.h"

enum { MAX_NAMES = 256 };

static ticks_t clock_before;

// The program's slot numbers and what they are called in the fuzz world.
static struct {
    word_t from, to;
} names[MAX_NAMES];
static word_t name_count, count_of_kind[32];

void record_end_input(ticks_t now)
{
    record_line("input");
    clock_before = now;
    name_count = 0;
    memset(count_of_kind, 0, sizeof count_of_kind);
}

static void add(const struct step *step)
{
    static const char digits[] = "0123456789abcdef", label[] = "step: ";
    uint8_t bytes[STEP_MAX_ENCODED];
    char text[sizeof label + 2 * STEP_MAX_ENCODED], *end = text;
    size_t length = step_encode(step, bytes);
    memcpy(text, label, sizeof label - 1);
    end += sizeof label - 1;
    for (size_t i = 0; i < length; i++) {
        *end++ = digits[bytes[i] >> 4];
        *end++ = digits[bytes[i] & 15];
    }
    *end = '\0';
    record_line(text);
}

// ------------------------------------------------------------------------------------------ names

static enum world_kind kind_in_world(struct cap cap)
{
    switch (cap_kind(cap)) {
#define SAME(kind)    \
    case kind_##kind: \
        return W_KIND_##kind;
        SAME(untyped) SAME(tcb) SAME(cnode) SAME(irq_control) SAME(irq_handler) SAME(domain) SAME(sched_control) SAME(sched_context)
        SAME(vspace) SAME(page_table) SAME(frame) SAME(asid_control) SAME(asid_pool) SAME(endpoint) SAME(notification) SAME(reply)
    case kind_sgi_signal:
        return W_KIND_sgi;
    default:
        return W_KIND_none;
    }
}

// The n-th slot of the kind, counted from the first again when there are no more; empty ones for no kind.
static word_t nth_slot(enum world_kind kind, word_t n)
{
    word_t slots[WORLD_SLOTS], count = 0;
    for (word_t slot = 0; slot < WORLD_SLOTS && kind != W_KIND_none; slot++) {
        if (world_kind(slot) == kind) {
            slots[count++] = slot;
        }
    }
    return count ? slots[n % count] : WORLD_FIRST_EMPTY + n % WORLD_EMPTY_COUNT;
}

static word_t name_of(word_t address)
{
    for (word_t i = 0; i < name_count; i++) {
        if (names[i].from == address) {
            return names[i].to;
        }
    }
    struct lookup_failure failure;
    const struct slot *slot = lookup_slot(here()->current, address, &failure);
    if (!slot && address >= WORLD_SLOTS) {
        return address; // leads nowhere, on purpose
    }
    enum world_kind kind = slot ? kind_in_world(slot->cap) : W_KIND_none;
    word_t name = nth_slot(kind, count_of_kind[kind]++);
    if (name_count < MAX_NAMES) {
        names[name_count].from = address;
        names[name_count++].to = name;
    }
    return name;
}

// ----------------------------------------------------------------------------------------- entries

static void add_time(void)
{
    ticks_t now = record_now();
    if (now >= clock_before + record_least_time) {
        add(&(struct step){.kind = STEP_TIME, .word_count = 1, .words = {now - clock_before}});
        clock_before = now;
    }
}

static bool is_slot_number(const char *name)
{
    size_t length = strlen(name);
    return (length >= 5 && strcmp(name + length - 5, "index") == 0) || strcmp(name, "node_offset") == 0;
}

// Message words that are slot numbers, by the table's names.
static void rename_words(struct step *step)
{
    const struct grammar_method *method = grammar_find(step->label);
    word_t words = 0, bit;
    for (word_t i = 0; method && i < method->arg_count && words < step->word_count; i++) {
        if (grammar_is_cap(&method->args[i])) {
            continue;
        }
        if (is_slot_number(method->args[i].name)) {
            step->words[words] = name_of(step->words[words]);
        }
        words += !grammar_is_shared(&method->args[i], &bit);
    }
}

void record_call(void)
{
    add_time();
    const struct thread_regs *regs = &here()->current->regs;
    const word_t *buffer = tcb_buffer(here()->current, BUFFER_FOR_READING);
    word_t info = regs->x[REG_INFO], length = info & 127;
    struct step step = {.kind = STEP_CALL, .number = regs->x[REG_SYSCALL], .label = info >> 12, .length = (uint8_t)length};
    step.cap = name_of(regs->x[REG_CAP]);
    step.reply = regs->x[REG_REPLY] ? name_of(regs->x[REG_REPLY]) : 0;
    step.dest = regs->x[REG_DEST] ? name_of(regs->x[REG_DEST]) : 0;
    step.word_count = length < STEP_MAX_WORDS ? length : STEP_MAX_WORDS;
    for (word_t i = 0; i < step.word_count; i++) {
        step.words[i] = i < NUM_REG_MRS ? regs->x[REG_MR0 + i] : buffer ? buffer[BUFFER_MESSAGE + i] : 0;
    }
    step.extra_caps = buffer ? info >> 7 & 3 : 0;
    for (word_t i = 0; i < step.extra_caps; i++) {
        step.caps[i] = name_of(buffer[BUFFER_CAPS + i]);
    }
    step.sets_receive = buffer && buffer[BUFFER_RECEIVE_CNODE] != 0;
    for (word_t i = 0; i < (step.sets_receive ? 3 : 0); i++) {
        step.receive[i] = i == 2 ? buffer[BUFFER_RECEIVE_CNODE + i] : name_of(buffer[BUFFER_RECEIVE_CNODE + i]);
    }
    rename_words(&step);
    add(&step);
}

void record_fault(const struct hw_fault *fault)
{
    add_time();
    word_t value = fault->kind == HW_FAULT_UNKNOWN_SYSCALL ? fault->number : fault->address;
    add(&(struct step){
        .kind = STEP_FAULT, .word_count = 3, .words = {fault->kind, value, (fault->syndrome & ~1u) | fault->is_fetch}});
}

void record_interrupt(word_t line)
{
    add_time();
    add(&(struct step){.kind = STEP_IRQ, .word_count = 1, .words = {line}});
}
