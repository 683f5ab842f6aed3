// SPDX-License-Identifier: BSD-2-Clause
//
// See lockstep.h.
#include "tests/model/lockstep.h"

#include "core/time/refill.h"
#include "tests/model/model.h"

static unsigned long lockstep_predicted, lockstep_lost;

// After a comparison `reality` is what the kernel holds: the next prediction starts from it.
static struct model states[2], *prediction = &states[0], *reality = &states[1];
static bool reality_is_known;

// What else may happen (lockstep_before tells when).
static struct model alternative;
static bool has_alternative;

static bool is_debug_call(word_t number)
{
    return KERNEL_DEBUG && (sword_t)number <= -12 && (sword_t)number >= -17;
}

static bool may_take_fast_path(word_t number)
{
    return (sword_t)number == -1 || (sword_t)number == -2;
}

// Does the current thread's budget cover what it has used (threads §4.7 A)? Otherwise the kernel ends its slice.
static bool has_budget(ticks_t now)
{
    const struct refill *head = refill_head(here()->charged_sc);
    ticks_t used = here()->pending + (now - here()->now);
    return used <= head->amount && head->amount - used >= M_LEAST_BUDGET;
}

// With several domains: is the current one's time up (threads TM-1)? Then the entry's work is not done either.
static bool domain_is_over(ticks_t now)
{
    return NUM_DOMAINS > 1 && now - here()->now + M_LEAST_BUDGET >= here()->domain_time;
}

void lockstep_forget(void)
{
    reality_is_known = false;
}

static void begin_prediction(ticks_t now)
{
    if (reality_is_known) {
        struct model *swap = prediction;
        prediction = reality;
        reality = swap;
        model_refresh(prediction, now);
    } else {
        model_read(prediction, now);
    }
    reality_is_known = false;
}

void lockstep_before(enum kernel_entry entry, const struct hw_fault *fault, word_t line, ticks_t now)
{
    begin_prediction(now);
    has_alternative = false;
    m_id caller = prediction->current;
    if (entry == ENTRY_SYSCALL && is_debug_call(m_thread(prediction, caller)->x[7])) {
        model_predict_debug_call(prediction); // whether there is budget or not (threads TM-2)
        return;
    }
    prediction->ends_domain = domain_is_over(now);
    if (caller != 0 && (!has_budget(now) || domain_is_over(now))) {
        if (entry == ENTRY_SYSCALL && may_take_fast_path(m_thread(prediction, caller)->x[7])) {
            has_alternative = true; // a fast path does not look at the clock (FP-2): both are right
            model_read(&alternative, now);
            model_predict_syscall(&alternative);
        }
        bool is_round_robin = here()->charged_sc->period == 0;
        if (!has_budget(now)) {
            model_predict_end_of_slice(prediction, !is_round_robin);
        }
        model_predict_postponement(prediction, entry != ENTRY_IRQ);
        entry = ENTRY_IRQ; // what was asked for is not done, but an interrupt is taken
    }
    switch (entry) {
    case ENTRY_SYSCALL:
        model_predict_syscall(prediction);
        break;
    case ENTRY_FAULT:
        model_predict_fault(prediction, fault);
        break;
    case ENTRY_IRQ:
        model_predict_irq(prediction, line);
        break;
    }
}

// Why the model could not tell, and how often.
static struct {
    const char *why;
    unsigned long count;
} reasons[16];

static void count_reason(const char *why)
{
    for (int i = 0; i < 16; i++) {
        if (!reasons[i].why || reasons[i].why == why) {
            reasons[i].why = why;
            reasons[i].count++;
            return;
        }
    }
}

void lockstep_print_statistics(FILE *out)
{
    fprintf(out, "model: %lu kernel entries predicted, %lu left open\n", lockstep_predicted, lockstep_lost);
    for (int i = 0; i < 16 && reasons[i].why; i++) {
        fprintf(out, "  %8lu %s\n", reasons[i].count, reasons[i].why);
    }
}

static bool leave_open(const char *why)
{
    lockstep_lost++;
    count_reason(why);
    return true;
}

static bool agrees(struct model *m)
{
    model_predict_activation(m, reality->current);
    return !m->is_lost && model_compare(m, reality, NULL);
}

bool lockstep_after(ticks_t now)
{
    if (prediction->is_lost) {
        return leave_open(prediction->lost_why);
    }
    model_read(reality, now);
    if (reality->is_lost) {
        return leave_open(reality->lost_why);
    }
    reality_is_known = true;
    if (agrees(prediction) || (has_alternative && agrees(&alternative))) {
        lockstep_predicted++;
        return true;
    }
    if (prediction->is_lost || (has_alternative && alternative.is_lost)) {
        return leave_open(prediction->is_lost ? prediction->lost_why : alternative.lost_why);
    }
    model_read_hidden(reality, prediction, now);
    if (model_compare(prediction, reality, NULL)) {
        lockstep_predicted++;
        return true;
    }
    fprintf(stderr, "\n");
    (void)model_compare(prediction, reality, stderr);
    return false;
}
