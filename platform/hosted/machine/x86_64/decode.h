// SPDX-License-Identifier: BSD-2-Clause
//
// What an instruction of the current thread accesses.
#pragma once

#include "platform/hosted/machine/state.h"
#include "platform/hosted/machine/x86_64/instruction.h"

uint64_t *host_register(struct thread_regs *regs, uint32_t number);           // by the host's numbering of general registers
uint64_t operand_address(const struct instruction *in, const struct thread_regs *regs); // in->at must be its length
uint32_t instruction_fetch(const struct thread_regs *regs, uint8_t bytes[INSTRUCTION_LONGEST]); // at pc; how many could be read
struct operation;
uint64_t operation_step(const struct operation *operation, uint64_t memory); // the current thread executes it; what is in memory then
struct access {
    vaddr_t address;
    bool is_write;
};
// Of an instruction that accesses memory without saying so: of which no operand is read yet. False: it is none of those.
bool implicit_access(struct instruction *in, const struct thread_regs *regs, struct access *access);
bool decode_access(const struct thread_regs *regs, struct access *access); // of the instruction at pc; false: cannot tell

// Can the host's processor form this address at all (48 bits, sign-extended)?
static inline bool address_is_canonical(uint64_t address)
{
    return (uint64_t)((int64_t)(address << 16) >> 16) == address;
}
