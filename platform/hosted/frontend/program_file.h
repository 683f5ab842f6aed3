// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <stddef.h>
#include <stdint.h>

// Reads the whole file into memory that stays allocated; what cannot be read ends the process with a sentence and status 2.
uint8_t *program_file_read(const char *path, size_t *size);
