// SPDX-License-Identifier: BSD-2-Clause
//
// Names of system calls, invocations, capabilities, faults, errors and states, from the tables that the kernel is made of.
#include <stdio.h>

#include <lab4/fault_fields.h>
#include <lab4/invocations.h>
#include <lab4/syscall_table.h>

#include "platform/hosted/names.h"
#include "trace.h"

static uint64_t label_of(uint64_t info)
{
    return info >> 12; // abi §2.3
}

static const char *syscall_name(int64_t number)
{
    switch (number) {
#define NAME(number, name, when) \
    case number:                 \
        return #name;
        LAB4_SYSCALLS(NAME)
#undef NAME
    default:
        return NULL;
    }
}

static const char *invocation_name(uint64_t label)
{
    switch (label) {
#define NAME(number, label, kind, stub, words, caps, result, args) \
    case number:                                                  \
        return #stub;
        LAB4_INVOCATIONS(NAME)
#undef NAME
    default:
        return NULL;
    }
}

const char *trace_fault_name(unsigned type)
{
    switch (type) {
#define NAME(tag, name) \
    case tag:           \
        return #name;
        LAB4_FAULTS(NAME)
#undef NAME
    default:
        return "?";
    }
}

const char *trace_error_name(uint64_t label)
{
    static const char *const names[] = {NULL,           "InvalidArgument",  "InvalidCapability", "IllegalOperation", "RangeError",
                                        "AlignmentError", "FailedLookup",   "TruncatedMessage",  "DeleteFirst",      "RevokeFirst",
                                        "NotEnoughMemory"};
    return label < sizeof(names) / sizeof(names[0]) ? names[label] : "?";
}

static bool sends(int64_t number)
{
    return number <= LAB4_SYS_Call && number >= LAB4_SYS_NBSend;
}

bool trace_has_arguments(const struct trace_record *call)
{
    int64_t number = (int64_t)call->words[TRACE_CALL_NUMBER];
    return number <= LAB4_SYS_Call && number > LAB4_SYS_Yield;
}

bool trace_is_invocation(const struct trace_record *call)
{
    if (!sends((int64_t)call->words[TRACE_CALL_NUMBER])) {
        return false;
    }
    switch (call->detail) {
    case kind_null:
    case kind_endpoint:
    case kind_notification:
    case kind_reply:
    case kind_zombie:
        return false;
    default:
        return true;
    }
}

const char *trace_call_name(const struct trace_record *call, char *room, size_t size)
{
    int64_t number = (int64_t)call->words[TRACE_CALL_NUMBER];
    const char *name = syscall_name(number);
    if (name == NULL) {
        snprintf(room, size, "system call %lld", (long long)number);
        return room;
    }
    if (trace_is_invocation(call)) {
        const char *method = invocation_name(label_of(call->words[TRACE_CALL_INFO]));
        if (method != NULL) {
            return method;
        }
    }
    if (!trace_has_arguments(call)) {
        return name;
    }
    snprintf(room, size, "%s %s", name, call->detail == kind_null ? "nothing" : name_of_kind(call->detail));
    return room;
}
