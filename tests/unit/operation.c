// SPDX-License-Identifier: BSD-2-Clause
//
// How the hosted machine reads and performs the instructions that access a device register (platform/hosted/machine):
// the reading is compared with the disassembler Zydis, over all opcodes and operand forms, the arithmetic with the processor.
// Built where Zydis is: on an x86-64 host.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <Zydis/Zydis.h>

#include "platform/hosted/machine/x86_64/operation.h"

// ------------------------------------------------------------------------------------- against Zydis

static ZydisDecoder decoder;

struct view {
    ZydisDecodedInstruction instruction;
    ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
    const ZydisDecodedOperand *memory, *other; // null: there is none
    bool memory_is_first;
};

static ZydisMnemonic mnemonic_of(const struct operation *o)
{
    static const ZydisMnemonic names[] = {
        ZYDIS_MNEMONIC_ADD, ZYDIS_MNEMONIC_OR, ZYDIS_MNEMONIC_ADC, ZYDIS_MNEMONIC_SBB, ZYDIS_MNEMONIC_AND, ZYDIS_MNEMONIC_SUB,
        ZYDIS_MNEMONIC_XOR, ZYDIS_MNEMONIC_CMP, ZYDIS_MNEMONIC_TEST, ZYDIS_MNEMONIC_MOV, ZYDIS_MNEMONIC_MOV, ZYDIS_MNEMONIC_XCHG,
        ZYDIS_MNEMONIC_INC, ZYDIS_MNEMONIC_DEC, ZYDIS_MNEMONIC_NOT, ZYDIS_MNEMONIC_NEG, ZYDIS_MNEMONIC_BT, ZYDIS_MNEMONIC_BTS,
        ZYDIS_MNEMONIC_BTR, ZYDIS_MNEMONIC_BTC,
    };
    if (o->kind == OPERATION_LOAD && (o->bytes != o->target_bytes || o->sign_extends)) { // the latter: movsxd of 4 bytes to 4
        return !o->sign_extends ? ZYDIS_MNEMONIC_MOVZX : o->bytes == 4 ? ZYDIS_MNEMONIC_MOVSXD : ZYDIS_MNEMONIC_MOVSX;
    }
    return names[o->kind];
}

static bool is_ours(const ZydisDecodedInstruction *instruction)
{
    if (instruction->mnemonic == ZYDIS_MNEMONIC_MOVSXD && instruction->operand_width == 16) {
        return false; // processors differ
    }
    switch (instruction->mnemonic) {
    case ZYDIS_MNEMONIC_ADD: case ZYDIS_MNEMONIC_OR: case ZYDIS_MNEMONIC_ADC: case ZYDIS_MNEMONIC_SBB: case ZYDIS_MNEMONIC_AND:
    case ZYDIS_MNEMONIC_SUB: case ZYDIS_MNEMONIC_XOR: case ZYDIS_MNEMONIC_CMP: case ZYDIS_MNEMONIC_TEST: case ZYDIS_MNEMONIC_MOV:
    case ZYDIS_MNEMONIC_XCHG: case ZYDIS_MNEMONIC_INC: case ZYDIS_MNEMONIC_DEC: case ZYDIS_MNEMONIC_NOT: case ZYDIS_MNEMONIC_NEG:
    case ZYDIS_MNEMONIC_MOVZX: case ZYDIS_MNEMONIC_MOVSX: case ZYDIS_MNEMONIC_MOVSXD: case ZYDIS_MNEMONIC_MOVNTI:
        return true;
    default:
        return false;
    }
}

static bool is_general(ZydisRegister name)
{
    ZydisRegisterClass class = ZydisRegisterGetClass(name);
    return class == ZYDIS_REGCLASS_GPR8 || class == ZYDIS_REGCLASS_GPR16 || class == ZYDIS_REGCLASS_GPR32 || class == ZYDIS_REGCLASS_GPR64;
}

