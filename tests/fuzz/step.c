// SPDX-License-Identifier: BSD-2-Clause
//
// The byte form of steps; see step.h.
//
//   byte 0   kind (bits 0-1), sets receive slot (2), has reply (3), has dest (4), extra caps (5-6), wide label (7)
//   CALL     number, label, length (bit 7: sets capsUnwrapped), count of words, cap, [reply], [dest], caps, [receive], words
//   TIME, IRQ, FAULT    one or three words
//
// A word: tag 0..0xdf is the value; 0xe0 + n, n < 0x10: the special values below; 0xf0..0xf3: 1, 2, 4, 8 bytes follow,
// little endian; 0xf4: 2^(next byte); 0xf5: 2^(next byte) - 1; 0xf6: a page number in 2 bytes; 0xf7: minus the next byte;
// 0xf8 and above: tag - 0xf8 (spare).
#include "tests/fuzz/step.h"

#include <string.h>

enum { TAG_SPECIAL = 0xe0, TAG_BYTES = 0xf0, TAG_POWER = 0xf4, TAG_MASK = 0xf5, TAG_PAGE = 0xf6, TAG_MINUS = 0xf7, TAG_SPARE = 0xf8 };
enum { FLAG_RECEIVE = 4, FLAG_REPLY = 8, FLAG_DEST = 16, EXTRA_SHIFT = 5 };

static const word_t special_words[16] = {
    ~UINT64_C(0), 1000, 1250, 2500, 5000, 10000, 312500, 1000000,
    0x400000, 0x600000, 0x7ffffffff000, 0x800000000000, 0x40000000, 0x1000, 0x2000, UINT64_C(0xffffffff),
};

static const int64_t call_numbers[] = {
    -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, // the API
    -12, -13, -15, -16, -17, // debug calls without DebugHalt, which ends the machine
    0, 1, -18, 0xffffffff, INT64_MIN,
};

struct cursor {
    const uint8_t *data;
    size_t size, at;
};

static uint8_t take_byte(struct cursor *c)
{
    return c->at < c->size ? c->data[c->at++] : 0;
}

static word_t take_bytes(struct cursor *c, word_t count)
{
    word_t value = 0;
    for (word_t i = 0; i < count; i++) {
        value |= (word_t)take_byte(c) << (8 * i);
    }
    return value;
}

static word_t take_word(struct cursor *c)
{
    uint8_t tag = take_byte(c);
    if (tag < TAG_SPECIAL) {
        return tag;
    }
    if (tag < TAG_BYTES) {
        return special_words[tag - TAG_SPECIAL];
    }
    switch (tag) {
    case TAG_POWER:
        return BIT(take_byte(c) & 63);
    case TAG_MASK:
        return BIT(take_byte(c) & 63) - 1;
    case TAG_PAGE:
        return take_bytes(c, 2) << 12;
    case TAG_MINUS:
        return -(word_t)take_byte(c);
    default:
        return tag >= TAG_SPARE ? (word_t)(tag - TAG_SPARE) : take_bytes(c, BIT(tag - TAG_BYTES));
    }
}

static void decode_call(struct cursor *c, uint8_t first, struct step *step)
{
    step->number = (word_t)call_numbers[take_byte(c) % ARRAY_LENGTH(call_numbers)];
    step->label = take_word(c) & LOW_BITS(52);
    uint8_t length = take_byte(c);
    step->length = length & 127;
    step->sets_unwrapped = length & 128;
    step->word_count = take_byte(c) % (STEP_MAX_WORDS + 1);
    step->extra_caps = (first >> EXTRA_SHIFT) & 3;
    step->sets_receive = first & FLAG_RECEIVE;
    step->cap = take_word(c);
    step->reply = first & FLAG_REPLY ? take_word(c) : 0;
    step->dest = first & FLAG_DEST ? take_word(c) : 0;
    for (word_t i = 0; i < step->extra_caps; i++) {
        step->caps[i] = take_word(c);
    }
    for (word_t i = 0; i < (step->sets_receive ? 3 : 0); i++) {
        step->receive[i] = take_word(c);
    }
    for (word_t i = 0; i < step->word_count; i++) {
        step->words[i] = take_word(c);
    }
}

