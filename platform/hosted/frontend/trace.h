// SPDX-License-Identifier: BSD-2-Clause
//
// --trace FILE: saves the machine's records (../trace_records.h) while it runs, and when the run
// has ended lets tools/lab4/tracing make text or JSON of them. Nothing is formatted while the
// machine runs, so a trace costs it as little as possible.
//
//   trace_open ─ trace_begin ─ trace_drain … ─ trace_end
//
// The records are kept in FILE.raw, which is removed when FILE is complete; so a front end that is
// killed leaves all that it had taken. If FILE is a pipe or a device they are in a file without
// name. A raw file is one line of JSON (trace_header.c) and then records.
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "platform/hosted/frontend/options.h"
#include "platform/hosted/interface.h"

enum trace_format { TRACE_TEXT, TRACE_JSON, TRACE_RAW };

struct trace {
    const struct options *options;
    const char *path; // of FILE
    enum trace_format format;
    int file, raw;           // descriptors; of a raw trace both are the same
    char raw_path[PATH_MAX]; // empty: the file has no name
    int error;               // of the first write that failed; 0 = none
    struct machine_control *control;
    const struct trace_record *ring;
};

// Opens FILE (options->trace) for writing, or ends the process with a sentence.
struct trace *trace_open(const struct options *options);

// `ring`: the machine's records, mapped.
void trace_begin(struct trace *trace, struct machine_control *control, const void *ring);

// Takes the records that are there. False if they cannot be written: `trace->error`.
bool trace_drain(struct trace *trace);

// After the machine has ended with `status`: takes the rest and makes FILE. False: it is not
// complete. If `trace->error` is 0 then, why has been said.
bool trace_end(struct trace *trace, int status);

// trace_header.c: the line of JSON. Returns what fprintf returns.
int trace_write_header(int file, const char *program);
