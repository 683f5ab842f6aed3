// SPDX-License-Identifier: BSD-2-Clause
//
// The first line of a raw trace: the program, and the names of all numbers that records contain,
// expanded from the tables that the kernel is made of. So the decoder needs no table of its own,
// and reads traces of other versions.
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <lab4/fault_fields.h>
#include <lab4/invocations.h>
#include <lab4/syscall_table.h>
#include <sel4/constants.h>
#include <sel4/objecttype.h>

#include "platform/hosted/names.h"
#include "trace.h"

// X(object type, log2 of its size, whether the size argument of Retype is part of it)
#define OBJECTS(X)                                                                                 \
    X(seL4_UntypedObject, 0, 1)                                                                    \
    X(seL4_TCBObject, seL4_TCBBits, 0)                                                             \
    X(seL4_EndpointObject, seL4_EndpointBits, 0)                                                   \
    X(seL4_NotificationObject, seL4_NotificationBits, 0)                                           \
    X(seL4_CapTableObject, seL4_SlotBits, 1)                                                       \
    X(seL4_SchedContextObject, 0, 1)                                                               \
    X(seL4_ReplyObject, seL4_ReplyBits, 0)                                                         \
    X(seL4_ARM_HugePageObject, seL4_HugePageBits, 0)                                               \
    X(seL4_ARM_VSpaceObject, seL4_VSpaceBits, 0)                                                   \
    X(seL4_ARM_SmallPageObject, seL4_PageBits, 0)                                                  \
    X(seL4_ARM_LargePageObject, seL4_LargePageBits, 0)                                             \
    X(seL4_ARM_PageTableObject, seL4_PageTableBits, 0)

#define TEXT(...) #__VA_ARGS__

static void print_string(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text != '\0'; text++) {
        const unsigned char c = (unsigned char)*text;
        fprintf(out, c < ' ' || c == '"' || c == '\\' || c >= 0x7f ? "\\u%04x" : "%c", c);
    }
    fputc('"', out);
}

static void print_numbers(FILE *out)
{
    fputs(", \"syscalls\": {", out);
#define ROW(number, name, when) fprintf(out, "\"%d\": \"%s\", ", number, #name);
    LAB4_SYSCALLS(ROW)
#undef ROW
    fputs("\"0\": \"?\"}, \"faults\": {", out);
#define ROW(tag, name) fprintf(out, "\"%d\": \"%s\", ", tag, #name);
    LAB4_FAULTS(ROW)
#undef ROW
    fputs("\"0\": \"?\"}, \"kinds\": {", out);
#define ROW(name, number, ...) fprintf(out, "\"%d\": \"%s\", ", number, #name);
    CAP_KINDS(ROW)
#undef ROW
    fputs("\"-1\": \"?\"}, \"states\": [", out);
    for (unsigned state = 0; name_of_state(state)[0] != '?'; state++) {
        fprintf(out, "%s\"%s\"", state == 0 ? "" : ", ", name_of_state(state));
    }
    fputs("]", out);
}

static void print_tables(FILE *out)
{
    fputs(", \"invocations\": {", out);
#define ROW(number, label, kind, stub, words, caps, result, args)                                  \
    fprintf(out, "\"%d\": [\"%s\", \"%s\"], ", number, #stub, TEXT(args));
    LAB4_INVOCATIONS(ROW)
#undef ROW
    fputs("\"0\": [\"?\", \"\"]}, \"objects\": {", out);
#define ROW(type, bits, is_sized)                                                                  \
    fprintf(out, "\"%d\": [\"%s\", %d, %s], ", (int)(type), #type, (int)(bits),                    \
            is_sized ? "true" : "false");
    OBJECTS(ROW)
#undef ROW
    fputs("\"-1\": [\"?\", 0, false]}", out);
}

int trace_write_header(int file, const char *program)
{
    char *path = realpath(program, NULL);
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    if (out == NULL) {
        free(path);
        return -1;
    }
    fputs("{\"lab4_trace\": 1, \"program\": ", out);
    print_string(out, path != NULL ? path : program);
    print_numbers(out);
    print_tables(out);
    fputs("}\n", out);
    free(path);
    const bool is_whole = fclose(out) == 0 && write(file, text, bytes) == (ssize_t)bytes;
    free(text);
    return is_whole ? 0 : -1;
}
