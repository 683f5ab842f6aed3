// SPDX-License-Identifier: BSD-2-Clause
//
// What a device model consists of: a page of 32-bit registers, a level-triggered interrupt line, and perhaps a moment at which
// that line will rise by itself. Models run in the process that is the CPU, one register access at a time, and take time
// from `machine.devices.now` alone: so they behave the same in real and in virtual time.
#pragma once

#include "platform/hosted/machine/state.h"

struct device {
    paddr_t base;
    word_t irq;
    uint32_t (*read)(uint32_t offset);
    void (*write)(uint32_t offset, uint32_t value);
    bool (*asserts)(void);      // its line, now
    ticks_t (*rises_at)(void);  // when its line will rise with nobody touching it; ~0 = never. May be null
};

extern const struct device pl011, pl031, ticker;

// Identification registers of the ARM PrimeCells: eight bytes, one in each word from 0xfe0.
enum { PRIMECELL_FIRST_ID = 0xfe0 };
static inline uint32_t primecell_id(const uint8_t id[8], uint32_t offset)
{
    return offset < PRIMECELL_FIRST_ID ? 0 : id[(offset - PRIMECELL_FIRST_ID) / 4];
}

// --- pl011.c: the kernel's console is the same UART
void pl011_start(void);
void pl011_sent(void);      // a character went out
bool pl011_may_receive(void); // may input still come that would interrupt?

// --- pl031.c
void pl031_start(void);

// --- the bus (devices.c)
void devices_start(void);
bool devices_access(vaddr_t address);  // performs the current thread's instruction, whose access was stopped there; false: it cannot be
void devices_update(void);             // lines and deadline, after anything that may change them
bool devices_may_wake(void);           // may the front end still cause an interrupt of a device?
