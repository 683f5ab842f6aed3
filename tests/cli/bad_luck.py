#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Hosts that give little, refuse things or take them away: bad_luck.py FRONT-END DIRECTORY-OF-PROGRAMS

Each run works, or ends with one sentence that names the cause; nothing of it is left. As root, these tests become an unprivileged user
where limits would not bind otherwise; anybody else is one already. Without the right to limit memory (memory_group.py) some say that
they were not run.
"""
import ctypes
import errno
import json
import os
import pathlib
import pty
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

from forbidden import FORBIDDEN, forbid
from harness import Result, assert_refused, main, run
from machines import FRONT_END, HELLO, PROGRAMS, SCRATCH, assert_nothing_left, children_of, processes, start_spinning
from memory_group import MemoryGroup, NoMemoryGroup

NOBODY = 65534
TRACING = pathlib.Path(__file__).resolve().parents[2] / "tools/lab4/tracing"
IS_ROOT = os.geteuid() == 0
MANY = PROGRAMS / "abi-address_spaces"  # a thousand address spaces


def copies(folder, *programs):
    """Copies of the front end, the machine and other programs, where everybody can execute them; the copy of the front end."""
    os.chmod(SCRATCH.name, 0o755)
    place = pathlib.Path(SCRATCH.name) / folder
    place.mkdir(mode=0o755, exist_ok=True)
    for program in (FRONT_END, FRONT_END.with_name("lab4-machine"), HELLO, *programs):
        shutil.copy(program, place)
    return place / FRONT_END.name


def become_unprivileged():
    if IS_ROOT:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def own_threads():
    """What already counts against the unprivileged user's limit on processes."""
    user = NOBODY if IS_ROOT else os.getuid()
    count = 0
    for directory in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if directory.stat().st_uid == user:
                count += len(os.listdir(directory / "task"))
        except OSError:
            pass
    return count


def run_limited(program, *options, unprivileged=True, **limits):
    """Runs a program as an unprivileged user, under limits by their names in `resource`, for example NPROC=3."""
    def begin():
        for name, value in limits.items():
            kind = getattr(resource, f"RLIMIT_{name}")
            resource.setrlimit(kind, (value, value))
        if unprivileged:
            become_unprivileged()
    before = processes()
    front_end = copies("everybody", program)
    result = run(front_end, "--protect", "none", "--timeout", "60", *options, front_end.with_name(program.name), preexec_fn=begin,
                 timeout=120, env={})  # the environment is on the stack, too
    assert_nothing_left(before)
    return result


def assert_works(result):
    assert result.status == 0 and result.err == "", result


def assert_works_or_is_refused(result, what):
    assert result.status == 0 or (result.status > 0 and result.err.count("\n") == 1), (what, result)


# ---------------------------------------------------------------------------------------------- few processes

def test_no_process_for_the_machine():
    result = run_limited(HELLO, NPROC=own_threads() + 1)
    assert_refused(result, "no process", "ulimit -u")
    assert result.status == 2


def test_no_process_for_user_code():
    result = run_limited(HELLO, NPROC=own_threads() + 2)
    assert_refused(result, "no process", "ulimit -u")
    assert result.status == 2


def test_one_process_for_user_code_is_enough_for_any_number_of_address_spaces():
    for name in ("hello", "abi-vspace", "abi-transfer"):
        assert_works(run_limited(PROGRAMS / name, NPROC=own_threads() + 3))


def test_a_thousand_address_spaces_in_a_dozen_processes():
    result = run_limited(MANY, "--stats", NPROC=own_threads() + 14)
    assert result.status == 0 and "refuse" not in result.err, result
    assert int(re.search(r"(\d+) processes made", result.err).group(1)) <= 12, result.err


def test_idle_processes_are_given_back():
    result = run(FRONT_END, "--protect", "none", "--stats", "--timeout", "60", MANY, timeout=120)
    assert result.status == 0, result
    # half of a thousand were deleted, few of them kept; then they were needed again
    assert int(re.search(r"(\d+) processes made", result.err).group(1)) > 1000, result.err


# ----------------------------------------------------------------------------------------------- other limits

def test_small_limits_that_change_nothing():
    for limits in ({"STACK": 16 << 10}, {"NOFILE": 8}, {"SIGPENDING": 0}, {"MEMLOCK": 0}, {"RSS": 0}, {"CORE": 0}, {"MSGQUEUE": 0},
                   {"NICE": 0}, {"RTPRIO": 0}):
        result = run_limited(HELLO, **limits)
        assert_works(result)
    assert_works(run_limited(PROGRAMS / "abi-preemption", SIGPENDING=0))


