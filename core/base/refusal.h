// SPDX-License-Identifier: BSD-2-Clause
//
// Refusals: how a decoder says no. A refusal is a value: the error and the words of its payload, in
// the order in which the error reply carries them (abi §4). The error decides how many of them
// count.
#pragma once

#include <sel4/errors.h>

#include "core/base/types.h"

// Why an address did not resolve, exactly as messages carry it (abi §4): type word and up to three
// more.
struct lookup_failure {
    word_t type; // seL4_LookupFailureType
    word_t words[3];
};

struct refusal {
    word_t error; // seL4_Error; seL4_NoError = accepted
    word_t payload[5];
};

#define ACCEPTED ((struct refusal){.error = seL4_NoError})
#define REFUSE(code, ...) ((struct refusal){.error = (code), .payload = {__VA_ARGS__}})

// One check of a decoder, in the order that the spec gives: the order is ABI.
#define REQUIRE(condition, ...) \
    do { \
        if (!(condition)) { \
            return REFUSE(__VA_ARGS__); \
        } \
    } while (0)

// Hands on the refusal of a part of the decoding.
#define REQUIRE_ACCEPTED(expression) \
    do { \
        struct refusal inner_refusal = (expression); \
        if (inner_refusal.error != seL4_NoError) { \
            return inner_refusal; \
        } \
    } while (0)

// How many words follow a lookup failure's type word (abi §4).
static inline word_t lookup_failure_words(word_t type)
{
    return type == seL4_InvalidRoot ? 0 : type - 1;
}

// How many payload words the error reply carries.
static inline word_t refusal_length(const struct refusal *refusal)
{
    switch (refusal->error) {
    case seL4_InvalidArgument:
    case seL4_InvalidCapability:
    case seL4_NotEnoughMemory:
        return 1;
    case seL4_RangeError:
        return 2;
    case seL4_FailedLookup:
        return 2 + lookup_failure_words(refusal->payload[1]);
    default:
        return 0;
    }
}

// FailedLookup with its descriptor; is_source = which side of a two-sided method failed.
static inline struct refusal refuse_lookup(bool is_source, struct lookup_failure f)
{
    return REFUSE(seL4_FailedLookup, is_source, f.type, f.words[0], f.words[1], f.words[2]);
}

static inline struct refusal refuse_missing(bool is_source, word_t bits_left)
{
    return REFUSE(seL4_FailedLookup, is_source, seL4_MissingCapability, bits_left);
}
