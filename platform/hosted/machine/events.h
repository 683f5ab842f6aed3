// SPDX-License-Identifier: BSD-2-Clause
//
// What a reporter is told (interface.h).
#pragma once

#include "platform/hosted/interface.h"

void event_post(enum machine_event kind); // returns when it has been told
