// SPDX-License-Identifier: BSD-2-Clause
//
// The command line of lab4-hosted. One table row per option: its name, the name of its value, the function that takes the
// value, and its line of help. An option is spelled out in full and takes its value as `--mem 64M` or `--mem=64M`.
// Options that are promised but not there yet are rows too: they are refused by name, never ignored.
#include "options.h"

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "irq_line.h"
#include "report.h"
#include "status_file.h"

enum { RAM_STEP = 2 << 20, DEFAULT_RAM = 1 << 30, MAX_TIMEOUT_SECONDS = 1000000000 };

struct option {
    const char *name;
    const char *value; // what the help calls its value; NULL = it takes none
    void (*take)(struct options *options, const char *value);
    const char *help;
};

static void take_mem(struct options *options, const char *text)
{
    static const char units[] = "KMGTPE";
    char *end;
    uint64_t size = strtoull(text, &end, 10); // the largest number if there are too many digits
    const char *unit = *end != '\0' ? strchr(units, *end & ~0x20) : NULL;
    unsigned shift = unit != NULL && *unit != '\0' ? 10 * (unsigned)(unit - units + 1) : 0;
    end += shift != 0;
    bool is_size = text[0] >= '0' && text[0] <= '9' && *end == '\0';
    if (!is_size) {
        refuse("--mem is '%s'; it must be a size such as 64M, 1G or 1048576K.", text);
    }
    if (shift >= 64 || size > MACHINE_RAM_MAX >> shift) {
        refuse("--mem %s is too much; the largest machine has %" PRIu64 "G.", text, MACHINE_RAM_MAX >> 30);
    }
    size <<= shift;
    if (size == 0 || size % RAM_STEP != 0) {
        refuse("--mem %s is not a multiple of 2M; give %" PRIu64 "M, for example.", text, size / RAM_STEP * 2 + 2);
    }
    options->ram_bytes = size;
}

static void take_time(struct options *options, const char *text)
{
    if (strcmp(text, "real") == 0) {
        options->time = MACHINE_TIME_REAL;
    } else if (strcmp(text, "virtual") == 0) {
        options->time = MACHINE_TIME_VIRTUAL;
    } else {
        refuse("--time is '%s'; it must be real or virtual.", text);
    }
}

static void take_timeout(struct options *options, const char *text)
{
    char *end;
    bool is_plain = text[0] != '\0' && text[strspn(text, "0123456789.")] == '\0';
    double seconds = is_plain ? strtod(text, &end) : 0;
    if (!is_plain || *end != '\0' || seconds < 1e-3 || seconds > MAX_TIMEOUT_SECONDS) {
        refuse("--timeout is '%s'; it must be a number of seconds such as 10 or 0.5.", text);
    }
    options->timeout_ns = (uint64_t)(seconds * 1e9);
}

static void take_protect(struct options *options, const char *text)
{
    if (strcmp(text, "auto") == 0) {
        options->protect = MACHINE_PROTECT_AUTO;
    } else if (strcmp(text, "pku") == 0) {
        options->protect = MACHINE_PROTECT_PKU;
    } else if (strcmp(text, "none") == 0) {
        options->protect = MACHINE_PROTECT_NONE;
    } else {
        refuse("--protect is '%s'; it must be auto, pku or none.", text);
    }
}

static void take_cpu(struct options *options, const char *text)
{
    if (strcmp(text, "none") == 0) {
        options->host_cpu = MACHINE_CPU_NONE;
        return;
    }
    bool is_number = text[0] != '\0' && text[strspn(text, "0123456789")] == '\0' && strlen(text) < 6;
    long cpu = is_number ? strtol(text, NULL, 10) : -1;
    if (!is_number) {
        refuse("--cpu is '%s'; it must be the number of a host CPU, or none.", text);
    }
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    sched_getaffinity(0, sizeof(allowed), &allowed); // may fail on a host with more CPUs than fit: then nothing is allowed
    if (cpu >= CPU_SETSIZE || !CPU_ISSET((size_t)cpu, &allowed)) {
        refuse("--cpu %ld is not among the host CPUs that this process may use; see `taskset -cp $$`.", cpu);
    }
    options->host_cpu = (int)cpu;
}

