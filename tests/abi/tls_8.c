/* SPDX-License-Identifier: BSD-2-Clause */
/* Thread-local variables with an alignment of 8 bytes. */
enum { ALIGNMENT = 8, COUNT = 3 };

#include "support/tls_program.h"
