// SPDX-License-Identifier: BSD-2-Clause
//
// --trace FILE: JSON in the Trace Event Format. Tracks (tid):
//
//   1       CPU         which thread runs, one slice after another
//   2       interrupts  the lines that are taken
//   10 + n  thread n    a slice from each system call or fault until the thread runs again: its time in the kernel, and blocked
//
// Messages, replies, signals and fault messages are arrows (flow events) between the slices of both sides; budgets, deletion
// and what others do to a thread are instants. One event a line, in order of time on each track.
#include <inttypes.h>
#include <stdio.h>

#include "platform/hosted/names.h"
#include "trace.h"

enum { TID_CPU = 1, TID_INTERRUPTS = 2, TID_THREADS = 10, NS_PER_TICK = 16, TIMER_LINE = 27 };

static uint32_t tid_of(uint32_t thread)
{
    return thread == TRACE_INTERRUPTS ? TID_INTERRUPTS : TID_THREADS + thread;
}

// Printable ASCII as the inside of a JSON string; `room` has twice its size.
static const char *escape(const char *text, char *room)
{
    char *to = room;
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            *to++ = '\\';
        }
        *to++ = *text;
    }
    *to = '\0';
    return room;
}

// An event up to its arguments: `{…,"ph":"B","ts":…,"pid":1,"tid":…`
static void open_event(struct trace *trace, const char *phase, uint64_t time, uint32_t tid)
{
    const uint64_t ns = time * NS_PER_TICK;
    trace_print(trace, ",\n{\"ph\":\"%s\",\"pid\":1,\"tid\":%" PRIu32 ",\"ts\":%" PRIu64 ".%03" PRIu64, phase, tid, ns / 1000, ns % 1000);
}

static struct trace_slice *slice_of(struct trace *trace, uint32_t tid)
{
    if (tid < TID_THREADS) {
        return tid == TID_CPU ? &trace->cpu_slice : &trace->interrupt_slice;
    }
    return &trace_task(trace, tid - TID_THREADS)->slice;
}

// Up to its arguments, too. `name` can stand inside a JSON string.
static void begin_slice(struct trace *trace, uint64_t time, uint32_t tid, const char *category, const char *name)
{
    struct trace_slice *slice = slice_of(trace, tid);
    snprintf(slice->text, sizeof(slice->text), "\"cat\":\"%s\",\"name\":\"%s\"", category, name);
    open_event(trace, "B", time, tid);
    trace_print(trace, ",%s", slice->text);
}

static void open_end(struct trace *trace, uint64_t time, uint32_t tid)
{
    open_event(trace, "E", time, tid);
    trace_print(trace, ",%s", slice_of(trace, tid)->text);
}

static void end_slice(struct trace *trace, uint64_t time, uint32_t tid)
{
    open_end(trace, time, tid);
    trace_print(trace, "}");
}

static void print_instant(struct trace *trace, uint64_t time, uint32_t tid, const char *name)
{
    open_event(trace, "i", time, tid);
    trace_print(trace, ",\"s\":\"t\",\"cat\":\"thread\",\"name\":\"%s\"}", name);
}

static void print_metadata(struct trace *trace, const char *what, uint32_t tid, const char *name)
{
    static const char head[] = ",\n{\"ph\":\"M\",\"pid\":1,\"tid\":%" PRIu32 ",\"ts\":0,\"cat\":\"__metadata\",\"name\":";
    trace_print(trace, head, tid);
    trace_print(trace, "\"%s\",\"args\":{\"name\":\"%s\"}}", what, name);
    trace_print(trace, head, tid);
    trace_print(trace, "\"thread_sort_index\",\"args\":{\"sort_index\":%" PRIu32 "}}", tid);
}

static void print_thread_name(struct trace *trace, uint32_t thread)
{
    char room[2 * TRACE_NAME_BYTES + 2];
    char name[sizeof(room) + 16];
    snprintf(name, sizeof(name), "%s#%" PRIu32, escape(trace_name(trace, thread), room), thread);
    print_metadata(trace, "thread_name", tid_of(thread), name);
}

// ------------------------------------------------------------------------------------------- records

