# SPDX-License-Identifier: BSD-2-Clause
"""JSON in the Trace Event Format, for ui.perfetto.dev and chrome://tracing. Tracks (tid):

    1       CPU         which thread runs, one slice after another
    2       interrupts  the lines that are taken
    10 + n  thread n    a slice from each system call or fault until the thread runs again: its time
                        in the kernel, and blocked

Messages, replies, signals and fault messages are arrows (flow events) between the slices of both
sides; budgets, deletion and what others do to a thread are instants. One event a line, in order of
time on each track.
"""
import json
import os

import records as r
from decoder import INVOCATION
from names import error_name

CPU, INTERRUPTS, THREADS = 1, 2, 10
TIMER_LINE = 27
ARROWS = ("message", "reply", "signal", "fault")


class Chrome:
    """The writer; `put` takes text."""

    def __init__(self, put):
        self.put, self.separator = put, ""
        self.slices, self.flows = {}, 0  # {track: (category, name)} of the open ones
        self.quote = json.JSONEncoder().encode

    # ------------------------------------------------------------------------------------ events

    def event(self, phase, time, track, category, name, more=""):
        microseconds, rest = divmod(time * r.NS_PER_TICK, 1000)
        self.put(
            f'{self.separator}{{"ph":"{phase}","pid":1,"tid":{track},"ts":{microseconds}.{rest:03},'
            f'"cat":"{category}","name":{self.quote(name)}{more}}}'
        )
        self.separator = ",\n"

    def arguments(self, **values):
        return ',"args":' + self.quote(
            {key: value for key, value in values.items() if value not in (None, "")}
        )

    def open(self, time, track, category, name, more=""):
        """A slice; one that is open there (a call that was repeated) ends first."""
        self.close(time, track)
        self.slices[track] = category, name
        self.event("B", time, track, category, name, more)

    def close(self, time, track, more=""):
        if track in self.slices:
            self.event("E", time, track, *self.slices.pop(track), more)

    def instant(self, record, name, category="thread", more=""):
        self.event("i", record.time, track_of(record.thread), category, name, ',"s":"t"' + more)

    def metadata(self, what, track, name):
        self.event("M", 0, track, "__metadata", what, self.arguments(name=name))
        self.event(
            "M", 0, track, "__metadata", "thread_sort_index", f',"args":{{"sort_index":{track}}}'
        )

    # ----------------------------------------------------------------------------------- records

    def begin(self, decoder):
        self.put('{"displayTimeUnit":"ns","traceEvents":[\n')
        program = r.printable(os.path.basename(decoder.header["program"]))
        self.event("M", 0, 1, "__metadata", "process_name", self.arguments(name=f"lab4 {program}"))
        self.metadata("thread_name", CPU, "CPU")
        self.metadata("thread_name", INTERRUPTS, "interrupts")

    def end(self, decoder, status):
        for track in sorted(self.slices, reverse=True):
            self.close(decoder.last_time, track)
        more = ',"s":"g"' + (self.arguments(status=status) if status is not None else "")
        self.event(
            "i",
            decoder.last_time,
            CPU,
            "run",
            "the run ends" if status is not None else "the records stop",
            more,
        )
        self.put("\n]}\n")

    def call(self, decoder, record, details):
        if details.has_registers:
            message = {}
            if details.sends:
                message = {"label": record.w2 >> 12, "length": record.w2 & 0x7F}
            if message.get("length"):
                message["mr0"] = hex(record.w4)
            more = self.arguments(
                cap=hex(record.w1),
                kind=decoder.names.kind(record),
                object=hex(record.w3),
                object_name=decoder.object(record.w3).partition(" ")[2],
                badge=hex(record.w5),
                **message,
                arguments=dict(details.arguments) or None,
                at=details.place,
            )
        else:
            more = self.arguments(at=details.place) if details.place else ""
        self.open(record.time, track_of(record.thread), "call", decoder.names.call(record), more)

    def fault(self, decoder, record):
        more = self.arguments(
            address=hex(record.w0),
            pc=hex(record.w3),
            fetch=record.w1,
            syndrome=hex(record.w2),
            at=decoder.place(record.thread, record.w3),
        )
        self.open(
            record.time, track_of(record.thread), "fault", decoder.names.fault(record.detail), more
        )

    def leave(self, _, record, task, repeats, shown):
        self.close(record.time, INTERRUPTS)
        if not shown:
            return
        error = error_name(record.w1 >> 12) if task.open == INVOCATION and not repeats else None
        values = (
            {"repeated": True}
            if repeats
            else {"x0": hex(record.w0), "info": hex(record.w1), "refused": error}
        )
        self.close(record.time, track_of(record.thread), self.arguments(**values))

    def runs(self, decoder, time, thread, _, shown):
        self.close(time, CPU)
        if shown:
            self.open(time, CPU, "cpu", decoder.tasks[thread].name or "?")

    def prints(self, _, time, thread, text):
        self.event(
            "i", time, track_of(thread), "console", "prints", ',"s":"t"' + self.arguments(text=text)
        )

    def named(self, decoder, record, _):
        self.metadata("thread_name", track_of(record.thread), decoder.thread(record.thread))

    def interrupt(self, _, record):
        self.open(
            record.time,
            INTERRUPTS,
            "interrupt",
            f"{'timer' if record.w0 == TIMER_LINE else 'line'} {record.w0}",
        )

    def message_to(self, _, record):
        start, end = track_of(record.thread), track_of(record.w0)
        if start not in self.slices or end not in self.slices:
            return  # not shown
        self.flows += 1
        name = ARROWS[record.detail] if record.detail < len(ARROWS) else "?"
        self.event("s", record.time, start, "ipc", name, f',"id":{self.flows}')
        self.event("f", record.time, end, "ipc", name, f',"id":{self.flows},"bp":"e"')

    def state(self, decoder, record):
        self.instant(
            record,
            " -> ".join(map(decoder.names.state, (record.detail & 0xFF, record.detail >> 8))),
        )

    def budget(self, _, record):
        self.instant(record, "budget replenished" if record.detail else "budget used up")

    def raised(self, decoder, record):
        """In a call, or while the thread ran."""
        name, more = decoder.names.fault(record.detail), self.arguments(
            words=[hex(record.w0), hex(record.w1)]
        )
        if track_of(record.thread) in self.slices:
            self.instant(record, name, "fault", more)
        else:
            self.open(record.time, track_of(record.thread), "fault", name, more)

    def created(self, decoder, record):
        self.instant(
            record,
            "created",
            more=self.arguments(tcb=hex(record.w0), made_at=decoder.site_of(record.w0)),
        )

    def deleted(self, _, record):
        self.close(record.time, track_of(record.thread))
        self.instant(record, "deleted")

    OTHERS = {
        r.INTERRUPT: interrupt,
        r.MESSAGE: message_to,
        r.STATE: state,
        r.BUDGET: budget,
        r.RAISED: raised,
        r.CREATED: created,
        r.DELETED: deleted,
    }


def track_of(thread):
    return INTERRUPTS if thread == r.INTERRUPTS else THREADS + thread
