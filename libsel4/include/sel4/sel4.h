/* SPDX-License-Identifier: BSD-2-Clause */
/* All of libsel4 except the benchmark headers. */
#ifndef SEL4_SEL4_H
#define SEL4_SEL4_H

#include <sel4/config.h>
#include <sel4/macros.h>
#include <sel4/simple_types.h>
#include <sel4/types.h>
#include <sel4/constants.h>
#include <sel4/errors.h>
#include <sel4/objecttype.h>
#include <sel4/assert.h>
#include <sel4/debug_assert.h>
#include <sel4/invocation.h>
#include <sel4/bootinfo_types.h>
#include <sel4/bootinfo.h>
#include <sel4/functions.h>
#include <sel4/sel4_arch/mapping.h>
#include <sel4/syscalls.h>
#include <sel4/faults.h>
#include <interfaces/sel4_client.h>
#include <sel4/virtual_client.h>
#include <sel4/deprecated.h>

#endif
