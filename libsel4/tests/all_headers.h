/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything that a program includes, in an order that some program uses. */
#ifndef NO_C_LIBRARY
#include <assert.h> /* the C library's, which must get along with <sel4/assert.h> */
#endif
#include <autoconf.h>
#include <sel4/arch/mapping.h>
#include <sel4/sel4.h>
#include <sel4/sel4_arch/mapping.h>
#include <sel4/benchmark_track_types.h>
#include <sel4/benchmark_tracepoints_types.h>
#include <sel4/benchmark_utilisation_types.h>
#include <sel4/arch/shared_types.h>
#include <lab4/arguments.h>
#include <lab4/elf.h>
#include <lab4/exit.h>
#include <lab4/hosted_abi.h>
#include <lab4/printf.h>
#include <lab4/runtime.h>
#include <lab4/string.h>
#include <lab4/thread.h>
#include <lab4/tls.h>
