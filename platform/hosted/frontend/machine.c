// SPDX-License-Identifier: BSD-2-Clause
//
// Makes, starts and kills a machine, see machine.h.
//
// Nothing survives the front end: the machine is killed with it (PR_SET_PDEATHSIG, set here before the image is executed and
// again by each process of the machine), and the memory file has no name. Nothing survives a run: the front end is the
// subreaper of all that the machine forks, so machine_kill can wait until it has no children any more.
#include "machine.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "device_tree.h"
#include "elf_image.h"
#include "input.h"
#include "placement.h"
#include "platform/loading/arguments.h"
#include "report.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U // Linux 6.3
#endif

enum { DTB_CAPACITY = 16384, CONTROL_BYTES = 4096, MAX_STACK_BYTES = 8 << 20, LEAST_DATA_BYTES = 32 << 20, REAP_ROUNDS = 20000,
       MOST_DESCRIPTORS = 1024 };
#define ASK_PERSONALITY 0xffffffffUL

// ------------------------------------------------------------------------------------------ memory

// The sealing keeps a wild host call of user code from taking memory away under the kernel.
static int create_memory(uint64_t bytes)
{
    int memory = memfd_create("lab4-memory", MFD_NOEXEC_SEAL | MFD_ALLOW_SEALING); // the host may insist on the first
    if (memory < 0 && errno == EINVAL) {
        memory = memfd_create("lab4-memory", MFD_ALLOW_SEALING); // a host that does not know it yet
    }
    if (memory < 0) {
        refuse("the host gives no memory file (memfd_create: %s); lab4 needs Linux 5.9 or later and free file descriptors (ulimit -n).",
               strerror(errno));
    }
    signal(SIGXFSZ, SIG_IGN); // the limit on file sizes shall be an error instead
    if (ftruncate(memory, (off_t)bytes) != 0) {
        refuse("the host gives no memory file of %" PRIu64 " MiB (%s); lift the limit on file sizes (ulimit -f unlimited) or use less --mem.",
               bytes >> 20, strerror(errno));
    }
    fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    return memory;
}

static void *map_memory(int memory, uint64_t offset, uint64_t bytes)
{
    void *address = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory, (off_t)offset);
    if (address == MAP_FAILED) {
        refuse("the host does not map %" PRIu64 " KiB of memory (%s); lift the limit on address space (ulimit -v unlimited).", bytes >> 10,
               strerror(errno));
    }
    return address;
}

// Finds a place for everything; ends the process when there is none.
static struct placement place(const struct options *options, const uint8_t *program, size_t size, uint64_t dtb_bytes,
                              uint64_t argument_bytes, struct elf_image *image)
{
    struct elf_text problem;
    const struct lab4_elf_rules limits = placement_limits(options->ram_bytes, dtb_bytes);
    if (elf_image_check(program, size, &limits, image, &problem) != LAB4_ELF_GOOD) {
        refuse("%s %s.", options->program, problem.text);
    }
    image->end += argument_bytes; // the block is the last part of the image
    struct placement p = placement_of(image, dtb_bytes);
    if (p.least_ram > options->ram_bytes) {
        refuse("%s does not fit into %" PRIu64 "M of RAM together with what the kernel needs to start it; give it --mem %" PRIu64 "M or more.",
               options->program, options->ram_bytes >> 20, (p.least_ram + (2 << 20) - 1) >> 21 << 1);
    }
    return p;
}

