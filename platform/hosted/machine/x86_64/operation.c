// SPDX-License-Identifier: BSD-2-Clause
//
// Opcodes: Intel SDM vol. 2, appendix A. Flags: vol. 1, appendix A.
#include "platform/hosted/machine/x86_64/operation.h"

// --------------------------------------------------------------------------------------------- reading

static uint8_t operand_bytes(const struct instruction *in, bool is_byte)
{
    return is_byte ? 1 : in->is_wide ? 8 : in->has_16_bits ? 2 : 4;
}

static void take_register(struct operation *o, uint8_t bytes)
{
    o->has_register = true;
    o->number = o->in.middle;
    o->is_high_byte = bytes == 1 && !o->in.has_rex && o->number >= HOST_RSP;
    o->number = o->is_high_byte ? o->number - HOST_RSP : o->number;
}

// A constant of at most four bytes, as immediates are.
static void take_constant(struct operation *o, uint32_t bytes)
{
    o->constant = instruction_read_signed(&o->in, bytes > 4 ? 4 : bytes);
}

// An operation between memory and a register.
static bool with_register(struct operation *o, enum operation_kind kind, bool to_register)
{
    o->kind = kind;
    o->to_register = to_register;
    take_register(o, o->bytes);
    return true;
}

// One between memory and a constant; `bytes` of it are in the instruction.
static bool with_constant(struct operation *o, enum operation_kind kind, uint32_t bytes)
{
    o->kind = kind;
    take_constant(o, bytes);
    return true;
}

// A load into a register of another size than the memory operand.
static bool extending_load(struct operation *o, uint8_t bytes, bool sign_extends)
{
    o->kind = OPERATION_LOAD;
    o->target_bytes = o->bytes;
    o->bytes = bytes;
    o->sign_extends = sign_extends;
    take_register(o, o->target_bytes);
    return true;
}

// mov between the accumulator and an absolute address.
static bool absolute_move(struct operation *o)
{
    o->kind = o->in.opcode & 2 ? OPERATION_STORE : OPERATION_LOAD;
    o->has_register = true;
    o->in.displacement = instruction_read_signed(&o->in, o->in.has_short_address ? 4 : 8);
    return true;
}

// Groups f6, f7: test, not, neg. fe, ff: inc, dec.
static bool unary(struct operation *o, uint8_t extension)
{
    if (o->in.opcode >= 0xfe) {
        o->kind = extension == 0 ? OPERATION_INC : OPERATION_DEC;
        return extension < 2;
    }
    if (extension < 2) {
        return with_constant(o, OPERATION_TEST, o->bytes);
    }
    o->kind = extension == 2 ? OPERATION_NOT : OPERATION_NEG;
    return extension < 4;
}

static bool read_one_byte_map(struct operation *o)
{
    const uint8_t op = o->in.opcode;
    if (op >= 0xa0 && op <= 0xa3) {
        return absolute_move(o);
    }
    if (!instruction_read_operand(&o->in)) {
        return false;
    }
    const uint8_t extension = o->in.middle & 7;
    if (op < 0x40) {
        return (op & 7) < 4 && with_register(o, (enum operation_kind)(op >> 3), op & 2);
    }
    switch (op) {
    case 0x63: return o->bytes >= 4 && extending_load(o, 4, true);
    case 0x80: case 0x83: return with_constant(o, (enum operation_kind)extension, 1);
    case 0x81: return with_constant(o, (enum operation_kind)extension, o->bytes);
    case 0x84: case 0x85: return with_register(o, OPERATION_TEST, false);
    case 0x86: case 0x87: return with_register(o, OPERATION_EXCHANGE, false);
    case 0x88: case 0x89: return with_register(o, OPERATION_STORE, false);
    case 0x8a: case 0x8b: return with_register(o, OPERATION_LOAD, true);
    case 0xc6: case 0xc7: return extension == 0 && with_constant(o, OPERATION_STORE, o->bytes);
    case 0xf6: case 0xf7: case 0xfe: case 0xff: return unary(o, extension);
    default: return false;
    }
}