def test_a_limit_on_memory():
    result = run_limited(HELLO, DATA=4 << 20)
    assert_refused(result, "ulimit -d")
    assert result.status == 2


def test_a_limit_on_cpu_time():
    before = processes()
    process = start_spinning("--protect", "none", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (1, 5)))
    assert process.wait(timeout=30) == 4
    message = process.stderr.read().decode()
    assert message.count("\n") == 1 and "ulimit -t" in message, message
    assert_nothing_left(before)


# ------------------------------------------------------------------------------------- without rights or rooms

def test_an_unprivileged_user():
    for name in ("hello", "abi-exceptions", "abi-faults", "abi-preemption"):
        assert_works(run_limited(PROGRAMS / name, "--report", "none"))  # some leave faults without a handler


def test_host_calls_that_a_container_forbids():
    before = processes()
    for name, number in FORBIDDEN.items():
        for error in (errno.EPERM, errno.ENOSYS):
            result = run(FRONT_END, "--protect", "none", "--timeout", "20", HELLO, preexec_fn=lambda: forbid(number, error))
            assert_works_or_is_refused(result, name)
    assert_nothing_left(before)


def test_a_container_that_forbids_seccomp_is_named():
    result = run(FRONT_END, "--protect", "none", HELLO, preexec_fn=lambda: forbid(FORBIDDEN["seccomp"], errno.EPERM))
    assert_refused(result, "seccomp", "container")


# ------------------------------------------------------------------------- a host with rules about executable memory

MMAP_CALL, PKEY_MPROTECT, PROTECTION_ARGUMENT, READ_EXECUTE, READ_WRITE_EXECUTE = 9, 329, 2, 5, 7


def deny_write_execute():
    """What systemd's MemoryDenyWriteExecute and SELinux's execmem amount to; Linux 6.3."""
    set_mdwe, refuse_exec_gain = 65, 1
    return ctypes.CDLL(None).prctl(set_mdwe, refuse_exec_gain, 0, 0, 0) == 0


def deny_write_execute_by_filter():
    """The same by seccomp, as older systemd does it, which also takes every pkey_mprotect for an attempt."""
    forbid(MMAP_CALL, errno.EPERM, (PROTECTION_ARGUMENT, READ_WRITE_EXECUTE))
    forbid(PKEY_MPROTECT, errno.EPERM, (PROTECTION_ARGUMENT, READ_EXECUTE))


def test_a_host_that_forbids_memory_both_writable_and_executable():
    for deny in (deny_write_execute, deny_write_execute_by_filter):
        for program in ("hello", "hosted-instructions", "abi-vspace", "abi-exceptions", "client-server", "hosted-torture"):
            result = run(FRONT_END, "--timeout", "60", PROGRAMS / program, preexec_fn=deny, timeout=120)
            assert result.status == 0 and "refuse" not in result.err, (deny, program, result)


# ------------------------------------------------------------------------------- each refusal has its own remedy

def test_a_policy_that_forbids_a_host_call_is_named_and_not_a_limit():
    calls = {"vfork": 58, "clone": 56, "setsid": 112, "sigaltstack": 131}
    for name, number in calls.items():
        result = run(FRONT_END, "--protect", "none", HELLO, preexec_fn=lambda: forbid(number, errno.EPERM))
        assert_refused(result, "security policy", "container")
        assert result.status == 2 and "ulimit" not in result.err and "build" not in result.err, (name, result)


def test_want_of_memory_is_named():
    result = run(FRONT_END, "--protect", "none", HELLO, preexec_fn=lambda: forbid(FORBIDDEN["vfork"], errno.ENOMEM))
    assert_refused(result, "no process", "free some memory")
    assert result.status == 2


def test_a_file_system_mounted_noexec():
    folder = copies("noexec", HELLO).parent
    inside = f"mount -t tmpfs -o noexec none /mnt && cp {folder}/lab4-machine /mnt/ && {FRONT_END} --machine /mnt/lab4-machine {HELLO}"
    if run("unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt").status != 0:
        print("# no mount namespaces here")
        return
    result = run("unshare", "-rm", "sh", "-c", inside)
    assert_refused(result, "noexec", "--machine")
    assert result.status == 2