// What Zydis says; false if these bytes are no instruction with exactly one operand in memory.
static bool disassemble(const uint8_t *bytes, size_t count, struct view *v)
{
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, bytes, count, &v->instruction, v->operands))) {
        return false;
    }
    v->memory = v->other = NULL;
    for (unsigned i = 0; i < v->instruction.operand_count_visible; i++) {
        if (v->operands[i].type == ZYDIS_OPERAND_TYPE_MEMORY && v->operands[i].mem.type == ZYDIS_MEMOP_TYPE_MEM && v->memory == NULL) {
            v->memory = &v->operands[i];
            v->memory_is_first = i == 0;
        } else {
            v->other = &v->operands[i];
        }
    }
    return v->memory != NULL;
}

// Zydis counts the byte registers al, cl, dl, bl, ah, ch, dh, bh, spl, bpl, …
static int8_t number_of(ZydisRegister name)
{
    if (name >= ZYDIS_REGISTER_AH && name <= ZYDIS_REGISTER_BH) {
        return (int8_t)(name - ZYDIS_REGISTER_AH);
    }
    if (name >= ZYDIS_REGISTER_SPL && name <= ZYDIS_REGISTER_R15B) {
        return (int8_t)(name - ZYDIS_REGISTER_SPL + HOST_RSP);
    }
    return name == ZYDIS_REGISTER_NONE ? NO_REGISTER : (int8_t)ZydisRegisterGetId(name);
}

static bool is_same_address(const struct instruction *in, const ZydisDecodedOperandMem *mem)
{
    if (mem->base == ZYDIS_REGISTER_R13D && !mem->disp.has_displacement) {
        return true; // Zydis 4.0 errs: a SIB byte without base, REX.B and an address-size prefix
    }
    const bool is_relative = mem->base == ZYDIS_REGISTER_RIP || mem->base == ZYDIS_REGISTER_EIP;
    const int8_t base = is_relative ? NO_REGISTER : number_of(mem->base);
    const bool has_index = mem->index != ZYDIS_REGISTER_NONE;
    return in->is_relative == is_relative && in->base == base && in->index == number_of(mem->index) &&
           (!has_index || (1 << in->scale) == mem->scale) && (mem->disp.has_displacement ? in->displacement == (uint64_t)mem->disp.value : in->displacement == 0) &&
           in->uses_fs == (mem->segment == ZYDIS_REGISTER_FS);
}

static bool is_same_other(const struct operation *o, const struct view *v)
{
    if (v->other == NULL) {
        return !o->has_register;
    }
    if (v->other->type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
        const unsigned bytes = o->kind >= OPERATION_BIT_TEST ? 1 : o->bytes; // a bit's number has one
        const uint64_t mask = bytes == 8 ? ~UINT64_C(0) : (UINT64_C(1) << (8 * bytes)) - 1;
        return !o->has_register && (o->constant & mask) == (v->other->imm.value.u & mask);
    }
    const ZydisRegister name = v->other->reg.value;
    const bool is_high = name >= ZYDIS_REGISTER_AH && name <= ZYDIS_REGISTER_BH;
    return o->has_register && o->is_high_byte == is_high && o->number == number_of(name) && v->other->size == 8 * o->target_bytes;
}

static bool is_same(const struct operation *o, const struct view *v)
{
    const ZydisMnemonic found = v->instruction.mnemonic;
    const bool is_another_move = (found == ZYDIS_MNEMONIC_MOVNTI && o->kind == OPERATION_STORE) ||
                                 (found == ZYDIS_MNEMONIC_MOVZX && o->kind == OPERATION_LOAD && !o->sign_extends); // of 2 bytes to 2
    const bool writes_register = o->has_register && (o->to_register || o->kind == OPERATION_LOAD);
    return (is_another_move || found == mnemonic_of(o)) && v->instruction.length == o->in.at &&
           v->memory->size == 8 * o->bytes && is_same_address(&o->in, &v->memory->mem) && is_same_other(o, v) &&
           (o->kind == OPERATION_EXCHANGE || o->kind == OPERATION_TEST || writes_register == !v->memory_is_first);
}

// Repetition prefixes mean nothing to these instructions; no compiler makes them, we refuse them.
static bool repeats(const ZydisDecodedInstruction *instruction)
{
    for (unsigned i = 0; i < instruction->raw.prefix_count; i++) {
        if (instruction->raw.prefixes[i].value == 0xf2 || instruction->raw.prefixes[i].value == 0xf3) {
            return true;
        }
    }
    return false;
}

// Nothing that Zydis sees otherwise may be accepted, and nothing that a compiler makes of a volatile integer refused.
static unsigned compared, accepted;

