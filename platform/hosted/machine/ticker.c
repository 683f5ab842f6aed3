// SPDX-License-Identifier: BSD-2-Clause
//
// The hosted machine's own timer (docs/HOSTED-ABI.md), finer than the real-time clock: it counts the kernel's ticks. Its line
// is up while it is enabled and the count is not below the match register, so a driver quiets it by either.
#include "platform/hosted/machine/devices.h"
#include "platform/hosted/machine/state.h"

enum { COUNT = 0x00, COUNT_HIGH = 0x04, MATCH = 0x08, MATCH_HIGH = 0x0c, CONTROL = 0x10, STATUS = 0x14, FREQUENCY = 0x18, ID = 0x1c };
enum { ENABLE = 1, TICKS_A_SECOND = 62500000, MAGIC = 0x3442414c /* "LAB4" */ };

static bool asserts(void)
{
    const struct ticker *timer = &machine.devices.ticker;
    return timer->is_enabled && machine.devices.now >= timer->match;
}

static uint32_t read(uint32_t offset)
{
    struct ticker *timer = &machine.devices.ticker;
    switch (offset) {
    case COUNT:
        timer->high = (uint32_t)(machine.devices.now >> 32);
        return (uint32_t)machine.devices.now;
    case COUNT_HIGH: return timer->high; // of the last reading of the low half
    case MATCH: return (uint32_t)timer->match;
    case MATCH_HIGH: return (uint32_t)(timer->match >> 32);
    case CONTROL: return timer->is_enabled ? ENABLE : 0;
    case STATUS: return asserts();
    case FREQUENCY: return TICKS_A_SECOND;
    case ID: return MAGIC;
    default: return 0;
    }
}

static void write(uint32_t offset, uint32_t value)
{
    struct ticker *timer = &machine.devices.ticker;
    switch (offset) {
    case MATCH: timer->match = (timer->match & ~LOW_BITS(32)) | value; break;
    case MATCH_HIGH: timer->match = (timer->match & LOW_BITS(32)) | (uint64_t)value << 32; break;
    case CONTROL: timer->is_enabled = value & ENABLE; break;
    default: break;
    }
}

static ticks_t rises_at(void)
{
    const struct ticker *timer = &machine.devices.ticker;
    return timer->is_enabled && !asserts() ? timer->match : ~UINT64_C(0);
}

const struct device ticker = {
    .base = MACHINE_TICKER, .irq = MACHINE_TICKER_IRQ, .read = read, .write = write, .asserts = asserts, .rises_at = rises_at};