def libraries_of(program):
    return re.findall(r"(/\S+)", "\n".join(line for line in run("ldd", program).out.splitlines() if "(0x" in line))


def test_an_empty_root_without_proc_and_dev_as_nobody():
    before = processes()
    front_end = copies("root")
    for library in libraries_of(FRONT_END):
        place = front_end.parent / library.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, place)

    def enter():
        os.chroot(front_end.parent)
        os.chdir("/")
        become_unprivileged()

    def run_inside(*arguments):
        if IS_ROOT:
            return run(f"/{FRONT_END.name}", *arguments, preexec_fn=enter)
        return run("unshare", "--map-root-user", "--root", front_end.parent, f"/{FRONT_END.name}", *arguments)

    result = run_inside("--protect", "none", "--timeout", "20", "/hello")
    if "unshare" in result.err:
        print(f"        not run, for want of rights: {result.err.strip()}")
        return
    assert_refused(result, "/proc", "--machine")
    assert_works(run_inside("--protect", "none", "--timeout", "20", "--machine", "/lab4-machine", "/hello"))
    assert_nothing_left(before)


def test_namespaces_of_its_own():
    before = processes()
    spaces = ("unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--mount-proc", "--net", "--ipc", "--uts")
    result = run(*spaces, FRONT_END, "--protect", "none", "--timeout", "20", HELLO)
    if "unshare" in result.err or "mount" in result.err:
        print(f"        not run, for want of rights: {result.err.strip()}")
        return
    assert_works(result)
    assert_nothing_left(before)


# ------------------------------------------------------------------------------------------------ out of memory

def run_in_memory(size, program, *options):
    """Runs a program whose processes together get so much memory; also how many of them the host ended. Nothing is left."""
    before = processes()
    with MemoryGroup(size) as group:
        result = run(FRONT_END, "--protect", "none", "--timeout", "240", *options, program, preexec_fn=group.enter, timeout=300)
        assert_nothing_left(before)
        return result, group.kills()


def needs_memory_groups(test):
    def test_or_say_why_not():
        try:
            test()
        except NoMemoryGroup as problem:
            print(f"        NOT RUN {test.__name__[5:]}: memory cannot be limited here ({problem})")
    return test_or_say_why_not


def assert_out_of_memory(result):
    assert result.status == 4 and result.err.count("\n") == 1, result
    assert "out of memory" in result.err and "--mem" in result.err, result


@needs_memory_groups
def test_four_megabytes_of_memory_are_enough_for_a_small_program():
    result, kills = run_in_memory(4 << 20, HELLO)
    assert_works(result)
    assert kills == 0


@needs_memory_groups
def test_the_host_runs_out_of_memory():
    for megabytes in (5, 8, 13, 24):  # at last among hundreds of processes
        result, kills = run_in_memory(megabytes << 20, MANY)
        assert_out_of_memory(result)
        assert kills > 0


@needs_memory_groups
def test_a_trace_is_whole_although_the_host_ran_out_of_memory():
    """Writing it takes memory of the host's, too; if that comes when the machine is dead and its RAM not yet given back, the host
    has nobody left to end but the front end. And python, which makes JSON of the records, may have none: then they are in a file
    beside it, as the message says."""
    for megabytes in (6, 9):
        whole = 0
        for _ in range(6):
            trace = pathlib.Path(SCRATCH.name) / "trace.json"
            result, kills = run_in_memory(megabytes << 20, MANY, "--trace", trace)
            if result.status == -signal.SIGKILL:
                assert kills > 1, kills  # the machine first
                continue
            raw = pathlib.Path(f"{trace}.raw")
            if raw.exists():
                lines = result.err.split("\n")
                assert len(lines) == 3 and str(raw) in lines[1], result
                result = Result(result.status, result.out, lines[0] + "\n")
                decoded = subprocess.run([sys.executable, TRACING, "--format", "json", raw], stdout=subprocess.PIPE, timeout=60, check=True)
                trace.write_bytes(decoded.stdout)
                raw.unlink()
            assert_out_of_memory(result)
            assert len(json.loads(trace.read_text())["traceEvents"]) > 1000
            whole += 1
        assert whole > 0, f"the front end was always ended, with {megabytes} MiB"


