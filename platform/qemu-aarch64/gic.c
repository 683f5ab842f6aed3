// SPDX-License-Identifier: BSD-2-Clause
//
// The interrupt controller: GICv2, one CPU interface, all lines in group 0 with equal priority (memory §4.6). Register
// names and offsets are those of the GIC architecture specification, version 2.0, chapters 4.3 and 4.4.
#include "kernel.h"

enum {
    GICD_CTLR = 0x000,
    GICD_TYPER = 0x004,
    GICD_IGROUPR = 0x080,
    GICD_ISENABLER = 0x100,
    GICD_ICENABLER = 0x180,
    GICD_ICPENDR = 0x280,
    GICD_IPRIORITYR = 0x400,
    GICD_ITARGETSR = 0x800,
    GICD_ICFGR = 0xc00,
    GICD_SGIR = 0xf00,
    GICD_CPENDSGIR = 0xf10,
    GICC_CTLR = 0x00,
    GICC_PMR = 0x04,
    GICC_BPR = 0x08,
    GICC_IAR = 0x0c,
    GICC_EOIR = 0x10,
};

enum {
    FIRST_SPI = 32,
    LEVEL_SPIS_END = 144, // memory §4.6: lines 32–143 become level-triggered
    FIRST_SPECIAL = 1020,
    IAR_LINE_MASK = 0x3ff, // above it: the CPU that sent an SGI, to be given back at the end of the interrupt
    PRIORITY_MASK = 0xf0,
    BINARY_POINT = 3,
};

static struct {
    uint32_t acknowledged; // GICC_IAR as read for the interrupt being handled
    word_t lines;          // implemented
    word_t enabled_count;  // of the core's lines, the timer's not counted
    bool is_enabled[NUM_IRQS];
} gic;

static volatile uint32_t *distributor(word_t offset)
{
    return (volatile uint32_t *)(KERNEL_PAGE(GIC_DISTRIBUTOR_PAGE) + offset);
}

static volatile uint32_t *cpu_interface(word_t offset)
{
    return (volatile uint32_t *)(KERNEL_PAGE(GIC_CPU_PAGE) + offset);
}

word_t plat_irq_acknowledge(void)
{
    gic.acknowledged = *cpu_interface(GICC_IAR);
    word_t line = gic.acknowledged & IAR_LINE_MASK;
    return line < FIRST_SPECIAL ? line : PLAT_NO_IRQ;
}

void plat_irq_end(word_t irq)
{
    if ((gic.acknowledged & IAR_LINE_MASK) == irq) {
        *cpu_interface(GICC_EOIR) = gic.acknowledged;
    }
}

// The machine sleeps for ever if nobody runs, no time is waited for, and no line is enabled.
bool gic_is_silent(void)
{
    return gic.enabled_count == 0;
}

static void count_enabled(word_t irq, bool enabled)
{
    if (irq < NUM_IRQS && irq != TIMER_IRQ && gic.is_enabled[irq] != enabled) {
        gic.is_enabled[irq] = enabled;
        gic.enabled_count += enabled ? 1 : ~(word_t)0;
    }
}

void plat_irq_enable(word_t irq, bool enabled)
{
    count_enabled(irq, enabled);
    if (irq < gic.lines) {
        *distributor((enabled ? GICD_ISENABLER : GICD_ICENABLER) + irq / 32 * 4) = (uint32_t)1 << irq % 32;
        BARRIER("dsb sy"); // the distributor and the CPU interface are two devices: keep this before the end of interrupt
    }
}

// Two configuration bits a line; the upper one means edge. The controller ignores it for SGIs.
void plat_irq_set_trigger(word_t irq, bool edge)
{
    if (irq < gic.lines) {
        volatile uint32_t *configuration = distributor(GICD_ICFGR + irq / 16 * 4);
        uint32_t bit = (uint32_t)2 << irq % 16 * 2;
        *configuration = edge ? *configuration | bit : *configuration & ~bit;
        BARRIER("dsb sy");
    }
}

void plat_sgi_send(word_t sgi, word_t target)
{
    BARRIER("dsb sy");
    *distributor(GICD_SGIR) = (uint32_t)(BIT(16 + target) | sgi);
    BARRIER("dsb sy"); // pending before we look, or leave the kernel
}

BOOT_CODE static void init_distributor(void)
{
    *distributor(GICD_CTLR) = 0;
    gic.lines = min_word(((*distributor(GICD_TYPER) & 0x1f) + 1) * 32, FIRST_SPECIAL);
    for (word_t line = 0; line < gic.lines; line += 32) {
        *distributor(GICD_ICENABLER + line / 8) = ~(uint32_t)0;
        *distributor(GICD_ICPENDR + line / 8) = ~(uint32_t)0;
        *distributor(GICD_IGROUPR + line / 8) = 0;
    }
    for (word_t line = 0; line < gic.lines; line += 4) {
        *distributor(GICD_IPRIORITYR + line) = 0;
    }
    // The banked target registers read as this CPU's mask; as zero on a machine with one CPU, where all goes to it anyway.
    uint32_t mask = *distributor(GICD_ITARGETSR) & 0xff;
    mask = mask ? mask : 1;
    for (word_t line = FIRST_SPI; line < gic.lines; line += 4) {
        *distributor(GICD_ITARGETSR + line) = mask * 0x01010101;
    }
    for (word_t line = FIRST_SPI; line < min_word(gic.lines, LEVEL_SPIS_END); line += 16) {
        *distributor(GICD_ICFGR + line / 4) = 0;
    }
    for (word_t sgi = 0; sgi < 16; sgi += 4) {
        *distributor(GICD_CPENDSGIR + sgi) = ~(uint32_t)0;
    }
    *distributor(GICD_CTLR) = 1;
}

BOOT_CODE void gic_init(void)
{
    init_distributor();
    *cpu_interface(GICC_PMR) = PRIORITY_MASK;
    *cpu_interface(GICC_BPR) = BINARY_POINT;
    // Whatever the loader or firmware left active ends here.
    uint32_t outstanding;
    while (((outstanding = *cpu_interface(GICC_IAR)) & IAR_LINE_MASK) < FIRST_SPECIAL) {
        *cpu_interface(GICC_EOIR) = outstanding;
    }
    *cpu_interface(GICC_CTLR) = 1;
    BARRIER("dsb sy");
}
