/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's system calls on a machine that has a console and nothing else: streams 1 and 2 go to
 * the kernel's console, stream 0 is at its end, there are no files, no processes, no time and no
 * entropy. Owns no state. Everything is weak: a program with a serial driver, a file server or a
 * clock defines its own write, open or gettimeofday.
 */
#include <errno.h>
#include <lab4/exit.h>
#include <malloc.h>
#include <sel4/syscalls.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/times.h>
#include <unistd.h>

#pragma GCC diagnostic ignored "-Wmissing-prototypes" /* of those that newlib only calls */
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define WEAK __attribute__((weak))

enum { CONSOLE_DESCRIPTORS = 3, OWN_PROCESS = 1, SIGNAL_STATUS = 128 };

static int refuse(int error)
{
    errno = error;
    return -1;
}

static int is_console(int descriptor)
{
    return descriptor >= 0 && descriptor < CONSOLE_DESCRIPTORS;
}

/* --------------------------------------------------------------------------------- the console */

WEAK int write(int descriptor, const void *bytes, size_t count)
{
    if (descriptor == STDIN_FILENO || !is_console(descriptor)) {
        return refuse(EBADF);
    }
#ifdef CONFIG_PRINTING
    for (size_t i = 0; i < count; i++) {
        seL4_DebugPutChar(((const char *)bytes)[i]);
    }
#endif
    return (int)count;
}

WEAK int read(int descriptor, void *bytes, size_t count)
{
    return descriptor == STDIN_FILENO ? 0 : refuse(EBADF);
}

WEAK int close(int descriptor)
{
    return is_console(descriptor) ? 0 : refuse(EBADF);
}

WEAK int isatty(int descriptor)
{
    return is_console(descriptor) ? 1 : refuse(EBADF) + 1; /* so that stdout is line-buffered */
}

WEAK int fstat(int descriptor, struct stat *status)
{
    if (!is_console(descriptor)) {
        return refuse(EBADF);
    }
    *status = (struct stat){.st_mode = S_IFCHR | S_IRUSR | S_IWUSR};
    return 0;
}

WEAK off_t lseek(int descriptor, off_t offset, int whence)
{
    return refuse(is_console(descriptor) ? ESPIPE : EBADF);
}

/* --------------------------------------------------------------------------------- the process */

WEAK void _exit(int status)
{
    lab4_exit(status);
}

WEAK pid_t getpid(void)
{
    return OWN_PROCESS;
}

/* raise and abort end here: as in a shell, the status is 128 and the signal, 134 for abort. */
WEAK int kill(pid_t process, int signal)
{
    if (process != OWN_PROCESS) {
        return refuse(ESRCH);
    }
    _exit(SIGNAL_STATUS + signal);
}

WEAK int posix_memalign(void **memory, size_t alignment, size_t bytes)
{
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) {
        return EINVAL;
    }
    void *made = memalign(alignment, bytes);
    if (made == NULL) {
        return ENOMEM;
    }
    *memory = made;
    return 0;
}

/* --------------------------------------------------------------------------- what is not there */

WEAK int open(const char *path, int flags, ...)
{
    return refuse(ENOENT);
}

WEAK int stat(const char *path, struct stat *status)
{
    return refuse(ENOENT);
}

WEAK int unlink(const char *path)
{
    return refuse(ENOENT);
}

WEAK int link(const char *from, const char *to)
{
    return refuse(ENOENT);
}

WEAK int mkdir(const char *path, mode_t mode)
{
    return refuse(ENOSYS);
}

WEAK int fcntl(int descriptor, int command, ...)
{
    return refuse(is_console(descriptor) ? ENOSYS : EBADF);
}

WEAK pid_t fork(void)
{
    return refuse(ENOSYS);
}

WEAK int execve(const char *path, char *const arguments[], char *const environment[])
{
    return refuse(ENOSYS);
}

WEAK pid_t wait(int *status)
{
    return refuse(ECHILD);
}

WEAK int gettimeofday(struct timeval *time, void *zone)
{
    return refuse(ENOSYS);
}

WEAK clock_t times(struct tms *used)
{
    return (clock_t)refuse(ENOSYS);
}

WEAK int getentropy(void *bytes, size_t count)
{
    return refuse(ENOSYS);
}
