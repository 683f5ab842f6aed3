// SPDX-License-Identifier: BSD-2-Clause
//
// See backtrace.h. libdwfl asks for registers and memory through callbacks; it is given the thread's, through the page tables.
// It wants the program as a file: the image goes to a memory file of our own.
#include "backtrace.h"

#include <elfutils/libdwfl.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ANY_PID = 1, DWARF_REGISTERS = 17, DWARF_RSP = 7, DWARF_RIP = 16, FRAMES_SHOWN = 24 };

struct target {
    const struct tcb *thread;
    vaddr_t pc, sp;
    struct backtrace *backtrace;
};

// --------------------------------------------------------------------------------------- callbacks

static int no_debug_file(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base, const char *file, const char *link,
                         GElf_Word crc, char **result)
{
    (void)module, (void)user, (void)name, (void)base, (void)file, (void)link, (void)crc, (void)result;
    return -1;
}

static int no_file(Dwfl_Module *module, void **user, const char *name, Dwarf_Addr base, char **file, Elf **elf)
{
    (void)module, (void)user, (void)name, (void)base, (void)file, (void)elf;
    return -1;
}

static pid_t next_thread(Dwfl *dwfl, void *argument, void **thread)
{
    (void)dwfl;
    if (*thread != NULL) {
        return 0; // there is one
    }
    *thread = argument;
    return ANY_PID;
}

static bool read_memory(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *result, void *argument)
{
    const struct target *target = argument;
    (void)dwfl;
    return guest_read(&guest, root_of(target->thread), address, result, sizeof(*result)) == sizeof(*result);
}

// By the numbering of DWARF; docs/HOSTED-ABI.md tells which AArch64 register is which.
static bool set_registers(Dwfl_Thread *thread, void *argument)
{
    static const uint8_t twins[DWARF_REGISTERS] = {7, 2, 3, 19, 1, 0, 29, 0, 4, 5, 6, 16, 8, 9, 10, 11, 0};
    const struct target *target = argument;
    Dwarf_Word values[DWARF_REGISTERS];
    for (unsigned i = 0; i < DWARF_REGISTERS; i++) {
        values[i] = target->thread->regs.x[twins[i]];
    }
    values[DWARF_RSP] = target->sp;
    values[DWARF_RIP] = target->pc;
    return dwfl_thread_state_registers(thread, 0, DWARF_REGISTERS, values);
}

static int add_frame(Dwfl_Frame *frame, void *argument)
{
    struct backtrace *backtrace = ((struct target *)argument)->backtrace;
    Dwarf_Addr pc;
    bool is_exact;
    if (!dwfl_frame_pc(frame, &pc, &is_exact)) {
        return DWARF_CB_ABORT;
    }
    if (backtrace->count == MAX_FRAMES) {
        backtrace->is_cut = true;
        return DWARF_CB_ABORT;
    }
    if (backtrace->count > 0 && pc == 0) {
        return DWARF_CB_ABORT; // behind the first function
    }
    backtrace->addresses[backtrace->count] = backtrace->count == 0 ? pc : pc - 1;
    backtrace->count++;
    return DWARF_CB_OK;
}

// ------------------------------------------------------------------------------------------ taking

static int file_of(const struct component *program)
{
    const int file = memfd_create("program", MFD_CLOEXEC);
    size_t done = 0;
    while (file >= 0 && done < program->bytes) {
        const ssize_t count = write(file, program->image + done, program->bytes - done);
        if (count <= 0) {
            close(file);
            return -1;
        }
        done += (size_t)count;
    }
    return file;
}

static bool report_program(Dwfl *dwfl, const struct component *program)
{
    const int file = file_of(program);
    dwfl_report_begin(dwfl);
    const bool is_reported = file >= 0 && dwfl_report_elf(dwfl, program->name, program->name, file, 0, false) != NULL;
    if (!is_reported && file >= 0) {
        close(file);
    }
    return dwfl_report_end(dwfl, NULL, NULL) == 0 && is_reported;
}

// A call to where there is no code: what called it left its return address on top of the stack.
static void step_over_wild_call(struct target *target, const struct component *program)
{
    struct place place;
    uint64_t caller;
    const bool is_known = program->symbols == NULL || symbols_place(program->symbols, target->pc, &place);
    if (!is_known && guest_read(&guest, root_of(target->thread), target->sp, &caller, sizeof(caller)) == sizeof(caller) &&
        symbols_place(program->symbols, caller - 1, &place)) {
        target->backtrace->addresses[target->backtrace->count++] = target->pc;
        target->pc = caller;
        target->sp += sizeof(caller);
    }
}

