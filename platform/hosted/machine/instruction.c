// SPDX-License-Identifier: BSD-2-Clause
#include "platform/hosted/machine/instruction.h"

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