static void compare(const uint8_t *bytes, size_t count)
{
    struct operation o;
    struct view v;
    const bool is_operation = operation_read(&o, bytes, (uint32_t)count);
    const bool is_instruction = disassemble(bytes, count, &v);
    const bool is_expected = is_instruction && is_ours(&v.instruction) && v.instruction.encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY &&
                             (v.other == NULL || v.other->type == ZYDIS_OPERAND_TYPE_IMMEDIATE || is_general(v.other->reg.value)) &&
                             !repeats(&v.instruction);
    compared++;
    accepted += is_operation;
    if ((is_operation && !(is_instruction && is_same(&o, &v))) || (is_expected && !is_operation)) {
        char text[64] = "";
        for (size_t i = 0; i < count; i++) {
            snprintf(text + 3 * i, sizeof(text) - 3 * i, "%02x ", bytes[i]);
        }
        fail_msg("%s: %s by us; Zydis: %s", text, is_operation ? "accepted" : "refused",
                 is_instruction ? ZydisMnemonicGetString(v.instruction.mnemonic) : "no instruction");
    }
}

// One opcode with one set of prefixes: all ModRM bytes, and those SIB bytes that differ in kind.
static void compare_forms(const uint8_t *head, size_t length)
{
    static const uint8_t sibs[] = {0x00, 0x24, 0x25, 0x4d, 0x8a, 0xe7, 0x65};
    for (unsigned modrm = 0; modrm < 256; modrm++) {
        const bool has_sib = (modrm & 7) == 4 && modrm < 0xc0;
        for (size_t i = 0; i < (has_sib ? sizeof(sibs) : 1); i++) {
            uint8_t bytes[15] = {0};
            memcpy(bytes, head, length);
            bytes[length] = (uint8_t)modrm;
            bytes[length + 1] = sibs[i];
            for (size_t k = length + 2; k < sizeof(bytes); k++) {
                bytes[k] = (uint8_t)(0x81 + 0x33 * k); // displacements and constants, with and without sign
            }
            compare(bytes, sizeof(bytes));
        }
    }
}

static void what_is_read_is_what_zydis_reads(void **state)
{
    (void)state;
    static const char *const prefixes[] = {"", "\x66", "\x67", "\x64", "\x65", "\xf0", "\xf2", "\xf3", "\x66\x67", "\x64\x65", "\x3e"};
    for (size_t p = 0; p < sizeof(prefixes) / sizeof(prefixes[0]); p++) {
        for (unsigned rex = 0x3f; rex < 0x50; rex += p == 0 ? 1 : 5) { // 0x3f stands for none
            for (unsigned opcode = 0; opcode < 2 * 256; opcode++) {
                uint8_t head[8];
                size_t length = strlen(prefixes[p]);
                memcpy(head, prefixes[p], length);
                if (rex >= 0x40) {
                    head[length++] = (uint8_t)rex;
                }
                if (opcode >= 256) {
                    head[length++] = 0x0f;
                }
                head[length++] = (uint8_t)opcode;
                compare_forms(head, length);
            }
        }
    }
    assert_true(accepted > compared / 20);
}

static void an_instruction_that_is_cut_off_is_refused(void **state)
{
    (void)state;
    const uint8_t store[] = {0xc7, 0x84, 0x8b, 0x78, 0x56, 0x34, 0x12, 0x01, 0x02, 0x03, 0x04}; // movl $…, 0x12345678(%rbx,%rcx,4)
    struct operation o;
    for (uint32_t count = 0; count < sizeof(store); count++) {
        assert_false(operation_read(&o, store, count));
    }
    assert_true(operation_read(&o, store, sizeof(store)));
    assert_int_equal(o.constant, 0x04030201);
}

static void vectors_and_strings_are_refused(void **state)
{
    (void)state;
    static const uint8_t codes[][5] = {
        {0x0f, 0x10, 0x07}, {0xf3, 0xa4}, {0xa4}, {0xab}, {0xc5, 0xf8, 0x10, 0x07}, {0xff, 0x37}, {0xff, 0x17}, {0x8f, 0x07},
        {0x0f, 0xb1, 0x0f}, {0x0f, 0xc1, 0x0f}, {0xd1, 0x27}, {0xdd, 0x07}, {0x0f, 0xae, 0x07},
    };
    struct operation o;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        assert_false(operation_read(&o, codes[i], sizeof(codes[i])));
    }
}

