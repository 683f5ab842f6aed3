// SPDX-License-Identifier: BSD-2-Clause
//
// Printing of steps; see text.h.
#include "tests/fuzz/text.h"

#include <string.h>

#include <lab4/syscall_table.h>

#include "core/threads/state.h"
#include "tests/fuzz/grammar.h"
#include "tests/fuzz/machine.h"

static const char *call_name(word_t number)
{
    switch ((sword_t)number) {
#define CALL_NAME(value, name, when) \
    case value:                      \
        return #name;
        LAB4_SYSCALLS(CALL_NAME)
    default:
        return NULL;
    }
}

static void print_slot(FILE *out, word_t slot)
{
    const char *name = world_name(slot);
    if (name) {
        fprintf(out, "%s", name);
    } else {
        fprintf(out, "slot %#llx", (unsigned long long)slot);
    }
}

static void print_value(FILE *out, word_t value)
{
    fprintf(out, value < 4096 ? "%llu" : "%#llx", (unsigned long long)value);
}

// The arguments of a method, by name, as far as the message goes.
static void print_arguments(FILE *out, const struct grammar_method *method, const struct step *step)
{
    word_t words = 0, caps = 0, bit, shared = ~UINT64_C(0);
    for (word_t i = 0; i < method->arg_count; i++) {
        const struct grammar_arg *arg = &method->args[i];
        fprintf(out, "%s%s = ", i ? ", " : "", arg->name);
        if (grammar_is_cap(arg)) {
            if (caps < step->extra_caps) {
                print_slot(out, step->caps[caps]);
            } else {
                fprintf(out, "(missing)");
            }
            caps++;
        } else if (grammar_is_shared(arg, &bit)) {
            shared = shared == ~UINT64_C(0) ? words++ : shared;
            print_value(out, step->words[shared] >> bit & (bit == 8 ? 255 : 1));
        } else if (words < step->word_count) {
            bool is_slot = strstr(arg->name, "index") && method->kind != W_KIND_domain;
            (is_slot ? print_slot : print_value)(out, step->words[words++]);
        } else {
            fprintf(out, "?");
            words++;
        }
    }
}

static void print_message(FILE *out, const struct step *step)
{
    fprintf(out, "label %llu, length %u%s, words {", (unsigned long long)step->label, step->length, step->sets_unwrapped ? ", capsUnwrapped 5" : "");
    for (word_t i = 0; i < step->word_count; i++) {
        fprintf(out, i ? ", " : "");
        print_value(out, step->words[i]);
    }
    fprintf(out, "}");
    for (word_t i = 0; i < step->extra_caps; i++) {
        fprintf(out, i ? ", " : ", caps ");
        print_slot(out, step->caps[i]);
    }
}

static bool is_method_call(const struct step *step, word_t invoked)
{
    enum world_kind kind = world_kind(invoked);
    const struct grammar_method *method = grammar_find(step->label);
    return method && kind != W_KIND_endpoint && kind != W_KIND_notification && kind != W_KIND_reply;
}

static void print_call(FILE *out, const struct step *step)
{
    const char *name = call_name(step->number);
    sword_t number = (sword_t)step->number;
    word_t invoked = number == -2 || number == -4 ? step->reply : number == -3 ? step->dest : step->cap;
    bool sends = number >= -6, receives = number <= -2 && number != -5 && number != -6;
    if (!name || number < -11) {
        fprintf(out, "system call %lld (%s), x0 = ", (long long)number, name ? name : "unknown");
        print_slot(out, step->cap);
        return;
    }
    fprintf(out, "%s", name);
    if (sends) {
        fprintf(out, " to ");
        print_slot(out, invoked);
        fprintf(out, ": ");
        if (is_method_call(step, invoked)) {
            fprintf(out, "%s(", grammar_find(step->label)->name);
            print_arguments(out, grammar_find(step->label), step);
            fprintf(out, ") length %u", step->length);
        } else {
            print_message(out, step);
        }
    }
    if (receives && number != -11) {
        fprintf(out, sends ? "; then receive from " : " from ");
        print_slot(out, step->cap);
        fprintf(out, ", reply ");
        print_slot(out, step->reply);
    }
    if (step->sets_receive) {
        fprintf(out, ", receive slot ");
        print_slot(out, step->receive[1]);
        fprintf(out, " depth %llu in ", (unsigned long long)step->receive[2]);
        print_slot(out, step->receive[0]);
    }
}

