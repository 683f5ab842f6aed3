// SPDX-License-Identifier: BSD-2-Clause
//
// --trace FILE: takes the machine's records (../trace_records.h) and writes them as readable lines if FILE ends with .txt,
// otherwise as JSON in the Trace Event Format that ui.perfetto.dev and chrome://tracing read.
//
//   trace_open ─ trace_begin ─ trace_drain … ─ trace_end        with trace_line.c or trace_json.c as the format
//
// What the records say of threads (names, what each is in the middle of) is kept here for both formats.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/hosted/interface.h"

enum { TRACE_NAME_BYTES = 128, TRACE_BUFFER_BYTES = 1 << 16, TRACE_LINE_BYTES = 2048, TRACE_CONSOLE_BYTES = 200 };

// What a thread entered the kernel for and has not come back from.
enum trace_open { TRACE_OPEN_NOTHING, TRACE_OPEN_INVOCATION, TRACE_OPEN_CALL, TRACE_OPEN_FAULT };

// An open slice of a JSON trace, as its begin and its end say it: `"cat":"call","name":"Yield"`.
struct trace_slice {
    char text[2 * TRACE_NAME_BYTES + 64];
};

struct trace_task {
    char name[TRACE_NAME_BYTES + 1]; // printable: anything else became '?'
    enum trace_open open;
    struct trace_slice slice;
};

struct trace {
    const char *path;
    int file;
    int error; // of the first write that failed; 0 = none
    const struct trace_format *format;
    struct machine_control *control;
    const struct trace_record *ring;

    struct trace_task *tasks; // by number
    uint32_t task_count;
    bool has_runner;
    uint32_t runner;   // the thread that runs, as of the last record
    uint64_t last_time;
    uint64_t flows;    // messages so far
    bool is_in_interrupt;
    struct trace_slice cpu_slice, interrupt_slice;
    uint32_t console_bytes; // of the line being printed
    char console[TRACE_CONSOLE_BYTES + 1];

    size_t bytes; // in the buffer
    char buffer[TRACE_BUFFER_BYTES];
};

struct trace_format {
    void (*begin)(struct trace *trace, const char *program);
    void (*record)(struct trace *trace, const struct trace_record *record);
    void (*runs)(struct trace *trace, uint64_t time, uint32_t thread);     // another thread than before
    void (*console)(struct trace *trace, uint64_t time, uint32_t thread); // a line is complete: trace->console
    void (*end)(struct trace *trace, int status);
};
extern const struct trace_format trace_lines, trace_json;

// Opens FILE for writing, or ends the process with a sentence.
struct trace *trace_open(const char *path);

// `ring`: the machine's records, mapped.
void trace_begin(struct trace *trace, struct machine_control *control, const void *ring, const char *program);

// Takes the records that are there. False if they cannot be written: `trace->error`.
bool trace_drain(struct trace *trace);

// After the machine has ended: takes the rest and finishes the file. False as above.
bool trace_end(struct trace *trace, int status);

// For the formats.
__attribute__((format(printf, 2, 3))) void trace_print(struct trace *trace, const char *format, ...);
const char *trace_name(const struct trace *trace, uint32_t thread); // without its number
struct trace_task *trace_task(struct trace *trace, uint32_t thread);

// trace_names.c
const char *trace_call_name(const struct trace_record *call, char *room, size_t size); // "seL4_Untyped_Retype", "Call endpoint", …
bool trace_is_invocation(const struct trace_record *call);
bool trace_has_arguments(const struct trace_record *call); // does the call mean its registers?
const char *trace_fault_name(unsigned type);
const char *trace_error_name(uint64_t label); // of a refused invocation
