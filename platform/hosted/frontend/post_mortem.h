// SPDX-License-Identifier: BSD-2-Clause
//
// --post-mortem FILE: the machine's memory as it is, in a file that lab4-inspect opens later. The file is the memory file
// (platform/hosted/interface.h), holes included, with the root task's program behind it.
#pragma once

#include "platform/hosted/frontend/machine.h"

// Writes the file, or says why not. The machine stands still, or has ended.
void post_mortem_write(const struct machine *machine, const char *path, const uint8_t *program, size_t bytes);
