# SPDX-License-Identifier: BSD-2-Clause
"""One line for each thing that happened:

    seconds.nanoseconds  name#number  what  [where]

where the number tells threads of the same name apart. The same run gives the same lines
(--time=virtual).
"""
import os

import records as r
from decoder import FAULT, INVOCATION, brings_something_back
from names import error_name

SECOND_NS, TIMER_LINE = 10**9, 27
CALL_NUMBER = -1
ARROWS = ("message", "reply", "signal", "fault message")


class Text:
    """The writer; `put` takes text."""

    def __init__(self, put):
        self.put = put

    def line(self, decoder, time, thread, what):
        seconds, rest = divmod(time * r.NS_PER_TICK, SECOND_NS)
        self.put(f"{seconds:4}.{rest:09}  {decoder.thread(thread)}  {what}\n")

    def begin(self, decoder):
        self.put(f"# lab4 trace of {r.printable(os.path.basename(decoder.header['program']))}\n")

    def end(self, _, status):
        how = (
            "# the records stop here" if status is None else f"# the run ends with status {status}"
        )
        self.put(how + "\n")

    def call(self, decoder, record, details):
        what = decoder.names.call(record)
        if details.has_registers:
            what += f" cap {record.w1:#x}"
            what += f" ({decoder.object(record.w3)})" if record.w3 else ""
            what += f" badge {record.w5:#x}" if record.w5 else ""
            what += self.message(record, details)
        if details.place:
            what += f"  [{details.place}]"
        self.line(decoder, record.time, record.thread, what)

    @staticmethod
    def message(record, details):
        if details.arguments:
            return "".join(f" {name} {text}" for name, text in details.arguments)
        if details.is_invocation or not details.sends:
            return ""
        length = record.w2 & 0x7F
        return f" label {record.w2 >> 12} length {length}" + (
            f" mr0 {record.w4:#x}" if length else ""
        )

    def fault(self, decoder, record):
        place = decoder.place(record.thread, record.w3)
        what = (
            f"{decoder.names.fault(record.detail)} {record.w0:#x} at {record.w3:#x}"
            f"{' (fetch)' if record.w1 else ''}, syndrome {record.w2:#x}"
            f"{f'  [{place}]' if place else ''}"
        )
        self.line(decoder, record.time, record.thread, what)

    def leave(self, decoder, record, task, repeats, shown):
        label, length = record.w1 >> 12, record.w1 & 0x7F
        mr0 = f" mr0 {record.w4:#x}" if length else ""
        what = None
        if not shown:
            return
        if repeats:
            what = "repeats the call"
        elif task.open == FAULT:
            what = f"goes on at {record.w2:#x}"
        elif task.open == INVOCATION:
            error = error_name(label)
            what = f"refused: {error}" if error else f"ok{mr0}"
        elif brings_something_back(task):
            badge = "" if task.call == CALL_NUMBER else f" badge {record.w0:#x}"
            message = "" if task.kind == "notification" else f" label {label} length {length}{mr0}"
            what = f"returns{badge}{message}"
        elif task.entry != decoder.count:
            what = "goes on"
        if what is not None:
            self.line(decoder, record.time, record.thread, "  " + what)

    def runs(self, decoder, time, thread, _, shown):
        if shown:
            self.line(decoder, time, thread, "runs")

    def prints(self, decoder, time, thread, text):
        self.line(decoder, time, thread, f"prints: {text}")

    def named(self, decoder, record, shown):
        if shown:
            self.line(decoder, record.time, record.thread, "  is the thread's name")

    def interrupt(self, decoder, record):
        timer = " (timer)" if record.w0 == TIMER_LINE else ""
        self.line(decoder, record.time, r.INTERRUPTS, f"line {record.w0}{timer}")

    def message_to(self, decoder, record):
        how = ARROWS[record.detail] if record.detail < len(ARROWS) else "?"
        self.line(decoder, record.time, record.thread, f"  -> {how} to {decoder.thread(record.w0)}")

    def state(self, decoder, record):
        before, after = decoder.names.state(record.detail & 0xFF), decoder.names.state(
            record.detail >> 8
        )
        self.line(decoder, record.time, record.thread, f"  {before} -> {after}")

    def budget(self, decoder, record):
        self.line(
            decoder,
            record.time,
            record.thread,
            f"  budget {'replenished' if record.detail else 'used up'}",
        )

    def raised(self, decoder, record):
        self.line(
            decoder,
            record.time,
            record.thread,
            f"  raises {decoder.names.fault(record.detail)} {record.w0:#x} {record.w1:#x}",
        )

    def created(self, decoder, record):
        site = decoder.site_of(record.w0)
        made = f", made at {site}" if site else ""
        self.line(decoder, record.time, record.thread, f"  a new thread, TCB {record.w0:#x}{made}")

    def deleted(self, decoder, record):
        self.line(decoder, record.time, record.thread, "  is deleted")

    OTHERS = {
        r.INTERRUPT: interrupt,
        r.MESSAGE: message_to,
        r.STATE: state,
        r.BUDGET: budget,
        r.RAISED: raised,
        r.CREATED: created,
        r.DELETED: deleted,
    }