static bool read_two_byte_map(struct operation *o)
{
    if (!instruction_read_operand(&o->in)) {
        return false;
    }
    const uint8_t extension = o->in.middle & 7;
    o->bytes = operand_bytes(&o->in, false);
    switch (o->in.opcode) {
    case 0xb6: case 0xb7: return extending_load(o, o->in.opcode & 1 ? 2 : 1, false);
    case 0xbe: case 0xbf: return extending_load(o, o->in.opcode & 1 ? 2 : 1, true);
    case 0xba: return extension >= 4 && with_constant(o, (enum operation_kind)(OPERATION_BIT_TEST + extension - 4), 1);
    case 0xc3: return !o->in.has_16_bits && with_register(o, OPERATION_STORE, false); // movnti
    default: return false;
    }
}

bool operation_reads_memory(const struct operation *o)
{
    return o->kind != OPERATION_STORE;
}

bool operation_writes_memory(const struct operation *o)
{
    const bool has_result = o->kind != OPERATION_LOAD && o->kind != OPERATION_CMP && o->kind != OPERATION_TEST && o->kind != OPERATION_BIT_TEST;
    return has_result && !o->to_register;
}

bool operation_read(struct operation *o, const uint8_t *bytes, uint32_t count)
{
    *o = (struct operation){.kind = OPERATION_ADD};
    instruction_read(&o->in, bytes, count);
    const bool has_byte_form = o->in.opcode != 0x63 && o->in.opcode != 0x83;
    o->bytes = operand_bytes(&o->in, has_byte_form && !(o->in.opcode & 1));
    if (o->in.is_vector || o->in.repeats || o->in.map > 1) {
        return false;
    }
    const bool is_known = o->in.map == 0 ? read_one_byte_map(o) : read_two_byte_map(o);
    o->target_bytes = o->target_bytes ? o->target_bytes : o->bytes;
    const bool is_update = operation_reads_memory(o) && operation_writes_memory(o);
    return is_known && o->in.at <= count && (is_update || !o->in.locks);
}

// -------------------------------------------------------------------------------------------- applying

static uint64_t low(uint64_t value, uint32_t bytes)
{
    return bytes == 8 ? value : value & ((UINT64_C(1) << (8 * bytes)) - 1);
}

static uint64_t sign_extended(uint64_t value, uint32_t bytes)
{
    const uint32_t unused = 64 - 8 * bytes;
    return (uint64_t)((int64_t)(value << unused) >> unused);
}

// A write of 4 bytes clears the upper half, one of 1 or 2 leaves the rest alone.
static uint64_t merged(const struct operation *o, uint64_t old, uint64_t value)
{
    const uint32_t shift = o->is_high_byte ? 8 : 0, bytes = o->target_bytes;
    if (bytes >= 4) {
        return low(value, bytes);
    }
    return (old & ~(low(~UINT64_C(0), bytes) << shift)) | low(value, bytes) << shift;
}

struct result {
    uint64_t value, flags;
};

static uint64_t flags_of_value(uint64_t value, uint32_t bytes)
{
    uint64_t parity = value ^ value >> 4;
    parity ^= parity >> 2;
    parity ^= parity >> 1;
    return (low(value, bytes) == 0 ? FLAG_ZERO : 0) | (value >> (8 * bytes - 1) & 1 ? FLAG_SIGN : 0) | (parity & 1 ? 0 : FLAG_PARITY);
}

// `carries`: for each bit, whether one was carried (or borrowed) out of it. `overflow`: in the sign bit.
static uint64_t arithmetic_flags(uint64_t value, uint64_t carries, uint64_t overflow, uint64_t adjust, uint32_t bytes)
{
    const uint32_t sign = 8 * bytes - 1;
    return flags_of_value(value, bytes) | (carries >> sign & 1 ? FLAG_CARRY : 0) | (overflow >> sign & 1 ? FLAG_OVERFLOW : 0) |
           (adjust >> 4 & 1 ? FLAG_ADJUST : 0);
}

static struct result add(uint64_t a, uint64_t b, uint64_t carry, uint32_t bytes)
{
    const uint64_t sum = a + b + carry;
    return (struct result){sum, arithmetic_flags(sum, (a & b) | ((a | b) & ~sum), (a ^ sum) & (b ^ sum), a ^ b ^ sum, bytes)};
}

