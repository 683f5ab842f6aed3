/* SPDX-License-Identifier: BSD-2-Clause */
/* From the entry of a root task to main and to its end. Called by crt0 on the root thread's stack, before there is TLS. */
#include <lab4/arguments.h>
#include <lab4/exit.h>
#include <lab4/printf.h>
#include <lab4/runtime.h>
#include <lab4/string.h>
#include <lab4/tls.h>
#include <sel4/bootinfo.h>

#include "machine.h"

int main(int argc, char **argv);
_Noreturn void lab4_start(seL4_BootInfo *info);
/* The end of a program with the C library, which has streams to flush (libc/libc.h). */
__attribute__((weak)) void lab4_libc_exit(int status);
extern seL4_BootInfo *bootinfo;

/* The constructors of static objects, in the order in which they are to run. Made by the linker (root.ld). */
extern void (*const __init_array_start[])(void);
extern void (*const __init_array_end[])(void);

/* Room for the root thread's thread-local variables: memory cannot be allocated yet. */
static char tls_block[16384];

seL4_BootInfo *lab4_bootinfo(void)
{
    return bootinfo;
}

/*
 * The program's arguments, see <lab4/arguments.h>. Only a root task has an image in its BootInfo, and
 * so pages right below the IPC buffer. Without arguments there is a name, which is empty.
 */
static int find_arguments(const seL4_BootInfo *info, char ***argv)
{
    static char *none[] = {"", 0};
    const struct lab4_arguments *arguments = (const struct lab4_arguments *)info->ipcBuffer - 1;
    if (info->userImageFrames.end == info->userImageFrames.start ||
        memcmp(arguments->magic, LAB4_ARGUMENTS_MAGIC, sizeof(arguments->magic)) != 0) {
        *argv = none;
        return 1;
    }
    *argv = (char **)arguments->argv;
    return (int)arguments->count;
}

_Noreturn void lab4_start(seL4_BootInfo *info)
{
    if (lab4_tls_size() > sizeof(tls_block)) {
        printf("thread-local variables need %lu bytes, the root thread has %lu\n", lab4_tls_size(), sizeof(tls_block));
        lab4_exit(LAB4_EXIT_TLS);
    }
    machine_set_thread_pointer(lab4_tls_init(tls_block, info->ipcBuffer));
    bootinfo = info; /* seL4_InitBootInfo, which is deprecated, does just this */
    for (void (*const *constructor)(void) = __init_array_start; constructor < __init_array_end; constructor++) {
        (*constructor)();
    }
    char **argv;
    const int argc = find_arguments(info, &argv);
    const int status = main(argc, argv);
    if (lab4_libc_exit) {
        lab4_libc_exit(status);
    }
    lab4_exit(status);
}
