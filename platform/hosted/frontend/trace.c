// SPDX-License-Identifier: BSD-2-Clause
//
// The ring's reader and the file's writer; see trace.h. Whatever a name or the console contains, what is written is
// printable ASCII.
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "report.h"

enum { PATIENCE_MS = 10000, FIRST_TASKS = 64 };

// ------------------------------------------------------------------------------------------- the file

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

struct trace *trace_open(const char *path)
{
    struct trace *trace = calloc(1, sizeof(*trace));
    if (trace == NULL) {
        refuse("the host has no memory left.");
    }
    *trace = (struct trace){.path = path, .format = ends_with(path, ".txt") ? &trace_lines : &trace_json};
    trace->file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (trace->file < 0) {
        refuse("the trace cannot be written to %s (%s); give --trace a file in a folder that exists and that you may write to.", path,
               strerror(errno));
    }
    struct stat status;
    if (fstat(trace->file, &status) == 0 && !S_ISREG(status.st_mode)) {
        fcntl(trace->file, F_SETFL, fcntl(trace->file, F_GETFL) | O_NONBLOCK); // a pipe that nobody reads must not stop us
    }
    signal(SIGPIPE, SIG_IGN);
    return trace;
}

static void flush(struct trace *trace)
{
    const char *at = trace->buffer;
    while (trace->bytes > 0 && trace->error == 0) {
        ssize_t written = write(trace->file, at, trace->bytes);
        if (written >= 0) {
            at += written;
            trace->bytes -= (size_t)written;
        } else if (errno == EAGAIN) {
            struct pollfd room = {.fd = trace->file, .events = POLLOUT};
            trace->error = poll(&room, 1, PATIENCE_MS) == 0 ? ETIMEDOUT : 0;
        } else if (errno != EINTR) {
            trace->error = errno;
        }
    }
    trace->bytes = 0;
}

void trace_print(struct trace *trace, const char *format, ...)
{
    if (trace->bytes + TRACE_LINE_BYTES > sizeof(trace->buffer)) {
        flush(trace);
    }
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(trace->buffer + trace->bytes, TRACE_LINE_BYTES, format, arguments);
    va_end(arguments);
    trace->bytes += length < TRACE_LINE_BYTES ? (size_t)length : TRACE_LINE_BYTES - 1;
}

// ------------------------------------------------------------------------------------------- threads

struct trace_task *trace_task(struct trace *trace, uint32_t thread)
{
    if (thread >= trace->task_count) {
        uint32_t count = thread * 2 > FIRST_TASKS ? thread * 2 : FIRST_TASKS;
        struct trace_task *tasks = realloc(trace->tasks, count * sizeof(*tasks));
        if (tasks == NULL) {
            refuse("the host has no memory left for the trace of so many threads; leave out --trace.");
        }
        memset(tasks + trace->task_count, 0, (count - trace->task_count) * sizeof(*tasks));
        trace->tasks = tasks;
        trace->task_count = count;
    }
    return &trace->tasks[thread];
}

const char *trace_name(const struct trace *trace, uint32_t thread)
{
    if (thread == TRACE_INTERRUPTS) {
        return "interrupts";
    }
    return thread == TRACE_IDLE_THREAD ? "idle" : trace->tasks[thread].name;
}

static char printable(char c)
{
    return c >= ' ' && c <= '~' ? c : '?';
}

// A piece of a name. Returns whether it was the last one.
static bool take_name(struct trace *trace, const struct trace_record *record)
{
    char *name = trace_task(trace, record->thread)->name;
    const char *piece = (const char *)record->words;
    for (size_t i = 0; i < sizeof(record->words) && record->detail + i < TRACE_NAME_BYTES; i++) {
        if (piece[i] == '\0') {
            name[record->detail + i] = '\0';
            return true;
        }
        name[record->detail + i] = printable(piece[i]);
    }
    return record->detail + sizeof(record->words) >= TRACE_NAME_BYTES;
}

// ------------------------------------------------------------------------------------------- records

