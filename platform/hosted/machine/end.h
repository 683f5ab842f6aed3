// SPDX-License-Identifier: BSD-2-Clause
//
// How the machine ends: from any process, through the zygote, which takes everything down.
#pragma once

_Noreturn void machine_end(int status); // any process: end everything with this status
_Noreturn void end_in_zygote(void);     // the zygote: `has_ended` is set, or it is the one to end
void end_note_death(void);              // the zygote's signal handler: it shall look at its children
