// SPDX-License-Identifier: BSD-2-Clause
//
// The scripts that belong to these programs: in share/lab4/tools beside the folder that the program
// was installed to, or in the source tree that it was built from.
#pragma once

#include <limits.h>
#include <stdbool.h>

// Where `name` ("gdb/hosted.py") is. False, and the path where it should have been: it cannot be
// read (errno).
bool tool_find(const char *name, char path[PATH_MAX]);
