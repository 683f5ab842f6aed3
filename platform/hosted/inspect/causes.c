// SPDX-License-Identifier: BSD-2-Clause
//
// What a fault means, in words: from the words of the fault, the page tables, and the instruction.
#include "causes.h"

#include <inttypes.h>
#include <sel4/errors.h>
#include <sel4/sel4_arch/types_gen.h>
#include <string.h>

#include "core/arch/aarch64/translation.h"
#include "platform/hosted/machine/x86_64/instruction.h"

enum {
    SYNDROME_WRITE = 0x40,
    SYNDROME_STATUS = 0x3f,
    STATUS_ABORTED = 0x10,
    STATUS_UNALIGNED = 0x21,
    NULL_BYTES = 0x1000,
    NEAR_SP = 0x10000,    // as far from the stack pointer as an access to the stack may be
    PAGES_LOOKED_AT = 64, // for the next mapping
    PAGE_BYTES = 1 << PAGE_BITS,
};
#define SYNDROME_BREAKPOINT 0xf2000000u

// ------------------------------------------------------------------------------------- capabilities

void print_lookup(FILE *out, const struct tcb *thread, cptr_t address, word_t type, const uint64_t words[3])
{
    const struct cap root = thread->slots[TCB_CSPACE].cap;
    const word_t slots = cap_kind(root) == kind_cnode ? BIT(cnode_cap_radix(root) & (WORD_BITS - 1)) : 0;
    switch (type) {
    case seL4_InvalidRoot:
        fprintf(out, "the thread has no CSpace: the slot for its root holds no CNode");
        break;
    case seL4_MissingCapability:
        if (address < slots || words[0] == 0) {
            fprintf(out, "slot 0x%lx of the CSpace is empty", address);
        } else {
            fprintf(out, "on the way to 0x%lx there is an empty slot, with %lu bits still to resolve", address, words[0]);
        }
        break;
    case seL4_DepthMismatch:
        fprintf(out, "the CSpace has %lu bits where only %lu of 0x%lx are left", words[1], words[0], address);
        break;
    case seL4_GuardMismatch:
        fprintf(out, "0x%lx is outside the CSpace: the upper bits are not its guard, 0x%lx (%lu bits)", address, words[1], words[2]);
        if (slots != 0) {
            fprintf(out, "; it has the slots 0x0 to 0x%lx", slots - 1);
        }
        break;
    default:
        fprintf(out, "0x%lx leads to no capability", address);
        break;
    }
}

static void print_cap_fault(FILE *out, const struct tcb *thread, const struct machine_fault *fault)
{
    fprintf(out, "%s capability 0x%lx, which is not there: ", fault->words[1] ? "it receives from" : "it calls or sends to", fault->words[0]);
    print_lookup(out, thread, fault->words[0], fault->lookup_type, fault->lookup_words);
}

// ------------------------------------------------------------------------------------------- memory

// Where the first mapping above an address begins, if it is near; otherwise 0.
static vaddr_t next_mapping(paddr_t root, vaddr_t address)
{
    struct guest_page page;
    vaddr_t at = address & ~(vaddr_t)(PAGE_BYTES - 1);
    for (unsigned i = 0; i < PAGES_LOOKED_AT; i++, at += PAGE_BYTES) {
        if (guest_page(&guest, root, at, &page)) {
            return page.start;
        }
    }
    return 0;
}

static bool is_near(vaddr_t a, vaddr_t b)
{
    return a - b < NEAR_SP || b - a < NEAR_SP;
}

