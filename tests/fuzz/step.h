// SPDX-License-Identifier: BSD-2-Clause
//
// The input of the `decode` and `sequence` targets: a list of steps. A step is one thing that happens to the kernel: a
// system call by the current thread, time passing, an interrupt, a fault of the current thread.
//
// The encoding is total: every byte string decodes to some list of steps, so a mutator that knows nothing of it (AFL++)
// works too; the structure-aware mutator (mutate.c) decodes, changes steps, and encodes again. Words are encoded as one
// tag byte: small values are the tag itself, the rest select a width, a power of two, or a page address (step.c).
#pragma once

#include "core/base/types.h"

enum step_kind { STEP_CALL, STEP_TIME, STEP_IRQ, STEP_FAULT };

enum { STEP_MAX_WORDS = 40, STEP_MAX_ENCODED = 512, MAX_STEPS = 300 };

struct step {
    enum step_kind kind;

    // CALL
    word_t number;      // system-call number as in x7
    word_t cap;         // x0
    word_t reply, dest; // x6, x8
    word_t label;
    uint8_t extra_caps; // 0..3
    uint8_t length;     // 0..127
    bool sets_unwrapped; // sends an info word whose capsUnwrapped field, which only a receiver uses, is not zero
    word_t caps[3];     // CPtrs of extra capabilities, in the IPC buffer
    bool sets_receive;
    word_t receive[3]; // receive slot: CNode, index, depth
    word_t word_count; // message words that are written; the others stay what they were
    word_t words[STEP_MAX_WORDS];

    // TIME: words[0] ticks.  IRQ: words[0] line.  FAULT: words[0] kind, [1] address, number or syndrome, [2] syndrome
};

// Decodes one step; returns the bytes used, at least 1 when size > 0.
size_t step_decode(const uint8_t *data, size_t size, struct step *step);

// Encodes one step; `out` has room for STEP_MAX_ENCODED bytes. Returns the bytes written.
size_t step_encode(const struct step *step, uint8_t *out);

// A whole input. Returns the number of steps.
size_t steps_decode(const uint8_t *data, size_t size, struct step *steps, size_t max);

// Encodes as many steps as fit; returns the bytes written.
size_t steps_encode(const struct step *steps, size_t count, uint8_t *out, size_t max);

// Is x7 = number one of the eleven calls?
static inline bool step_is_api_call(const struct step *step)
{
    return step->kind == STEP_CALL && -step->number >= 1 && -step->number <= 11;
}
