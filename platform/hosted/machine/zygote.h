// SPDX-License-Identifier: BSD-2-Clause
//
// The machine's first process, which forks all others.
#pragma once

_Noreturn void zygote_run(void);         // boots nothing: forks the first process, then serves requests until the end
