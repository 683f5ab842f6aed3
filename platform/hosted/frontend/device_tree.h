// SPDX-License-Identifier: BSD-2-Clause
//
// The flattened device tree of the hosted machine.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Writes the tree of a machine with `ram_bytes` of RAM at MACHINE_RAM_BASE to `blob` and returns its size, or 0 if
// `capacity` does not suffice. The same arguments give the same bytes.
size_t device_tree_write(uint64_t ram_bytes, void *blob, size_t capacity);