void backtrace_take(const struct tcb *thread, vaddr_t pc, struct backtrace *backtrace)
{
    static const Dwfl_Callbacks callbacks = {.find_elf = no_file, .find_debuginfo = no_debug_file};
    static const Dwfl_Thread_Callbacks thread_callbacks = {
        .next_thread = next_thread, .memory_read = read_memory, .set_initial_registers = set_registers};
    struct target target = {.thread = thread, .pc = pc, .sp = thread->regs.sp, .backtrace = backtrace};
    const struct component *program = program_of(thread);
    Dwfl *dwfl = program != NULL ? dwfl_begin(&callbacks) : NULL;
    backtrace->count = 0;
    backtrace->is_cut = false;
    if (program != NULL) {
        step_over_wild_call(&target, program);
    }
    if (dwfl != NULL && report_program(dwfl, program) && dwfl_attach_state(dwfl, NULL, ANY_PID, &thread_callbacks, &target)) {
        dwfl_getthread_frames(dwfl, ANY_PID, add_frame, &target);
    }
    dwfl_end(dwfl);
    if (backtrace->count == 0) {
        backtrace->addresses[backtrace->count++] = pc;
    }
}

// ----------------------------------------------------------------------------------------- printing

static unsigned places_of(const struct component *program, uint64_t address, struct place places[MAX_INLINED])
{
    unsigned count = program != NULL && program->symbols != NULL ? symbols_places(program->symbols, address, places) : 0;
    if (count == 0) {
        places[0] = (struct place){.line = 0};
        count = 1;
    }
    return count;
}

static void print_frame(FILE *out, const char *indent, unsigned number, uint64_t address, const struct place places[], unsigned count)
{
    char text[SYMBOL_NAME_ROOM + SYMBOL_FILE_ROOM + 64];
    const char *stub = NULL; // of those that are inlined, the outermost: the one that the source names
    for (unsigned i = 0; i < count; i++) {
        if (i + 1 < count && place_is_stub(&places[i])) {
            stub = places[i].function;
            continue;
        }
        place_text(&places[i], address, text, sizeof(text));
        fprintf(out, "%s#%-2u 0x%06" PRIx64 "  %s%s%s%s\n", indent, number, address, text, places[i].is_inlined ? ", inlined" : "",
                stub != NULL ? ", in " : "", stub != NULL ? stub : "");
        stub = NULL;
    }
}

unsigned backtrace_source(const struct tcb *thread, const struct backtrace *backtrace, struct place *place)
{
    const struct component *program = program_of(thread);
    for (unsigned i = 0; program != NULL && program->symbols != NULL && i < backtrace->count; i++) {
        if (symbols_source_place(program->symbols, backtrace->addresses[i], place) && !place_is_stub(place)) {
            return i;
        }
    }
    *place = (struct place){.line = 0};
    if (program != NULL && program->symbols != NULL) {
        symbols_source_place(program->symbols, backtrace->addresses[0], place);
    }
    return 0;
}

// How many frames from `at` on are in the same function.
static unsigned run_length(const struct component *program, const struct backtrace *backtrace, unsigned at, const char *function)
{
    unsigned length = 1;
    struct place places[MAX_INLINED];
    while (function[0] != '\0' && at + length < backtrace->count) {
        const unsigned count = places_of(program, backtrace->addresses[at + length], places);
        if (strcmp(places[count - 1].function, function) != 0) {
            break;
        }
        length++;
    }
    return length;
}

void backtrace_print(FILE *out, const struct tcb *thread, const struct backtrace *backtrace, const char *indent)
{
    enum { LONG_RUN = 4 };
    const struct component *program = program_of(thread);
    struct place places[MAX_INLINED];
    unsigned shown = 0;
    for (unsigned i = 0; i < backtrace->count; i++) {
        const unsigned count = places_of(program, backtrace->addresses[i], places);
        if (shown++ == FRAMES_SHOWN) {
            fprintf(out, "%s… and %u more\n", indent, backtrace->count - i);
            return;
        }
        print_frame(out, indent, i, backtrace->addresses[i], places, count);
        const unsigned length = run_length(program, backtrace, i, places[count - 1].function);
        if (length > LONG_RUN) {
            fprintf(out, "%s    … %u more calls of %s, one inside the other%s\n", indent, length - 2, places[count - 1].function,
                    backtrace->is_cut && i + length == backtrace->count ? ", at least" : "");
            i += length - 2;
        }
    }
    if (backtrace->is_cut) {
        fprintf(out, "%s… and so on\n", indent);
    }
}
