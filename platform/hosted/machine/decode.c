// SPDX-License-Identifier: BSD-2-Clause
//
// Which address did an instruction access? The host does not say for general-protection faults: accesses through a
// non-canonical address, and misaligned ones that need alignment. So this reads the instruction far enough to compute its
// memory operand. It need not know lengths or all instructions: a wrong or missing answer gives a fault message with a
// wrong address, never a wrong machine.
#include "platform/hosted/machine/instruction.h"
#include "platform/hosted/machine/machine.h"

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

// One-byte opcodes that access memory without a ModRM byte. Returns false if this is none of them.
static bool implicit_operand(struct instruction *in, const struct thread_regs *regs, struct access *access)
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

// Does the instruction write its memory operand?
static bool writes_operand(const struct instruction *in)
{
    static const uint8_t vector_stores[] = {0x11, 0x13, 0x17, 0x29, 0x2b, 0x7e, 0x7f, 0xc3, 0xd6, 0xe7, 0xb0, 0xb1, 0xc0, 0xc1, 0xa4,
                                            0xa5, 0xab, 0xac, 0xad, 0xb3, 0xbb};
    uint8_t op = in->opcode, extension = in->middle & 7;
    if (in->map == 0) {
        return (op < 0x38 && (op & 7) < 2) || ((op == 0x80 || op == 0x81 || op == 0x83) && extension != 7) || (op >= 0x86 && op <= 0x89) ||
               op == 0x8c || op == 0x8f || op == 0xc0 || op == 0xc1 || op == 0xc6 || op == 0xc7 || (op >= 0xd0 && op <= 0xd3) ||
               ((op == 0xf6 || op == 0xf7) && (extension == 2 || extension == 3)) || (op >= 0xfe && extension < 2);
    }
    for (size_t i = 0; in->map == 1 && i < sizeof vector_stores; i++) {
        if (op == vector_stores[i]) {
            return true;
        }
    }
    return in->map == 1 && op >= 0x90 && op <= 0x9f; // setcc
}

bool decode_access(const struct thread_regs *regs, struct access *access)
{
    struct instruction in;
    uint8_t bytes[INSTRUCTION_LONGEST];
    instruction_read(&in, bytes, instruction_fetch(regs, bytes));
    if (implicit_operand(&in, regs, access)) {
        access->address += in.uses_fs ? regs->tpidr_el0 : 0;
        return true;
    }
    if (!instruction_read_operand(&in) || in.is_relative) { // relative to rip: never such an address
        return false;
    }
    *access = (struct access){operand_address(&in, regs), writes_operand(&in)};
    return true;
}