void text_print_step(FILE *out, const struct step *step)
{
    static const char *const faults[] = {"VM fault", "user exception", "unknown trap"};
    switch (step->kind) {
    case STEP_CALL:
        print_call(out, step);
        break;
    case STEP_TIME:
        fprintf(out, "%llu ticks pass", (unsigned long long)(step->words[0] & LOW_BITS(40)));
        break;
    case STEP_IRQ:
        fprintf(out, "interrupt %llu%s", (unsigned long long)(step->words[0] & 0x3ff),
                step->words[0] & 0x400 ? " becomes pending" : "");
        break;
    case STEP_FAULT:
        fprintf(out, "%s at %#llx, %#llx", faults[step->words[0] % 3], (unsigned long long)step->words[1],
                (unsigned long long)step->words[2]);
        break;
    }
}

// -------------------------------------------------------------------------------- what came of it

static const char *thread_name(const struct tcb *thread)
{
    if (thread == &ks.idle) {
        return "idle";
    }
    const struct cap cnode = ks.all_threads ? here()->current->slots[TCB_CSPACE].cap : cap_null();
    for (word_t slot = 0; cap_kind(cnode) == kind_cnode && slot < BIT(cnode_cap_radix(cnode)); slot++) {
        struct cap cap = cap_cnode(cnode)[slot].cap;
        if (cap_kind(cap) == kind_tcb && cap_tcb(cap) == thread) {
            return world_name(slot) ? world_name(slot) : "a new thread";
        }
    }
    return "a thread";
}

void text_print_caller(FILE *out, const struct tcb *caller)
{
    fprintf(out, "%-12s ", thread_name(caller));
}

void text_print_outcome(FILE *out, const struct step *step, const struct tcb *caller)
{
    static const char *const errors[] = {"no error", "InvalidArgument", "InvalidCapability", "IllegalOperation", "RangeError", "AlignmentError",
                                         "FailedLookup", "TruncatedMessage", "DeleteFirst", "RevokeFirst", "NotEnoughMemory"};
    if (step->kind == STEP_CALL && step->number == (word_t)-1 && here()->current == caller) {
        word_t error = caller->regs.x[REG_INFO] >> 12;
        fprintf(out, "  -> %s", error < ARRAY_LENGTH(errors) ? errors[error] : "?");
        fprintf(out, " (%#llx)", (unsigned long long)caller->regs.x[REG_MR0]);
    }
    fprintf(out, "  [%s runs]\n", thread_name(here()->current));
}

// --------------------------------------------------------------------------------------- as a test

void text_print_test(FILE *out, const struct step *steps, size_t count)
{
    fprintf(out, "// Found by fuzzing. Name the test after the rule that was broken, and shorten it.\n"
                 "static void what_must_hold(void **state)\n{\n    (void)state;\n    static const struct step steps[] = {\n");
    for (size_t i = 0; i < count; i++) {
        const struct step *s = &steps[i];
        fprintf(out, "        // ");
        text_print_step(out, s);
        fprintf(out, "\n        {.kind = %d", s->kind);
        if (s->kind == STEP_CALL) {
            fprintf(out, ", .number = (word_t)%lld, .cap = %lluu, .reply = %lluu, .dest = %lluu, .label = %lluu, .length = %u", (long long)s->number,
                    (unsigned long long)s->cap, (unsigned long long)s->reply, (unsigned long long)s->dest, (unsigned long long)s->label, s->length);
            fprintf(out, "%s", s->sets_unwrapped ? ", .sets_unwrapped = true" : "");
            fprintf(out, ", .extra_caps = %u, .caps = {%lluu, %lluu, %lluu}", s->extra_caps, (unsigned long long)s->caps[0],
                    (unsigned long long)s->caps[1], (unsigned long long)s->caps[2]);
        }
        if (s->sets_receive) {
            fprintf(out, ", .sets_receive = true, .receive = {%lluu, %lluu, %lluu}", (unsigned long long)s->receive[0],
                    (unsigned long long)s->receive[1], (unsigned long long)s->receive[2]);
        }
        fprintf(out, ", .word_count = %lluu, .words = {", (unsigned long long)s->word_count);
        for (word_t w = 0; w < (s->kind == STEP_CALL && s->word_count ? s->word_count : 3); w++) {
            fprintf(out, "%s%lluu", w ? ", " : "", (unsigned long long)s->words[w]);
        }
        fprintf(out, "}},\n");
    }
    fprintf(out, "    };\n    given_the_fuzz_world();\n    run_steps(steps, ARRAY_LENGTH(steps));\n}\n");
}