// The number of a signal: USR1, SIGUSR1, 10; 0 if there is none of that name.
static int signal_number(const char *text)
{
    const char *name = strncmp(text, "SIG", 3) == 0 ? text + 3 : text;
    if (text[0] >= '0' && text[0] <= '9') {
        char *end;
        const unsigned long number = strtoul(text, &end, 10);
        return *end == '\0' && number < NSIG ? (int)number : 0;
    }
    for (int i = 1; i < NSIG; i++) {
        const char *known = sigabbrev_np(i);
        if (known != NULL && strcmp(known, name) == 0) {
            return i;
        }
    }
    return 0;
}

// Signals that have a meaning already: they end or stop the run, belong to it, or cannot be waited for.
static bool is_taken(int number)
{
    static const int taken[] = {SIGINT,  SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGSTOP, SIGKILL, SIGCHLD, SIGURG, SIGPIPE,
                                SIGSEGV, SIGBUS,  SIGILL, SIGFPE,  SIGTRAP, SIGSYS,  SIGABRT, SIGTTIN, SIGTTOU, SIGXFSZ};
    for (unsigned i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        if (taken[i] == number) {
            return true;
        }
    }
    return number == 32 || number == 33; // the C library's own
}

static void take_irq(struct options *options, const char *text)
{
    const char *equals = strchr(text, '=');
    struct irq_signal irq = {.line = 0};
    if (equals == NULL || !irq_line_read(text, (size_t)(equals - text), &irq.line)) {
        refuse("--irq is '%s'; it must be " IRQ_LINE_RANGE ", '=' and a signal, such as --irq 90=USR1.", text);
    }
    irq.number = signal_number(equals + 1);
    if (irq.number == 0) {
        refuse("--irq %s: there is no signal '%s'; `kill -l` lists them, USR1 is one.", text, equals + 1);
    }
    if (is_taken(irq.number)) {
        refuse("--irq %s: that signal has another meaning for lab4; take USR1, USR2, ALRM, WINCH or 34 to 64.", text);
    }
    for (unsigned i = 0; i < options->irq_count; i++) {
        if (options->irqs[i].number == irq.number) {
            refuse("--irq %s: that signal raises IRQ %" PRIu32 " already; one signal raises one.", text, options->irqs[i].line);
        }
    }
    if (options->irq_count == MAX_IRQ_SIGNALS) {
        refuse("--irq %s is one too many; there can be %d.", text, MAX_IRQ_SIGNALS);
    }
    options->irqs[options->irq_count++] = irq;
}

static void take_spin(struct options *options, const char *text)
{
    (void)text;
    options->spin = true;
}

static void take_stats(struct options *options, const char *text)
{
    (void)text;
    options->statistics = true;
}

static void take_status_file(struct options *options, const char *text)
{
    (void)options, (void)text; // status_file_open has found it
}

static void take_version(struct options *options, const char *text)
{
    (void)options, (void)text;
    printf("lab4-hosted " LAB4_VERSION "\n");
    status_file_note(true, 0);
    exit(fflush(stdout) == 0 ? 0 : 1);
}

static void take_machine(struct options *options, const char *text)
{
    options->machine = text;
}

static void take_trace(struct options *options, const char *text)
{
    options->trace = text;
}

static void take_trace_format(struct options *options, const char *text)
{
    if (strcmp(text, "text") != 0 && strcmp(text, "json") != 0 && strcmp(text, "raw") != 0) {
        refuse("--trace-format is '%s'; it must be text, json or raw.", text);
    }
    options->trace_format = text;
}

static void take_trace_only(struct options *options, const char *text)
{
    if (options->trace_only_count == MAX_TRACE_ONLY) {
        refuse("there are more than %d --trace-only; leave some out.", MAX_TRACE_ONLY);
    }
    options->trace_only[options->trace_only_count++] = text;
}

static void take_gdb(struct options *options, const char *text)
{
    (void)text;
    options->gdb = true;
}

static void take_gdb_mi(struct options *options, const char *text)
{
    take_gdb(options, text);
    options->gdb_mi = true;
}

static void take_gdb_command(struct options *options, const char *text)
{
    if (options->gdb_command_count == MAX_GDB_COMMANDS) {
        refuse("there are more than %d --gdb-command; put them into a file and give --gdb-command 'source FILE'.", MAX_GDB_COMMANDS);
    }
    options->gdb_commands[options->gdb_command_count++] = text;
}

static void take_check(struct options *options, const char *text)
{
    (void)text;
    options->check = true;
}

