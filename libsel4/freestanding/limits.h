/* SPDX-License-Identifier: BSD-2-Clause */
/* GCC's <limits.h> includes "the next one", that of a C library. Without one this is it: there
   is nothing to add. */
