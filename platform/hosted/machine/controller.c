// SPDX-License-Identifier: BSD-2-Clause
//
// The interrupt controller, in the terms of a GICv2: 160 lines, all of equal priority, the lowest number first; 0..15 are
// software-generated and always enabled. The state of the lines is in the control page, where device models move it, and
// others raise interrupts from outside. The timer's line is not there: it is up while the deadline has passed.
//
// `attention` says that somebody moved a line, enabled one, or that time has come. It may be set without reason.
// Whoever clears it looks at the lines afterwards.
#include "core/threads/state.h"
#include "platform/hosted/machine/attention.h"
#include "platform/hosted/machine/clock.h"
#include "platform/hosted/machine/controller.h"
#include "platform/hosted/machine/devices.h"
#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/watch.h"
#include "platform/platform.h"

enum { NUM_SGIS = 16 };

static uint64_t pending(word_t word)
{
    const struct controller *c = &machine.controller;
    uint64_t level = __atomic_load_n(&control()->line_level[word], __ATOMIC_SEQ_CST);
    uint64_t latch = __atomic_load_n(&control()->line_latch[word], __ATOMIC_SEQ_CST);
    uint64_t pulse = __atomic_load_n(&control()->line_pulse[word], __ATOMIC_SEQ_CST);
    uint64_t enabled = c->enabled[word], is_edge = c->is_edge[word];
    if (word == 0) {
        enabled |= LOW_BITS(NUM_SGIS);
        is_edge |= LOW_BITS(NUM_SGIS);
        level = clock_timer_is_due() ? level | BIT(TIMER_IRQ) : level & ~BIT(TIMER_IRQ);
    }
    return enabled & (pulse | (level & ~is_edge) | (latch & is_edge));
}

bool controller_has_pending(void)
{
    return pending(0) || pending(1) || pending(2);
}

bool controller_may_wake(void)
{
    uint64_t sources = 0;
    for (word_t word = 0; word < MACHINE_LINE_WORDS; word++) {
        sources |= machine.controller.enabled[word] & __atomic_load_n(&control()->irq_sources[word], __ATOMIC_SEQ_CST);
    }
    return sources != 0 || devices_may_wake();
}

word_t plat_irq_acknowledge(void)
{
    __atomic_store_n(&control()->attention, 0, __ATOMIC_SEQ_CST);
    for (word_t word = 0; word < MACHINE_LINE_WORDS; word++) {
        uint64_t bits = pending(word);
        if (bits) {
            uint64_t first = bits & (0 - bits);
            __atomic_fetch_and(&control()->line_latch[word], ~first, __ATOMIC_SEQ_CST);
            __atomic_fetch_and(&control()->line_pulse[word], ~first, __ATOMIC_SEQ_CST);
            attention_set(); // there may be more
            word_t line = word * WORD_BITS + log2_floor(first);
            if (machine.is_watched) {
                watch_line(line);
            }
            return line;
        }
    }
    return PLAT_NO_IRQ;
}

// Nothing is remembered about a line between acknowledging and this.
void plat_irq_end(word_t irq)
{
    (void)irq;
}

void plat_irq_enable(word_t irq, bool enabled)
{
    uint64_t *word = &machine.controller.enabled[irq / WORD_BITS];
    *word = enabled ? *word | BIT(irq % WORD_BITS) : *word & ~BIT(irq % WORD_BITS);
    if (enabled) {
        attention_set();
    }
    devices_update();
}

void plat_irq_set_trigger(word_t irq, bool edge)
{
    uint64_t *word = &machine.controller.is_edge[irq / WORD_BITS], bit = BIT(irq % WORD_BITS);
    *word = edge ? *word | bit : *word & ~bit;
    __atomic_fetch_and(&control()->line_latch[irq / WORD_BITS], ~bit, __ATOMIC_SEQ_CST);
}

void plat_sgi_send(word_t sgi, word_t target)
{
    if (target == 0) { // the only CPU interface there is
        __atomic_fetch_or(&control()->line_latch[0], BIT(sgi), __ATOMIC_SEQ_CST);
        attention_set();
    }
}
