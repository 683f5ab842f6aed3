// SPDX-License-Identifier: BSD-2-Clause
//
// The device tree that user level finds in BootInfo: the devices that the hosted machine has, at the addresses and interrupt
// lines of QEMU's `virt` board (memory §5.1–5.2), with the bindings that drivers for that board look for, and a timer that
// only this machine has. The tree is made with libfdt's sequential writer into zeroed memory, so that it depends on nothing but the size of RAM.
#include "device_tree.h"

#include <libfdt.h>
#include <stdbool.h>
#include <string.h>

#include "platform/hosted/interface.h"

// The cells of an interrupt in the binding of the GIC: kind, number within the kind, trigger (and for a private one, CPUs).
enum { SHARED = 0, PRIVATE = 1, LEVEL_HIGH = 4, LEVEL_HIGH_CPU_0 = 0x104 };
enum { FIRST_SHARED_LINE = 32, FIRST_PRIVATE_LINE = 16 };
enum { PHANDLE_GIC = 1, PHANDLE_CLOCK = 2 };

// libfdt's calls return 0 or an error; the first error sticks.
struct writer {
    void *blob;
    int error;
};

static void note(struct writer *w, int error)
{
    if (w->error == 0) {
        w->error = error;
    }
}

static void begin(struct writer *w, const char *name)
{
    note(w, fdt_begin_node(w->blob, name));
}

static void end(struct writer *w)
{
    note(w, fdt_end_node(w->blob));
}

static void bytes(struct writer *w, const char *name, const void *value, size_t size)
{
    note(w, fdt_property(w->blob, name, value, (int)size));
}

static void text(struct writer *w, const char *name, const char *value)
{
    bytes(w, name, value, strlen(value) + 1);
}

static void cell(struct writer *w, const char *name, uint32_t value)
{
    note(w, fdt_property_u32(w->blob, name, value));
}

static void cells(struct writer *w, const char *name, const uint32_t *values, size_t count)
{
    fdt32_t big_endian[16];
    for (size_t i = 0; i < count; i++) {
        big_endian[i] = cpu_to_fdt32(values[i]);
    }
    bytes(w, name, big_endian, count * sizeof(big_endian[0]));
}

#define CELLS(w, name, ...) \
    cells(w, name, (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void reg(struct writer *w, uint64_t base, uint64_t size)
{
    CELLS(w, "reg", (uint32_t)(base >> 32), (uint32_t)base, (uint32_t)(size >> 32), (uint32_t)size);
}

static void write_cpu(struct writer *w)
{
    begin(w, "cpus");
    cell(w, "#address-cells", 1);
    cell(w, "#size-cells", 0);
    begin(w, "cpu@0");
    text(w, "device_type", "cpu");
    text(w, "compatible", "arm,cortex-a53");
    cell(w, "reg", 0);
    end(w);
    end(w);
}

static void write_timer(struct writer *w)
{
    begin(w, "timer");
    static const char compatible[] = "arm,armv8-timer\0arm,armv7-timer";
    bytes(w, "compatible", compatible, sizeof(compatible));
    bytes(w, "always-on", "", 0);
    const uint32_t lines[] = {29, 30, 27, 26}; // secure physical, physical, virtual, hypervisor
    uint32_t interrupts[12];
    for (unsigned i = 0; i < 4; i++) {
        interrupts[3 * i] = PRIVATE;
        interrupts[3 * i + 1] = lines[i] - FIRST_PRIVATE_LINE;
        interrupts[3 * i + 2] = LEVEL_HIGH_CPU_0;
    }
    cells(w, "interrupts", interrupts, 12);
    end(w);
}

static void write_interrupt_controller(struct writer *w)
{
    begin(w, "intc@8000000");
    text(w, "compatible", "arm,cortex-a15-gic");
    CELLS(w, "reg", 0, 0x8000000, 0, 0x10000, 0, 0x8010000, 0, 0x10000); // distributor, CPU interface
    bytes(w, "interrupt-controller", "", 0);
    cell(w, "#address-cells", 0);
    cell(w, "#interrupt-cells", 3);
    cell(w, "phandle", PHANDLE_GIC);
    end(w);
}

// A device that drivers find by the ARM PrimeCell binding.
static void write_primecell(struct writer *w, const char *name, const char *kind, uint64_t base, uint32_t line, bool is_uart)
{
    char compatible[64];
    static const char primecell[] = "arm,primecell", uart_clocks[] = "uartclk\0apb_pclk", one_clock[] = "apb_pclk";
    size_t length = strlen(kind) + 1;
    memcpy(compatible, kind, length);
    memcpy(compatible + length, primecell, sizeof(primecell));
    begin(w, name);
    bytes(w, "compatible", compatible, length + sizeof(primecell));
    reg(w, base, 0x1000);
    CELLS(w, "interrupts", SHARED, line - FIRST_SHARED_LINE, LEVEL_HIGH);
    if (is_uart) {
        CELLS(w, "clocks", PHANDLE_CLOCK, PHANDLE_CLOCK);
        bytes(w, "clock-names", uart_clocks, sizeof(uart_clocks));
    } else {
        cell(w, "clocks", PHANDLE_CLOCK);
        bytes(w, "clock-names", one_clock, sizeof(one_clock));
    }
    end(w);
}

// The hosted machine's own timer (docs/HOSTED-ABI.md).
static void write_ticker(struct writer *w)
{
    begin(w, "timer@9100000");
    text(w, "compatible", "lab4,timer");
    reg(w, MACHINE_TICKER, 0x1000);
    CELLS(w, "interrupts", SHARED, MACHINE_TICKER_IRQ - FIRST_SHARED_LINE, LEVEL_HIGH);
    cell(w, "clock-frequency", 62500000);
    end(w);
}

static void write_clock(struct writer *w)
{
    begin(w, "apb-pclk");
    text(w, "compatible", "fixed-clock");
    cell(w, "#clock-cells", 0);
    cell(w, "clock-frequency", 24000000);
    text(w, "clock-output-names", "clk24mhz");
    cell(w, "phandle", PHANDLE_CLOCK);
    end(w);
}

static void write_root(struct writer *w, uint64_t ram_bytes)
{
    begin(w, "");
    text(w, "compatible", "linux,dummy-virt");
    text(w, "model", "lab4,hosted");
    cell(w, "#address-cells", 2);
    cell(w, "#size-cells", 2);
    cell(w, "interrupt-parent", PHANDLE_GIC);
    begin(w, "chosen");
    text(w, "stdout-path", "/pl011@9000000");
    end(w);
    begin(w, "memory@40000000");
    text(w, "device_type", "memory");
    reg(w, MACHINE_RAM_BASE, ram_bytes);
    end(w);
    write_cpu(w);
    write_timer(w);
    write_interrupt_controller(w);
    write_clock(w);
    write_primecell(w, "pl011@9000000", "arm,pl011", MACHINE_PL011, MACHINE_PL011_IRQ, true);
    write_primecell(w, "pl031@9010000", "arm,pl031", MACHINE_PL031, MACHINE_PL031_IRQ, false);
    write_ticker(w);
    end(w);
}

size_t device_tree_write(uint64_t ram_bytes, void *blob, size_t capacity)
{
    struct writer w = {.blob = blob};
    memset(blob, 0, capacity); // libfdt leaves padding as it finds it
    note(&w, fdt_create(blob, (int)capacity));
    if (w.error != 0) {
        return 0;
    }
    note(&w, fdt_finish_reservemap(blob));
    write_root(&w, ram_bytes);
    note(&w, fdt_finish(blob));
    return w.error == 0 ? fdt_totalsize(blob) : 0;
}