static void print_unmapped(FILE *out, const struct tcb *thread, vaddr_t address, bool is_fetch)
{
    const vaddr_t next = next_mapping(root_of(thread), address);
    if (root_of(thread) == 0) {
        fprintf(out, "the thread has no address space: its VSpace has not been set, or was deleted");
    } else if (address < NULL_BYTES && is_fetch) {
        fprintf(out, "nothing is mapped at 0x%lx: a call through a null function pointer", address);
    } else if (address == 0) {
        fprintf(out, "nothing is mapped at 0x0: a null pointer");
    } else if (address < NULL_BYTES) {
        fprintf(out, "nothing is mapped at 0x%lx: a null pointer, and a member or element 0x%lx bytes behind it", address, address);
    } else if (address > USER_TOP) {
        fprintf(out, "0x%lx is not an address that a program can have", address);
    } else if (address >= MACHINE_USER_HIGH || address < MACHINE_USER_LOW) {
        fprintf(out, "the hosted machine lets programs use 0x%lx to 0x%lx only", MACHINE_USER_LOW, MACHINE_USER_HIGH - 1);
    } else if (!is_fetch && next != 0 && is_near(address, thread->regs.sp)) {
        fprintf(out, "nothing is mapped at 0x%lx, just below the stack of this thread (sp 0x%lx; the stack begins at 0x%lx): it is too small",
                address, thread->regs.sp, next);
    } else {
        fprintf(out, "nothing is mapped at 0x%lx", address);
    }
}

static void print_mapped(FILE *out, const struct guest_page *page, uint64_t syndrome, bool is_fetch)
{
    const word_t access = page->descriptor & DESC_ACCESS_MASK, status = syndrome & SYNDROME_STATUS;
    if (status == STATUS_ABORTED) {
        fprintf(out, "0x%lx is not memory, and no device that can do this access is there", page->physical);
    } else if (status == STATUS_UNALIGNED) {
        fprintf(out, "the address is not aligned as the instruction needs it");
    } else if (access != DESC_ACCESS_READ_WRITE && access != DESC_ACCESS_READ_ONLY) {
        fprintf(out, "the page is mapped without any right");
    } else if (is_fetch && page->descriptor & DESC_EXECUTE_NEVER) {
        fprintf(out, "the page is mapped execute-never: this is no code");
    } else if (syndrome & SYNDROME_WRITE && access == DESC_ACCESS_READ_ONLY) {
        fprintf(out, "the page is mapped read-only");
    } else {
        fprintf(out, "the page is mapped now, with enough rights");
    }
}

// "greeting+0x4 of hello", if the address is in something that has a name.
static void print_owner(FILE *out, const struct tcb *thread, vaddr_t address)
{
    const struct component *program = program_of(thread);
    struct place place;
    if (program != NULL && program->symbols != NULL && symbols_data(program->symbols, address, &place)) {
        fprintf(out, "; '%s' of %s is there", place.function, program->name);
    }
}

static void print_vm_fault(FILE *out, const struct tcb *thread, const struct machine_fault *fault)
{
    const vaddr_t address = fault->words[0];
    const bool is_fetch = fault->words[1];
    struct guest_page page;
    const char *access = is_fetch ? "fetch" : fault->words[2] & SYNDROME_WRITE ? "write" : "read";
    fprintf(out, "%s at 0x%lx: ", access, address);
    if (guest_page(&guest, root_of(thread), address, &page)) {
        print_mapped(out, &page, fault->words[2], is_fetch);
        print_owner(out, thread, address);
    } else {
        print_unmapped(out, thread, address, is_fetch);
    }
}

// --------------------------------------------------------------------------------------- exceptions

static uint64_t register_of(const struct tcb *thread, int number)
{
    static const uint8_t twins[16] = {7, 3, 2, 19, 0, 29, 1, 0, 4, 5, 6, 16, 8, 9, 10, 11}; // by the host's numbering
    return number == HOST_RSP ? thread->regs.sp : thread->regs.x[twins[number & 15]];
}

static uint64_t operand_address(const struct tcb *thread, const struct instruction *in, vaddr_t pc)
{
    uint64_t address = in->displacement + (in->is_relative ? pc + in->at : 0) + (in->uses_fs ? thread->regs.tpidr_el0 : 0);
    address += in->base == NO_REGISTER ? 0 : register_of(thread, in->base);
    return address + (in->index == NO_REGISTER ? 0 : register_of(thread, in->index) << in->scale);
}