// ---------------------------------------------------------------------------- against the processor

enum { ALL_FLAGS = FLAG_CARRY | FLAG_PARITY | FLAG_ADJUST | FLAG_ZERO | FLAG_SIGN | FLAG_OVERFLOW };
struct outcome {
    uint64_t value, flags;
};

#define NATIVE(name, kind) \
    static struct outcome native_##name##_##kind(uint64_t a, uint64_t b, uint64_t flags) \
    { \
        __typeof__((uint##kind##_t)0) value = (uint##kind##_t)a, other = (uint##kind##_t)b; \
        __asm__("push %2\n popfq\n " #name " %3, %0\n pushfq\n pop %1" \
                : "+r"(value), "=r"(flags) : "r"(flags | 2), "r"(other) : "cc", "memory"); \
        return (struct outcome){value, flags & ALL_FLAGS}; \
    }
#define NATIVE_UNARY(name, kind) \
    static struct outcome native_##name##_##kind(uint64_t a, uint64_t b, uint64_t flags) \
    { \
        __typeof__((uint##kind##_t)0) value = (uint##kind##_t)a; \
        __asm__("push %2\n popfq\n " #name " %0\n pushfq\n pop %1" : "+r"(value), "=r"(flags) : "r"(flags | 2) : "cc", "memory"); \
        (void)b; \
        return (struct outcome){value, flags & ALL_FLAGS}; \
    }
#define EACH_SIZE(make, name) make(name, 8) make(name, 16) make(name, 32) make(name, 64)
#define EACH_OPERATION(X) X(add, ADD) X(or, OR) X(adc, ADC) X(sbb, SBB) X(and, AND) X(sub, SUB) X(xor, XOR) X(cmp, CMP) X(test, TEST)
#define EACH_UNARY(X) X(inc, INC) X(dec, DEC) X(neg, NEG) X(not, NOT)
#define DEFINE(name, kind) EACH_SIZE(NATIVE, name)
EACH_OPERATION(DEFINE)
#define DEFINE_UNARY(name, kind) EACH_SIZE(NATIVE_UNARY, name)
EACH_UNARY(DEFINE_UNARY)

typedef struct outcome (*native)(uint64_t, uint64_t, uint64_t);
static const struct {
    const char *name;
    enum operation_kind kind;
    native of_size[4];
} natives[] = {
#define ROW(name, kind) {#name, OPERATION_##kind, {native_##name##_8, native_##name##_16, native_##name##_32, native_##name##_64}},
    EACH_OPERATION(ROW) EACH_UNARY(ROW)
};

static void assert_as_on_the_processor(size_t row, unsigned size, uint64_t a, uint64_t b, uint64_t flags)
{
    const bool is_logic = natives[row].kind == OPERATION_AND || natives[row].kind == OPERATION_OR || natives[row].kind == OPERATION_XOR ||
                          natives[row].kind == OPERATION_TEST;
    const uint64_t counted = is_logic ? ALL_FLAGS & ~FLAG_ADJUST : ALL_FLAGS; // undefined then
    const uint8_t bytes = (uint8_t)(1 << size);
    const uint64_t mask = bytes == 8 ? ~UINT64_C(0) : (UINT64_C(1) << (8 * bytes)) - 1;
    const struct operation o = {.kind = natives[row].kind, .bytes = bytes, .target_bytes = bytes, .has_register = true};
    const struct outcome expected = natives[row].of_size[size](a, b, flags);
    const struct effect effect = operation_apply(&o, a & mask, b, flags);
    const bool has_result = o.kind != OPERATION_CMP && o.kind != OPERATION_TEST;
    if (effect.writes_memory != has_result || (has_result && effect.memory != expected.value) ||
        ((effect.flags ^ expected.flags) & counted) != 0) {
        fail_msg("%s of %u bytes: %lx, %lx, flags %lx: %lx, flags %lx instead of %lx, %lx", natives[row].name, bytes, a, b, flags,
                 effect.memory, effect.flags, expected.value, expected.flags);
    }
}

static void arithmetic_and_flags_are_those_of_the_processor(void **state)
{
    (void)state;
    static const uint64_t values[] = {0, 1, 2, 0xf, 0x10, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x12345678, 0x7fffffff, 0x80000000,
                                      0xffffffff, 0x123456789abcdef0, INT64_MAX, (uint64_t)INT64_MIN, ~UINT64_C(0), ~UINT64_C(0) - 1};
    enum { VALUES = sizeof(values) / sizeof(values[0]), ROWS = sizeof(natives) / sizeof(natives[0]) };
    for (size_t row = 0; row < ROWS; row++) {
        for (unsigned i = 0; i < 4 * VALUES * VALUES * 2; i++) {
            const uint64_t flags = i & 1 ? ALL_FLAGS : 0;
            assert_as_on_the_processor(row, i / 2 % 4, values[i / 8 % VALUES], values[i / 8 / VALUES], flags);
        }
    }
}

static struct effect apply(const char *code, uint32_t count, uint64_t memory, uint64_t value)
{
    struct operation o;
    assert_true(operation_read(&o, (const uint8_t *)code, count));
    assert_int_equal(o.in.at, count);
    return operation_apply(&o, memory, value, 0);
}

static void loads_fill_registers_as_the_processor_does(void **state)
{
    (void)state;
    const uint64_t old = 0x1122334455667788;
    assert_int_equal(apply("\x8b\x07", 2, 0x89abcdef, old).value, 0x89abcdef);                 // mov (%rdi), %eax: clears the upper half
    assert_int_equal(apply("\x66\x8b\x07", 3, 0xcdef, old).value, 0x112233445566cdef);         // mov (%rdi), %ax
    assert_int_equal(apply("\x8a\x07", 2, 0xef, old).value, 0x11223344556677ef);               // mov (%rdi), %al
    assert_int_equal(apply("\x8a\x27", 2, 0xef, old).value, 0x112233445566ef88);               // mov (%rdi), %ah
    assert_int_equal(apply("\x0f\xbe\x07", 3, 0xef, old).value, 0xffffffef);                   // movsbl
    assert_int_equal(apply("\x48\x0f\xbe\x07", 4, 0xef, old).value, 0xffffffffffffffef);       // movsbq
    assert_int_equal(apply("\x0f\xb7\x07", 3, 0xcdef, old).value, 0xcdef);                     // movzwl
    assert_int_equal(apply("\x48\x63\x07", 3, 0x89abcdef, old).value, 0xffffffff89abcdef);     // movslq
}

static void stores_and_exchanges_write_what_they_should(void **state)
{
    (void)state;
    const uint64_t old = 0x1122334455667788;
    struct effect e = apply("\x88\x27", 2, 0, old); // mov %ah, (%rdi)
    assert_true(e.writes_memory && !e.writes_register && e.memory == 0x77);
    e = apply("\x48\xc7\x07\xfe\xff\xff\xff", 7, 0, old); // movq $-2, (%rdi)
    assert_true(e.writes_memory && e.memory == ~UINT64_C(1));
    e = apply("\x87\x07", 2, 5, old); // xchg %eax, (%rdi)
    assert_true(e.writes_memory && e.memory == 0x55667788 && e.writes_register && e.value == 5);
    e = apply("\x0f\xba\x2f\x25", 4, 1, 0); // btsl $37, (%rdi)
    assert_true(e.writes_memory && e.memory == 0x21 && (e.flags & FLAG_CARRY) == 0);
    e = apply("\x0f\xba\x27\x00", 4, 1, 0); // btl $0, (%rdi)
    assert_true(!e.writes_memory && (e.flags & FLAG_CARRY));
    e = apply("\x2b\x07", 2, 3, 10); // sub (%rdi), %eax
    assert_true(!e.writes_memory && e.value == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read_is_what_zydis_reads),
        cmocka_unit_test(an_instruction_that_is_cut_off_is_refused),
        cmocka_unit_test(vectors_and_strings_are_refused),
        cmocka_unit_test(arithmetic_and_flags_are_those_of_the_processor),
        cmocka_unit_test(loads_fill_registers_as_the_processor_does),
        cmocka_unit_test(stores_and_exchanges_write_what_they_should),
    };
    ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
