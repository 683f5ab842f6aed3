// SPDX-License-Identifier: BSD-2-Clause
//
// What the files of lab4-image tell each other. Files come from anybody: each is checked before it is used, and refused
// with one sentence.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../loader/layout.h"

struct file {
    const char *name;
    uint8_t *bytes; // malloc'ed
    uint64_t size;
};

// Prints `lab4-image: NAME PROBLEM.` and exits with status 2. `problem` is a printf format.
_Noreturn void refuse(const char *name, const char *problem, ...) __attribute__((format(printf, 2, 3)));
void *allocate(size_t bytes);                                  // zeroed
struct file read_file(const char *name, uint64_t limit);       // refuses what is larger
void write_file(const char *name, const struct file *content); // all or nothing

// device_tree.c: refuses what is not a sound device tree of QEMU's `virt` with a GICv2. Returns the bytes of RAM that it
// describes at the board's RAM base.
uint64_t device_tree_check(const struct file *dtb);
// Takes out of a checked one what makes each of QEMU's dumps different: free space and random seeds.
void device_tree_tidy(struct file *dtb);

// kernel_block.c: the part of a kernel image that the packer reads and writes (machine.h).
struct kernel_block {
    uint8_t *ram_bytes; // in the file; null = the kernel has no such block
    uint64_t root_cnode_bits;
};
struct kernel_block kernel_block_find(const struct file *kernel, const struct lab4_elf *elf);
uint64_t get_word(const uint8_t *at);
void put_word(uint8_t *at, uint64_t value);
