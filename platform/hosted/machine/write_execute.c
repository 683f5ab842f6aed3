// SPDX-License-Identifier: BSD-2-Clause
//
// Where the host refuses mappings that are both writable and executable, the TLB gives one of the two, whichever was asked for last
// (tlb.c): a page is mapped writable when it is written and executable when it is executed, always as a view of the same memory. So
// code that is written and then executed works, at the price of a fault for each change.
//
// The one case that this cannot serve is an instruction that writes to a page that holds the instruction itself: it would need
// both at once. The machine performs it, as it does for accesses to devices.
#include "platform/hosted/machine/host.h"
#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/tlb.h"
#include "platform/hosted/machine/write_execute.h"
#include "platform/hosted/machine/x86_64/decode.h"
#include "platform/hosted/machine/x86_64/instruction.h"
#include "platform/hosted/machine/x86_64/operation.h"

#include "core/arch/aarch64/translation.h"
#include "core/threads/state.h"

enum { WRITE_EXECUTE = HOST_WRITE | HOST_EXECUTE, MAX_COMPLAINTS = 8 };

void write_execute_start(void)
{
    const int flags = HOST_SHARED | HOST_NO_RESERVE | HOST_FIXED_NO_REPLACE;
    long result = host_map(MACHINE_USER_LOW, BIT(PAGE_BITS), HOST_READ | WRITE_EXECUTE, flags, MACHINE_FD_MEMORY, MACHINE_RAM_OFFSET);
    machine.write_excludes_execute = result == -EACCES || result == -EPERM;
    if (result >= 0) {
        host_unmap(MACHINE_USER_LOW, BIT(PAGE_BITS));
    }
}

bool write_execute_is_stuck(vaddr_t address)
{
    const vaddr_t pc = here()->current->regs.pc, page = align_down(address, PAGE_BITS);
    const bool is_own = page == align_down(pc, PAGE_BITS) || page == align_down(pc + INSTRUCTION_LONGEST - 1, PAGE_BITS);
    return machine.write_excludes_execute && is_own && (tlb_rights(address) & WRITE_EXECUTE) == WRITE_EXECUTE;
}

static void complain(void)
{
    static uint32_t complaints;
    if (complaints++ < MAX_COMPLAINTS) {
        host_print(HOST_STDERR,
                   "lab4: thread '%s', pc 0x%lx: this instruction writes to the page that it is in. This host forbids memory that is "
                   "writable and executable, and the machine performs only aligned loads, stores and simple updates there\n",
                   here()->current->name, here()->current->regs.pc);
    }
}

bool write_execute_perform(vaddr_t address)
{
    struct operation operation;
    uint8_t bytes[INSTRUCTION_LONGEST];
    uint64_t memory = 0;
    const struct thread_regs *regs = &here()->current->regs;
    if (!operation_read(&operation, bytes, instruction_fetch(regs, bytes)) || operand_address(&operation.in, regs) != address ||
        address % operation.bytes != 0) {
        complain();
        return false;
    }
    tlb_read_user(address, (uint8_t *)&memory, operation.bytes);
    memory = operation_step(&operation, memory);
    tlb_write_user(address, (const uint8_t *)&memory, operation.bytes);
    return true;
}
