# SPDX-License-Identifier: BSD-2-Clause
"""What the records of a trace say, for any form of output.

`Decoder` follows threads (names, programs, what each is in the middle of) and objects (where they
were made), decides what --only leaves over, and calls the methods of a writer (text.py, chrome.py).
"""
import collections

import records as r
from names import SENDING, SILENT, WITH_REGISTERS, Names, error_name
from records import number_of_call, printable
from selection import Selection
from symbols import Programs, place_text, site_text

NOTHING, INVOCATION, CALL, FAULT = range(
    4
)  # what a thread entered the kernel for and has not come back from
MOST_NAME, MOST_LINE, RETYPE = 128, 200, 1


class Task:
    """A thread."""

    def __init__(self):
        self.name = ""
        self.program = None  # symbols.Program, or None
        self.open, self.call, self.kind = NOTHING, 0, ""
        self.entry = 0  # the number of the entry that opened it
        self.shown = True  # was that shown?


class Site:
    """A Retype whose end is not known yet: what it will have made."""

    def __init__(self, text, first, size, count):
        self.text, self.first, self.size, self.count = text, first, size, count


class Decoder:
    """Reads a raw trace."""

    def __init__(self, file, only):
        self.header = r.read_header(file)
        self.file = file
        self.names = Names(self.header)
        self.programs = Programs(self.header["program"])
        self.tasks = collections.defaultdict(Task)
        self.tasks[r.IDLE].name, self.tasks[r.INTERRUPTS].name = "idle", "interrupts"
        self.objects = {}  # {physical address: name}
        self.tcbs = {}  # {physical address: thread}
        self.sites = {}  # {thread: Site}
        self.places = {}  # {(program, address): text}
        self.selection = Selection(only)
        self.console, self.runner, self.last_time, self.status, self.count = "", None, 0, None, 0

    def write(self, writer):
        """The whole trace."""
        writer.begin(self)
        for entry in r.entries(r.read_records(self.file)):
            self.count += 1
            shown = self.selection.is_everything or self.selection.wants(self, entry)
            for index, record in enumerate(entry):
                self.take(writer, entry, index, record, shown)
        if self.console:
            self.finish_line(writer, self.last_time, self.runner or 0, True)
        writer.end(self, self.status)

    def take(self, writer, entry, index, record, shown):
        kind, task = record.kind, self.tasks[record.thread]
        self.last_time = record.time if kind != r.END else self.last_time
        if kind == r.PUTCHAR:
            self.take_character(writer, record, shown)
        elif kind == r.NAME:
            self.take_name(writer, record, task, shown)
        elif kind == r.CODE:
            task.program = self.programs.find(record.w0, record.w1)
        elif kind == r.CALL:
            self.note_runner(writer, record)
            details = Details(self, record, entry[index + 1 :])
            if shown:
                writer.call(self, record, details)
            self.open(
                task, INVOCATION if details.is_invocation else CALL, number_of_call(record), shown
            )
            task.kind = self.names.kind(record)
            self.note_retype(record, details)
        elif kind == r.FAULT:
            self.note_runner(writer, record)
            if shown:
                writer.fault(self, record)
            self.open(task, FAULT, 0, shown)
        elif kind == r.LEAVE:
            self.note_runner(writer, record)
            self.take_leave(writer, record, task)
        elif kind == r.END:
            self.status = record.w0
        else:
            self.take_other(writer, record, task, shown)

    def take_other(self, writer, record, task, shown):
        """What an entry did to threads."""
        if record.kind == r.CREATED:
            self.tcbs[record.w0] = record.thread
        if record.kind in writer.OTHERS and shown:
            writer.OTHERS[record.kind](writer, self, record)
        if record.kind == r.RAISED and task.open == NOTHING:  # of a thread that ran: a timeout
            self.open(task, FAULT, 0, shown)
        elif record.kind == r.DELETED:
            task.open = NOTHING

    def open(self, task, what, call, shown):
        task.open, task.call, task.entry, task.shown = what, call, self.count, shown

    def take_leave(self, writer, record, task):
        repeats = task.open != FAULT and record.w3 != 0
        made = self.sites.pop(record.thread, None)
        if made is not None and not repeats and error_name(record.w1 >> 12) is None:
            for i in range(made.count):
                self.objects[made.first + i * made.size] = made.text
        writer.leave(self, record, task, repeats, task.open != NOTHING and task.shown)
        task.open = NOTHING

    def take_character(self, writer, record, shown):
        character = chr(record.w0 & 0xFF)
        if character == "\n" or len(self.console) == MOST_LINE:
            self.finish_line(writer, record.time, record.thread, shown)
        if character != "\n":
            self.console += printable(character)

    def finish_line(self, writer, time, thread, shown):
        if shown:
            writer.prints(self, time, thread, self.console)
        self.console = ""

    def take_name(self, writer, record, task, shown):
        text, is_whole = r.text_of(record)
        task.name = (task.name if record.detail else "")[: record.detail] + printable(text)
        if is_whole or len(task.name) >= MOST_NAME - 1:
            writer.named(self, record, shown)

    def note_runner(self, writer, record):
        if self.runner != record.thread:
            writer.runs(
                self,
                record.time,
                record.thread,
                self.runner,
                self.selection.wants_thread(self, record.thread),
            )
            self.runner = record.thread

    def note_retype(self, call, details):
        if details.free is None or len(details.words) < 6:
            return
        _, bits, is_sized = self.names.object_type(details.words[0])
        size = 1 << min(bits + (details.words[1] if is_sized else 0), 63)
        first = (details.free + size - 1) // size * size
        if details.site and details.words[5] <= 1 << 16:
            self.sites[call.thread] = Site(details.site, first, size, details.words[5])

    # ------------------------------------------------------------------------------- for writers

    def thread(self, thread):
        """ "server#2"; the number tells threads of the same name apart."""
        name = self.tasks[thread].name
        return name if thread in (r.IDLE, r.INTERRUPTS) else f"{name}#{thread}"

    def object(self, address):
        """ "0x40000560 main.c:57", "0x7ffc8000 rootserver#1"."""
        name = (
            self.thread(self.tcbs[address]) if address in self.tcbs else self.objects.get(address)
        )
        return f"{address:#x} {name}" if name else f"{address:#x}"

    def site_of(self, address):
        """Where an object was, or is just being, made; or None."""
        for site in self.sites.values():
            if site.first <= address < site.first + site.size * site.count:
                return site.text
        return self.objects.get(address)

    def place(self, thread, pc, stack=(), frame=0):
        """ "main (hello.c:57)", or nothing."""
        program = self.tasks[thread].program
        if program is None:
            return ""
        key = program, pc
        if key not in self.places:
            text = place_text(program.place(pc, stack, frame))
            if program.own_place(pc) is None:
                return text  # depends on the caller
            self.places[key] = text
        return self.places[key]


