// SPDX-License-Identifier: BSD-2-Clause
//
// Interrupts: claiming lines, binding them to notifications, and delivery (memory §4). Owns
// ks.irqs.
#pragma once

#include "core/base/types.h"

// Boot: all lines inactive and disabled, the kernel's timer claimed and enabled.
void irq_init(void);

// Takes one waiting interrupt from the controller and deals with it.
void irq_handle(void);
