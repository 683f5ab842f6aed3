// SPDX-License-Identifier: BSD-2-Clause
//
// Makes a machine stand still at the end of a kernel entry, where its data is consistent (interface.h: pause_wanted).
#pragma once

#include "platform/hosted/interface.h"

enum pause_result {
    PAUSE_REACHED, // it stands still until machine_go_on, or for MACHINE_PAUSE_SECONDS
    PAUSE_TAKEN,   // somebody else has stopped it just now
    PAUSE_ENDED,   // it has ended meanwhile
    PAUSE_FAILED   // it does not come to a stop: a debugger may hold it, or nobody reads its console
};

enum pause_result machine_pause(struct machine_control *control, unsigned patience_tenths);
void machine_go_on(struct machine_control *control);