static void finish_console_line(struct trace *trace, uint64_t time, uint32_t thread)
{
    trace->console[trace->console_bytes] = '\0';
    trace->console_bytes = 0;
    trace->format->console(trace, time, thread);
}

static void take_character(struct trace *trace, const struct trace_record *record)
{
    char c = (char)record->words[0];
    if (c == '\n' || trace->console_bytes == TRACE_CONSOLE_BYTES) {
        finish_console_line(trace, record->time, record->thread);
    }
    if (c != '\n') {
        trace->console[trace->console_bytes++] = printable(c);
    }
}

static void note_runner(struct trace *trace, uint64_t time, uint32_t thread)
{
    if (!trace->has_runner || trace->runner != thread) {
        trace->format->runs(trace, time, thread);
        trace->has_runner = true;
        trace->runner = thread;
    }
}

static void take(struct trace *trace, const struct trace_record *record)
{
    struct trace_task *task = trace_task(trace, record->thread == TRACE_INTERRUPTS ? TRACE_IDLE_THREAD : record->thread);
    trace->last_time = record->time;
    switch (record->kind) {
    case TRACE_PUTCHAR:
        take_character(trace, record);
        return;
    case TRACE_NAME:
        if (take_name(trace, record)) {
            trace->format->record(trace, record);
        }
        return;
    case TRACE_CALL:
    case TRACE_FAULT:
        note_runner(trace, record->time, record->thread); // the first record of all
        trace->format->record(trace, record);
        task->open = record->kind == TRACE_FAULT ? TRACE_OPEN_FAULT : trace_is_invocation(record) ? TRACE_OPEN_INVOCATION : TRACE_OPEN_CALL;
        return;
    case TRACE_INTERRUPT:
        trace->format->record(trace, record);
        trace->is_in_interrupt = true;
        return;
    case TRACE_MESSAGE:
        trace->flows++;
        trace->format->record(trace, record);
        return;
    case TRACE_RAISED:
        trace->format->record(trace, record);
        task->open = task->open == TRACE_OPEN_NOTHING ? TRACE_OPEN_FAULT : task->open; // of a thread that ran: a timeout
        return;
    case TRACE_DELETED:
        trace->format->record(trace, record);
        task->open = TRACE_OPEN_NOTHING;
        return;
    case TRACE_LEAVE:
        note_runner(trace, record->time, record->thread);
        trace->format->record(trace, record);
        task->open = TRACE_OPEN_NOTHING;
        trace->is_in_interrupt = false;
        return;
    default:
        trace->format->record(trace, record);
        return;
    }
}

void trace_begin(struct trace *trace, struct machine_control *control, const void *ring, const char *program)
{
    const char *slash = strrchr(program, '/');
    trace->control = control;
    trace->ring = ring;
    trace->format->begin(trace, slash != NULL ? slash + 1 : program);
}

bool trace_drain(struct trace *trace)
{
    uint32_t read = trace->control->trace_read, written = __atomic_load_n(&trace->control->trace_written, __ATOMIC_SEQ_CST);
    if (read == written) {
        return trace->error == 0;
    }
    uint32_t before = read;
    for (; read != written && trace->error == 0; read++) {
        take(trace, &trace->ring[read % TRACE_RECORDS]);
    }
    __atomic_store_n(&trace->control->trace_read, read, __ATOMIC_SEQ_CST);
    // A machine that waits filled the ring, and told so, before it saw the old `trace_read`: only now is that sure to be visible.
    if (__atomic_load_n(&trace->control->trace_written, __ATOMIC_SEQ_CST) - before >= TRACE_RECORDS) {
        syscall(SYS_futex, &trace->control->trace_read, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    }
    flush(trace);
    return trace->error == 0;
}

bool trace_end(struct trace *trace, int status)
{
    trace_drain(trace);
    if (trace->console_bytes > 0) {
        finish_console_line(trace, trace->last_time, trace->runner);
    }
    trace->format->end(trace, status);
    flush(trace);
    if (close(trace->file) != 0 && trace->error == 0) {
        trace->error = errno;
    }
    return trace->error == 0;
}