// A thread that comes in again without having come back (its call was repeated) ends its slice first.
static void end_thread_slice(struct trace *trace, uint64_t time, uint32_t thread)
{
    if (trace_task(trace, thread)->open != TRACE_OPEN_NOTHING) {
        end_slice(trace, time, tid_of(thread));
    }
}

static void print_call(struct trace *trace, const struct trace_record *call)
{
    char room[64];
    const uint64_t info = call->words[TRACE_CALL_INFO];
    end_thread_slice(trace, call->time, call->thread);
    begin_slice(trace, call->time, tid_of(call->thread), "call", trace_call_name(call, room, sizeof(room)));
    if (!trace_has_arguments(call)) {
        trace_print(trace, "}");
        return;
    }
    trace_print(trace, ",\"args\":{\"cap\":\"0x%" PRIx64 "\",\"kind\":\"%s\",\"object\":\"0x%" PRIx64
                       "\",\"badge\":\"0x%" PRIx64 "\",\"label\":%" PRIu64 ",\"length\":%" PRIu64 ",\"mr0\":\"0x%" PRIx64 "\"}}",
                call->words[TRACE_CALL_CAP], name_of_kind(call->detail), call->words[TRACE_CALL_OBJECT],
                call->words[TRACE_CALL_BADGE], info >> 12, info & 0x7f, call->words[TRACE_CALL_MR0]);
}

static void print_fault(struct trace *trace, const struct trace_record *r)
{
    end_thread_slice(trace, r->time, r->thread);
    begin_slice(trace, r->time, tid_of(r->thread), "fault", trace_fault_name(r->detail));
    trace_print(trace, ",\"args\":{\"address\":\"0x%" PRIx64 "\",\"pc\":\"0x%" PRIx64 "\",\"fetch\":%" PRIu64 ",\"syndrome\":\"0x%" PRIx64 "\"}}",
                r->words[0], r->words[3], r->words[1], r->words[2]);
}

// In a call, or while the thread ran.
static void print_raised(struct trace *trace, const struct trace_record *r)
{
    const uint32_t tid = tid_of(r->thread);
    if (trace_task(trace, r->thread)->open == TRACE_OPEN_NOTHING) {
        begin_slice(trace, r->time, tid, "fault", trace_fault_name(r->detail));
    } else {
        open_event(trace, "i", r->time, tid);
        trace_print(trace, ",\"s\":\"t\",\"cat\":\"fault\",\"name\":\"%s\"", trace_fault_name(r->detail));
    }
    trace_print(trace, ",\"args\":{\"words\":[\"0x%" PRIx64 "\",\"0x%" PRIx64 "\"]}}", r->words[0], r->words[1]);
}

static void print_interrupt(struct trace *trace, const struct trace_record *r)
{
    char name[32];
    if (trace->is_in_interrupt) {
        end_slice(trace, r->time, TID_INTERRUPTS);
    }
    snprintf(name, sizeof(name), "%s %" PRIu64, r->words[0] == TIMER_LINE ? "timer" : "line", r->words[0]);
    begin_slice(trace, r->time, TID_INTERRUPTS, "interrupt", name);
    trace_print(trace, "}");
}

static void print_flow(struct trace *trace, const struct trace_record *r)
{
    static const char *const names[] = {
        [TRACE_BY_MESSAGE] = "message", [TRACE_BY_REPLY] = "reply", [TRACE_BY_SIGNAL] = "signal", [TRACE_BY_FAULT] = "fault"};
    const uint32_t ends[] = {r->thread, (uint32_t)r->words[0]};
    for (unsigned i = 0; i < 2; i++) {
        open_event(trace, i == 0 ? "s" : "f", r->time, tid_of(ends[i]));
        trace_print(trace, ",\"cat\":\"ipc\",\"id\":%" PRIu64 ",\"name\":\"%s\"%s}", trace->flows, names[r->detail], i == 0 ? "" : ",\"bp\":\"e\"");
    }
}

