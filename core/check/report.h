// SPDX-License-Identifier: BSD-2-Clause
//
// How the invariant checker tells what it found.
#pragma once

// Called for each violation: the rule's number (docs/INVARIANTS.md), what is wrong, and the slot,
// thread, object or descriptor that it is about.
typedef void invariants_report(int number, const char *what, const void *subject);
