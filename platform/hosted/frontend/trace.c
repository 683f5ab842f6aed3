// SPDX-License-Identifier: BSD-2-Clause
//
// The ring's reader, the raw file's writer, and the decoder's parent; see trace.h.
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"
#include "tools.h"

enum { FIXED_WORDS = 8, DECODER_FAILED = 1, DECODER_COULD_NOT_WRITE = 100 };

// ------------------------------------------------------------------------------------------- files

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static enum trace_format format_of(const struct options *options)
{
    static const char *const names[] = {
        [TRACE_TEXT] = "text", [TRACE_JSON] = "json", [TRACE_RAW] = "raw"};
    for (unsigned i = 0; options->trace_format != NULL && i < sizeof(names) / sizeof(names[0]);
         i++) {
        if (strcmp(options->trace_format, names[i]) == 0) {
            return (enum trace_format)i;
        }
    }
    return ends_with(options->trace, ".txt")   ? TRACE_TEXT
           : ends_with(options->trace, ".raw") ? TRACE_RAW
                                               : TRACE_JSON;
}

// A file for records that nobody else sees.
static int open_nameless(void)
{
    int raw = open(P_tmpdir, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
    return raw >= 0 ? raw : memfd_create("lab4-trace", MFD_CLOEXEC);
}

static int open_raw(struct trace *trace)
{
    struct stat status;
    const bool is_regular = fstat(trace->file, &status) == 0 && S_ISREG(status.st_mode);
    if (trace->format == TRACE_RAW) {
        return trace->file;
    }
    if (is_regular && (size_t)snprintf(trace->raw_path, sizeof(trace->raw_path), "%s.raw",
                                       trace->path) < sizeof(trace->raw_path)) {
        const int raw =
            open(trace->raw_path, O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (raw >= 0) {
            return raw;
        }
    }
    trace->raw_path[0] = '\0';
    return open_nameless();
}

struct trace *trace_open(const struct options *options)
{
    struct trace *trace = calloc(1, sizeof(*trace));
    if (trace == NULL) {
        refuse("the host has no memory left.");
    }
    *trace =
        (struct trace){.options = options, .path = options->trace, .format = format_of(options)};
    trace->file = open(trace->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    trace->raw = trace->file >= 0 ? open_raw(trace) : -1;
    if (trace->file < 0 || trace->raw < 0) {
        refuse("the trace cannot be written to %s (%s); give --trace a file in a folder that "
               "exists and that you may write to.",
               trace->path, strerror(errno));
    }
    signal(SIGPIPE, SIG_IGN);
    return trace;
}

static void save(struct trace *trace, const void *records, size_t bytes)
{
    const char *at = records;
    while (bytes > 0 && trace->error == 0) {
        const ssize_t written = write(trace->raw, at, bytes);
        if (written > 0) {
            at += written;
            bytes -= (size_t)written;
        } else if (written == 0 || errno != EINTR) {
            trace->error = written == 0 ? EIO : errno;
        }
    }
}

// ----------------------------------------------------------------------------------------- the
// ring

void trace_begin(struct trace *trace, struct machine_control *control, const void *ring)
{
    trace->control = control;
    trace->ring = ring;
    if (trace_write_header(trace->raw, trace->options->program) != 0) {
        trace->error = errno != 0 ? errno : EIO;
    }
}

bool trace_drain(struct trace *trace)
{
    const uint32_t read = trace->control->trace_read;
    const uint32_t count = __atomic_load_n(&trace->control->trace_written, __ATOMIC_SEQ_CST) - read;
    if (count == 0 || trace->error != 0) {
        return trace->error == 0;
    }
    const uint32_t first = read % TRACE_RECORDS, until_end = TRACE_RECORDS - first;
    save(trace, trace->ring + first,
         (count < until_end ? count : until_end) * sizeof(*trace->ring));
    if (count > until_end) {
        save(trace, trace->ring, (count - until_end) * sizeof(*trace->ring));
    }
    __atomic_store_n(&trace->control->trace_read, read + count, __ATOMIC_SEQ_CST);
    // A machine that waits filled the ring, and told so, before it saw the old `trace_read`: only
    // now is that sure to be visible.
    if (__atomic_load_n(&trace->control->trace_written, __ATOMIC_SEQ_CST) - read >= TRACE_RECORDS) {
        syscall(SYS_futex, &trace->control->trace_read, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    }
    return trace->error == 0;
}

// -------------------------------------------------------------------------------------- the
// decoder

// The child between vfork and exec. Returns only if something failed: the error number.
static int become_decoder(const struct trace *trace, char *const *words)
{
    sigset_t none;
    sigemptyset(&none);
    signal(SIGINT, SIG_DFL);
    signal(SIGQUIT, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(trace->raw, STDIN_FILENO) < 0 || dup2(trace->file, STDOUT_FILENO) < 0) {
        return errno;
    }
    execvp(words[0], words);
    return errno;
}

static __attribute__((noinline)) pid_t spawn(const struct trace *trace, char *const *words,
                                             volatile int *error)
{
    pid_t pid = vfork();
    if (pid == 0) {
        *error = become_decoder(trace, words);
        _exit(DECODER_FAILED);
    }
    return pid;
}

// What is left to be done by hand.
static bool give_up(struct trace *trace, const char *script, const char *why)
{
    if (trace->raw_path[0] != '\0') {
        report("the trace could not be made (%s); its records are in %s: python3 %s %s.", why,
               trace->raw_path, script, trace->raw_path);
    } else {
        report("the trace could not be made (%s); python3 has to be installed, or give --trace a "
               "file whose name ends with .raw.",
               why);
    }
    return false;
}

// FILE is there, or not: see the exit statuses of the decoder.
static bool judge(struct trace *trace, const char *script, int end)
{
    if (WIFEXITED(end) && WEXITSTATUS(end) == 0) {
        if (trace->raw_path[0] != '\0') {
            unlink(trace->raw_path);
        }
        return true;
    }
    if (WIFEXITED(end) && WEXITSTATUS(end) > DECODER_COULD_NOT_WRITE) {
        trace->error = WEXITSTATUS(end) - DECODER_COULD_NOT_WRITE;
        return false;
    }
    return give_up(trace, script,
                   WIFSIGNALED(end) ? strsignal(WTERMSIG(end)) : "the script failed");
}

static bool decode(struct trace *trace)
{
    char script[PATH_MAX], *words[FIXED_WORDS + 2 * MAX_TRACE_ONLY];
    const char *format = trace->format == TRACE_TEXT ? "text" : "json";
    volatile int error = 0;
    int count = 0, end = 0;
    if (!tool_find("lab4/tracing/__main__.py", script)) {
        return give_up(trace, script, "the script is missing");
    }
    const char *const fixed[] = {"python3", "-B", "-s", "-E", script, "--format", format};
    for (unsigned i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
        words[count++] = (char *)(uintptr_t)fixed[i];
    }
    for (int i = 0; i < trace->options->trace_only_count; i++) {
        words[count++] = "--only";
        words[count++] = (char *)(uintptr_t)trace->options->trace_only[i];
    }
    words[count] = NULL;
    lseek(trace->raw, 0, SEEK_SET);
    const pid_t pid = spawn(trace, words, &error);
    if (pid < 0 || error != 0) {
        return give_up(trace, script, strerror(error != 0 ? error : errno));
    }
    while (waitpid(pid, &end, 0) < 0 && errno == EINTR) {
    }
    return judge(trace, script, end);
}

bool trace_end(struct trace *trace, int status)
{
    const struct trace_record end = {.kind = TRACE_END, .words = {(uint64_t)status}};
    trace_drain(trace);
    save(trace, &end, sizeof(end));
    const bool is_whole = trace->error == 0 && (trace->format == TRACE_RAW || decode(trace));
    if (close(trace->file) != 0 && trace->error == 0) {
        trace->error = errno;
    }
    return is_whole && trace->error == 0;
}
