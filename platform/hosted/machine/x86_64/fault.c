// SPDX-License-Identifier: BSD-2-Clause
//
// Exceptions of the processor (Intel SDM vol. 3, chapter 6), as the host's signals tell of them, in the terms of AArch64:
//
//   page fault                          the TLB has no mapping: filled, performed on a device, or a VM fault
//   general protection, stack segment   one of many reasons, of which the processor does not tell which. The instruction is read
//                                       to find out (explain_protection): a VM fault only where it accesses memory, at an address
//                                       that does not exist or is not aligned; UserException for everything else
//   breakpoint                          UserException; the processor reports the next instruction, the kernel this one
//   host call                           stopped by the filter: UnknownSyscall
//   everything else                     UserException
#include "platform/hosted/machine/devices.h"
#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/tlb.h"
#include "platform/hosted/machine/write_execute.h"
#include "platform/hosted/machine/x86_64/decode.h"
#include "platform/hosted/machine/x86_64/fault.h"
#include "platform/hosted/machine/x86_64/instruction.h"

#include <asm/signal.h>

#include "core/threads/state.h"

// Syndromes (memory §6.3, design §4.2).
#define SYNDROME_UNDEFINED 0x02000000u
#define SYNDROME_BREAKPOINT 0xf2000000u
#define SYNDROME_UNALIGNED_DATA 0x92000021u
#define SYNDROME_TRANSLATION_0 0x92000004u
#define SYNDROME_FETCH_TRANSLATION_0 0x82000004u
#define SYNDROME_WRITE 0x40u
#define SYNDROME_ABORTED_DATA 0x92000010u
#define SYNDROME_STATUS 0x3fu

#define FIRST_NON_CANONICAL UINT64_C(0x800000000000)
#define LONGEST_ALIGNMENT 64 // that any instruction asks for

// The processor's exception numbers.
enum { X86_BREAKPOINT = 3, X86_OVERFLOW = 4, X86_STACK_SEGMENT = 12, X86_GENERAL_PROTECTION = 13, X86_PAGE = 14, X86_ALIGNMENT = 17 };
enum { X86_ERROR_WRITE = 2, X86_ERROR_FETCH = 16 };

// The instructions `int3` and `int 3`, `int 4`: one opcode, or an opcode and the number.
enum { INT3 = 0xcc, INT = 0xcd, INT_BYTES = 2 };

static struct thread_regs *registers(void)
{
    return &here()->current->regs;
}

static struct hw_fault exception(uint32_t syndrome)
{
    return (struct hw_fault){.kind = HW_FAULT_USER_EXCEPTION, .syndrome = syndrome};
}

static struct hw_fault data_fault(struct access access, uint32_t status)
{
    return (struct hw_fault){
        .kind = HW_FAULT_VM, .address = access.address, .syndrome = status | (access.is_write ? SYNDROME_WRITE : 0)};
}

static struct hw_fault memory_fault(const struct trap *trap, uint32_t syndrome)
{
    bool is_fetch = trap->error & X86_ERROR_FETCH;
    return (struct hw_fault){.kind = HW_FAULT_VM, .address = trap->address, .is_fetch = is_fetch, .syndrome = syndrome};
}

// -------------------------------------------------------------------------------- general protection

// A jump to an address that does not exist faults at the jump. The kernel hears of the address.
static struct hw_fault bad_jump(vaddr_t target)
{
    return (struct hw_fault){.kind = HW_FAULT_VM, .address = target, .is_fetch = true, .syndrome = SYNDROME_FETCH_TRANSLATION_0};
}

static struct hw_fault bad_jump_through(vaddr_t address)
{
    vaddr_t target = FIRST_NON_CANONICAL;
    tlb_read_user(address, (uint8_t *)&target, sizeof target);
    return bad_jump(target);
}

static bool is_misaligned(vaddr_t address)
{
    return address % LONGEST_ALIGNMENT != 0;
}

static struct hw_fault explain_operand(struct instruction *in)
{
    const struct thread_regs *regs = registers();
    if (!instruction_read_operand(in)) {
        bool is_jump = instruction_is_indirect_jump(in);
        return is_jump ? bad_jump(*host_register(registers(), instruction_operand_register(in))) : exception(SYNDROME_UNDEFINED);
    }
    struct access access = {operand_address(in, regs), instruction_writes_operand(in)};
    if (in->at > INSTRUCTION_LONGEST) {
        return exception(SYNDROME_UNDEFINED);
    }
    if (!address_is_canonical(access.address)) {
        return data_fault(access, SYNDROME_TRANSLATION_0);
    }
    if (instruction_is_indirect_jump(in)) {
        return bad_jump_through(access.address);
    }
    bool is_alignment = instruction_may_need_alignment(in) && is_misaligned(access.address);
    return is_alignment ? data_fault(access, SYNDROME_UNALIGNED_DATA) : exception(SYNDROME_UNDEFINED);
}

