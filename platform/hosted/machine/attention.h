// SPDX-License-Identifier: BSD-2-Clause
//
// `attention` in the control page: somebody has moved a line, or time has come. Whoever clears it looks at the lines afterwards.
#pragma once

#include "platform/hosted/machine/state.h"

static inline void attention_set(void)
{
    __atomic_store_n(&control()->attention, 1, __ATOMIC_SEQ_CST);
}

static inline bool attention_is_set(void)
{
    return __atomic_load_n(&control()->attention, __ATOMIC_SEQ_CST) != 0;
}
