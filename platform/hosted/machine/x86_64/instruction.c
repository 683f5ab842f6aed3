// SPDX-License-Identifier: BSD-2-Clause
#include "platform/hosted/machine/x86_64/instruction.h"

#include <stddef.h>

enum { NO_INDEX = 4 };

static uint8_t next(struct instruction *in)
{
    uint8_t byte = in->at < in->count ? in->bytes[in->at] : 0;
    in->at++;
    return byte;
}

uint64_t instruction_read_signed(struct instruction *in, uint32_t count)
{
    uint64_t value = 0;
    for (uint32_t i = 0; i < count; i++) {
        value |= (uint64_t)next(in) << (8 * i);
    }
    uint32_t unused = count == 0 ? 0 : 64 - 8 * count;
    return (uint64_t)((int64_t)(value << unused) >> unused);
}

static bool is_rex(uint8_t byte)
{
    return (byte & 0xf0) == 0x40;
}

static bool take_prefix(struct instruction *in, uint8_t byte)
{
    switch (byte) {
    case 0x66: in->has_16_bits = true; return true;
    case 0x67: in->has_short_address = true; return true;
    case 0xf2: case 0xf3: in->repeats = true; return true;
    case 0x64: in->uses_fs = true; return true;
    case 0x65: in->uses_fs = false; return true; // gs: its base is zero. The last of several counts
    case 0xf0: in->locks = true; return true;
    case 0x26: case 0x2e: case 0x36: case 0x3e: return true; // segments that have no meaning
    default: return is_rex(byte);
    }
}

// The first byte that is no prefix. REX counts only right before it.
static uint8_t read_prefixes(struct instruction *in)
{
    uint8_t byte = next(in), rex = 0;
    while (in->at < INSTRUCTION_LONGEST && take_prefix(in, byte)) {
        rex = is_rex(byte) ? byte : 0;
        byte = next(in);
    }
    in->has_rex = rex != 0;
    in->is_wide = rex & 8, in->r = rex & 4, in->x = rex & 2, in->b = rex & 1;
    return byte;
}

void instruction_read(struct instruction *in, const uint8_t *bytes, uint32_t count)
{
    *in = (struct instruction){.bytes = bytes, .count = count, .base = NO_REGISTER, .index = NO_REGISTER};
    uint8_t byte = read_prefixes(in);
    if (byte == 0xc4 || byte == 0xc5 || byte == 0x62) { // VEX, EVEX: the same bits, inverted
        uint8_t bits = next(in);
        in->is_vector = true;
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

static int8_t number(uint32_t low_bits, bool extension)
{
    return (int8_t)(low_bits + (extension ? 8 : 0));
}

bool instruction_read_operand(struct instruction *in)
{
    uint8_t modrm = next(in);
    in->modrm = modrm;
    uint32_t mode = modrm >> 6, base = modrm & 7;
    in->middle = (uint8_t)number(modrm >> 3 & 7, in->r);
    if (mode == 3) {
        return false;
    }
    bool has_base = !(mode == 0 && base == HOST_RBP);
    in->is_relative = !has_base;
    if (base == HOST_RSP) { // a SIB byte follows
        uint8_t sib = next(in);
        int8_t index = number(sib >> 3 & 7, in->x);
        in->index = index == NO_INDEX ? NO_REGISTER : index;
        in->scale = sib >> 6;
        base = sib & 7;
        has_base = !(mode == 0 && base == HOST_RBP);
    }
    in->base = has_base ? number(base, in->b) : NO_REGISTER;
    in->displacement = mode == 1 ? instruction_read_signed(in, 1) : mode == 2 || !has_base ? instruction_read_signed(in, 4) : 0;
    return true;
}

uint32_t instruction_operand_register(const struct instruction *in)
{
    return (uint32_t)number(in->modrm & 7, in->b);
}

// ------------------------------------------------------------------------------------ what it may do

bool instruction_writes_operand(const struct instruction *in)
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

static uint8_t peek(const struct instruction *in)
{
    return in->at < in->count ? in->bytes[in->at] : 0;
}

// Group 7 (0f 01): descriptor tables and others. User code may look at some of them, and has some instructions of its own there.
static bool is_privileged_of_group_7(uint8_t modrm)
{
    uint8_t extension = modrm >> 3 & 7;
    if (modrm < 0xc0) {
        return extension != 0 && extension != 1 && extension != 4; // sgdt, sidt, smsw
    }
    return modrm != 0xd0 && modrm != 0xee && modrm != 0xef; // xgetbv, rdpkru, wrpkru
}

// Group 9 (0f c7): xrstors, xsaves, with memory operands.
static bool is_privileged_of_group_9(uint8_t modrm)
{
    uint8_t extension = modrm >> 3 & 7;
    return modrm < 0xc0 && (extension == 3 || extension == 5);
}

// Map 0f: system instructions, control and debug registers, model-specific registers and counters (virtual time).
static bool is_privileged_of_map_1(const struct instruction *in)
{
    uint8_t op = in->opcode;
    if (op == 0x01) {
        return is_privileged_of_group_7(peek(in));
    }
    return op == 0x00 || (op >= 0x05 && op <= 0x09) || (op >= 0x20 && op <= 0x23) || (op >= 0x30 && op <= 0x37) ||
           (op == 0xc7 && is_privileged_of_group_9(peek(in)));
}

bool instruction_is_privileged(const struct instruction *in)
{
    uint8_t op = in->opcode;
    if (in->is_vector) {
        return false;
    }
    switch (in->map) {
    case 0:
        return (op >= 0x6c && op <= 0x6f) || (op >= 0xe4 && op <= 0xe7) || (op >= 0xec && op <= 0xef) || // ins, outs, in, out
               op == 0xcd || op == 0xcf || op == 0xf1 || op == 0xf4 || op == 0xfa || op == 0xfb; // int, iret, int1, hlt, cli, sti
    case 1: return is_privileged_of_map_1(in);
    case 2: return op >= 0x80 && op <= 0x82; // invept, invvpid, invpcid
    default: return false;
    }
}

bool instruction_is_indirect_jump(const struct instruction *in)
{
    uint8_t extension = in->middle & 7;
    return in->map == 0 && in->opcode == 0xff && (extension == 2 || extension == 4);
}

bool instruction_is_return(const struct instruction *in)
{
    return in->map == 0 && (in->opcode == 0xc2 || in->opcode == 0xc3);
}

// Vector instructions, cmpxchg16b, the state instructions; not the loads of segment registers and of MXCSR, which fault for other reasons.
bool instruction_may_need_alignment(const struct instruction *in)
{
    bool is_segment_load = in->opcode == 0xb2 || in->opcode == 0xb4 || in->opcode == 0xb5;
    bool is_control_load = in->opcode == 0xae && (in->middle & 7) == 2;
    return in->map > 1 || (in->map == 1 && !is_segment_load && !is_control_load);
}
