# SPDX-License-Identifier: BSD-2-Clause
"""Which processes a test has left behind. Other tests run machines at the same time, so only descendants count."""
import ctypes
import os
import pathlib

PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # orphans become our children


def status_of(pid):
    """The fields of its /proc/PID/stat from the third on (man proc)."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def state_of(pid):
    return status_of(pid)[0]


def parent_of(pid):
    return int(status_of(pid)[1])


def user_ticks(pid):
    """Hundredths of a second that it has spent outside the kernel."""
    return int(status_of(pid)[11])


def is_ours(pid):
    """An ancestor that dies meanwhile leaves its children to another one, so then the question is asked again."""
    ancestor = pid
    while ancestor > 1 and ancestor != os.getpid():
        try:
            ancestor = parent_of(ancestor)
        except OSError:
            if ancestor == pid:
                raise
            ancestor = pid
    return ancestor == os.getpid()


def descendants(*paths):
    """The living descendants of this script whose program's path starts with one of these."""
    found = set()
    for directory in pathlib.Path("/proc").glob("[0-9]*"):
        pid = int(directory.name)
        try:
            if os.readlink(directory / "exe").startswith(paths) and state_of(pid) != "Z" and is_ours(pid):
                found.add(pid)
        except OSError:  # it has ended, or is not for us to see
            pass
    return found
