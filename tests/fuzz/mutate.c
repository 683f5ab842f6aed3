// SPDX-License-Identifier: BSD-2-Clause
//
// The structure-aware mutator of `decode` and `sequence`: an input is decoded to steps, a few of them are changed,
// inserted, removed, moved or repeated, and the list is encoded again. One mutation in eight is libFuzzer's own, on bytes.
#include <string.h>

#include "tests/fuzz/grammar.h"

// libFuzzer's; other engines have none.
__attribute__((weak)) size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out,
                                 size_t max_out_size, unsigned int seed);

extern const size_t fuzz_max_steps; // of the target

static struct step steps[MAX_STEPS + 1], other[MAX_STEPS + 1];

static size_t limit(void)
{
    return fuzz_max_steps < MAX_STEPS ? fuzz_max_steps : MAX_STEPS;
}

static size_t insert(size_t count, size_t at, const struct step *step)
{
    if (count >= limit() || at > count) {
        return count;
    }
    memmove(&steps[at + 1], &steps[at], (count - at) * sizeof *steps);
    steps[at] = *step;
    return count + 1;
}

static size_t remove_at(size_t count, size_t at)
{
    memmove(&steps[at], &steps[at + 1], (count - at - 1) * sizeof *steps);
    return count - 1;
}

// Several in a row: what a target prefers may make sense only together.
static size_t insert_run(struct random *r, size_t count)
{
    size_t at = random_below(r, count + 1), length = grammar_preference ? 1 + random_below(r, 12) : 1;
    for (size_t i = 0; i < length; i++) {
        struct step step;
        grammar_make_step(r, &step);
        count = insert(count, at + i, &step);
    }
    return count;
}

static size_t mutate_once(struct random *r, size_t count)
{
    struct step step;
    size_t at = count ? random_below(r, count) : 0;
    switch (count ? random_below(r, 10) : 0) {
    case 0:
    case 1:
    case 2:
        return insert_run(r, count);
    case 3:
        grammar_make_step(r, &steps[at]);
        return count;
    case 4:
        return count > 1 ? remove_at(count, at) : count;
    case 5: // repeat a step elsewhere: the same call in another state
        step = steps[at];
        return insert(count, random_below(r, count + 1), &step);
    case 6: // swap two
        step = steps[at];
        size_t to = random_below(r, count);
        steps[at] = steps[to];
        steps[to] = step;
        return count;
    default:
        grammar_change_step(r, &steps[at]);
        return count;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
    struct random r = {seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
    if (LLVMFuzzerMutate && random_below(&r, 8) == 0) {
        return LLVMFuzzerMutate(data, size, max_size);
    }
    size_t count = steps_decode(data, size, steps, limit());
    for (word_t i = 0; i < 1 + random_below(&r, 4); i++) {
        count = mutate_once(&r, count);
    }
    return steps_encode(steps, count, data, max_size);
}

// The beginning of one input followed by the end of the other.
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size, uint8_t *out,
                                 size_t max_out_size, unsigned int seed)
{
    struct random r = {seed * UINT64_C(0x9e3779b97f4a7c15) + 1};
    size_t count = steps_decode(a, a_size, steps, limit()), others = steps_decode(b, b_size, other, limit());
    size_t head = random_below(&r, count + 1), from = random_below(&r, others + 1);
    count = head;
    for (size_t i = from; i < others && count < limit(); i++) {
        steps[count++] = other[i];
    }
    return steps_encode(steps, count, out, max_out_size);
}
