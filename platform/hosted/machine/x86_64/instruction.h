// SPDX-License-Identifier: BSD-2-Clause
//
// The encoding of an x86-64 instruction, as far as its memory operand goes (Intel SDM vol. 2, chapter 2): prefixes, opcode,
// ModRM, SIB and displacement. What the instruction does is left to the readers: decode.c for the address of any access that
// the host does not tell, operation.c for the few that a device register understands.
//
// Pure: it looks at bytes alone, so that a unit test can compare it with a disassembler.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { INSTRUCTION_LONGEST = 15, NO_REGISTER = -1, HOST_RSP = 4, HOST_RBP = 5 };

struct instruction {
    const uint8_t *bytes;
    uint32_t count;       // that can be read; what lies behind them is taken as zero
    uint32_t at;          // read so far
    bool has_rex, is_wide; // REX.W
    bool is_vector;       // VEX or EVEX
    bool has_16_bits;     // operand-size prefix
    bool has_short_address, uses_fs, repeats, locks;
    bool r, x, b;         // extension bits of the register numbers
    uint8_t map;          // opcode map: 0 = one byte, 1 = 0f, 2 and 3 = 0f 38 and 0f 3a
    uint8_t opcode;

    // After instruction_read_operand: the middle field of ModRM, extended, and the memory operand.
    uint8_t modrm, middle;
    int8_t base, index;   // host register numbers
    uint8_t scale;        // log2
    bool is_relative;     // to the address of the next instruction
    uint64_t displacement;
};

// Prefixes and opcode.
void instruction_read(struct instruction *in, const uint8_t *bytes, uint32_t count);

// ModRM and what follows, for an opcode that has them. False: the operand is a register.
bool instruction_read_operand(struct instruction *in);

// The next `count` (0..8) bytes as a number, sign-extended.
uint64_t instruction_read_signed(struct instruction *in, uint32_t count);

// After instruction_read: does the processor refuse it at user level, whatever its operands are?
bool instruction_is_privileged(const struct instruction *in);
bool instruction_is_return(const struct instruction *in);

// After instruction_read_operand.
uint32_t instruction_operand_register(const struct instruction *in); // its number, if the operand is a general register
bool instruction_writes_operand(const struct instruction *in);
bool instruction_is_indirect_jump(const struct instruction *in);
bool instruction_may_need_alignment(const struct instruction *in);   // of its memory operand
