// SPDX-License-Identifier: BSD-2-Clause
//
// Console output of the kernel itself: diagnostics and the debug calls. Nothing without
// LAB4_PRINTING.
#pragma once

#include "core/base/types.h"

// %s string, %d unsigned decimal, %x hexadecimal, %% percent sign; every number is a word_t. A
// width pads with spaces on the left, with '-' on the right.
void print(const char *format, ...);