static uint64_t wall_ns(const struct options *options)
{
    struct timespec now;
    if (options->time == MACHINE_TIME_VIRTUAL || clock_gettime(CLOCK_REALTIME, &now) != 0 || now.tv_sec < 0) {
        return MACHINE_VIRTUAL_WALL_NS;
    }
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// The lines that may be raised from outside at any time.
static void note_irq_sources(struct machine_control *control, const struct options *options)
{
    for (unsigned i = 0; i < options->irq_count; i++) {
        control->irq_sources[options->irqs[i].line / 64] |= UINT64_C(1) << (options->irqs[i].line % 64);
    }
}

static void fill_control(struct machine_control *control, const struct options *options, const struct elf_image *image,
                         const struct placement *place)
{
    const bool waits_for_input = options->time == MACHINE_TIME_VIRTUAL && input_is_repeatable();
    const char *slash = strrchr(options->program, '/');
    *control = (struct machine_control){
        .magic = MACHINE_MAGIC,
        .version = MACHINE_VERSION,
        .frontend_pid = (uint32_t)getpid(),
        .ram_bytes = options->ram_bytes,
        .image_start = place->image_start,
        .image_end = place->image_end,
        .image_offset = place->image_start - image->start,
        .entry = image->entry,
        .dtb = place->dtb,
        .dtb_bytes = place->dtb_bytes,
        .time = options->time,
        .protect = options->protect,
        .flags = (options->spin ? MACHINE_FLAG_SPIN : 0) | (options->statistics ? MACHINE_FLAG_STATISTICS : 0) |
                 (options->check ? MACHINE_FLAG_CHECK : 0) | (options->gdb ? MACHINE_FLAG_DEBUG : 0) |
                 (options->trace != NULL ? MACHINE_FLAG_TRACE : 0) |
                 (options->reports_faults ? MACHINE_FLAG_REPORT_FAULTS : 0) |
                 (options->reports_refused ? MACHINE_FLAG_REPORT_REFUSED : 0) |
                 (options->reports_state ? MACHINE_FLAG_REPORT_STATE : 0) | (options->stay ? MACHINE_FLAG_STAY : 0) |
                 (waits_for_input ? MACHINE_FLAG_INPUT_IS_WAITED_FOR : 0),
        .host_cpu = options->host_cpu,
        .wall_ns = wall_ns(options),
        .check_every = options->check_every,
    };
    snprintf(control->name, sizeof(control->name), "%s", slash != NULL ? slash + 1 : options->program);
    note_irq_sources(control, options);
}

// Where the program's symbols are, for those who look into the machine from elsewhere. Each run passes here, so it is brief.
static void write_notes(int memory, const char *program)
{
    char path[sizeof(((struct machine_notes *)NULL)->program)], here[PATH_MAX] = "";
    const bool is_relative = program[0] != '/';
    const bool is_known = !is_relative || getcwd(here, sizeof(here)) != NULL;
    const int length = snprintf(path, sizeof(path), "%s%s%s", here, is_relative ? "/" : "", program);
    if (is_known && length > 0 && (size_t)length < sizeof(path)) {
        const off_t place = MACHINE_NOTES_OFFSET + (off_t)offsetof(struct machine_notes, program);
        const ssize_t written = pwrite(memory, path, (size_t)length + 1, place);
        (void)written; // otherwise the program is not known
    }
}

void machine_load(struct machine *machine, const struct options *options, const uint8_t *program, size_t size)
{
    static uint8_t dtb[DTB_CAPACITY];
    const size_t dtb_bytes = device_tree_write(options->ram_bytes, dtb, sizeof(dtb));
    assert(dtb_bytes > 0);
    struct elf_image image;
    const size_t argument_bytes = arguments_size(options->argument_count, options->arguments);
    if (argument_bytes == SIZE_MAX) {
        refuse("the arguments of %s are more than 4096, or longer than 64 KiB together; put them into a file.", options->program);
    }
    const struct placement p = place(options, program, size, dtb_bytes, argument_bytes, &image);

    *machine = (struct machine){
        .memory = create_memory(MACHINE_FILE_BYTES(options->ram_bytes)), .program = program, .program_bytes = size};
    machine->control = map_memory(machine->memory, 0, CONTROL_BYTES);
    if (options->trace != NULL) {
        machine->trace_ring = map_memory(machine->memory, MACHINE_TRACE_OFFSET, MACHINE_TRACE_BYTES);
    }
    const uint64_t used = p.image_end - MACHINE_RAM_BASE;
    uint8_t *ram = map_memory(machine->memory, MACHINE_RAM_OFFSET, used);
    memcpy(ram + (p.dtb - MACHINE_RAM_BASE), dtb, dtb_bytes);
    elf_image_copy(&image, ram + (p.image_start - MACHINE_RAM_BASE));
    if (argument_bytes > 0) {
        arguments_write(options->argument_count, options->arguments, image.end - argument_bytes,
                        ram + (p.image_end - argument_bytes - MACHINE_RAM_BASE));
    }
    munmap(ram, used);
    fill_control(machine->control, options, &image, &p);
    write_notes(machine->memory, options->program);
}

// ------------------------------------------------------------------------------------------- start

// The path of lab4-machine, in `path`.
static void find_image(const char *given, char path[PATH_MAX])
{
    static const char name[] = "lab4-machine";
    ssize_t length = given != NULL ? 0 : readlink("/proc/self/exe", path, PATH_MAX - sizeof(name));
    if (length < 0) {
        refuse("cannot find %s, because /proc/self/exe cannot be read (%s); mount /proc, or give --machine FILE.", name, strerror(errno));
    }
    if (given != NULL) {
        snprintf(path, PATH_MAX, "%s", given);
    } else {
        path[length] = '\0';
        strcpy(strrchr(path, '/') + 1, name);
    }
    struct statvfs place;
    if (access(path, X_OK) != 0 && errno == EACCES && statvfs(path, &place) == 0 && (place.f_flag & ST_NOEXEC)) {
        refuse("the machine image %s is on a file system from which nothing may be executed (mount option noexec); mount that with exec, "
               "or give --machine FILE with a copy elsewhere.", path);
    }
    if (access(path, X_OK) != 0) {
        refuse("the machine image %s cannot be executed (%s); build it with ./lab4 build hosted, or give --machine FILE.", path,
               strerror(errno));
    }
}

// No core dumps; and the host's usual layout of the address space, whatever `ulimit -s unlimited` or setarch say: the user
// window must be free.
static void tidy_limits(void)
{
    struct rlimit stack;
    getrlimit(RLIMIT_STACK, &stack);
    if (stack.rlim_cur > MAX_STACK_BYTES) {
        stack.rlim_cur = MAX_STACK_BYTES;
        setrlimit(RLIMIT_STACK, &stack);
    }
    setrlimit(RLIMIT_CORE, &(const struct rlimit){0, 0});
    personality((unsigned long)personality(ASK_PERSONALITY) & ADDR_NO_RANDOMIZE);
}

// A host that is out of memory shall take it from the machine, whose end the front end can report, before the front end.
static void be_the_first_victim(void)
{
    static const char first[] = "1000";
    int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0) { // otherwise there is no /proc, and no order
        ssize_t written = write(score, first, sizeof(first) - 1);
        (void)written;
        close(score);
    }
}

