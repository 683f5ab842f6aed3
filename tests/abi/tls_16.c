/* SPDX-License-Identifier: BSD-2-Clause */
/* Thread-local variables with an alignment of 16 bytes. */
enum { ALIGNMENT = 16, COUNT = 3 };

#include "support/tls_program.h"
