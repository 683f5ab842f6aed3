/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a root task finds its arguments (`./lab4 run PROGRAM -- ARGS`): in pages that the loader puts
 * behind the program, as part of its image. They end where the IPC buffer begins, with this struct.
 * Without arguments there are no such pages, and nothing differs. The kernel takes no part in it, so
 * it works with every kernel of the boot protocol. The runtime gives them to main(argc, argv).
 */
#ifndef LAB4_ARGUMENTS_H
#define LAB4_ARGUMENTS_H

#define LAB4_ARGUMENTS_MAGIC "lab4 arguments:" /* 16 bytes with its zero */

enum {
    LAB4_ARGUMENTS_MAX = 65536, /* bytes of all of them, with a zero behind each */
    LAB4_ARGUMENTS_MAX_COUNT = 4096
};

struct lab4_arguments {
    unsigned long count; /* at least 1: the first is the program's name */
    unsigned long argv;  /* address of count + 1 pointers to strings, the last one null */
    char magic[16];
};

#endif
