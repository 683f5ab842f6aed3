// SPDX-License-Identifier: BSD-2-Clause
//
// The one definition of the kernel's state; see state.h. Zero before core_boot, which fills it.
#include "core/threads/state.h"

struct kernel ks;