// The child between vfork and exec: it borrows the parent's memory, so it makes system calls and nothing else.
// Returns only if something failed: what, with errno.
static const char *become_machine(const struct machine *machine, pid_t parent, const char *path, const sigset_t *mask)
{
    static char *const arguments[] = {"lab4-machine", NULL}, *const environment[] = {NULL};
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_DFL);
    tidy_limits();
    be_the_first_victim();
    if (setsid() < 0) {
        return "setsid";
    }
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) {
        return "prctl";
    }
    if (dup2(machine->memory, MACHINE_FD_MEMORY) < 0 || dup2(STDOUT_FILENO, MACHINE_FD_CONSOLE) < 0) {
        return "dup2";
    }
    close(STDIN_FILENO);
    close(STDOUT_FILENO);
    if (close_range(MACHINE_FD_CONSOLE + 1, UINT_MAX, 0) != 0) { // some containers forbid what they do not know
        for (int fd = MACHINE_FD_CONSOLE + 1; fd < MOST_DESCRIPTORS; fd++) {
            close(fd);
        }
    }
    sigprocmask(SIG_SETMASK, mask, NULL);
    execve(path, arguments, environment);
    return "execve";
}

struct failure {
    const char *volatile call; // null: none
    volatile int error;
};

static __attribute__((noinline)) pid_t spawn(const struct machine *machine, const char *path, const sigset_t *mask, struct failure *failure)
{
    const pid_t parent = getpid();
    pid_t pid = vfork();
    if (pid == 0) {
        failure->call = become_machine(machine, parent, path, mask);
        failure->error = errno;
        _exit(STATUS_USAGE);
    }
    return pid;
}

