// SPDX-License-Identifier: BSD-2-Clause
//
// --trace FILE.txt: one line for each thing that happened,
//
//     seconds.nanoseconds  name#number  what
//
// where the number tells threads of the same name apart. The same run gives the same lines (--time=virtual).
#include <inttypes.h>

#include "platform/hosted/names.h"
#include "trace.h"

enum { NS_PER_TICK = 16, SECOND_NS = 1000000000, TIMER_LINE = 27 };

static void print_head(struct trace *trace, uint64_t time, uint32_t thread)
{
    uint64_t ns = time * NS_PER_TICK;
    trace_print(trace, "%4" PRIu64 ".%09" PRIu64 "  ", ns / SECOND_NS, ns % SECOND_NS);
    if (thread == TRACE_IDLE_THREAD || thread == TRACE_INTERRUPTS) {
        trace_print(trace, "%s  ", trace_name(trace, thread));
    } else {
        trace_print(trace, "%s#%" PRIu32 "  ", trace_name(trace, thread), thread);
    }
}

static void print_call(struct trace *trace, const struct trace_record *call)
{
    char room[64];
    const uint64_t info = call->words[TRACE_CALL_INFO];
    trace_print(trace, "%s", trace_call_name(call, room, sizeof(room)));
    if (!trace_has_arguments(call)) {
        trace_print(trace, "\n");
        return;
    }
    trace_print(trace, " cap 0x%" PRIx64, call->words[TRACE_CALL_CAP]);
    if (call->words[TRACE_CALL_OBJECT] != 0) {
        trace_print(trace, " (0x%" PRIx64 ")", call->words[TRACE_CALL_OBJECT]);
    }
    if (call->words[TRACE_CALL_BADGE] != 0) {
        trace_print(trace, " badge 0x%" PRIx64, call->words[TRACE_CALL_BADGE]);
    }
    trace_print(trace, " label %" PRIu64 " length %" PRIu64 " mr0 0x%" PRIx64 "\n", info >> 12, info & 0x7f, call->words[TRACE_CALL_MR0]);
}

static void print_return(struct trace *trace, const struct trace_record *leave)
{
    const uint64_t info = leave->words[1];
    const enum trace_open open = trace_task(trace, leave->thread)->open;
    if (open == TRACE_OPEN_NOTHING) {
        return;
    }
    print_head(trace, leave->time, leave->thread);
    if (open != TRACE_OPEN_FAULT && leave->words[3]) {
        trace_print(trace, "  repeats the call\n");
        return;
    }
    const char *error = open == TRACE_OPEN_INVOCATION ? trace_error_name(info >> 12) : NULL;
    if (error != NULL) {
        trace_print(trace, "  refused: %s\n", error);
    } else if (open == TRACE_OPEN_FAULT) {
        trace_print(trace, "  goes on at 0x%" PRIx64 "\n", leave->words[2]);
    } else {
        trace_print(trace, "  returns x0 0x%" PRIx64 " label %" PRIu64 " length %" PRIu64 "\n", leave->words[0], info >> 12, info & 0x7f);
    }
}

static void print_message(struct trace *trace, const struct trace_record *record)
{
    static const char *const what[] = {
        [TRACE_BY_MESSAGE] = "message", [TRACE_BY_REPLY] = "reply", [TRACE_BY_SIGNAL] = "signal", [TRACE_BY_FAULT] = "fault message"};
    const uint32_t to = (uint32_t)record->words[0];
    trace_print(trace, "  -> %s to %s#%" PRIu32 "\n", what[record->detail], trace_name(trace, to), to);
}

static void record(struct trace *trace, const struct trace_record *r)
{
    if (r->kind == TRACE_LEAVE) {
        print_return(trace, r);
        return;
    }
    print_head(trace, r->time, r->kind == TRACE_INTERRUPT ? TRACE_INTERRUPTS : r->thread);
    switch (r->kind) {
    case TRACE_CALL:
        print_call(trace, r);
        break;
    case TRACE_FAULT:
        trace_print(trace, "%s 0x%" PRIx64 " at 0x%" PRIx64 "%s, syndrome 0x%" PRIx64 "\n", trace_fault_name(r->detail), r->words[0], r->words[3],
                    r->words[1] ? " (fetch)" : "", r->words[2]);
        break;
    case TRACE_RAISED:
        trace_print(trace, "  raises %s 0x%" PRIx64 " 0x%" PRIx64 "\n", trace_fault_name(r->detail), r->words[0], r->words[1]);
        break;
    case TRACE_INTERRUPT:
        trace_print(trace, "line %" PRIu64 "%s\n", r->words[0], r->words[0] == TIMER_LINE ? " (timer)" : "");
        break;
    case TRACE_MESSAGE:
        print_message(trace, r);
        break;
    case TRACE_STATE:
        trace_print(trace, "  %s -> %s\n", name_of_state(r->detail & 0xff), name_of_state(r->detail >> 8));
        break;
    case TRACE_BUDGET:
        trace_print(trace, "  budget %s\n", r->detail == TRACE_USED_UP ? "used up" : "replenished");
        break;
    case TRACE_NAME:
        trace_print(trace, "  is the thread's name\n");
        break;
    case TRACE_CREATED:
        trace_print(trace, "  a new thread, TCB 0x%" PRIx64 "\n", r->words[0]);
        break;
    case TRACE_DELETED:
        trace_print(trace, "  is deleted\n");
        break;
    default:
        trace_print(trace, "(an unknown record, %u)\n", r->kind);
        break;
    }
}

static void runs(struct trace *trace, uint64_t time, uint32_t thread)
{
    print_head(trace, time, thread);
    trace_print(trace, "runs\n");
}

static void console(struct trace *trace, uint64_t time, uint32_t thread)
{
    print_head(trace, time, thread);
    trace_print(trace, "prints: %s\n", trace->console);
}

static void begin(struct trace *trace, const char *program)
{
    trace_print(trace, "# lab4 trace of %s\n", program);
}

static void end(struct trace *trace, int status)
{
    trace_print(trace, "# the run ends with status %d\n", status);
}

const struct trace_format trace_lines = {begin, record, runs, console, end};
