// SPDX-License-Identifier: BSD-2-Clause
//
// The first process of the virtual machine of tests/hosts/run: executes the commands in the file /commands, one on each line, its
// words separated by blanks, and shuts the machine down. Before and after each it prints a line that `run` looks for.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { LONGEST_LINE = 512, MOST_WORDS = 32, USER = 65534 };

static void prepare(void)
{
    mkdir("/proc", 0755);
    mkdir("/tmp", 01777);
    mount("proc", "/proc", "proc", 0, "");
    mount("devtmpfs", "/dev", "devtmpfs", 0, "");
    const int console = open("/dev/ttyS0", O_RDWR);
    for (int fd = 0; console >= 0 && fd <= 2; fd++) {
        dup2(console, fd);
    }
}

// Does not return. A last word that begins with '<' names the file that is on stdin.
static void become(char *line)
{
    char *words[MOST_WORDS + 1] = {strtok(line, " \n")};
    const char *input = "/dev/null";
    for (int i = 0; i < MOST_WORDS - 1 && words[i] != NULL; i++) {
        words[i + 1] = strtok(NULL, " \n");
        if (words[i + 1] != NULL && words[i + 1][0] == '<') {
            input = words[i + 1] + 1;
            words[i + 1] = NULL;
        }
    }
    const int file = open(input, O_RDONLY);
    dup2(file, 0);
    close(file);
    setsid();
    if (setgid(USER) != 0 || setuid(USER) != 0) {
        _exit(126);
    }
    execv(words[0], words);
    _exit(127);
}

// Everything that is still there but this process and the kernel's own threads.
static int processes_left(void)
{
    int left = 0;
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
    if (waitpid(-1, NULL, WNOHANG) == 0) {
        left = 1;
        kill(-1, SIGKILL);
    }
    while (waitpid(-1, NULL, 0) > 0) {
    }
    return left;
}

static void run(char *line, int number)
{
    int status = 0;
    printf("@begin %d\n", number);
    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0) {
        become(line);
    }
    waitpid(pid, &status, 0);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    printf("\n@end %d %d %d\n", number, code, processes_left());
    fflush(stdout);
}

int main(void)
{
    char line[LONGEST_LINE];
    prepare();
    FILE *commands = fopen("/commands", "re");
    for (int number = 0; commands != NULL && fgets(line, sizeof(line), commands) != NULL; number++) {
        run(line, number);
    }
    printf("@done\n");
    fflush(stdout);
    tcdrain(STDOUT_FILENO);
    reboot(RB_AUTOBOOT);
    for (;;) {
        pause();
    }
}
