// SPDX-License-Identifier: BSD-2-Clause
//
// What the front end says: one sentence per problem on stderr, with the cause and the remedy. Never on stdout, which belongs
// to the machine's console.
#pragma once

// Exit statuses of the front end's own (the machine's are in platform/hosted/interface.h).
enum {
    STATUS_USAGE = 2,       // bad options, a bad program, a host that lacks something
    STATUS_LOST_MACHINE = 4 // the machine did not end by itself
};

// "lab4: SENTENCE\n"
__attribute__((format(printf, 1, 2))) void report(const char *format, ...);

// The same, then exit(STATUS_USAGE).
__attribute__((format(printf, 1, 2))) _Noreturn void refuse(const char *format, ...);
