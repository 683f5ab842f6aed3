// SPDX-License-Identifier: BSD-2-Clause
//
// See refused.h. Names and arguments come from the table of invocations that the kernel and the stubs are made of.
#include "refused.h"

#include <lab4/invocations.h>
#include <lab4/syscall_table.h>
#include <sel4/errors.h>
#include <string.h>

#include "causes.h"
#include "core/entry/invoke.h"

enum { MAY_SEND = 1, REGISTER_WORDS = 4, MESSAGE_WORDS = 120, MOST_EXTRA_CAPS = 3 };

struct argument {
    const char *type, *name;
};

struct method {
    const char *name;
    const struct argument *arguments; // ends with a null name
};

#define REFUSED_A(type, name) {#type, #name}, REFUSED_B
#define REFUSED_B(type, name) {#type, #name}, REFUSED_A
#define REFUSED_A_END
#define REFUSED_B_END
#define ARGUMENTS(number, label, kind, stub, words, caps, result, args) \
    static const struct argument arguments_##number[] = {LAB4_SEQUENCE(REFUSED, args){NULL, NULL}};
LAB4_INVOCATIONS(ARGUMENTS)
#undef ARGUMENTS

static const struct method *method_of(uint64_t label)
{
#define METHOD(number, label, kind, stub, words, caps, result, args) [number] = {#stub, arguments_##number},
    static const struct method methods[] = {LAB4_INVOCATIONS(METHOD)};
#undef METHOD
    return label < ARRAY_LENGTH(methods) && methods[label].name != NULL ? &methods[label] : NULL;
}

static const char *name_of_syscall(uint64_t number)
{
    switch ((sword_t)number) {
#define NAME(number, name, when) \
    case number:                 \
        return "seL4_" #name;
        LAB4_SYSCALLS(NAME)
#undef NAME
    default:
        return "a system call";
    }
}

// ---------------------------------------------------------------------------------------- arguments

static bool is_cap(const struct argument *argument)
{
    static const char *const caps[] = {"cap", "cnode", "tcb", "sc", "untyped"};
    for (size_t i = 0; i < ARRAY_LENGTH(caps); i++) {
        if (strcmp(argument->type, caps[i]) == 0) {
            return true;
        }
    }
    return false;
}

