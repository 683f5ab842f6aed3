// SPDX-License-Identifier: BSD-2-Clause
//
// The kernel: all of its mutable state; see state.h.
#include "core/threads/state.h"

struct kernel ks;
