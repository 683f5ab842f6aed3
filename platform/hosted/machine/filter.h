// SPDX-License-Identifier: BSD-2-Clause
//
// From now on this process makes only the host calls that a process of user code needs.
#pragma once

void filter_install(void);
