// SPDX-License-Identifier: BSD-2-Clause
//
// Makes the pages with a root task's arguments (<lab4/arguments.h>). For the hosted front end and
// lab4-image.
#pragma once

#include <stddef.h>
#include <stdint.h>

// The bytes that the block takes, whole pages; 0 without arguments (count < 2: the first is the
// program's name). SIZE_MAX: more than LAB4_ARGUMENTS_MAX allows.
size_t arguments_size(int count, char *const *arguments);

// Writes the block, of arguments_size bytes, for a program whose image ends at `image_end`.
void arguments_write(int count, char *const *arguments, uint64_t image_end, uint8_t *block);
