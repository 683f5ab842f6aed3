// SPDX-License-Identifier: BSD-2-Clause
//
// Protection keys: decides whether there are any, and assigns them.
#pragma once

void protect_start(void);                // decides whether there are keys, and assigns them
