// SPDX-License-Identifier: BSD-2-Clause
//
// What a fuzz target defines, and how the runner talks to it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One input, independent of all others.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Targets whose inputs are steps: how many of them count.
extern const size_t fuzz_max_steps;

// Reads the environment: LAB4_FUZZ_PRINT=text or =test makes targets print what an input does, as readable text or as a
// skeleton of a CMocka test; =bytes prints each step of the input in its encoding, for the minimiser.
int LLVMFuzzerInitialize(int *argc, char ***argv);

enum print_mode { PRINT_NOTHING, PRINT_TEXT, PRINT_TEST, PRINT_BYTES };
extern enum print_mode print_mode;
