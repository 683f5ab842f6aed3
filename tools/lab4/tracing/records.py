# SPDX-License-Identifier: BSD-2-Clause
"""Raw traces: a line of JSON, then records of 64 bytes (platform/hosted/trace_records.h).

What the machine writes around one kernel entry stands together: an entry begins with CALL, FAULT or
INTERRUPT and ends with LEAVE; PUTCHAR is an entry of its own.
"""
import collections
import json
import struct

RECORD = struct.Struct("<QIHH6Q")
CHUNK = RECORD.size * 16384
MOST_HEADER_BYTES = 1 << 20

(
    CALL,
    PUTCHAR,
    FAULT,
    INTERRUPT,
    MESSAGE,
    STATE,
    BUDGET,
    RAISED,
    NAME,
    CREATED,
    DELETED,
    LEAVE,
    ARGUMENTS,
    CAPS,
    UNTYPED,
    STACK,
    CODE,
    END,
) = range(1, 19)
IDLE, INTERRUPTS = 0, 0x7FFFFFFF  # threads
BY_MESSAGE, BY_REPLY, BY_SIGNAL, BY_FAULT = range(4)
CODE_BYTES = 1024
NS_PER_TICK = 16

Record = collections.namedtuple("Record", "time thread kind detail w0 w1 w2 w3 w4 w5")


class BadTrace(Exception):
    """The input is no raw trace."""


def read_header(file):
    """The tables of a trace, from its first line."""
    line = file.readline(MOST_HEADER_BYTES)
    try:
        header = json.loads(line)
        if header["lab4_trace"] != 1:
            raise BadTrace(f"it has version {header['lab4_trace']}, and 1 is known")
    except (ValueError, KeyError, TypeError) as problem:
        raise BadTrace("it does not begin as raw traces do") from problem
    return header


def read_records(file):
    """All records from where the file stands; one that was cut off at the end is left out."""
    rest = b""
    while chunk := file.read(CHUNK):
        chunk = rest + chunk
        whole = len(chunk) - len(chunk) % RECORD.size
        for fields in RECORD.iter_unpack(memoryview(chunk)[:whole]):
            yield Record._make(fields)
        rest = chunk[whole:]


def entries(records):
    """Lists of records that belong to one kernel entry."""
    entry = []
    for record in records:
        entry.append(record)
        if record.kind in (LEAVE, PUTCHAR, END):
            yield entry
            entry = []
    if entry:
        yield entry


def number_of_call(record):
    """Of a CALL: the number of the system call."""
    number = record.detail >> 8
    return number - 256 if number >= 128 else number


def text_of(record, words=slice(4, 10)):
    """The words of a NAME as text, up to the first zero byte, and whether there was one."""
    data = struct.pack("<6Q", *record[words])
    text, end, _ = data.partition(b"\0")
    return text.decode("latin-1"), bool(end)


def printable(text):
    return "".join(c if " " <= c <= "~" else "?" for c in text)