// It has a message word of its own, which tells its value.
static bool is_word(const struct argument *argument)
{
    static const char *const words[] = {"word", "byte", "time", "rights", "attr"};
    for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
        if (strcmp(argument->type, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

// The thread's IPC buffer, or NULL.
static const word_t *buffer_of(const struct tcb *thread)
{
    const struct cap cap = thread->slots[TCB_BUFFER].cap;
    if (cap_kind(cap) != kind_frame) {
        return NULL;
    }
    return (const word_t *)(const void *)guest_physical(&guest, frame_cap_base(cap) + (thread->buffer_address & LOW_BITS(12) & ~UINT64_C(7)),
                                                        (BUFFER_RECEIVE_DEPTH + 1) * sizeof(word_t));
}

static uint64_t word_at(const struct machine_refusal *refusal, const word_t *buffer, unsigned index)
{
    return index < REGISTER_WORDS ? refusal->words[index] : buffer != NULL && index < MESSAGE_WORDS ? buffer[BUFFER_MESSAGE + index] : 0;
}

static void print_arguments(FILE *out, const struct tcb *thread, const struct machine_refusal *refusal, const struct method *method)
{
    const word_t *buffer = buffer_of(thread);
    unsigned word = 0, cap = 0;
    const char *separator = "";
    fprintf(out, "(");
    for (const struct argument *argument = method->arguments; argument->name != NULL; argument++) {
        if (is_cap(argument) && buffer != NULL && cap < MOST_EXTRA_CAPS) {
            fprintf(out, "%s%s=0x%lx", separator, argument->name, buffer[BUFFER_CAPS + cap++]);
        } else if (is_word(argument) && word < info_length(refusal->info)) {
            fprintf(out, "%s%s=0x%lx", separator, argument->name, word_at(refusal, buffer, word++));
        } else {
            fprintf(out, "%s%s", separator, argument->name);
        }
        separator = ", ";
    }
    fprintf(out, ")");
}

// The name of the argument that is word or capability number `index`; "" if that cannot be told.
static const char *name_of_argument(const struct method *method, bool wants_cap, uint64_t index)
{
    const struct argument *argument = method != NULL ? method->arguments : NULL;
    for (uint64_t i = 0; argument != NULL && argument->name != NULL; argument++) {
        if (!is_cap(argument) && !is_word(argument)) {
            return "";
        }
        if (is_cap(argument) == wants_cap && i++ == index) {
            return argument->name;
        }
    }
    return "";
}

// -------------------------------------------------------------------------------------------- errors

static void print_named(FILE *out, const char *what, uint64_t number, const char *name)
{
    fprintf(out, "%s %lu%s%s%s", what, number, name[0] != '\0' ? " (" : "", name, name[0] != '\0' ? ")" : "");
}

static void print_wrong_argument(FILE *out, const struct machine_refusal *refusal, const struct method *method)
{
    const uint64_t number = refusal->payload[0];
    print_named(out, "InvalidArgument: argument", number, name_of_argument(method, false, number));
    fprintf(out, " has a value that is not allowed");
}

static void print_wrong_cap(FILE *out, const struct machine_refusal *refusal, const struct method *method)
{
    const uint64_t number = refusal->payload[0];
    if (number == 0) {
        fprintf(out, "InvalidCapability: the %s is not in a state in which this can be done", name_of_kind((unsigned)refusal->kind));
        return;
    }
    print_named(out, "InvalidCapability: capability", number, name_of_argument(method, true, number - 1));
    fprintf(out, " is empty, of the wrong kind, or not in the right state");
}

static void print_failed_lookup(FILE *out, const struct tcb *thread, const struct machine_refusal *refusal)
{
    const word_t *buffer = buffer_of(thread);
    const uint64_t words[3] = {refusal->payload[2], refusal->payload[3], buffer != NULL ? buffer[BUFFER_MESSAGE + REGISTER_WORDS] : 0};
    if (refusal->kind == kind_frame || refusal->kind == kind_page_table) {
        fprintf(out, "FailedLookup: no page table covers the address, of which %lu bits are left; map one first", words[0]);
        return;
    }
    fprintf(out, "FailedLookup: the %s cannot be found: ", refusal->payload[0] != 0 ? "source slot" : "slot");
    switch (refusal->payload[1]) {
    case seL4_InvalidRoot:
        fprintf(out, "its root is no CNode, or the address space is not there");
        break;
    case seL4_MissingCapability:
        fprintf(out, "it is empty, or not there (%lu bits of the address were left)", words[0]);
        break;
    case seL4_DepthMismatch:
        fprintf(out, "%lu bits of the address are left where %lu are needed", words[0], words[1]);
        break;
    default:
        fprintf(out, "the address has other bits than the guard 0x%lx (%lu bits)", words[1], words[2]);
        break;
    }
}

static void print_error(FILE *out, const struct tcb *thread, const struct machine_refusal *refusal, const struct method *method)
{
    switch (refusal->error) {
    case seL4_InvalidArgument:
        print_wrong_argument(out, refusal, method);
        break;
    case seL4_InvalidCapability:
        print_wrong_cap(out, refusal, method);
        break;
    case seL4_IllegalOperation:
        fprintf(out, "IllegalOperation: this cannot be done to this %s as it is", name_of_kind((unsigned)refusal->kind));
        break;
    case seL4_RangeError:
        fprintf(out, "RangeError: a value must be from %lu to %lu (0x%lx to 0x%lx)", refusal->payload[0], refusal->payload[1], refusal->payload[0],
                refusal->payload[1]);
        break;
    case seL4_AlignmentError:
        fprintf(out, "AlignmentError: an address is not a multiple of the size of what is there");
        break;
    case seL4_FailedLookup:
        print_failed_lookup(out, thread, refusal);
        break;
    case seL4_TruncatedMessage:
        fprintf(out, "TruncatedMessage: %lu words and %lu capabilities are too few", info_length(refusal->info), info_extra_caps(refusal->info));
        break;
    case seL4_DeleteFirst:
        fprintf(out, "DeleteFirst: the destination is not empty");
        break;
    case seL4_RevokeFirst:
        fprintf(out, "RevokeFirst: there are capabilities derived from this one; revoke them first");
        break;
    case seL4_NotEnoughMemory:
        fprintf(out, "NotEnoughMemory: %lu bytes are left in it", refusal->payload[0]);
        break;
    default:
        fprintf(out, "error %lu", refusal->error);
        break;
    }
}

// ------------------------------------------------------------------------------------------- a refusal

static void print_object(FILE *out, const struct machine_refusal *refusal)
{
    if (refusal->kind != kind_null) {
        fprintf(out, " (%s", name_of_kind((unsigned)refusal->kind));
        if (refusal->object != 0) {
            fprintf(out, " 0x%lx", refusal->object);
        }
        fprintf(out, ")");
    }
}

static void print_reason(FILE *out, const struct tcb *thread, const struct machine_refusal *refusal, const struct method *method)
{
    const char *verb = refusal->is_receiving ? "receive" : "send";
    const unsigned right = refusal->is_receiving ? MAY_SEND << 1 : MAY_SEND;
    if (refusal->lookup_type != 0) {
        print_lookup(out, thread, refusal->cap, refusal->lookup_type, refusal->lookup_words);
    } else if (refusal->kind == kind_null) {
        fprintf(out, "slot 0x%lx of the CSpace is empty", refusal->cap);
    } else if (!(refusal->rights & right)) {
        fprintf(out, "the capability does not give the right to %s", verb);
    } else if (refusal->error != seL4_NoError) {
        print_error(out, thread, refusal, method);
    } else {
        fprintf(out, "a %s is nothing that one can %s", name_of_kind((unsigned)refusal->kind), refusal->is_receiving ? "receive from" : "send to");
    }
}

void print_refusal(FILE *out, const struct tcb *thread, const struct machine_refusal *refusal)
{
    const bool has_methods = refusal->kind != kind_endpoint && refusal->kind != kind_notification && refusal->kind != kind_reply;
    const bool is_invocation = !refusal->is_receiving && (sword_t)refusal->number == LAB4_SYS_Call && has_methods;
    const struct method *method = is_invocation ? method_of(info_label(refusal->info)) : NULL;
    fprintf(out, "%s", method != NULL ? method->name : name_of_syscall(refusal->number));
    if (method != NULL) {
        print_arguments(out, thread, refusal, method);
    }
    fprintf(out, refusal->is_extra ? " with capability 0x%lx in the message" : " on capability 0x%lx", refusal->cap);
    if (!refusal->is_extra) {
        print_object(out, refusal);
    }
    fprintf(out, ": ");
    print_reason(out, thread, refusal, method);
}
