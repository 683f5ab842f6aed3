// SPDX-License-Identifier: BSD-2-Clause
//
// The block of entry.S that holds the RAM size (machine.h): found by its magic, in the bytes that are loaded.
#include <string.h>

#include "../machine.h"
#include "image.h"

enum { MAGIC_BYTES = 16, BLOCK_BYTES = 32, DEFAULT_CNODE_BITS = 13 };

uint64_t get_word(const uint8_t *at)
{
    uint64_t value = 0;
    for (int i = 0; i < 8; i++) {
        value |= (uint64_t)at[i] << 8 * i;
    }
    return value;
}

void put_word(uint8_t *at, uint64_t value)
{
    for (int i = 0; i < 8; i++) {
        at[i] = (uint8_t)(value >> 8 * i);
    }
}

struct kernel_block kernel_block_find(const struct file *kernel, const struct lab4_elf *elf)
{
    struct kernel_block block = {.root_cnode_bits = DEFAULT_CNODE_BITS};
    for (lab4_elf_word i = 0; i < elf->header_count; i++) {
        const struct lab4_elf_segment segment = lab4_elf_header(elf, i);
        for (uint64_t at = 0; lab4_elf_is_loaded(&segment) && at + BLOCK_BYTES <= segment.bytes_size;
             at += 8) {
            uint8_t *candidate = kernel->bytes + segment.offset + at;
            if (memcmp(candidate, RAM_BLOCK_MAGIC, MAGIC_BYTES) != 0) {
                continue;
            }
            if (block.ram_bytes) {
                refuse(kernel->name, "has two RAM blocks");
            }
            block.ram_bytes = candidate + MAGIC_BYTES;
            block.root_cnode_bits = get_word(candidate + MAGIC_BYTES + 8);
        }
    }
    if (block.root_cnode_bits < 4 || block.root_cnode_bits > 27) {
        refuse(kernel->name, "has a damaged RAM block");
    }
    return block;
}