// The machine lays out its whole address space itself, so a limit on it cannot be kept.
static void check_limits(void)
{
    struct rlimit space;
    getrlimit(RLIMIT_AS, &space);
    if (space.rlim_cur < MACHINE_USER_HIGH * 2) {
        refuse("the address space is limited to %" PRIu64 " MiB, but the machine uses all of it (sparsely); run `ulimit -v unlimited` before.",
               (uint64_t)space.rlim_cur >> 20);
    }
    getrlimit(RLIMIT_DATA, &space);
    if (space.rlim_cur < LEAST_DATA_BYTES) {
        refuse("the memory of a process is limited to %" PRIu64 " KiB, but the machine needs %d; run `ulimit -d unlimited` before.",
               (uint64_t)space.rlim_cur >> 10, LEAST_DATA_BYTES >> 10);
    }
}

// What helps against an error, if none of the causes of its own that a call has.
static const char *remedy_of(int error)
{
    switch (error) {
    case EPERM: case EACCES: case ENOSYS: return "a security policy forbids it: allow it for lab4 in this container, service or sandbox";
    case EAGAIN: return "raise the limit on processes (ulimit -u, or that of the container), or end some";
    case ENOMEM: return "free some memory, or end some processes";
    case EBADF: case EMFILE: case ENFILE: return "raise the limit on open files (ulimit -n)";
    default: return "build it again with ./lab4 build hosted";
    }
}

static _Noreturn void refuse_to_start(const char *path, const struct failure *failure)
{
    if (strcmp(failure->call, "dup2") == 0) {
        refuse("the host gives the machine no file descriptors (%s); %s.", strerror(failure->error), remedy_of(failure->error));
    }
    if (strcmp(failure->call, "execve") == 0) {
        refuse("the machine image %s cannot be started (%s); %s.", path, strerror(failure->error), remedy_of(failure->error));
    }
    refuse("the host does not let the machine start (%s: %s); %s.", failure->call, strerror(failure->error), remedy_of(failure->error));
}

void machine_start(struct machine *machine, const struct options *options, const sigset_t *mask)
{
    char path[PATH_MAX];
    struct failure failure = {0};
    check_limits();
    find_image(options->machine, path);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) {
        refuse("the host does not let lab4 look after its processes (PR_SET_CHILD_SUBREAPER: %s); it needs Linux 5.9 or later.",
               strerror(errno));
    }
    machine->pid = spawn(machine, path, mask, &failure);
    if (machine->pid < 0) {
        refuse("the host gives no process (%s); %s.", strerror(errno), remedy_of(errno));
    }
    if (failure.call != NULL) {
        refuse_to_start(path, &failure);
    }
}

void machine_alarm(uint32_t pid)
{
    if (pid != 0) {
        kill((pid_t)pid, SIGALRM);
    }
}

// --------------------------------------------------------------------------------------------- end

// Kills every child of ours, by the host's list of them. (On a host that keeps none, children die with the machine.)
static void kill_children(void)
{
    char name[64];
    snprintf(name, sizeof(name), "/proc/self/task/%d/children", (int)getpid());
    FILE *list = fopen(name, "re");
    if (list == NULL) {
        return;
    }
    int pid;
    while (fscanf(list, "%d", &pid) == 1) {
        kill(pid, SIGKILL);
    }
    fclose(list);
}

// The file is sealed against shrinking, but may get holes. Control page and trace stay.
static void free_memory(struct machine *machine)
{
    const uint64_t bytes = MACHINE_FILE_BYTES(machine->control->ram_bytes) - MACHINE_RAM_OFFSET;
    int result = fallocate(machine->memory, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)MACHINE_RAM_OFFSET, (off_t)bytes);
    (void)result; // the host gets it back anyway, when we end
}

void machine_kill(struct machine *machine, bool is_memory_short)
{
    kill(-machine->pid, SIGKILL); // the group; its leader is not reaped yet, so the number still means this group
    if (is_memory_short) {
        free_memory(machine); // at once: waiting may take some, too
    }
    for (unsigned round = 0; round < REAP_ROUNDS; round++) {
        pid_t pid;
        do {
            pid = waitpid(-1, NULL, WNOHANG);
            round = pid > 0 ? 0 : round; // a thousand of them take their time on a busy host
        } while (pid > 0 || (pid < 0 && errno == EINTR));
        if (pid < 0) {
            return; // no children left
        }
        kill_children();
        nanosleep(&(const struct timespec){.tv_nsec = 500000}, NULL);
    }
    report("processes of the machine do not die (see `ps --ppid %d`); the host may be stuck.", (int)getpid());
}