size_t step_decode(const uint8_t *data, size_t size, struct step *step)
{
    struct cursor c = {data, size, 0};
    memset(step, 0, sizeof *step);
    uint8_t first = take_byte(&c);
    step->kind = (enum step_kind)(first & 3);
    if (step->kind == STEP_CALL) {
        decode_call(&c, first, step);
    } else {
        step->word_count = step->kind == STEP_FAULT ? 3 : 1;
        for (word_t i = 0; i < step->word_count; i++) {
            step->words[i] = take_word(&c);
        }
    }
    return c.at;
}

// ------------------------------------------------------------------------------------------ encoding

static uint8_t *put_bytes(uint8_t *out, word_t value, word_t count)
{
    for (word_t i = 0; i < count; i++) {
        *out++ = (uint8_t)(value >> (8 * i));
    }
    return out;
}

static uint8_t *put_word(uint8_t *out, word_t value)
{
    if (value < TAG_SPECIAL) {
        *out++ = (uint8_t)value;
        return out;
    }
    for (word_t i = 0; i < ARRAY_LENGTH(special_words); i++) {
        if (special_words[i] == value) {
            *out++ = (uint8_t)(TAG_SPECIAL + i);
            return out;
        }
    }
    if ((value & (value - 1)) == 0) {
        *out++ = TAG_POWER;
        return put_bytes(out, log2_floor(value), 1);
    }
    if ((value & (value + 1)) == 0) {
        *out++ = TAG_MASK;
        return put_bytes(out, log2_floor(value) + 1, 1);
    }
    if (-value < 256) {
        *out++ = TAG_MINUS;
        return put_bytes(out, -value, 1);
    }
    if ((value & 0xfff) == 0 && value >> 28 == 0) {
        *out++ = TAG_PAGE;
        return put_bytes(out, value >> 12, 2);
    }
    word_t log = value >> 8 == 0 ? 0 : value >> 16 == 0 ? 1 : value >> 32 == 0 ? 2 : 3;
    *out++ = (uint8_t)(TAG_BYTES + log);
    return put_bytes(out, value, BIT(log));
}

static uint8_t number_index(word_t number)
{
    for (word_t i = 0; i < ARRAY_LENGTH(call_numbers); i++) {
        if ((word_t)call_numbers[i] == number) {
            return (uint8_t)i;
        }
    }
    return 0;
}

static uint8_t *encode_call(const struct step *step, uint8_t *out)
{
    uint8_t first = (uint8_t)(step->kind | (step->sets_receive ? FLAG_RECEIVE : 0) | (step->reply ? FLAG_REPLY : 0) |
                              (step->dest ? FLAG_DEST : 0u) | (unsigned)step->extra_caps << EXTRA_SHIFT);
    *out++ = first;
    *out++ = number_index(step->number);
    out = put_word(out, step->label);
    *out++ = (uint8_t)(step->length | (step->sets_unwrapped ? 128 : 0));
    *out++ = (uint8_t)step->word_count;
    out = put_word(out, step->cap);
    out = step->reply ? put_word(out, step->reply) : out;
    out = step->dest ? put_word(out, step->dest) : out;
    for (word_t i = 0; i < step->extra_caps; i++) {
        out = put_word(out, step->caps[i]);
    }
    for (word_t i = 0; i < (step->sets_receive ? 3 : 0); i++) {
        out = put_word(out, step->receive[i]);
    }
    for (word_t i = 0; i < step->word_count; i++) {
        out = put_word(out, step->words[i]);
    }
    return out;
}

size_t step_encode(const struct step *step, uint8_t *out)
{
    uint8_t *end = out;
    if (step->kind == STEP_CALL) {
        return (size_t)(encode_call(step, out) - out);
    }
    *end++ = (uint8_t)step->kind;
    for (word_t i = 0; i < (step->kind == STEP_FAULT ? 3 : 1); i++) {
        end = put_word(end, step->words[i]);
    }
    return (size_t)(end - out);
}

size_t steps_decode(const uint8_t *data, size_t size, struct step *steps, size_t max)
{
    size_t count = 0;
    for (size_t at = 0; at < size && count < max; count++) {
        at += step_decode(data + at, size - at, &steps[count]);
    }
    return count;
}

size_t steps_encode(const struct step *steps, size_t count, uint8_t *out, size_t max)
{
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        uint8_t one[STEP_MAX_ENCODED];
        size_t size = step_encode(&steps[i], one);
        if (at + size > max) {
            break;
        }
        memcpy(out + at, one, size);
        at += size;
    }
    return at;
}
