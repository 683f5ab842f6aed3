# SPDX-License-Identifier: BSD-2-Clause
"""Names of the numbers in a trace, from its header, and the arguments of invocations."""
import re

from records import number_of_call

NO_INVOCATION = ("null", "endpoint", "notification", "reply", "zombie")
SENDING = range(-6, 0)  # Call … NBSend: all that send
WITH_REGISTERS = range(-10, 0)  # those whose registers mean something
SILENT = (-5, -6)  # Send and NBSend bring nothing back
ERRORS = (
    None,
    "InvalidArgument",
    "InvalidCapability",
    "IllegalOperation",
    "RangeError",
    "AlignmentError",
    "FailedLookup",
    "TruncatedMessage",
    "DeleteFirst",
    "RevokeFirst",
    "NotEnoughMemory",
)
RIGHTS = ((2, "R"), (1, "W"), (4, "G"), (8, "P"))
ATTRIBUTES = ((1, "cacheable"), (2, "parity"), (4, "execute-never"))
CAP_TYPES = ("cap", "cnode", "tcb", "sc", "untyped")
SHARED = {"bit0": 0, "bit1": 1, "bit2": 2, "bit3": 3}
SMALL, MOST_CALLS = 4096, 10000


def number(value):
    return str(value) if value < SMALL else hex(value)


def flags(value, table, separator, nothing):
    return separator.join(name for bit, name in table if value & bit) or nothing


def error_name(label):
    """Of a refused invocation; None: it was not refused."""
    return ERRORS[label] if label < len(ERRORS) else "?"


class Names:
    """Questions about numbers. Whatever the number, there is a name."""

    def __init__(self, header):
        def by_number(table):
            return {int(key): value for key, value in header[table].items()}

        self.syscalls, self.faults, self.kinds = map(by_number, ("syscalls", "faults", "kinds"))
        self.objects = by_number("objects")
        self.states = header["states"]
        self.calls = {}  # names that were asked for
        self.invocations = {
            label: (stub, re.findall(r"\((\w+), (\w+)\)", arguments))
            for label, (stub, arguments) in by_number("invocations").items()
        }

    def state(self, index):
        return self.states[index] if index < len(self.states) else "?"

    def fault(self, kind):
        return self.faults.get(kind, "?")

    def kind(self, record):
        return self.kinds.get(record.detail & 0xFF, "?")

    def is_invocation(self, record):
        return number_of_call(record) in SENDING and self.kind(record) not in NO_INVOCATION

    def call(self, record):
        """ "seL4_Untyped_Retype", "Call endpoint", "Yield" …"""
        key = record.detail, record.w2 >> 12
        if key not in self.calls:
            if len(self.calls) > MOST_CALLS:  # labels are the program's to choose
                self.calls.clear()
            self.calls[key] = self.find_call(record)
        return self.calls[key]

    def find_call(self, record):
        if self.is_invocation(record):
            method = self.invocations.get(record.w2 >> 12)
            if method is not None:
                return method[0]
        which = number_of_call(record)
        name = self.syscalls.get(which, "unknown system call")
        if which not in WITH_REGISTERS:
            return name
        kind = self.kind(record)
        return f"{name} {'nothing' if kind == 'null' else kind}"

    def object_type(self, value):
        return self.objects.get(value, (str(value), 0, False))

    def value(self, kind, name, value):
        """An argument that is no capability, as people write it."""
        if kind == "rights":
            return flags(value, RIGHTS, "", "none")
        if kind == "attr":
            return flags(value, ATTRIBUTES, "|", "none")
        if kind == "time":
            return f"{value} us"
        if name == "type":
            return self.object_type(value)[0].removeprefix("seL4_")
        return number(value)

    def arguments(self, label, words, caps, name_object):
        """[(name, text)] of an invocation: `words` MR0…, `caps` [(address, object)], if known."""
        given_words, given_caps, shared = list(words), list(caps), None
        for kind, name in self.invocations.get(label, ("", ()))[1]:
            if kind in CAP_TYPES:
                if given_caps:
                    cap, thing = given_caps.pop(0)
                    yield name, f"cap {cap:#x}" + (f" ({name_object(thing)})" if thing else "")
            elif kind in SHARED or kind == "archflags":
                if shared is None:
                    shared = given_words.pop(0) if given_words else 0
                if kind in SHARED:
                    yield name, "yes" if shared >> SHARED[kind] & 1 else "no"
            elif not kind.startswith(("regs", "smc")) and given_words:
                yield name, self.value(kind, name, given_words.pop(0))
