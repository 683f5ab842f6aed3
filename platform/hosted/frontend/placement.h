// SPDX-License-Identifier: BSD-2-Clause
//
// Where the front end, as the boot loader of the hosted machine, puts things in physical memory: the device tree at the start
// of RAM, the user image at the next page (memory §7.3; there is no kernel image in RAM). And whether the kernel will find
// room for the root objects behind them (memory §8.2), so that too little memory is refused with a number. Pure arithmetic.
#pragma once

#include <stdint.h>

#include "platform/hosted/frontend/elf_image.h"

struct placement {
    uint64_t dtb, dtb_bytes;
    uint64_t image_start, image_end; // whole pages
    uint64_t least_ram;              // bytes of RAM that the machine needs to start this program
};

// User addresses and memory that an image may use, given the size of the device tree: the kernel
// maps the IPC buffer, BootInfo and the device tree right behind the image. And the processor.
struct lab4_elf_rules placement_limits(uint64_t ram_bytes, uint64_t dtb_bytes);

// `image` is within these limits.
struct placement placement_of(const struct elf_image *image, uint64_t dtb_bytes);
