// SPDX-License-Identifier: BSD-2-Clause
//
// Running steps with the oracles that need no model, and printing them when the runner asks for it.
#pragma once

#include "tests/fuzz/step.h"

// At the start of an input: prints it as a test or as bytes, in these modes.
void replay_begin(const struct step *steps, size_t count);

// Runs one step. A refused call must have changed nothing.
void replay_step(const struct step *step);
