// SPDX-License-Identifier: BSD-2-Clause
//
// The invariant checker: walks the whole kernel between two kernel entries and reports what is not
// as it must be. The rules are numbered; docs/INVARIANTS.md explains each.
//
// It allocates nothing. The caller lends memory for two sets: the containers (CNodes and Zombies)
// found, and the objects and descriptors that something refers to. 2^12 words are plenty for a few
// dozen threads and CNodes; if it is not enough, rule 0 is reported.
#pragma once

#include "core/base/types.h"
#include "core/check/report.h"

// Returns whether everything holds. Changes nothing. `report` may be null. scratch_words >= 64.
bool invariants_check(word_t *scratch, word_t scratch_words, invariants_report *report);
