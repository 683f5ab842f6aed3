// SPDX-License-Identifier: BSD-2-Clause
//
// A root task that damages the kernel, on a machine without protection: what --check and the panic report are for. The
// test writes the address of the kernel's `struct kernel ks` over the marker.
#include "core/threads/state.h"

#include <lab4/exit.h>
#include <sel4/sel4.h>

static volatile uint64_t kernel_address = 0x5ca1ab1e0ddba115;

int main(void)
{
    struct kernel *kernel = (struct kernel *)kernel_address;
    kernel->cpu.current->mcp = NUM_PRIORITIES;
    for (int entries = 0; entries < 10; entries++) { // whichever of them is followed by a check
        seL4_Yield();
    }
    lab4_exit(0);
}
