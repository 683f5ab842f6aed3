// SPDX-License-Identifier: BSD-2-Clause
//
// The loader's only words: why it gives up. Then semihosting exit, else PSCI power-off, else wait for ever.
#include "loader.h"

enum { EXIT_REFUSED = 2 };
enum { SYS_EXIT_EXTENDED = 0x20, ADP_STOPPED_APPLICATION_EXIT = 0x20026, PSCI_SYSTEM_OFF = 0x84000008 };
enum { UART_FLAGS = 0x18, FLAG_TRANSMIT_FULL = 0x20, SCTLR_M = 1 };

static int halt_stage; // 0 not halting, 1 semihosting tried, 2 PSCI tried

static void put(const char *text)
{
    if (READ_REGISTER(sctlr_el1) & SCTLR_M) {
        return; // the UART is not in the map that the kernel is entered with
    }
    for (; *text; text++) {
        while (*(volatile uint32_t *)(UART_PHYSICAL + UART_FLAGS) & FLAG_TRANSMIT_FULL) {
        }
        *(volatile uint32_t *)UART_PHYSICAL = (uint8_t)*text;
    }
}

static _Noreturn void halt(void)
{
    const uint64_t block[2] = {ADP_STOPPED_APPLICATION_EXIT, EXIT_REFUSED};
    if (halt_stage++ == 0) {
        register uint64_t operation __asm__("x0") = SYS_EXIT_EXTENDED;
        register const uint64_t *parameters __asm__("x1") = block;
        __asm__ volatile("hlt #0xf000" : "+r"(operation) : "r"(parameters) : "memory");
        halt_stage = 2;
    }
    if (halt_stage == 2) {
        register uint64_t function __asm__("x0") = PSCI_SYSTEM_OFF;
        __asm__ volatile("hvc #0" : "+r"(function) : : "x1", "x2", "x3", "memory");
    }
    for (;;) {
        BARRIER("wfi");
    }
}

void loader_die(const char *name, const char *problem)
{
    put("lab4 loader: ");
    put(name);
    put(" ");
    put(problem);
    put(".\r\n");
    halt();
}

void loader_trap(void)
{
    if (halt_stage > 0) {
        halt(); // the semihosting call or the PSCI call came back
    }
    loader_die("the loader", "took an exception; is this QEMU's virt machine?");
}
