// SPDX-License-Identifier: BSD-2-Clause
//
// The kernel's invariants, for --check.
#pragma once

void check_kernel(void);             // panics if an invariant is broken
void check_report(void);             // in a panic
