// SPDX-License-Identifier: BSD-2-Clause
//
// What the front end remembers about this host between runs: that it has said that there are no protection keys.
#pragma once

#include <stdbool.h>

// Has this version been told so on this host? Without a place for caches ($XDG_CACHE_HOME, $HOME): no.
bool host_note_exists(void);

// From now on it has. Failure is harmless: it is said again.
void host_note_make(void);
