// SPDX-License-Identifier: BSD-2-Clause
//
// Which address did an instruction access? The host does not say for general-protection faults: accesses through a
// non-canonical address, and misaligned ones that need alignment. So this reads the instruction far enough to compute its
// memory operand. It need not know lengths or all instructions: a wrong or missing answer gives a fault message with a
// wrong address, never a wrong machine.
#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/tlb.h"
#include "platform/hosted/machine/x86_64/context.h"
#include "platform/hosted/machine/x86_64/decode.h"
#include "platform/hosted/machine/x86_64/instruction.h"
#include "platform/hosted/machine/x86_64/operation.h"
#include "core/threads/state.h"

uint64_t *host_register(struct thread_regs *regs, uint32_t number)
{
    static const uint8_t twins[16] = {7, 3, 2, 19, 0, 29, 1, 0, 4, 5, 6, 16, 8, 9, 10, 11};
    return number == HOST_RSP ? &regs->sp : &regs->x[twins[number]];
}

uint64_t operand_address(const struct instruction *in, const struct thread_regs *regs)
{
    struct thread_regs *r = (struct thread_regs *)regs; // only read
    uint64_t address = in->displacement + (in->is_relative ? regs->pc + in->at : 0);
    address += in->base == NO_REGISTER ? 0 : *host_register(r, (uint32_t)in->base);
    address += in->index == NO_REGISTER ? 0 : *host_register(r, (uint32_t)in->index) << in->scale;
    address = in->has_short_address ? (uint32_t)address : address;
    return address + (in->uses_fs ? regs->tpidr_el0 : 0);
}

uint32_t instruction_fetch(const struct thread_regs *regs, uint8_t bytes[INSTRUCTION_LONGEST])
{
    uint32_t count = 0;
    while (count < INSTRUCTION_LONGEST && tlb_read_user(regs->pc + count, &bytes[count], 1)) {
        count++;
    }
    return count;
}

uint64_t operation_step(const struct operation *o, uint64_t memory)
{
    struct tcb *thread = here()->current;
    uint64_t *target = host_register(&thread->regs, o->number), nothing = 0;
    target = o->has_register ? target : &nothing;
    struct effect effect = operation_apply(o, memory, *target, context_flags(thread));
    *target = effect.value;
    context_set_flags(thread, effect.flags);
    thread->regs.pc += o->in.at;
    thread->regs.fault_pc = thread->regs.pc;
    return effect.memory;
}

// One-byte opcodes that access memory without a ModRM byte. Returns false if this is none of them.
bool implicit_access(struct instruction *in, const struct thread_regs *regs, struct access *access)
{
    uint64_t rsi = regs->x[1], rdi = regs->x[0], rbp = regs->x[29];
    uint8_t op = in->opcode;
    if (in->map != 0) {
        return false;
    }
    if ((op >= 0x50 && op <= 0x57) || op == 0x68 || op == 0x6a || op == 0xe8 || op == 0x9c) { // push, call
        *access = (struct access){regs->sp - sizeof(uint64_t), true};
    } else if ((op >= 0x58 && op <= 0x5f) || op == 0xc2 || op == 0xc3 || op == 0x9d) { // pop, ret
        *access = (struct access){regs->sp, false};
    } else if (op == 0xc9) { // leave
        *access = (struct access){rbp, false};
    } else if (op == 0xa4 || op == 0xa5) { // movs: whichever of the two it was
        *access = address_is_canonical(rsi) ? (struct access){rdi, true} : (struct access){rsi, false};
    } else if (op == 0xa6 || op == 0xa7) { // cmps
        *access = (struct access){address_is_canonical(rsi) ? rdi : rsi, false};
    } else if (op >= 0xaa && op <= 0xaf) { // stos, lods, scas
        *access = (struct access){(op & 0xfe) == 0xac ? rsi : rdi, op <= 0xab};
    } else if (op >= 0xa0 && op <= 0xa3) { // mov to and from an absolute address
        *access = (struct access){instruction_read_signed(in, sizeof(uint64_t)), op >= 0xa2};
    } else {
        return false;
    }
    return true;
}

bool decode_access(const struct thread_regs *regs, struct access *access)
{
    struct instruction in;
    uint8_t bytes[INSTRUCTION_LONGEST];
    instruction_read(&in, bytes, instruction_fetch(regs, bytes));
    if (implicit_access(&in, regs, access)) {
        access->address += in.uses_fs ? regs->tpidr_el0 : 0;
        return true;
    }
    if (!instruction_read_operand(&in) || in.is_relative) { // relative to rip: never such an address
        return false;
    }
    *access = (struct access){operand_address(&in, regs), instruction_writes_operand(&in)};
    return true;
}
