/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The UART, a PL011 (ARM DDI 0183): its registers and interrupts as a driver sees them. What it receives is input/pl011.txt.
 * FIFOs stay off: QEMU empties them when that changes, input would be lost.
 */
#include <stdint.h>

#include <lab4/printf.h>
#include <lab4/runtime.h>

#include "lib/devices.h"
#include "lib/mapper.h"
#include "lib/pool.h"
#include "support/check.h"
#include "support/puppet.h"

enum {
    DR = 0x00 / 4, RSR = 0x04 / 4, FR = 0x18 / 4, ILPR = 0x20 / 4, IBRD = 0x24 / 4, FBRD = 0x28 / 4, LCRH = 0x2c / 4, CR = 0x30 / 4,
    IFLS = 0x34 / 4, IMSC = 0x38 / 4, RIS = 0x3c / 4, MIS = 0x40 / 4, ICR = 0x44 / 4, DMACR = 0x48 / 4, ID = 0xfe0 / 4,
};
enum { RX_EMPTY = 0x10, TX_FULL = 0x20, TX_EMPTY = 0x80, RX = 0x10, TX = 0x20, EIGHT_BITS = 0x60, ON = 0x301 };
enum { BADGE = 0x11, VM = seL4_Fault_VMFault };

static volatile uint32_t *uart;
static seL4_CPtr handler, notification;

static void put(const char *text)
{
    for (; *text != '\0'; text++) {
        while (uart[FR] & TX_FULL) {
        }
        uart[DR] = (uint32_t)*text;
    }
}

static seL4_Word poll(void)
{
    seL4_Word badge = 0;
    seL4_NBWait(notification, &badge);
    return badge;
}

static seL4_Word wait(void)
{
    seL4_Word badge = 0;
    seL4_Wait(notification, &badge);
    return badge;
}

/* --------------------------------------------------------------------------------------------- registers */

static void identification(void)
{
    struct device device = {0};
    check_true("the device tree has a PL011", device_find("arm,pl011", &device));
    check("  at 0x9000000", device.paddr, 0x9000000);
    check("  with interrupt 33", device.irq, 33);
    uart = device_page(device.paddr);
    uint64_t id = 0;
    for (int i = 7; i >= 0; i--) {
        id = id << 8 | uart[ID + i];
    }
    check("its identification registers", id, 0xb105f00d00141011);
    notification = pool_object(seL4_NotificationObject, 0);
    handler = irq_claim(device.irq, notification, BADGE);
}

static void settings(void)
{
    uart[IBRD] = 13, uart[FBRD] = 1, uart[LCRH] = EIGHT_BITS, uart[IFLS] = 0x1b, uart[CR] = ON;
    check("the baud rate's integer part reads back", uart[IBRD], 13);
    check("its fraction", uart[FBRD], 1);
    check("the line control", uart[LCRH], EIGHT_BITS);
    check("the FIFO levels", uart[IFLS], 0x1b);
    check("the control register", uart[CR], ON);
    check("no errors are reported", uart[RSR], 0);
    check("the transmitter is empty and not full", uart[FR] & (TX_EMPTY | TX_FULL), TX_EMPTY);
}

/* What compilers make of updates of a volatile integer: operations between memory and constants or registers. */
static void updates(void)
{
    volatile uint8_t *byte = (volatile uint8_t *)&uart[FBRD];
    volatile uint16_t *half = (volatile uint16_t *)&uart[IBRD];
    uart[IBRD] = 0x1234;
    uart[IBRD] |= 0x0101;
    check("an OR into a register", uart[IBRD], 0x1335);
    uart[IBRD] &= ~0x0300u;
    check("an AND", uart[IBRD], 0x1035);
    uart[IBRD] ^= 0x5;
    check("an exclusive OR", uart[IBRD], 0x1030);
    uart[IBRD] += 7;
    check("an addition", uart[IBRD], 0x1037);
    uart[IBRD]--;
    check("a decrement", uart[IBRD], 0x1036);
    check_true("a test of one bit", (uart[IBRD] & 0x1000) != 0);
    check("a load of 16 bits", *half, 0x1036);
    check("  of the low 8", *(volatile uint8_t *)half, 0x36);
    check("  with sign", (seL4_Word)(int64_t)(int8_t)(*byte = 0x3f, *(volatile int8_t *)half), 0x36);
    *half = 0x4321;
    check("a store of 16 bits", uart[IBRD], 0x4321);
    *byte = 0x2a;
    check("a store of 8 bits", uart[FBRD], 0x2a);
    uart[IBRD] = 13, uart[FBRD] = 1;
}

/* -------------------------------------------------------------------------------------------- interrupts */

/* The kernel prints through the same UART, so what is observed is checked later. */
static void transmitting(void)
{
    uart[IMSC] = 0;
    put("ok this line comes from the UART's data register\n");
    const uint32_t sent = uart[RIS], masked = uart[MIS];
    uart[ICR] = TX;
    const uint32_t cleared = uart[RIS];
    uart[IMSC] = TX;
    const seL4_Word early = poll();
    put("ok another one\n");
    const seL4_Word arrived = wait();
    const uint32_t status = uart[MIS];
    uart[ICR] = TX;
    seL4_IRQHandler_Ack(handler);
    const seL4_Word late = poll();
    uart[IMSC] = 0;
    check("it has sent, so the transmit interrupt is raised, but masked", sent & TX, TX);
    check("  and does not count", masked, 0);
    check("it can be cleared", cleared & TX, 0);
    check("unmasked, nothing arrives before something is sent", early, 0);
    check("  then the interrupt does", arrived, BADGE);
    check("  and is told by the masked status", status, TX);
    check("cleared and acknowledged, it does not arrive again", late, 0);
    uart[ICR] = TX;
    printf("ok the kernel prints through the same UART\n");
    check("  so its interrupt is raised", uart[RIS] & TX, TX);
}

