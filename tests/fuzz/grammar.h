// SPDX-License-Identifier: BSD-2-Clause
//
// The invocation table as a grammar: what a call of each method looks like when it is nearly right.
#pragma once

#include "tests/fuzz/step.h"
#include "tests/fuzz/world.h"

// A deterministic random source (xorshift64*), seeded by libFuzzer.
struct random {
    uint64_t state;
};
word_t random_word(struct random *r);
word_t random_below(struct random *r, word_t limit); // [0, limit), limit > 0
bool random_chance(struct random *r, word_t percent);

struct grammar_arg {
    const char *type, *name;
};

struct grammar_method {
    word_t label;
    const char *name;
    enum world_kind kind;
    const struct grammar_arg *args;
    word_t arg_count;
};

extern const struct grammar_method grammar_methods[];
extern const word_t grammar_method_count;
const struct grammar_method *grammar_find(word_t label);

// Is the argument a capability (rather than a message word)? Flags that share MR0 have `bit` set to their position.
bool grammar_is_cap(const struct grammar_arg *arg);
bool grammar_is_shared(const struct grammar_arg *arg, word_t *bit);

// What a target would rather do: makes a step and returns true, or leaves it to the grammar. Null: no wishes.
extern bool (*grammar_preference)(struct random *r, struct step *step);

// A random step: usually a nearly valid call.
void grammar_make_step(struct random *r, struct step *step);

// A random call of one method.
void grammar_make_call(struct random *r, const struct grammar_method *method, struct step *step);

// Changes one thing of a step.
void grammar_change_step(struct random *r, struct step *step);
