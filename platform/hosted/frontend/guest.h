// SPDX-License-Identifier: BSD-2-Clause
//
// The memory of a machine as its programs see it: the page tables in simulated RAM, read by software. Nothing is written, and
// no address that the tables contain leads outside the RAM that is mapped here. For traces, reports and lab4-inspect.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct guest {
    const uint8_t *ram; // where MACHINE_RAM_BASE is mapped
    uint64_t ram_bytes;
};

// A mapped page, of whatever size.
struct guest_page {
    uint64_t start, bytes; // virtual addresses
    uint64_t physical;
    uint64_t descriptor;   // core/arch/aarch64/vspace.h
};

// RAM at a physical address, or NULL if not all of it is there.
const uint8_t *guest_physical(const struct guest *guest, uint64_t physical, uint64_t bytes);

// The page of an address in the address space whose level-0 table is at `root`. False: nothing is mapped there.
bool guest_page(const struct guest *guest, uint64_t root, uint64_t address, struct guest_page *page);

// Reads as many bytes as can be read; returns how many.
size_t guest_read(const struct guest *guest, uint64_t root, uint64_t address, void *bytes, size_t count);
