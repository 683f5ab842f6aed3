// SPDX-License-Identifier: BSD-2-Clause
//
// The inline part of the seam on platform/fake; included by platform/platform.h only.
#pragma once

// What the inline functions need; the rest of the machine is in fake.h.
struct fake_memory {
    uint8_t *ram; // the arena: RAM from physical `base` on
    paddr_t base;
    word_t bytes;
};

extern struct fake_memory fake_memory;

_Noreturn void fake_bad_address(paddr_t address);
bool fake_irq_is_waiting(void);
ticks_t fake_now(void);

// An address outside RAM is a fault of the kernel: the machine ends with a report.
static inline void *plat_ptr(paddr_t address)
{
    word_t offset = address - fake_memory.base;
    if (__builtin_expect(offset >= fake_memory.bytes, 0)) {
        fake_bad_address(address);
    }
    return fake_memory.ram + offset;
}

static inline paddr_t plat_paddr(const void *object)
{
    return fake_memory.base + ((word_t)object - (word_t)fake_memory.ram);
}

static inline bool plat_irq_pending(void)
{
    return fake_irq_is_waiting();
}

static inline ticks_t plat_now(void)
{
    return fake_now();
}
