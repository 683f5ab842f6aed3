// SPDX-License-Identifier: BSD-2-Clause
//
// The image's entry, on the zygote's stack.
#pragma once

#include <stdint.h>

_Noreturn void machine_main(const uint64_t *arguments);
