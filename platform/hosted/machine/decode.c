// SPDX-License-Identifier: BSD-2-Clause
//
// Which address did an instruction access? The host does not say for general-protection faults: accesses through a
// non-canonical address, and misaligned ones that need alignment. So this reads the instruction (Intel SDM vol. 2,
// chapter 2) far enough to compute its memory operand. It need not know lengths or all instructions: a wrong or missing
// answer gives a fault message with a wrong address, never a wrong machine.
#include "platform/hosted/machine/machine.h"

enum { LONGEST = 15, RSP = 4, RBP = 5, NO_INDEX = 4 };

struct reader {
    const struct thread_regs *regs;
    uint8_t bytes[LONGEST];
    uint32_t at;
    bool r, x, b;   // extension bits of the register numbers
    bool uses_fs;
    uint32_t map;   // opcode map: 0 = one byte, 1 = 0f, 2 and 3 = 0f 38 and 0f 3a
    uint8_t opcode;
};

static uint8_t next(struct reader *in)
{
    return in->at < LONGEST ? in->bytes[in->at++] : 0;
}

static uint64_t next_signed(struct reader *in, uint32_t count)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < count; i++) {
        value |= (uint64_t)next(in) << (8 * i);
    }
    uint32_t unused = 64 - 8 * count;
    return (uint64_t)((int64_t)(value << unused) >> unused);
}

// By the host's numbering of general registers.
static uint64_t host_register(const struct thread_regs *regs, uint32_t number)
{
    static const uint8_t twins[16] = {7, 3, 2, 19, 0, 29, 1, 0, 4, 5, 6, 16, 8, 9, 10, 11};
    return number == RSP ? regs->sp : regs->x[twins[number]];
}

// Prefixes and opcode.
static void read_opcode(struct reader *in)
{
    uint8_t byte = next(in);
    for (;; byte = next(in)) {
        bool is_prefix = byte == 0x66 || byte == 0x67 || byte == 0xf0 || byte == 0xf2 || byte == 0xf3 || byte == 0x2e || byte == 0x36 ||
                         byte == 0x3e || byte == 0x26 || byte == 0x64 || byte == 0x65;
        if (!is_prefix) {
            break;
        }
        in->uses_fs |= byte == 0x64;
    }
    if ((byte & 0xf0) == 0x40) { // REX
        in->r = byte & 4, in->x = byte & 2, in->b = byte & 1;
        byte = next(in);
    }
    if (byte == 0xc4 || byte == 0xc5 || byte == 0x62) { // VEX, EVEX: the same bits, inverted
        uint8_t bits = next(in);
        in->r = !(bits & 0x80);
        in->x = byte != 0xc5 && !(bits & 0x40);
        in->b = byte != 0xc5 && !(bits & 0x20);
        in->map = byte == 0xc5 ? 1 : bits & 7;
        in->at += byte == 0x62 ? 2 : byte == 0xc4 ? 1 : 0;
        byte = next(in);
    } else if (byte == 0x0f) {
        in->map = 1;
        byte = next(in);
        if (byte == 0x38 || byte == 0x3a) {
            in->map = byte == 0x38 ? 2 : 3;
            byte = next(in);
        }
    }
    in->opcode = byte;
}

// One-byte opcodes that access memory without a ModRM byte. Returns false if this is none of them.
static bool implicit_operand(struct reader *in, struct access *access)
{
    const struct thread_regs *regs = in->regs;
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
        *access = (struct access){next_signed(in, sizeof(uint64_t)), op >= 0xa2};
    } else {
        return false;
    }
    return true;
}

// Does the instruction write its memory operand? `extension` is the middle field of the ModRM byte.
static bool writes_operand(const struct reader *in, uint32_t extension)
{
    static const uint8_t vector_stores[] = {0x11, 0x13, 0x17, 0x29, 0x2b, 0x7e, 0x7f, 0xc3, 0xd6, 0xe7, 0xb0, 0xb1, 0xc0, 0xc1, 0xa4,
                                            0xa5, 0xab, 0xac, 0xad, 0xb3, 0xbb};
    uint8_t op = in->opcode;
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

static bool explicit_operand(struct reader *in, struct access *access)
{
    uint8_t modrm = next(in);
    uint32_t mode = modrm >> 6, base = modrm & 7;
    if (mode == 3 || (mode == 0 && base == RBP)) { // a register; relative to rip: never such an address
        return false;
    }
    uint64_t address = 0;
    bool has_base = true;
    if (base == RSP) { // a SIB byte follows
        uint8_t sib = next(in);
        uint32_t index = (sib >> 3 & 7) + (in->x ? 8u : 0u);
        base = sib & 7;
        has_base = !(mode == 0 && base == RBP);
        address = index == NO_INDEX ? 0 : host_register(in->regs, index) << (sib >> 6);
    }
    address += has_base ? host_register(in->regs, base + (in->b ? 8u : 0u)) : 0;
    address += mode == 1 ? next_signed(in, 1) : mode == 2 || !has_base ? next_signed(in, 4) : 0;
    *access = (struct access){address, writes_operand(in, modrm >> 3 & 7)};
    return true;
}

bool decode_access(const struct thread_regs *regs, struct access *access)
{
    struct reader in = {.regs = regs};
    uint32_t count = 0;
    while (count < LONGEST && tlb_read_user(regs->pc + count, &in.bytes[count], 1)) {
        count++;
    }
    read_opcode(&in);
    if (!implicit_operand(&in, access) && !explicit_operand(&in, access)) {
        return false;
    }
    access->address += in.uses_fs ? regs->tpidr_el0 : 0;
    return true;
}