static void take_check_every(struct options *options, const char *text)
{
    bool is_number = text[0] != '\0' && text[strspn(text, "0123456789")] == '\0' && strlen(text) < 10;
    options->check = true;
    options->check_every = is_number ? (uint32_t)strtoul(text, NULL, 10) : 0;
    if (options->check_every == 0) {
        refuse("--check-every is '%s'; it must be a number of kernel entries such as 1 or 100.", text);
    }
}

static void take_report_word(struct options *options, const char *word, size_t length)
{
    const struct {
        const char *name;
        bool faults, state, refused;
    } known[] = {{"none", false, false, false}, {"faults", true, false, false}, {"state", false, true, false},
                 {"refused", true, true, true}, {"all", true, true, true}};
    for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strlen(known[i].name) == length && strncmp(word, known[i].name, length) == 0) {
            options->reports_faults |= known[i].faults;
            options->reports_state |= known[i].state;
            options->reports_refused |= known[i].refused;
            return;
        }
    }
    refuse("--report has '%.*s'; it must be faults, state, refused, all or none, or several of them with commas.", (int)length, word);
}

static void take_report(struct options *options, const char *text)
{
    options->reports_faults = options->reports_state = options->reports_refused = false;
    for (const char *word = text;; word++) {
        const size_t length = strcspn(word, ",");
        take_report_word(options, word, length);
        word += length;
        if (*word == '\0') {
            return;
        }
    }
}

static void take_post_mortem(struct options *options, const char *text)
{
    options->post_mortem = text;
}

static void take_stay(struct options *options, const char *text)
{
    (void)text;
    options->stay = true;
}

static void take_verbose(struct options *options, const char *text)
{
    (void)text;
    options->verbose = true;
}

static void take_help(struct options *options, const char *text);

static const struct option option_table[] = {
    {"--mem", "SIZE", take_mem, "RAM of the machine: 64M, 1G, … in steps of 2M (default 1G; unused RAM costs nothing)"},
    {"--time", "real|virtual", take_time, "the machine's clock (default real)"},
    {"--timeout", "SECONDS", take_timeout, "end the run after so long, with exit status 5"},
    {"--protect", "auto|pku|none", take_protect, "keep user code out of the kernel with protection keys (default auto)"},
    {"--cpu", "N|none", take_cpu, "host CPU that the machine is pinned to (default: the one it starts on)"},
    {"--irq", "N=SIGNAL", take_irq, "the signal, sent to this process, raises interrupt N of the machine; may be repeated"},
    {"--spin", NULL, take_spin, "wait actively between address spaces: faster, burns a second host CPU"},
    {"--stats", NULL, take_stats, "print start-up time and counters at the end"},
    {"--machine", "FILE", take_machine, "machine image (default: lab4-machine beside this program)"},
    {"--trace", "FILE", take_trace, "write what the kernel does: lines to NAME.txt, otherwise JSON for ui.perfetto.dev"},
    {"--trace-format", "text|json|raw", take_trace_format, "whatever the file is called; raw: for tools/lab4/tracing to read later"},
    {"--trace-only", "WHAT", take_trace_only, "only what concerns a thread (server, server#2), an object (0x40000560, main.c:57) or a "
                                             "method (Call, TCB_Resume); may be repeated"},
    {"--report", "WHAT,…", take_report,
     "what to describe on stderr: faults without handler, the state at a bad end (both are the default), refused, none"},
    {"--post-mortem", "FILE", take_post_mortem, "keep the machine's state in FILE at a bad end, for lab4-inspect FILE"},
    {"--stay", NULL, take_stay, "keep the machine itself at a bad end, for lab4-inspect and gdb, until Ctrl-C"},
    {"--verbose", NULL, take_verbose, "describe the state at Ctrl-C, too; also -v"},
    {"--gdb", NULL, take_gdb, "debug: gdb stops before the first instruction of user code (docs/DEBUGGING.md)"},
    {"--gdb-command", "COMMAND", take_gdb_command, "with --gdb: a command for gdb to begin with; may be repeated"},
    {"--gdb-mi", NULL, take_gdb_mi, "as --gdb, for an editor: gdb speaks its machine interface"},
    {"--check", NULL, take_check, "check the kernel's invariants after each entry (slow); a broken one ends the run with status 4"},
    {"--check-every", "N", take_check_every, "the same after each Nth entry (default 1, and more for a system with thousands of objects)"},
    {"--status-file", "FILE", take_status_file, "write who ended the run: program, lab4 or signal; the status; the cause"},
    {"--version", NULL, take_version, "the version"},
    {"--help", NULL, take_help, "this text"},
};

