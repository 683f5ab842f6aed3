// SPDX-License-Identifier: BSD-2-Clause
//
// The interrupt controller.
#pragma once

#include <stdbool.h>

bool controller_has_pending(void);   // any line that would be acknowledged
bool controller_may_wake(void);      // is an enabled line left that the front end may raise?
