// SPDX-License-Identifier: BSD-2-Clause
//
// --status-file: who ended the run, for programs. One line of three words: WHO STATUS CAUSE.
//
//   program N exit        the root task, with lab4_exit(N)
//   lab4 2 refused        bad usage, a bad program, a host that lacks something
//   lab4 3 deadlock       every thread waits for ever
//   lab4 4 failed         the kernel or the machine failed
//   lab4 5 timeout        --timeout
//   signal 128+N NAME     a signal to the front end: 130 INT
//
// An empty file: the front end itself was killed.
#pragma once

#include <stdbool.h>

// Empties the file that --status-file names among the arguments, if any, before anything can be refused. What is not
// noted otherwise by the end of this process is noted as refused.
void status_file_open(int argc, char **argv);

// How the run ended. Only the first call counts.
void status_file_note(bool is_program, int status);
