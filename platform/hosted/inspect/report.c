// SPDX-License-Identifier: BSD-2-Clause
//
// lab4-inspect --report: the front end starts it when its machine has something to tell, with the machine's memory file as a
// descriptor. It tells in words what the machine waits to be told (interface.h: enum machine_event), and at last, if the front
// end wants that, the state of the machine. On stderr, and as it goes: whatever is damaged, what came before is there.
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "backtrace.h"
#include "causes.h"
#include "refused.h"
#include "state.h"

enum { NAME_ROOM = 192, LINE_ROOM = SYMBOL_NAME_ROOM + SYMBOL_FILE_ROOM + 64, MOST_SECONDS = 20 };

// -------------------------------------------------------------------------------------------- faults

static void print_registers(FILE *out, const struct tcb *thread)
{
    static const struct {
        const char *name;
        int8_t x; // the AArch64 register; docs/HOSTED-ABI.md
    } shown[] = {{"rax", 7}, {"rbx", 19}, {"rcx", 3}, {"rdx", 2}, {"rsi", 1}, {"rdi", 0},  {"rbp", 29}, {"r8", 4},
                 {"r9", 5},  {"r10", 6},  {"r11", 16}, {"r12", 8}, {"r13", 9}, {"r14", 10}, {"r15", 11}};
    const struct thread_regs *regs = &thread->regs;
    fprintf(out, "  registers   rip 0x%-12lx rsp 0x%-12lx fs  0x%-12lx flags %s%s%s%s\n", regs->fault_pc, regs->sp, regs->tpidr_el0,
            regs->spsr >> 31 & 1 ? "S" : "-", regs->spsr >> 30 & 1 ? "Z" : "-", regs->spsr >> 29 & 1 ? "C" : "-", regs->spsr >> 28 & 1 ? "O" : "-");
    for (size_t i = 0; i < ARRAY_LENGTH(shown); i++) {
        const bool is_last = i % 4 == 3 || i + 1 == ARRAY_LENGTH(shown);
        fprintf(out, "%s%-3s 0x%-*lx%s", i % 4 == 0 ? "              " : " ", shown[i].name, is_last ? 1 : 12, regs->x[shown[i].x],
                is_last ? "\n" : "");
    }
}

static void print_fault(FILE *out, const struct machine_fault *fault, uint32_t number)
{
    const struct tcb *thread = checked_thread((const struct tcb *)fault->thread);
    const struct component *program = program_of(thread);
    struct backtrace backtrace;
    char name[NAME_ROOM];
    fprintf(out, "lab4: thread '%s' of %s has no fault handler and stops: ", safe_name(thread, name, sizeof(name)),
            program != NULL ? program->name : "a program that is not known");
    print_cause(out, thread, fault);
    fprintf(out, "\n");
    backtrace_take(thread, fault->pc, &backtrace);
    backtrace_print(out, thread, &backtrace, "  ");
    if (program != NULL && !program->has_own_symbols) {
        fprintf(out, "  (%s has no debug information: compile it with -g, and do not strip it)\n", program->name);
    }
    print_registers(out, thread);
    if (number == MACHINE_FAULTS_DESCRIBED) {
        fprintf(out, "lab4: this was fault number %u without a handler; those that follow are not described.\n", number);
    }
}

// ------------------------------------------------------------------------------------------ refusals

static void print_refused(FILE *out, const struct machine_refusal *refusal)
{
    const struct tcb *thread = checked_thread((const struct tcb *)refusal->thread);
    struct backtrace backtrace;
    struct place place;
    char name[NAME_ROOM], line[LINE_ROOM];
    backtrace_take(thread, refusal->pc, &backtrace);
    backtrace_source(thread, &backtrace, &place);
    place.offset = 0;
    place_text(&place, refusal->pc, line, sizeof(line));
    fprintf(out, "lab4: refused: '%s' at %s, pc 0x%lx: ", safe_name(thread, name, sizeof(name)), line, refusal->pc);
    print_refusal(out, thread, refusal);
    fprintf(out, "\n");
}

// --------------------------------------------------------------------------------------------- the loop

static void describe(FILE *out, const struct machine_control *control)
{
    programs_changed();
    if (control->event_kind == MACHINE_EVENT_FAULT && control->fault_count > 0) {
        print_fault(out, &control->faults[(control->fault_count - 1) % MACHINE_FAULTS_KEPT], control->fault_count);
    } else if (control->event_kind == MACHINE_EVENT_REFUSED) {
        print_refused(out, &control->refusal);
    }
    fflush(out);
}

static void describe_end(FILE *out, uint32_t what)
{
    struct snapshot snapshot;
    if (what == MACHINE_REPORT_STATE) {
        programs_changed();
        fprintf(out, "lab4: the machine at %lu.%06lu s:\n", kernel->cpu.now / 62500000, kernel->cpu.now % 62500000 * 16 / 1000);
        snapshot_take(&snapshot);
        print_state(out, &snapshot);
    }
}

static void wait_for_event(struct machine_control *control, uint32_t seen)
{
    const struct timespec second = {.tv_sec = 1};
    syscall(SYS_futex, &control->event_posted, FUTEX_WAIT, seen, &second, NULL, 0);
}

_Noreturn void report_machine(int memory)
{
    static char room[1 << 14];
    FILE *out = fdopen(dup(STDERR_FILENO), "w");
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (out == NULL) {
        exit(1);
    }
    setvbuf(out, room, _IOFBF, sizeof(room)); // a line is not torn apart by what others write
    attach_for_report(memory);
    struct machine_control *control = machine_control;
    while (getppid() == (pid_t)control->frontend_pid) {
        const uint32_t posted = __atomic_load_n(&control->event_posted, __ATOMIC_SEQ_CST);
        alarm(MOST_SECONDS); // damaged data may keep us busy
        if (posted != control->event_taken) {
            describe(out, control);
            __atomic_store_n(&control->event_taken, posted, __ATOMIC_SEQ_CST);
            wake(&control->event_taken);
        } else if (control->report_end != 0) {
            describe_end(out, control->report_end - 1);
            exit(fclose(out) == 0 ? 0 : 1);
        } else {
            alarm(0);
            wait_for_event(control, posted);
        }
    }
    exit(1);
}
