// SPDX-License-Identifier: BSD-2-Clause
//
// The real-time clock: ARM PL031 (DDI 0224), as QEMU's `virt` board has it. It counts seconds: in real time the host's
// since 1970, in virtual time those since MACHINE_VIRTUAL_WALL_NS. When the count reaches the match register it interrupts, until cleared.
#include "platform/hosted/machine/devices.h"
#include "platform/hosted/machine/state.h"

enum { DR = 0x00, MR = 0x04, LR = 0x08, CR = 0x0c, IMSC = 0x10, RIS = 0x14, MIS = 0x18, ICR = 0x1c };
enum { TICKS_A_SECOND = 62500000, NS_A_TICK = 16 };

// Whole seconds since the epoch, before what the program has added by setting the clock.
static uint64_t seconds(void)
{
    return (control()->wall_ns / NS_A_TICK + machine.devices.now) / TICKS_A_SECOND;
}

static uint32_t count(void)
{
    return (uint32_t)seconds() + machine.devices.pl031.offset;
}

// Has the count reached the match register meanwhile?
static void advance(void)
{
    struct pl031 *rtc = &machine.devices.pl031;
    if (machine.devices.now >= rtc->matches_at) {
        rtc->raw = 1;
        rtc->matches_at += (UINT64_C(1) << 32) * TICKS_A_SECOND;
    }
}

// After a change of the match register or of the count: when do they meet?
static void set_match(void)
{
    struct pl031 *rtc = &machine.devices.pl031;
    uint32_t distance = rtc->match - count();
    rtc->matches_at = distance == 0 ? machine.devices.now
                                    : (seconds() + distance) * TICKS_A_SECOND - control()->wall_ns / NS_A_TICK;
    advance();
}

static uint32_t read(uint32_t offset)
{
    static const uint8_t id[8] = {0x31, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};
    const struct pl031 *rtc = &machine.devices.pl031;
    advance();
    switch (offset) {
    case DR: return count();
    case MR: return rtc->match;
    case LR: return rtc->load;
    case CR: return 1; // always running
    case IMSC: return rtc->mask;
    case RIS: return rtc->raw;
    case MIS: return rtc->raw & rtc->mask;
    default: return primecell_id(id, offset);
    }
}

static void write(uint32_t offset, uint32_t value)
{
    struct pl031 *rtc = &machine.devices.pl031;
    advance();
    switch (offset) {
    case MR:
        rtc->match = value;
        set_match();
        break;
    case LR:
        rtc->load = value;
        rtc->offset += value - count();
        set_match();
        break;
    case IMSC: rtc->mask = value & 1; break;
    case ICR: rtc->raw = 0; break;
    default: break;
    }
}

static bool asserts(void)
{
    advance();
    return machine.devices.pl031.raw & machine.devices.pl031.mask;
}

static ticks_t rises_at(void)
{
    const struct pl031 *rtc = &machine.devices.pl031;
    return rtc->mask && !rtc->raw ? rtc->matches_at : ~UINT64_C(0);
}

void pl031_start(void)
{
    struct pl031 *rtc = &machine.devices.pl031;
    rtc->load = (uint32_t)seconds();
    set_match();
}

const struct device pl031 = {
    .base = MACHINE_PL031, .irq = MACHINE_PL031_IRQ, .read = read, .write = write, .asserts = asserts, .rises_at = rises_at};
