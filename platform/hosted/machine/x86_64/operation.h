// SPDX-License-Identifier: BSD-2-Clause
//
// The instructions with which a program may access a device register: what compilers make of reads, writes and updates of a
// volatile integer. Loads and stores of 1, 2, 4 and 8 bytes, also with extension and of constants; arithmetic, logic and bit
// operations between the register and a general register or a constant, in either direction.
//
// Pure, like instruction.h: reading an operation looks at bytes, applying it at values.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "platform/hosted/machine/x86_64/instruction.h"

// The first eight are the host's own numbers of these operations.
enum operation_kind {
    OPERATION_ADD, OPERATION_OR, OPERATION_ADC, OPERATION_SBB, OPERATION_AND, OPERATION_SUB, OPERATION_XOR, OPERATION_CMP,
    OPERATION_TEST, OPERATION_LOAD, OPERATION_STORE, OPERATION_EXCHANGE, OPERATION_INC, OPERATION_DEC, OPERATION_NOT, OPERATION_NEG,
    OPERATION_BIT_TEST, OPERATION_BIT_SET, OPERATION_BIT_RESET, OPERATION_BIT_COMPLEMENT,
};

struct operation {
    enum operation_kind kind;
    uint8_t bytes;        // of the memory operand
    uint8_t target_bytes; // of the register; differs from `bytes` for a load that extends
    bool sign_extends;
    bool has_register;    // the other operand: a register, or a constant
    bool to_register;     // where the result of arithmetic goes
    bool is_high_byte;    // ah, ch, dh, bh
    uint8_t number;       // host register number
    uint64_t constant;
    struct instruction in; // its memory operand, and its length: in.at
};

// Host flags that an operation may change.
enum { FLAG_CARRY = 1 << 0, FLAG_PARITY = 1 << 2, FLAG_ADJUST = 1 << 4, FLAG_ZERO = 1 << 6, FLAG_SIGN = 1 << 7, FLAG_OVERFLOW = 1 << 11 };

// False if these bytes are no such instruction.
bool operation_read(struct operation *operation, const uint8_t *bytes, uint32_t count);

bool operation_reads_memory(const struct operation *operation);
bool operation_writes_memory(const struct operation *operation);

// What it does with the value of the memory operand and that of the register (all 64 bits) or constant. Memory and registers
// that it does not write keep their value.
struct effect {
    bool writes_memory, writes_register;
    uint64_t memory;
    uint64_t value;  // of the register, all 64 bits
    uint64_t flags;
};
struct effect operation_apply(const struct operation *operation, uint64_t memory, uint64_t value, uint64_t flags);
