# SPDX-License-Identifier: BSD-2-Clause
"""Functions and source lines of addresses in the programs of a trace, and who called whom there.

binutils do the work: addr2line knows lines and inlined functions, readelf how
to find the caller's frame. Without them, or without debug information, there are no names; a trace
is as good as before otherwise.
"""
import bisect
import os
import re
import struct
import subprocess

import programs
from records import CODE_BYTES

MASK = (1 << 64) - 1
# System-call stubs say nothing, inlined or not.
STUB_FILES, STUB_NAMES = re.compile(r"/(libsel4|include)/.*\.h$"), ("arm_sys_", "seL4_")
FRAME_REGISTER, STACK_REGISTER, WORD = "rbp", "rsp", 8
MOST_CALLERS = 8


def hash_of(data):
    """FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & MASK
    return value


def output_of(*command, text=""):
    """What a program prints; nothing if there is no such program or it fails."""
    environment = {**os.environ, "LC_ALL": "C"}
    environment.pop("DEBUGINFOD_URLS", None)  # nothing is fetched from anywhere
    try:
        return subprocess.run(
            command,
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
            env=environment,
            check=False,
        ).stdout
    except OSError:
        return ""


class Lines:
    """addr2line for one file: functions and lines of addresses, innermost first."""

    END = "0x0000000000000000"  # what it echoes before it answers to "0", which nothing is at

    def __init__(self, path):
        environment = {**os.environ, "LC_ALL": "C"}
        environment.pop("DEBUGINFOD_URLS", None)  # nothing is fetched from anywhere
        try:
            self.process = subprocess.Popen(
                ["addr2line", "-e", path, "-a", "-f", "-i", "-C"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                errors="replace",
                bufsize=1,
                env=environment,
            )
        except OSError:
            self.process = None

    def ask(self, address):
        """[(function, file, line)] of an address; empty if it is not known."""
        if self.process is None:
            return []
        try:
            self.process.stdin.write(f"{address:#x}\n0\n")
            answer = []
            while (line := self.process.stdout.readline()) and line.rstrip() != self.END:
                answer.append(line.rstrip())
            self.process.stdout.readline(), self.process.stdout.readline()
        except OSError:
            self.process = None
            return []
        return list(self.frames(answer[1:]))

    @staticmethod
    def frames(lines):
        for function, where in zip(lines[::2], lines[1::2]):
            file, _, number = where.partition(" ")[0].rpartition(":")
            if function != "??":
                yield function, os.path.normpath(file), int(number) if number.isdigit() else 0


class Program:
    """An ELF file: its bytes, its lines, its stack frames."""

    def __init__(self, path, content):
        self.path, self.content = path, content
        self.segments = programs.segments_of(content)
        self.lines, self.frames, self.known, self.own = None, None, {}, {}

    def window(self, start, count):
        """The bytes from an address on as they are in memory when the program begins."""
        window = bytearray(count)
        for address, data in self.segments:
            first, last = max(address, start), min(address + len(data), start + count)
            if first < last:
                window[first - start : last - start] = data[first - address : last - address]
        return bytes(window)

    def places(self, address):
        """[(function, file, line)] of an address, innermost first."""
        if address not in self.known:
            self.lines = self.lines or Lines(self.path)
            self.known[address] = self.lines.ask(address) if address else []
        return self.known[address]

    def own_place(self, address):
        """The innermost place that is no system-call stub, or None."""
        if address not in self.own:
            self.own[address] = next(
                (place for place in self.places(address) if not is_stub(place)), None
            )
        return self.own[address]

    def place(self, address, stack=(), frame=0):
        """Where the program's own code is at an address, or what called the stub that is there."""
        own = self.own_place(address)
        if own is None:
            own = next(filter(None, map(self.own_place, self.callers(address, stack, frame))), None)
        places = self.places(address)
        return own or (places[-1] if places else None)

    def read_frames(self):
        """[(address, register, offset of the caller's frame, where rbp is saved)] in order."""
        self.frames, columns = [], []
        for line in output_of("readelf", "--debug-dump=frames-interp", self.path).split("\n"):
            words = line.split()
            if words[:2] == ["LOC", "CFA"]:
                columns = words
            elif len(words) == len(columns) and re.fullmatch(
                "[0-9a-f]{16}", words[0] if words else ""
            ):
                row = dict(zip(columns, words))
                rule = re.fullmatch(r"(\w+)\+(\d+)", row["CFA"])
                saved = re.fullmatch(r"c-(\d+)", row.get(FRAME_REGISTER, ""))
                if rule:
                    self.frames.append(
                        (int(words[0], 16), rule[1], int(rule[2]), int(saved[1]) if saved else None)
                    )
        self.frames.sort()

    def callers(self, pc, stack, frame):
        """Addresses of the calls that led to pc, innermost first, as far as the stack (words from
        the stack pointer on) reaches. `frame`: where the frame register points, as an index of
        it."""
        if self.frames is None:
            self.read_frames()
        bottom, frame = 0, frame * WORD
        for _ in range(MOST_CALLERS if self.frames else 0):
            address, register, offset, saved = self.frames[
                bisect.bisect_right(self.frames, (pc, "~")) - 1
            ]
            base = (
                bottom
                if register == STACK_REGISTER
                else frame
                if register == FRAME_REGISTER
                else None
            )
            if base is None or address > pc:
                return
            bottom = base + offset
            index = bottom // WORD - 1
            if not 0 <= index < len(stack):
                return
            if saved is not None:
                frame = -WORD  # an address, of which nothing is known here
            pc = stack[index] - 1  # in the call
            yield pc


class Programs:
    """The root task and its components: which of them a piece of code belongs to."""

    def __init__(self, root_task):
        self.all, self.known = [], {}
        try:
            for path in programs.files_of(root_task):
                self.all.append(Program(path, programs.read_file(path)))
        except (OSError, ValueError, struct.error):
            pass  # it has gone, or is no program any more: no names then

    def find(self, start, hash_value):
        """The program that has such code there, or None."""
        key = start, hash_value
        if key not in self.known:
            self.known[key] = next(
                (p for p in self.all if hash_of(p.window(start, CODE_BYTES)) == hash_value), None
            )
        return self.known[key]


def is_stub(place):
    return bool(STUB_FILES.search(place[1])) or place[0].startswith(STUB_NAMES)


def place_text(place):
    """ "main (hello.c:57)"; empty if there is nothing to say."""
    if place is None:
        return ""
    function, file, line = place
    return f"{function} ({os.path.basename(file)}:{line})" if line else function


def site_text(places):
    """Where an object was made: the line that called into the file that makes objects."""
    lines = [place for place in places if place is not None and place[2]]
    if not lines:
        return ""
    chosen = next((place for place in lines if place[1] != lines[0][1]), lines[0])
    return f"{os.path.basename(chosen[1])}:{chosen[2]}"
