// SPDX-License-Identifier: BSD-2-Clause
//
// --dot: the graphs are drawn by a script, from what --json prints.
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "platform/hosted/frontend/tools.h"
#include "platform/hosted/inspect/inspect.h"

// stdin of the script
static void give_input(const char *json, size_t bytes)
{
    const int input = memfd_create("lab4-inspect", 0);
    for (size_t done = 0; input >= 0 && done < bytes;) {
        const ssize_t written = write(input, json + done, bytes - done);
        if (written < 0) {
            break;
        }
        done += (size_t)written;
    }
    if (input < 0 || lseek(input, 0, SEEK_CUR) != (off_t)bytes || lseek(input, 0, SEEK_SET) != 0 ||
        dup2(input, STDIN_FILENO) < 0) {
        fail("the host has no memory left for the graph (%s).", strerror(errno));
    }
}

void draw_graph(const char *which, const char *json, size_t bytes)
{
    char script[PATH_MAX];
    if (!tool_find("lab4/drawing/__main__.py", script)) {
        fail("the script that draws graphs, %s, cannot be read (%s); install lab4 again, or keep "
             "the source tree.",
             script, strerror(errno));
    }
    give_input(json, bytes);
    execlp("python3", "python3", "-B", "-s", "-E", script, which, (char *)NULL);
    fail("python3 cannot be started (%s); install the package python3, or draw what --json prints.",
         strerror(errno));
}