/* Until the end of the line, by interrupts; each may announce several characters, or none that is still there. */
static void receiving(void)
{
    char line[32];
    unsigned length = 0;
    uart[IMSC] = RX;
    while (length == 0 || line[length - 1] != '\n') {
        wait();
        while (!(uart[FR] & RX_EMPTY) && length < sizeof line - 1) {
            line[length++] = (char)uart[DR];
        }
        seL4_IRQHandler_Ack(handler);
    }
    line[length - 1] = '\0';
    check_text("a line of input arrives by receive interrupts", line, "to be read");
    check("  with nothing behind it", uart[FR] & RX_EMPTY, RX_EMPTY);
    check("  and no interrupt", uart[RIS] & RX, 0);
    uart[IMSC] = 0;
}

/* ------------------------------------------------------------------------------------------------ faults */

static void faults(void)
{
    static struct puppet a;
    const seL4_Word address = (seL4_Word)&uart[FBRD]; /* and the line control */
    puppets_begin();
    puppet_create(&a, 100);
    puppet_run(&a, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, address)));
    check_returned("a load of 64 bits reads two registers", &a, PAIRS(X1, 0x6000000001));
    puppet_run(&a, puppet_store, raw(LAB4_SYS_Yield, PAIRS(X0, address, X1, 0x6000000007)));
    check_returned("a store of 64 bits", &a, NOTHING);
    check("  writes both", uart[FBRD] | (uint64_t)uart[LCRH] << 32, 0x6000000007);
    if (on_hosted()) {
        puppet_run(&a, puppet_load_vector, raw(LAB4_SYS_Yield, PAIRS(X0, address)));
        check_fault("a load into a vector register is an external abort", &a, VM,
                    WORDS((seL4_Word)puppet_load_vector, address, 0, 0x92000010));
        puppet_run(&a, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, address + 2)));
        check_fault("so is a load that is not aligned", &a, VM, WORDS((seL4_Word)puppet_load, address + 2, 0, 0x92000010));
        puppet_run(&a, puppet_jump, raw(LAB4_SYS_Yield, PAIRS(X0, address)));
        check("and a jump there is a fault", a.report.label, VM);
    }
    end_platform();
}

/* ----------------------------------------------------------------------------------------- the end of RAM */

enum { PAGE_BYTES = 1 << seL4_PageBits, CNODE = seL4_CapInitThreadCNode };

/* The last page of RAM, from the untyped that ends there; to be called before anything else was made of that. */
static seL4_CPtr last_frame(seL4_Word *paddr)
{
    const seL4_BootInfo *info = lab4_bootinfo();
    seL4_Word last = 0;
    for (seL4_Word i = 0; i < info->untyped.end - info->untyped.start; i++) {
        if (!info->untypedList[i].isDevice && info->untypedList[i].paddr > info->untypedList[last].paddr) {
            last = i;
        }
    }
    const seL4_CPtr frame = pool_slot();
    for (seL4_Word bits = info->untypedList[last].sizeBits - 1; bits >= seL4_PageBits; bits--) {
        must(seL4_Untyped_Retype(info->untyped.start + last, seL4_UntypedObject, bits, CNODE, 0, 0, pool_slot(), 1), "retyping");
    }
    must(seL4_Untyped_Retype(info->untyped.start + last, seL4_ARM_SmallPageObject, 0, CNODE, 0, 0, frame, 1), "retyping");
    *paddr = seL4_ARM_Page_GetAddress(frame).paddr;
    return frame;
}

/* Hosted: one host mapping may cover many pages, but must not go beyond the end of RAM. */
static void end_of_ram(seL4_CPtr frame, seL4_Word paddr)
{
    static struct puppet b;
    const seL4_Word address = mapper_reserve(2 * PAGE_BYTES);
    const seL4_CPtr behind = device_frame(paddr + PAGE_BYTES);
    must(mapper_map(seL4_CapInitThreadVSpace, frame, address, seL4_ReadWrite, seL4_ARM_ExecuteNever), "mapping");
    must(mapper_map(seL4_CapInitThreadVSpace, behind, address + PAGE_BYTES, seL4_ReadWrite, seL4_ARM_ExecuteNever), "mapping");
    puppet_create(&b, 100);
    puppet_run(&b, puppet_store, raw(LAB4_SYS_Yield, PAIRS(X0, address, X1, 0x1a57)));
    check_returned("the last page of RAM can be written to", &b, NOTHING);
    puppet_run(&b, puppet_load, raw(LAB4_SYS_Yield, PAIRS(X0, address + PAGE_BYTES)));
    check_fault("  but what is mapped behind it as the next page is no memory", &b, VM,
                WORDS((seL4_Word)puppet_load, address + PAGE_BYTES, 0, 0x92000010));
}

int main(void)
{
    seL4_Word paddr;
    check_begin();
    const seL4_CPtr frame = last_frame(&paddr);
    identification();
    settings();
    updates();
    transmitting();
    receiving();
    faults();
    end_of_ram(frame, paddr);
    check_end();
}