enum { OPTION_COUNT = sizeof(option_table) / sizeof(option_table[0]) };

// Breaks a help text into lines of HELP_COLUMNS, from column HELP_INDENT on. (It counts bytes.)
static void print_help(const char *text)
{
    enum { HELP_INDENT = 27, HELP_COLUMNS = 80 };
    size_t column = HELP_INDENT;
    for (const char *word = text; *word != '\0';) {
        const size_t length = strcspn(word, " ");
        if (word != text && column + 1 + length > HELP_COLUMNS) {
            printf("\n%*s", HELP_INDENT, "");
            column = HELP_INDENT;
        } else if (word != text) {
            putchar(' ');
            column++;
        }
        printf("%.*s", (int)length, word);
        column += length;
        word += length + (word[length] == ' ');
    }
    putchar('\n');
}

static void take_help(struct options *options, const char *text)
{
    (void)options, (void)text;
    printf("lab4-hosted [OPTION…] PROGRAM [-- ARGUMENT…]\n\n"
           "Runs PROGRAM, an x86-64 ELF executable linked with libsel4, as the root task of\n"
           "a lab4 machine in Linux processes.\n\n");
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        char name[40];
        const char *value = option_table[i].value;
        snprintf(name, sizeof(name), "%s%s%s", option_table[i].name, value != NULL ? " " : "", value != NULL ? value : "");
        printf(strlen(name) > 24 ? "  %s\n%27s" : "  %-24s %s", name, "");
        print_help(option_table[i].help);
    }
    printf("\nLAB4_TIMING=1 in the environment prints the start-up time.\n"
           "Exit status: the program's own (lab4_exit); 2 bad usage, program or\n"
           "host; 3 every thread waits for ever; 4 the kernel failed; 5 --timeout;\n"
           "128 + N ended by signal N (130: Ctrl-C).\n");
    exit(fflush(stdout) == 0 ? 0 : 1);
}

// The row that `argument` names, whether as `--name` or as `--name=value`; `value` points behind the '=', or is NULL.
static const struct option *find_option(const char *argument, const char **value)
{
    const char *equals = strchr(argument, '=');
    size_t length = equals != NULL ? (size_t)(equals - argument) : strlen(argument);
    *value = equals != NULL ? equals + 1 : NULL;
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (strlen(option_table[i].name) == length && strncmp(option_table[i].name, argument, length) == 0) {
            return &option_table[i];
        }
    }
    return NULL;
}

// Takes the option at argv[at]; returns the index of its last word.
static int read_option(int argc, char **argv, int at, struct options *options)
{
    const char *value;
    const struct option *option = find_option(argv[at], &value);
    if (option == NULL) {
        refuse("unknown option '%s'; `lab4-hosted --help` lists the options.", argv[at]);
    }
    if (option->value == NULL && value != NULL) {
        refuse("%s takes no value; leave out '=%s'.", option->name, value);
    }
    if (option->value != NULL && value == NULL) {
        at++;
        if (at >= argc) {
            refuse("%s needs a value: %s %s.", option->name, option->name, option->value);
        }
        value = argv[at];
    }
    option->take(options, value);
    return at;
}

void options_read(int argc, char **argv, struct options *options)
{
    *options = (struct options){.ram_bytes = DEFAULT_RAM, .host_cpu = MACHINE_CPU_CURRENT, .reports_faults = true, .reports_state = true};
    bool only_words = false;
    for (int i = 1; i < argc; i++) {
        if (!only_words && strcmp(argv[i], "--") == 0) {
            only_words = true;
            if (options->program != NULL) { // what follows is the program's
                const char *slash = strrchr(options->program, '/');
                argv[i] = (char *)(uintptr_t)(slash != NULL ? slash + 1 : options->program);
                options->arguments = argv + i;
                options->argument_count = argc - i;
                return;
            }
        } else if (!only_words && strcmp(argv[i], "-v") == 0) {
            options->verbose = true;
        } else if (!only_words && argv[i][0] == '-') {
            i = read_option(argc, argv, i, options);
        } else if (options->program != NULL) {
            refuse("one PROGRAM is run at a time, but there are '%s' and '%s'; options come with two dashes.", options->program, argv[i]);
        } else {
            options->program = argv[i];
        }
    }
    if (options->program == NULL) {
        refuse("which program? Give the ELF file of a root task: lab4-hosted [OPTION…] PROGRAM (see --help).");
    }
}
