/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration of the kernel and of libsel4; the name that user projects include. */
#ifndef AUTOCONF_H
#define AUTOCONF_H

#include <kernel/gen_config.h>
#include <sel4/gen_config.h>

#endif