static struct result subtract(uint64_t a, uint64_t b, uint64_t borrow, uint32_t bytes)
{
    const uint64_t rest = a - b - borrow;
    return (struct result){rest, arithmetic_flags(rest, (~a & b) | (~(a ^ b) & rest), (a ^ b) & (a ^ rest), a ^ b ^ rest, bytes)};
}

static struct result logic(uint64_t value, uint32_t bytes)
{
    return (struct result){value, flags_of_value(value, bytes)};
}

static struct result bit_operation(enum operation_kind kind, uint64_t a, uint64_t b, uint64_t flags, uint32_t bytes)
{
    const uint64_t number = b & (8 * bytes - 1), bit = UINT64_C(1) << number;
    const uint64_t value = kind == OPERATION_BIT_SET ? a | bit : kind == OPERATION_BIT_RESET ? a & ~bit :
                           kind == OPERATION_BIT_COMPLEMENT ? a ^ bit : a;
    return (struct result){value, (flags & ~(uint64_t)FLAG_CARRY) | (a >> number & 1)};
}

// inc and dec leave the carry alone.
static struct result keep_carry(struct result result, uint64_t flags)
{
    result.flags = (result.flags & ~(uint64_t)FLAG_CARRY) | (flags & FLAG_CARRY);
    return result;
}

static struct result calculate(enum operation_kind kind, uint64_t a, uint64_t b, uint64_t flags, uint32_t bytes)
{
    const uint64_t carry = flags & FLAG_CARRY;
    switch (kind) {
    case OPERATION_ADD: return add(a, b, 0, bytes);
    case OPERATION_ADC: return add(a, b, carry, bytes);
    case OPERATION_SUB: case OPERATION_CMP: return subtract(a, b, 0, bytes);
    case OPERATION_SBB: return subtract(a, b, carry, bytes);
    case OPERATION_OR: return logic(a | b, bytes);
    case OPERATION_AND: case OPERATION_TEST: return logic(a & b, bytes);
    case OPERATION_XOR: return logic(a ^ b, bytes);
    case OPERATION_INC: return keep_carry(add(a, 1, 0, bytes), flags);
    case OPERATION_DEC: return keep_carry(subtract(a, 1, 0, bytes), flags);
    case OPERATION_NEG: return subtract(0, a, 0, bytes);
    case OPERATION_NOT: return (struct result){~a, flags};
    case OPERATION_LOAD: return (struct result){a, flags};
    case OPERATION_STORE: case OPERATION_EXCHANGE: return (struct result){b, flags};
    default: return bit_operation(kind, a, b, flags, bytes);
    }
}

struct effect operation_apply(const struct operation *o, uint64_t memory, uint64_t value, uint64_t flags)
{
    const uint64_t all = FLAG_CARRY | FLAG_PARITY | FLAG_ADJUST | FLAG_ZERO | FLAG_SIGN | FLAG_OVERFLOW;
    const uint64_t other = o->has_register ? value >> (o->is_high_byte ? 8 : 0) : o->constant;
    const bool swaps = o->kind != OPERATION_LOAD && o->to_register; // the register is the first operand
    const struct result result = calculate(o->kind, swaps ? other : memory, swaps ? memory : other, flags & all, o->bytes);

    struct effect effect = {.memory = memory, .value = value, .flags = (flags & ~all) | result.flags};
    effect.writes_memory = operation_writes_memory(o);
    effect.writes_register = o->kind == OPERATION_LOAD || o->kind == OPERATION_EXCHANGE || (o->to_register && o->kind != OPERATION_CMP);
    if (effect.writes_memory) {
        effect.memory = low(result.value, o->bytes);
    }
    if (effect.writes_register) {
        const uint64_t loaded = o->kind == OPERATION_EXCHANGE ? memory : result.value;
        effect.value = merged(o, value, o->sign_extends ? sign_extended(loaded, o->bytes) : low(loaded, o->bytes));
    }
    return effect;
}
