// SPDX-License-Identifier: BSD-2-Clause
//
// lab4-inspect [--json | --dot[=threads|capabilities]] [PID|NAME|FILE]
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "platform/hosted/frontend/report.h"
#include "platform/hosted/inspect/inspect.h"
#include "platform/hosted/inspect/state.h"

struct arguments {
    const char *target; // or NULL: the only machine
    const char *graph;  // name of the graph to draw, or NULL
    bool is_json;
};

static void print_help(void)
{
    printf("lab4-inspect [--json | --dot[=GRAPH]] [PID|NAME|FILE]\n\n"
           "Prints threads, objects, CSpaces, the derivation tree and the mappings of a\n"
           "running hosted machine. PID is the front end's or that of any process of the\n"
           "machine, NAME the name of its root task; neither is needed if only one machine\n"
           "runs. The machine stops for a moment. FILE is what lab4-hosted --post-mortem\n"
           "has kept.\n\n"
           "  --json              the same for programs, as one JSON object\n"
           "  --dot               a graph for Graphviz: threads, by address space, and what\n"
           "                      they wait for: lab4-inspect --dot | dot -Tsvg -o m.svg\n"
           "  --dot=capabilities  the other graph: which CSpace holds which capabilities,\n"
           "                      with badges and rights, and from what each was derived\n"
           "  --help              this text\n");
}

static const char *graph_of(const char *option)
{
    static const char *const graphs[] = {"threads", "capabilities"};
    const char *name = strcmp(option, "--dot") == 0 ? graphs[0] : option + strlen("--dot=");
    for (size_t i = 0; i < ARRAY_LENGTH(graphs); i++) {
        if (strcmp(name, graphs[i]) == 0) {
            return graphs[i];
        }
    }
    refuse("there is no graph '%s'; there are --dot=threads and --dot=capabilities.", name);
}

static struct arguments read_arguments(int argc, char **argv)
{
    struct arguments arguments = {NULL, NULL, false};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--dot") == 0 || strncmp(argv[i], "--dot=", strlen("--dot=")) == 0) {
            arguments.graph = graph_of(argv[i]);
        } else if (strcmp(argv[i], "--json") == 0) {
            arguments.is_json = true;
        } else if (strcmp(argv[i], "--version") == 0) {
            printf("lab4-inspect " LAB4_VERSION "\n");
            exit(fflush(stdout) == 0 ? 0 : 1);
        } else if (strcmp(argv[i], "--help") == 0) {
            print_help();
            exit(fflush(stdout) == 0 ? 0 : 1);
        } else if (strcmp(argv[i], "--report") == 0 && i + 2 == argc) { // not for people: report.c
            report_machine(atoi(argv[i + 1]));
        } else if (argv[i][0] == '-') {
            refuse("unknown option '%s'; see lab4-inspect --help.", argv[i]);
        } else if (arguments.target != NULL) {
            refuse("one machine is inspected at a time, but there is another word, '%s'; see "
                   "lab4-inspect --help.",
                   argv[i]);
        } else {
            arguments.target = argv[i];
        }
    }
    if (arguments.graph != NULL && arguments.is_json) {
        refuse("--json and --dot exclude each other: say one of them.");
    }
    return arguments;
}

static void print(FILE *out, const struct arguments *arguments)
{
    struct snapshot snapshot;
    snapshot_take(&snapshot);
    if (arguments->is_json || arguments->graph != NULL) {
        print_json(out, &snapshot);
    } else {
        print_text(out, &snapshot);
        fprintf(out, "\nwho waits for whom\n");
        print_state(out, &snapshot);
        print_mappings(out);
    }
}

int main(int argc, char **argv)
{
    const struct arguments arguments = read_arguments(argc, argv);
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    attach(arguments.target);
    print(out, &arguments);
    detach();
    fclose(out);
    if (arguments.graph != NULL) {
        draw_graph(arguments.graph, text, bytes);
    }
    if (fwrite(text, 1, bytes, stdout) != bytes || fflush(stdout) != 0) {
        fail("the output cannot be written (%s).", strerror(errno));
    }
    return 0;
}
