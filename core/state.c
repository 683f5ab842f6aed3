// SPDX-License-Identifier: BSD-2-Clause
#include "core/state.h"

struct kernel ks;
