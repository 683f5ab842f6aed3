// SPDX-License-Identifier: BSD-2-Clause
//
// Address checks: called only if MACHINE_HAS_KASAN.
#pragma once

enum { MACHINE_HAS_KASAN = LAB4_MACHINE_KASAN };
void kasan_start(void);              // as soon as the memory file is mapped
void kasan_begin(void);              // from now on accesses are checked
void kasan_tag(void);                // the protection key
void kasan_forget_stacks(void);      // frames on them are left without a return
