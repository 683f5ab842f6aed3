/* SPDX-License-Identifier: BSD-2-Clause */
/* What puppets execute: see puppet.h. Position independent, without stack or data, in pages of its own. */
#include "support/puppet.h"
#include "support/raw_syscall.h"

#define PUPPET(name, code) \
    ".globl " name "\n" name ":\n" code CODE_BRANCH("puppet_report")

__asm__(".section .text.puppet, \"ax\"\n"
        ".balign 4096\n"
        ".globl puppet_code_start\n"
        "puppet_code_start:\n"
        ".globl puppet_report\n"
        "puppet_report:\n"
        CODE_NUMBER(77)
        ".globl puppet_report_call\n"
        "puppet_report_call:\n"
        CODE_GATE
        CODE_BRANCH("puppet_report")
        PUPPET("puppet_syscall", CODE_GATE)
        PUPPET("puppet_repeat", CODE_GATE CODE_BRANCH("puppet_repeat"))
        PUPPET("puppet_load", CODE_LOAD)
        PUPPET("puppet_store", CODE_STORE)
        PUPPET("puppet_load_vector", CODE_LOAD_VECTOR)
        PUPPET("puppet_jump", CODE_JUMP)
        PUPPET("puppet_undefined", CODE_UNDEFINED)
        PUPPET("puppet_breakpoint", CODE_BREAKPOINT)
        PUPPET("puppet_use_fpu", CODE_USE_FPU)
        PUPPET("puppet_flags", CODE_FLAGS_SET CODE_GATE CODE_FLAGS_GET)
        PUPPET("puppet_spin", CODE_COUNT CODE_BRANCH("puppet_spin"))
        PUPPET("puppet_simd", CODE_SIMD_FILL CODE_GATE CODE_SIMD_CHECK)
        ".globl puppet_simd_spin\n"
        "puppet_simd_spin:\n"
        CODE_SIMD_FILL
        "0:\n"
        CODE_SIMD_CHECK
        CODE_COUNT
        CODE_BRANCH("0b")
        ".globl puppet_code_end\n"
        "puppet_code_end:\n"
        ".balign 4096\n"
        ".previous\n");
