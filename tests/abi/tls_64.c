/* SPDX-License-Identifier: BSD-2-Clause */
/* Thread-local variables with an alignment of 64 bytes. */
enum { ALIGNMENT = 64, COUNT = 3 };

#include "support/tls_program.h"
