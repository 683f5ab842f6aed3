/* SPDX-License-Identifier: BSD-2-Clause */
/* Stubs' names come from the table of invocations, details from the reply (spec abi §4). Part of libsel4, which has no printf. */
#include <lab4/invocation_errors.h>
#include <lab4/invocations.h>
#include <sel4/functions.h>
#include <sel4/syscalls.h>

struct text {
    char *at, *end; /* end: where the final 0 must fit */
};

static void put(struct text *text, const char *words)
{
    while (*words != '\0' && text->at < text->end) {
        *text->at++ = *words++;
    }
    *text->at = '\0';
}

static void put_number(struct text *text, seL4_Word number, seL4_Word base)
{
    char digits[21];
    char *first = &digits[sizeof(digits) - 1];
    *first = '\0';
    do {
        *--first = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    put(text, first);
}

/* words, a decimal number, more words */
static void put_count(struct text *text, const char *before, seL4_Word number, const char *after)
{
    put(text, before);
    put_number(text, number, 10);
    put(text, after);
}

static const char *stub_name(seL4_Word label)
{
    switch (label) {
#define ROW(number, Label, kind, stub, words, caps, result, args) \
    case number: \
        return #stub;
        LAB4_INVOCATIONS(ROW)
#undef ROW
    default:
        return "an unknown invocation";
    }
}

static const char *error_name(seL4_Error error)
{
    static const char *const names[] = {
        "seL4_NoError",         "seL4_InvalidArgument", "seL4_InvalidCapability", "seL4_IllegalOperation",
        "seL4_RangeError",      "seL4_AlignmentError",  "seL4_FailedLookup",      "seL4_TruncatedMessage",
        "seL4_DeleteFirst",     "seL4_RevokeFirst",     "seL4_NotEnoughMemory",
    };
    return (seL4_Word)error < sizeof(names) / sizeof(names[0]) ? names[error] : "an unknown error";
}

static void put_lookup_failure(struct text *text)
{
    put(text, seL4_GetMR(0) ? ", of a source" : "");
    switch (seL4_GetMR(1)) {
    case seL4_InvalidRoot:
        put(text, ": the root is no CNode");
        break;
    case seL4_MissingCapability:
        put_count(text, ": nothing is there, with ", seL4_GetMR(2), " bits left");
        break;
    case seL4_DepthMismatch:
        put_count(text, ": ", seL4_GetMR(2), " bits were left");
        put_count(text, ", the CNode has ", seL4_GetMR(3), "");
        break;
    case seL4_GuardMismatch:
        put_count(text, ": ", seL4_GetMR(2), " bits were left, the guard is 0x");
        put_number(text, seL4_GetMR(3), 16);
        put_count(text, " of ", seL4_GetMR(4), " bits");
        break;
    default:
        break;
    }
}

static void put_details(struct text *text, seL4_Error error)
{
    switch (error) {
    case seL4_InvalidArgument:
        put_count(text, ", argument ", seL4_GetMR(0), "");
        break;
    case seL4_InvalidCapability:
        put_count(text, ", capability ", seL4_GetMR(0), seL4_GetMR(0) == 0 ? " (the invoked one)" : "");
        break;
    case seL4_RangeError:
        put_count(text, ", allowed are ", seL4_GetMR(0), "");
        put_count(text, " to ", seL4_GetMR(1), "");
        break;
    case seL4_FailedLookup:
        put_lookup_failure(text);
        break;
    case seL4_NotEnoughMemory:
        put_count(text, ", ", seL4_GetMR(0), " bytes are free");
        break;
    default:
        break;
    }
}

void lab4_describe_invocation_error(char *text, seL4_Word size, seL4_CPtr service, seL4_Word label, seL4_Error error)
{
    struct text line = {text, text + size - 1};
    put(&line, stub_name(label));
    put_count(&line, " on capability ", service, ": ");
    put(&line, error_name(error));
    put_count(&line, " (", (seL4_Word)error, ")");
    put_details(&line, error);
}

void lab4_print_invocation_error(seL4_CPtr service, seL4_Word label, seL4_Error error)
{
#ifdef CONFIG_PRINTING
    char text[LAB4_INVOCATION_ERROR_BYTES];
    lab4_describe_invocation_error(text, sizeof(text), service, label, error);
    for (const char *at = text; *at != '\0'; at++) {
        seL4_DebugPutChar(*at);
    }
    seL4_DebugPutChar('\n');
#else
    (void)service, (void)label, (void)error;
#endif
}
