// SPDX-License-Identifier: BSD-2-Clause
//
// lab4-inspect [--dot] [PID|NAME]
#include <errno.h>
#include <string.h>

#include "platform/hosted/frontend/report.h"
#include "platform/hosted/inspect/inspect.h"

static void print_help(void)
{
    printf("lab4-inspect [--dot] [PID|NAME]\n\n"
           "Prints threads, objects, CSpaces, the derivation tree and the mappings of a running hosted machine. PID is the front end's or\n"
           "that of any process of the machine, NAME the name of its root task; neither is needed if only one machine runs. The machine\n"
           "stops for a moment.\n\n"
           "  --dot     capability graph and derivation tree for Graphviz: lab4-inspect --dot | dot -Tsvg -o machine.svg\n"
           "  --help    this text\n");
}

int main(int argc, char **argv)
{
    bool is_dot = false;
    const char *target = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--dot") == 0) {
            is_dot = true;
        } else if (strcmp(argv[i], "--help") == 0) {
            print_help();
            return fflush(stdout) == 0 ? 0 : 1;
        } else if (argv[i][0] == '-') {
            refuse("unknown option '%s'; see lab4-inspect --help.", argv[i]);
        } else if (target != NULL) {
            refuse("one machine is inspected at a time, but there is another word, '%s'; see lab4-inspect --help.", argv[i]);
        } else {
            target = argv[i];
        }
    }
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    attach(target);
    struct snapshot snapshot;
    snapshot_take(&snapshot);
    if (is_dot) {
        print_dot(out, &snapshot);
    } else {
        print_text(out, &snapshot);
        print_mappings(out);
    }
    detach();
    fclose(out);
    if (fwrite(text, 1, bytes, stdout) != bytes || fflush(stdout) != 0) {
        fail("the output cannot be written (%s).", strerror(errno));
    }
    return 0;
}