static const char *division(const struct tcb *thread, struct instruction *in, vaddr_t pc)
{
    static const char by_zero[] = "division by zero", overflow[] = "division whose result does not fit into the register";
    const uint64_t mask = in->opcode == 0xf6 ? 0xff : in->is_wide ? UINT64_MAX : in->has_16_bits ? 0xffff : UINT32_MAX;
    const uint8_t mod_rm = in->at < in->count ? in->bytes[in->at] : 0;
    const unsigned operation = mod_rm >> 3 & 7;
    uint64_t divisor = 0;
    if (operation != 6 && operation != 7) { // div, idiv
        return NULL;
    }
    if (!instruction_read_operand(in)) {
        divisor = register_of(thread, (mod_rm & 7) | (in->b ? 8 : 0));
        const bool is_high_byte = in->opcode == 0xf6 && !in->has_rex && (mod_rm & 4);
        divisor = is_high_byte ? register_of(thread, mod_rm & 3) >> 8 : divisor;
    } else {
        guest_read(&guest, root_of(thread), operand_address(thread, in, pc), &divisor, sizeof(divisor));
    }
    return (divisor & mask) == 0 ? by_zero : overflow;
}

// What the instruction at pc is, if it raises an exception by its nature.
static const char *exception_cause(const struct tcb *thread, vaddr_t pc)
{
    uint8_t bytes[INSTRUCTION_LONGEST] = {0};
    struct instruction in;
    const size_t count = guest_read(&guest, root_of(thread), pc, bytes, sizeof(bytes));
    instruction_read(&in, bytes, (uint32_t)count);
    if (count == 0) {
        return NULL;
    }
    if (in.map == 0 && (in.opcode == 0xf6 || in.opcode == 0xf7)) {
        return division(thread, &in, pc);
    }
    if (in.map == 1 && (in.opcode == 0x0b || in.opcode == 0xb9 || in.opcode == 0xff)) {
        return "undefined instruction (ud2): a trap that the compiler has put there: __builtin_trap, or code that cannot be reached";
    }
    if (in.map == 0 && (in.opcode == 0xcc || in.opcode == 0xf1)) {
        return "breakpoint instruction";
    }
    if ((in.map == 0 && strchr("\x6c\x6d\x6e\x6f\xe4\xe5\xe6\xe7\xec\xed\xee\xef\xf4\xfa\xfb\xcf", in.opcode) != NULL && in.opcode != 0) ||
        (in.map == 1 && (in.opcode <= 0x09 || (in.opcode >= 0x20 && in.opcode <= 0x23)))) {
        return "privileged instruction: programs may not execute it";
    }
    return NULL;
}

static void print_exception(FILE *out, const struct tcb *thread, const struct machine_fault *fault)
{
    const char *cause = exception_cause(thread, fault->pc);
    if (cause != NULL) {
        fprintf(out, "%s", cause);
    } else if ((fault->words[0] & SYNDROME_BREAKPOINT) == SYNDROME_BREAKPOINT) {
        fprintf(out, "breakpoint or single step");
    } else {
        fprintf(out, "exception 0x%lx: an undefined instruction, or a floating-point operation that is trapped", fault->words[0]);
    }
}

static void print_unknown_syscall(FILE *out, const struct tcb *thread, const struct machine_fault *fault)
{
    static const uint8_t raw[] = {0x0f, 0x05};
    uint8_t bytes[sizeof(raw)];
    const bool is_raw = guest_read(&guest, root_of(thread), fault->pc, bytes, sizeof(bytes)) == sizeof(bytes) &&
                        memcmp(bytes, raw, sizeof(raw)) == 0;
    if (is_raw) {
        fprintf(out, "system call %ld by a `syscall` instruction: there is no host to answer it; calls to the kernel go through libsel4",
                (long)fault->words[0]);
    } else {
        fprintf(out, "system call %ld, which this kernel does not have", (long)fault->words[0]);
    }
}

void print_cause(FILE *out, const struct tcb *thread, const struct machine_fault *fault)
{
    switch (fault->type) {
    case seL4_Fault_CapFault:
        print_cap_fault(out, thread, fault);
        break;
    case seL4_Fault_UnknownSyscall:
        print_unknown_syscall(out, thread, fault);
        break;
    case seL4_Fault_UserException:
        print_exception(out, thread, fault);
        break;
    case seL4_Fault_VMFault:
        print_vm_fault(out, thread, fault);
        break;
    default:
        fprintf(out, "fault %lu (0x%lx 0x%lx 0x%lx)", fault->type, fault->words[0], fault->words[1], fault->words[2]);
        break;
    }
}
