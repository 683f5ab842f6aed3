// SPDX-License-Identifier: BSD-2-Clause
//
// A TLB for the fake machine: it remembers translations until the core asks for them to be flushed, as hardware does and
// as the hosted machine's mappings do. A translation that outlives its descriptor is a lost flush.
#pragma once

#include "core/base/types.h"

void tlb_reset(void);

// User level touches the address in the address space: if the tables translate it, the translation is kept.
void tlb_touch(asid_t asid, paddr_t root, vaddr_t address);

// Applies the flushes that the core has asked for since fake_forget_calls, then checks that what is kept is still what
// the tables say; `root_of` gives an address space's level-0 table, or 0.
void tlb_check(paddr_t (*root_of)(asid_t asid));

// The table walk of memory §3, written anew: the descriptor that translates the address, or 0; *bits is the page's size.
word_t tlb_walk(paddr_t root, vaddr_t address, word_t *bits);