// A fault with an error code is about a segment or an interrupt number.
static struct hw_fault explain_protection(const struct trap *trap)
{
    struct instruction in;
    struct access access;
    uint8_t bytes[INSTRUCTION_LONGEST];
    instruction_read(&in, bytes, instruction_fetch(registers(), bytes));
    if (trap->error != 0 || in.at > INSTRUCTION_LONGEST || instruction_is_privileged(&in)) {
        return exception(SYNDROME_UNDEFINED);
    }
    if (!implicit_access(&in, registers(), &access)) {
        return explain_operand(&in);
    }
    if (!address_is_canonical(access.address)) {
        return data_fault(access, SYNDROME_TRANSLATION_0);
    }
    return instruction_is_return(&in) ? bad_jump_through(access.address) : exception(SYNDROME_UNDEFINED);
}

// The alignment-check flag, which user code may set, makes every misaligned access a fault.
static struct hw_fault explain_alignment(void)
{
    struct access access = {.address = FIRST_NON_CANONICAL};
    decode_access(registers(), &access);
    return data_fault(access, SYNDROME_UNALIGNED_DATA);
}

// ---------------------------------------------------------------------------------------- page faults

static enum fault_outcome explain_page(const struct trap *trap, struct hw_fault *fault)
{
    bool is_write = trap->error & X86_ERROR_WRITE, is_fetch = trap->error & X86_ERROR_FETCH;
    if (trap->signal == SIGBUS) { // the host has no memory for the page
        *fault = memory_fault(trap, SYNDROME_ABORTED_DATA);
        return FAULT_RAISED;
    }
    if (is_write && write_execute_is_stuck(trap->address)) {
        *fault = memory_fault(trap, SYNDROME_ABORTED_DATA | SYNDROME_WRITE);
        return write_execute_perform(trap->address) ? FAULT_PERFORMED : FAULT_RAISED;
    }
    uint32_t syndrome = tlb_fill(trap->address, is_write, is_fetch);
    *fault = memory_fault(trap, syndrome);
    bool is_aborted = (syndrome & SYNDROME_STATUS) == (SYNDROME_ABORTED_DATA & SYNDROME_STATUS);
    if (is_aborted && !is_fetch && devices_access(trap->address)) {
        return FAULT_PERFORMED;
    }
    return syndrome == 0 ? FAULT_MENDED : FAULT_RAISED;
}

static enum fault_outcome explain_access(const struct trap *trap, struct hw_fault *fault)
{
    struct thread_regs *regs = registers();
    switch (trap->number) {
    case X86_PAGE: return explain_page(trap, fault);
    case X86_GENERAL_PROTECTION: case X86_STACK_SEGMENT: *fault = explain_protection(trap); break;
    case X86_ALIGNMENT: *fault = explain_alignment(); break;
    case X86_OVERFLOW: // int 4: pc is behind it
        regs->pc -= INT_BYTES;
        regs->fault_pc = regs->pc;
        *fault = exception(SYNDROME_UNDEFINED);
        break;
    default: *fault = exception(SYNDROME_UNDEFINED); break;
    }
    return FAULT_RAISED;
}

// pc is behind the breakpoint. (Prefixes that mean nothing there are not counted in.)
static void step_back_to_breakpoint(struct thread_regs *regs)
{
    uint8_t bytes[INT_BYTES] = {0, INT3};
    bool is_long = tlb_read_user(regs->pc - INT_BYTES, bytes, INT_BYTES) && bytes[0] == INT && bytes[1] == X86_BREAKPOINT;
    regs->pc -= is_long ? INT_BYTES : 1;
    regs->fault_pc = regs->pc;
}

enum fault_outcome fault_classify(const struct trap *trap, struct hw_fault *fault)
{
    struct thread_regs *regs = registers();
    switch (trap->signal) {
    case SIGSEGV:
    case SIGBUS:
        return explain_access(trap, fault);
    case SIGSYS: // a host call that the filter stopped; pc is behind it
        regs->fault_pc = regs->pc - LAB4_RAW_SYSCALL_BYTES;
        *fault = (struct hw_fault){.kind = HW_FAULT_UNKNOWN_SYSCALL, .number = regs->x[REG_SYSCALL]};
        return FAULT_RAISED;
    case SIGTRAP:
        if (trap->number == X86_BREAKPOINT) {
            step_back_to_breakpoint(regs);
        }
        *fault = exception(SYNDROME_BREAKPOINT);
        return FAULT_RAISED;
    default: // SIGILL, SIGFPE
        *fault = exception(SYNDROME_UNDEFINED);
        return FAULT_RAISED;
    }
}
