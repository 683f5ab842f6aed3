// SPDX-License-Identifier: BSD-2-Clause
//
// The UART: ARM PL011 (DDI 0183), as QEMU's `virt` board has it. What it sends goes to the console, where the kernel's own
// output goes, too: it is one UART, so the kernel's characters set the transmit interrupt as well. What it receives comes
// from the front end's stdin.
//
// It is infinitely fast: the transmitter is always empty, and input is there as soon as stdin has some. The receive FIFO is
// the front of the ring in the control page, so nothing is lost when the program is slow. As on hardware nothing is received
// before the program enables the UART and its receiver (CR); until then stdin is left alone.
//
// Interrupts: TX after each character sent, until cleared. RX while characters wait, also below the level in IFLS (so do
// drivers work that do not enable the receive timeout), until read or cleared; cleared, it comes back with the next
// character. The others never happen: no errors, no modem lines.
//
// With virtual time and a stdin that is no terminal, the clock stands still until the FIFO is full or stdin has ended: so
// that the same input gives the same run, however slowly it comes.
#include "platform/hosted/machine/console.h"
#include "platform/hosted/machine/devices.h"
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/state.h"

enum {
    DR = 0x00, RSR = 0x04, FR = 0x18, ILPR = 0x20, IBRD = 0x24, FBRD = 0x28, LCR_H = 0x2c, CR = 0x30, IFLS = 0x34, IMSC = 0x38,
    RIS = 0x3c, MIS = 0x40, ICR = 0x44, DMACR = 0x48,
};
enum { FR_RX_EMPTY = 1 << 4, FR_RX_FULL = 1 << 6, FR_TX_EMPTY = 1 << 7 };
enum { LCR_FIFOS = 1 << 4, CR_ENABLE = 1 << 0, CR_TRANSMIT = 1 << 8, CR_RECEIVE = 1 << 9 };
enum { INTERRUPT_RX = 1 << 4, INTERRUPT_TX = 1 << 5, ALL_INTERRUPTS = 0x7ff };
enum { FIFO_DEPTH = 16, RESET_LEVELS = 0x12 };

// --------------------------------------------------------------------------------------------- input

static bool has_ended(void)
{
    return __atomic_load_n(&control()->input_ended, __ATOMIC_SEQ_CST);
}

static uint32_t in_ring(void)
{
    return __atomic_load_n(&control()->input_put, __ATOMIC_SEQ_CST) - control()->input_taken;
}

static bool is_receiving(void)
{
    const uint32_t needed = CR_ENABLE | CR_RECEIVE;
    return (machine.devices.pl011.control & needed) == needed;
}

static uint32_t depth(void)
{
    return machine.devices.pl011.line_control & LCR_FIFOS ? FIFO_DEPTH : 1;
}

static void wait_for_input(void)
{
    console_flush(); // perhaps somebody answers what it says
    for (;;) {
        uint32_t event = __atomic_load_n(&control()->input_event, __ATOMIC_SEQ_CST);
        if (in_ring() >= depth() || has_ended()) {
            return;
        }
        host_futex_wait(&control()->input_event, event, ~UINT64_C(0));
    }
}

// Characters in the receive FIFO.
static uint32_t level(void)
{
    if (!is_receiving()) {
        return 0;
    }
    if ((control()->flags & MACHINE_FLAG_INPUT_IS_WAITED_FOR) && in_ring() < depth() && !has_ended()) {
        wait_for_input();
    }
    return (uint32_t)min_word(in_ring(), depth());
}

static uint32_t receive(void)
{
    struct machine_control *c = control();
    if (level() == 0) {
        return 0;
    }
    uint32_t value = c->input[c->input_taken % MACHINE_INPUT_BYTES];
    __atomic_store_n(&c->input_taken, c->input_taken + 1, __ATOMIC_SEQ_CST);
    machine.devices.pl011.quiet_level = 0;
    if (in_ring() <= MACHINE_INPUT_BYTES / 2 && __atomic_exchange_n(&c->input_is_full, 0, __ATOMIC_SEQ_CST)) {
        host_notify(c->frontend_pid);
    }
    return value;
}

bool pl011_may_receive(void)
{
    return is_receiving() && (machine.devices.pl011.mask & INTERRUPT_RX) && !has_ended();
}

// --------------------------------------------------------------------------------------- interrupts

static uint32_t raw(void)
{
    struct pl011 *uart = &machine.devices.pl011;
    uint32_t waiting = level();
    uart->quiet_level = waiting == 0 ? 0 : uart->quiet_level;
    return uart->raw | (waiting > uart->quiet_level ? INTERRUPT_RX : 0);
}

static void clear(uint32_t bits)
{
    struct pl011 *uart = &machine.devices.pl011;
    uart->raw &= ~bits;
    if (bits & INTERRUPT_RX) {
        uart->quiet_level = level();
    }
}

static bool asserts(void)
{
    uint32_t mask = machine.devices.pl011.mask;
    return mask && (raw() & mask); // unless it matters, input is not looked at
}

void pl011_sent(void)
{
    struct pl011 *uart = &machine.devices.pl011;
    uart->raw |= INTERRUPT_TX;
    if (uart->mask & INTERRUPT_TX) {
        machine_set_line(control(), (uint32_t)pl011.irq, true);
    }
}

// ----------------------------------------------------------------------------------------- registers

static uint32_t read(uint32_t offset)
{
    static const uint8_t id[8] = {0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};
    const struct pl011 *uart = &machine.devices.pl011;
    uint32_t waiting;
    switch (offset) {
    case DR: return receive();
    case FR:
        waiting = level();
        return FR_TX_EMPTY | (waiting == 0 ? FR_RX_EMPTY : 0) | (waiting == depth() ? FR_RX_FULL : 0);
    case ILPR: return uart->low_power;
    case IBRD: return uart->baud_integer;
    case FBRD: return uart->baud_fraction;
    case LCR_H: return uart->line_control;
    case CR: return uart->control;
    case IFLS: return uart->levels;
    case IMSC: return uart->mask;
    case RIS: return raw();
    case MIS: return raw() & uart->mask;
    case DMACR: return uart->dma;
    default: return primecell_id(id, offset); // RSR: there are no errors
    }
}

static void set_control(uint32_t value)
{
    machine.devices.pl011.control = value & 0xffff;
    if (is_receiving() && !__atomic_exchange_n(&control()->input_is_wanted, 1, __ATOMIC_SEQ_CST)) {
        host_notify(control()->frontend_pid);
    }
}

static void write(uint32_t offset, uint32_t value)
{
    struct pl011 *uart = &machine.devices.pl011;
    switch (offset) {
    case DR: plat_putchar((char)value); break;
    case ILPR: uart->low_power = value & 0xff; break;
    case IBRD: uart->baud_integer = value & 0xffff; break;
    case FBRD: uart->baud_fraction = value & 0x3f; break;
    case LCR_H: uart->line_control = value & 0xff; break;
    case CR: set_control(value); break;
    case IFLS: uart->levels = value & 0x3f; break;
    case IMSC: uart->mask = value & ALL_INTERRUPTS; break;
    case ICR: clear(value); break;
    case DMACR: uart->dma = value & 7; break;
    default: break;
    }
}

void pl011_start(void)
{
    machine.devices.pl011 = (struct pl011){.control = CR_TRANSMIT | CR_RECEIVE, .levels = RESET_LEVELS};
}

const struct device pl011 = {.base = MACHINE_PL011, .irq = MACHINE_PL011_IRQ, .read = read, .write = write, .asserts = asserts};
