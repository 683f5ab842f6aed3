# SPDX-License-Identifier: BSD-2-Clause
"""Programs that lab4 starts and waits for, so that none outlives it.

Each child leads a process group of its own. When lab4 is asked to end (Ctrl-C, SIGTERM, SIGHUP), the group and whatever
else descends from us ends first: descendants whose parent has gone come to us, since we are their "subreaper". If lab4 is
killed outright, nobody can do that; then setpriv (of util-linux) has seen to it that the child is told to end.
"""
import contextlib
import os
import signal
import subprocess
import sys
import time

ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SECONDS_TO_END = 2
SETPRIV = "/usr/bin/setpriv"


class Ended(BaseException):
    """lab4 has been asked to end, by the signal args[0]."""


def raise_ended(number, _frame):
    for other in ENDS:
        signal.signal(other, signal.SIG_IGN)
    raise Ended(number)


@contextlib.contextmanager
def child(command, adopts=False, **keywords):
    """A running program, as subprocess.Popen; at the end of the block it is waited for. Ends lab4 if that is asked to end.

    adopts: its descendants may outlive it and lead groups of their own (tests do); Ninja ends its own.
    """
    if os.access(SETPRIV, os.X_OK):
        command = [SETPRIV, "--pdeathsig", "TERM", *command]
    handlers = {number: signal.getsignal(number) for number in ENDS}
    if adopts:
        set_reaper(True)
    process = None
    try:
        for number in ENDS:
            if handlers[number] != signal.SIG_IGN:  # nohup, a shell's background job
                signal.signal(number, raise_ended)
        process = subprocess.Popen(command, start_new_session=True, **{"stdin": subprocess.DEVNULL, **keywords})
        yield process
        process.wait()
    except Ended as ended:
        if process:
            end_descendants(process)
        sys.exit(128 + ended.args[0])
    finally:
        if adopts:
            set_reaper(False)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def call(command, **keywords):
    """Runs a program to its end; its status."""
    with child(command, **keywords) as process:
        pass
    return process.returncode


def set_reaper(adopts):
    """Do orphans among our descendants become our children? ctypes is not in python3-minimal, which has no tests to run."""
    set_child_subreaper = 36
    import ctypes
    ctypes.CDLL(None).prctl(set_child_subreaper, int(adopts), 0, 0, 0)


def children_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def descendants():
    found, todo = [], children_of(os.getpid())
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children_of(pid)
    return found


def end_descendants(process):
    """Asks the child's group to end, and then ends all that is left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(SECONDS_TO_END)
    deadline = time.monotonic() + SECONDS_TO_END
    while time.monotonic() < deadline:
        left = descendants()
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not left:
            return
        time.sleep(0.01)
