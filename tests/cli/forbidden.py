# SPDX-License-Identifier: BSD-2-Clause
"""Hosts that refuse calls, as sandboxes do: a seccomp filter for a process that is about to become a program."""
import ctypes
import struct

# Numbers of host calls (x86-64) that sandboxes are known to forbid, or old hosts not to have.
FORBIDDEN = {"memfd_create": 319, "seccomp": 317, "pkey_alloc": 330, "sched_setaffinity": 203, "getcpu": 309, "personality": 135,
             "prctl": 157, "close_range": 436, "signalfd4": 289, "clone": 56, "vfork": 58, "sigaltstack": 131, "prlimit64": 302,
             "kill": 62, "tgkill": 234, "ftruncate": 77, "fcntl": 72, "readlink": 89,
             "rt_sigprocmask": 14, "ptrace": 101}


def forbid(call, error, argument=None):
    """From now on a host call fails in this process and its descendants: always, or when its argument (number, value) is this one."""
    load, if_equal, verdict, fail, allow = 0x20, 0x15, 0x06, 0x50000 | error, 0x7fff0000
    conditions = [(0, call)] + ([(16 + 8 * argument[0], argument[1])] if argument else [])  # offsets in struct seccomp_data
    steps = []
    for left, (place, value) in zip(range(len(conditions) - 1, -1, -1), conditions):
        steps += [(load, 0, 0, place), (if_equal, 0, 2 * left + 1, value)]
    steps += [(verdict, 0, 0, fail), (verdict, 0, 0, allow)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(steps), ctypes.addressof(code)))
    prctl, no_new_privileges, set_seccomp, filter_mode = ctypes.CDLL(None).prctl, 38, 22, 2
    assert prctl(no_new_privileges, 1, 0, 0, 0) == 0 and prctl(set_seccomp, filter_mode, program, 0, 0) == 0
