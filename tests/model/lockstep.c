// SPDX-License-Identifier: BSD-2-Clause
//
// See lockstep.h.
#include "tests/model/lockstep.h"

#include "core/refill.h"
#include "tests/model/model.h"

unsigned long lockstep_predicted, lockstep_lost;

static struct model prediction, reality;
static m_id caller;
static word_t units_before;

static bool is_debug_call(word_t number)
{
    return (sword_t)number <= -12 && (sword_t)number >= -17;
}

// Does the current thread's budget cover what it has used (threads §4.7 A)? Otherwise the kernel ends its slice.
static bool has_budget(ticks_t now)
{
    const struct refill *head = refill_head(ks.charged_sc);
    ticks_t used = ks.pending + (now - ks.now);
    return used <= head->amount && head->amount - used >= 1250;
}

static void predict_irq(word_t line)
{
    if (line >= NUM_IRQS || prediction.irq_state[line] != IRQ_SIGNAL) {
        return;
    }
    struct cap cap = m_cap(&prediction, &ks.irqs[line].slot);
    if (cap_kind(cap) == kind_notification && notification_cap_can_send(cap)) {
        m_signal(&prediction, notification_cap_object(cap), notification_cap_badge(cap));
    }
}

void lockstep_before(enum kernel_entry entry, const struct hw_fault *fault, word_t line, ticks_t now)
{
    model_read(&prediction, now);
    caller = prediction.current;
    units_before = ks.work_units;
    if (!has_budget(now) && caller != 0) {
        m_give_up(&prediction, "the slice is over");
        return;
    }
    switch (entry) {
    case ENTRY_SYSCALL:
        if (is_debug_call(m_thread(&prediction, caller)->x[7])) {
            m_give_up(&prediction, "a debug call");
        } else {
            model_predict_syscall(&prediction);
        }
        break;
    case ENTRY_FAULT:
        model_predict_fault(&prediction, fault);
        break;
    case ENTRY_IRQ:
        predict_irq(line);
        break;
    }
}

// A preemption point stopped the operation: what was done so far is not predicted. The caller will repeat it, unless the
// operation stopped or destroyed the caller (objects §5.5). A point that fires leaves the counter of work units at 0.
static bool was_preempted(void)
{
    const struct m_object *o = m_object(&reality, caller);
    if (ks.work_units != 0) {
        return false;
    }
    if (!o || o->thread.state == THREAD_INACTIVE) {
        return units_before != 0 || !m_object(&prediction, caller);
    }
    return o->thread.state == THREAD_RESTART || o->thread.pc == o->thread.fault_pc;
}

bool lockstep_after(ticks_t now)
{
    if (prediction.is_lost) {
        lockstep_lost++;
        return true;
    }
    model_read(&reality, now);
    if (reality.is_lost || was_preempted()) {
        lockstep_lost++;
        return true;
    }
    lockstep_predicted++;
    if (model_compare(&prediction, &reality, NULL)) {
        return true;
    }
    fprintf(stderr, "\n");
    model_compare(&prediction, &reality, stderr);
    return false;
}
