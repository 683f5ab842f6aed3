/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration macros, under the name that libsel4's own headers use. */
#ifndef SEL4_CONFIG_H
#define SEL4_CONFIG_H

#include <autoconf.h>

#endif
