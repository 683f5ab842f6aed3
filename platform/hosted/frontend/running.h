// SPDX-License-Identifier: BSD-2-Clause
//
// A hosted machine that runs already, for lab4-irq and lab4-inspect.
#pragma once

#include <stdbool.h>

#include "platform/hosted/interface.h"

struct running {
    bool is_kept; // a file of --post-mortem: `memory` is open for reading only, `control` is a copy
    struct machine_control *control; // mapped
    int memory;                      // the memory file, open for reading and writing
};

// `target`: the id of any process of the machine, the name of its root task, or null: the only one that runs; or, if
// `takes_files`, the path of a file of --post-mortem. If there is no such
// machine, or several, or it may not be opened, that ends the process with a sentence and status 2.
struct running running_find(const char *target, bool takes_files);