@needs_memory_groups
def test_too_little_memory_even_for_the_front_end_leaves_nothing_behind():
    for kilobytes in range(128, 2048, 256):  # the host does not ask which process it ends, where there is so little
        result, kills = run_in_memory(kilobytes << 10, HELLO)
        assert result.status == 0 or kills > 0, result
        assert result.status in (0, 4, -signal.SIGKILL), result
        assert result.status == -signal.SIGKILL or result.err.count("\n") == (result.status == 4), result


# How the machine maps up to 64 KiB of user memory: MAP_SHARED, MAP_FIXED, MAP_NORESERVE, MAP_POPULATE.
MMAP, FLAGS_ARGUMENT, USER_MAPPING = 9, 3, 0x01 | 0x10 | 0x4000 | 0x8000


def test_a_host_without_memory_for_mappings():
    before = processes()
    result = run(FRONT_END, "--protect", "none", HELLO, preexec_fn=lambda: forbid(MMAP, errno.ENOMEM, (FLAGS_ARGUMENT, USER_MAPPING)))
    assert_refused(result, "map user memory", "vm.max_map_count", "free some memory")
    assert result.status == 4
    assert_nothing_left(before)


def test_a_host_without_memory_for_processes():
    before = processes()
    result = run(FRONT_END, "--protect", "none", HELLO, preexec_fn=lambda: forbid(FORBIDDEN["clone"], errno.ENOMEM))
    assert_refused(result, "no process", "free some memory")
    assert result.status == 2
    assert_nothing_left(before)


# --------------------------------------------------------------------------------------- many processes die

def start_many():
    """A run with a growing number of processes, some dozens by now."""
    before = processes()
    process = subprocess.Popen([FRONT_END, "--protect", "none", MANY], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    while len(processes() - before) < 40:
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)
    return before, process


def zygote_of(process):
    return children_of(process.pid)[0]


def assert_ends_at_once(process, status, before):
    assert process.wait(timeout=20) == status, process.returncode
    assert_nothing_left(before)
    return process.stderr.read().decode()


def test_the_front_end_is_killed_among_many_processes():
    before, process = start_many()
    process.kill()
    assert_ends_at_once(process, -signal.SIGKILL, before)


def test_the_first_process_of_the_machine_is_killed_among_many():
    before, process = start_many()
    os.kill(zygote_of(process), signal.SIGKILL)
    message = assert_ends_at_once(process, 4, before)
    assert message.count("\n") == 1 and "out of memory" in message, message


def test_some_process_of_the_machine_is_killed_among_many():
    before, process = start_many()
    victim = max(processes() - before)
    os.kill(victim, signal.SIGKILL)
    message = assert_ends_at_once(process, 4, before)
    assert message.count("\n") == 1 and f"process {victim} " in message and "out of memory" in message, message


def test_sigterm_among_many_processes():
    before, process = start_many()
    process.terminate()
    assert assert_ends_at_once(process, 128 + signal.SIGTERM, before) == ""


# ------------------------------------------------------------------------------------------------- terminals

def start_on_terminal():
    """A spinning run with a terminal of its own: the terminal's other end, and the run."""
    ours, theirs = pty.openpty()
    def begin():
        os.setsid()
        os.close(os.open(os.ttyname(theirs), os.O_RDWR))  # becomes the controlling terminal
    process = start_spinning("--protect", "none", stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, start_new_session=False,
                             preexec_fn=begin)
    os.close(theirs)
    return ours, process


def test_a_terminal_that_goes_away_ends_the_run():
    before = processes()
    ours, process = start_on_terminal()
    os.close(ours)
    assert process.wait(timeout=20) in (128 + signal.SIGHUP, 128 + signal.SIGPIPE), process.returncode
    assert_nothing_left(before)


def test_ctrl_c_on_a_terminal():
    before = processes()
    ours, process = start_on_terminal()
    os.write(ours, b"\x03")
    assert process.wait(timeout=20) == 128 + signal.SIGINT, process.returncode
    os.close(ours)
    assert_nothing_left(before)


def test_nothing_is_left_in_shared_memory_or_temporary_files():
    places = [pathlib.Path(place) for place in ("/dev/shm", "/tmp", "/run", "/var/tmp") if os.path.isdir(place)]
    before = {entry for place in places for entry in place.glob("*lab4*")}
    process = start_spinning("--protect", "none")
    process.kill()
    process.wait()
    assert run(FRONT_END, "--protect", "none", "--timeout", "20", HELLO).status == 0
    left = {entry for place in places for entry in place.glob("*lab4-m*")} - before
    assert not left, left


main(globals())