class Details:
    """A CALL with what follows from it: `words` MR0…, `caps` [(address, object)]."""

    def __init__(self, decoder, call, following):
        names, length = decoder.names, call.w2 & 0x7F
        self.is_invocation = names.is_invocation(call)
        self.has_registers = number_of_call(call) in WITH_REGISTERS
        self.sends = number_of_call(call) in SENDING
        self.words, self.caps, self.free, self.site = [call.w4][:length], [], None, ""
        stack, frame = [], 0
        for record in following:
            if record.kind == r.ARGUMENTS:
                self.words += record[4:10][: max(length - 1, 0)]
            elif record.kind == r.CAPS:
                self.caps = list(zip(record[4:10:2], record[5:10:2]))[: call.w2 >> 7 & 3]
            elif record.kind == r.UNTYPED:
                self.free = record.w0
            elif record.kind == r.STACK:
                frame = frame if stack else record.detail
                stack += record[4:10]
            else:
                break
        self.place = decoder.place(call.thread, call.w0, stack, frame)
        program = decoder.tasks[call.thread].program
        if self.free is not None and program is not None and call.w2 >> 12 == RETYPE:
            self.site = site_text(
                map(program.own_place, [call.w0, *program.callers(call.w0, stack, frame)])
            )
        self.arguments = (
            list(names.arguments(call.w2 >> 12, self.words, self.caps, decoder.object))
            if self.is_invocation
            else []
        )


def brings_something_back(task):
    """Does a call that ends have anything to tell: a message, an answer, an error?"""
    return task.open == INVOCATION or task.call in WITH_REGISTERS and task.call not in SILENT