static void print_leave(struct trace *trace, const struct trace_record *r)
{
    const enum trace_open open = trace_task(trace, r->thread)->open;
    if (trace->is_in_interrupt) {
        end_slice(trace, r->time, TID_INTERRUPTS);
    }
    if (open == TRACE_OPEN_NOTHING) {
        return;
    }
    if (open != TRACE_OPEN_FAULT && r->words[3]) {
        open_end(trace, r->time, tid_of(r->thread));
        trace_print(trace, ",\"args\":{\"repeated\":true}}");
        return;
    }
    const char *error = open == TRACE_OPEN_INVOCATION ? trace_error_name(r->words[1] >> 12) : NULL;
    open_end(trace, r->time, tid_of(r->thread));
    trace_print(trace, ",\"args\":{\"x0\":\"0x%" PRIx64 "\",\"info\":\"0x%" PRIx64 "\"%s%s%s}}", r->words[0], r->words[1], error ? ",\"refused\":\"" : "",
                error ? error : "", error ? "\"" : "");
}

static void record(struct trace *trace, const struct trace_record *r)
{
    char text[96];
    const uint32_t tid = tid_of(r->thread);
    switch (r->kind) {
    case TRACE_CALL:
        print_call(trace, r);
        break;
    case TRACE_FAULT:
        print_fault(trace, r);
        break;
    case TRACE_INTERRUPT:
        print_interrupt(trace, r);
        break;
    case TRACE_MESSAGE:
        print_flow(trace, r);
        break;
    case TRACE_LEAVE:
        print_leave(trace, r);
        break;
    case TRACE_NAME:
        print_thread_name(trace, r->thread);
        break;
    case TRACE_BUDGET:
        print_instant(trace, r->time, tid, r->detail == TRACE_USED_UP ? "budget used up" : "budget replenished");
        break;
    case TRACE_RAISED:
        print_raised(trace, r);
        break;
    case TRACE_STATE:
        snprintf(text, sizeof(text), "%s -> %s", name_of_state(r->detail & 0xff), name_of_state(r->detail >> 8));
        print_instant(trace, r->time, tid, text);
        break;
    case TRACE_CREATED:
        print_instant(trace, r->time, tid, "created");
        break;
    case TRACE_DELETED:
        end_thread_slice(trace, r->time, r->thread);
        print_instant(trace, r->time, tid, "deleted");
        break;
    default:
        break;
    }
}

static void runs(struct trace *trace, uint64_t time, uint32_t thread)
{
    char room[2 * TRACE_NAME_BYTES + 2];
    if (trace->has_runner) {
        end_slice(trace, time, TID_CPU);
    }
    begin_slice(trace, time, TID_CPU, "cpu", escape(trace_name(trace, thread), room));
    trace_print(trace, "}");
}

static void console(struct trace *trace, uint64_t time, uint32_t thread)
{
    char room[2 * TRACE_CONSOLE_BYTES + 2];
    open_event(trace, "i", time, tid_of(thread));
    trace_print(trace, ",\"s\":\"t\",\"cat\":\"console\",\"name\":\"prints\",\"args\":{\"text\":\"%s\"}}", escape(trace->console, room));
}

static void begin(struct trace *trace, const char *program)
{
    char name[256], room[2 * sizeof(name)];
    snprintf(name, sizeof(name), "lab4 %s", program);
    for (char *c = name; *c != '\0'; c++) {
        *c = *c >= ' ' && *c <= '~' ? *c : '?';
    }
    trace_print(trace, "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n{\"ph\":\"M\",\"pid\":1,\"tid\":1,\"ts\":0,\"cat\":\"__metadata\",\"name\":\"process_name\",\"args\":{\"name\":\"%s\"}}",
                escape(name, room));
    print_metadata(trace, "thread_name", TID_CPU, "CPU");
    print_metadata(trace, "thread_name", TID_INTERRUPTS, "interrupts");
}

static void end(struct trace *trace, int status)
{
    for (uint32_t thread = 1; thread < trace->task_count; thread++) {
        end_thread_slice(trace, trace->last_time, thread);
    }
    if (trace->is_in_interrupt) {
        end_slice(trace, trace->last_time, TID_INTERRUPTS);
    }
    if (trace->has_runner) {
        end_slice(trace, trace->last_time, TID_CPU);
    }
    open_event(trace, "i", trace->last_time, TID_CPU);
    trace_print(trace, ",\"s\":\"g\",\"cat\":\"run\",\"name\":\"the run ends\",\"args\":{\"status\":%d}}\n]}\n", status);
}

const struct trace_format trace_json = {begin, record, runs, console, end};
