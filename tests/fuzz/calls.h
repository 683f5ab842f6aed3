// SPDX-License-Identifier: BSD-2-Clause
//
// User level for the targets that have a model of their own: system calls by the current thread, whose CSpace is the
// root CNode of 2^8 slots.
#pragma once

#include <lab4/invocations.h>

#include "core/base/types.h"

enum label { LAB4_INVOCATIONS(LAB4_LABEL_ENUMERATOR) };

#define WORDS(...) (const word_t[]){__VA_ARGS__}, sizeof((const word_t[]){__VA_ARGS__}) / sizeof(word_t)
#define CAPS(...) WORDS(__VA_ARGS__)
#define NONE NULL, 0

// Any system call.
void user_syscall(sword_t number, word_t cap, word_t reply, word_t label, const word_t *words, word_t word_count, const word_t *caps,
                  word_t cap_count);

// A Call of a method by a thread that stays the current one; returns the error, and MR0 in *result if that is not null.
word_t user_invoke(word_t cap, word_t label, const word_t *words, word_t word_count, const word_t *caps, word_t cap_count, word_t *result);

// The same, for calls that must succeed: the run ends otherwise.
void user_must(word_t cap, enum label label, const word_t *words, word_t word_count, const word_t *caps, word_t cap_count);

void user_retype(word_t untyped, word_t type, word_t bits, word_t slot, word_t count);
void user_copy(word_t dest, word_t source, word_t rights);
word_t user_delete(word_t slot);

// A machine with `ram_bytes` from FAKE_RAM_BASE on and nothing but the root task. Moves the untyped at `base` to `slot`.
void user_boot(word_t ram_bytes);
void user_take_untyped(paddr_t base, word_t slot);
