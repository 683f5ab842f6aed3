# SPDX-License-Identifier: BSD-2-Clause
"""Makes text or JSON of a raw trace:

    python3 tools/lab4/tracing [--format text|json] [--only WHAT]… [FILE.raw] > FILE

`lab4 run --trace FILE` starts it when the run has ended; by hand it reads what --trace-format raw,
or a front end that was killed, has left. Exit status:
0; 100 + N if the output could not be written, N being the number of the error; 1 and a sentence for
anything else.

    records.py    the raw file             symbols.py    functions, lines, callers (binutils)
    decoder.py    what records mean        programs.py   which ELF files there are
    selection.py  --only                   names.py      numbers to names, arguments of invocations
    text.py, chrome.py  the two forms
"""
import argparse
import errno
import gc
import os
import select
import sys
import traceback

from chrome import Chrome
from decoder import Decoder
from records import BadTrace
from text import Text

FAILED, WRITE_FAILED, BUFFER_BYTES, PATIENCE_S = 1, 100, 1 << 16, 10
WRITERS = {"text": Text, "json": Chrome}


class Output:
    """Standard output, whatever it is; a pipe that nobody reads ends the work after a while."""

    def __init__(self):
        self.pieces, self.size = [], 0
        os.set_blocking(1, False)

    def put(self, text):
        self.pieces.append(text)
        self.size += len(text)
        if self.size >= BUFFER_BYTES:
            self.flush()

    def flush(self):
        data = memoryview("".join(self.pieces).encode("ascii", "replace"))
        self.pieces, self.size = [], 0
        while data:
            try:
                data = data[os.write(1, data) :]
            except BlockingIOError:
                if not select.select([], [1], [], PATIENCE_S)[1]:
                    raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)) from None


def parse():
    parser = argparse.ArgumentParser(
        prog="tracing", description="Makes text or JSON of a raw trace.", allow_abbrev=False
    )
    parser.add_argument(
        "file", nargs="?", metavar="FILE.raw", help="the raw trace (default: standard input)"
    )
    parser.add_argument(
        "--format",
        choices=sorted(WRITERS),
        default="text",
        help="of what is printed (default text)",
    )
    parser.add_argument(
        "--only",
        metavar="WHAT",
        action="append",
        default=[],
        help="only what concerns a thread, an object or a method; may be repeated",
    )
    return parser.parse_args()


def fail(sentence, status=FAILED):
    sys.stderr.write(f"lab4: {sentence}\n")
    sys.stderr.flush()
    os._exit(status)  # nothing more is written


def main():
    gc.disable()  # there are no cycles, but many objects
    arguments = parse()
    output = Output()
    try:
        with open(arguments.file or 0, "rb") as file:
            decoder = Decoder(file, arguments.only)
            decoder.write(WRITERS[arguments.format](output.put))
    except FileNotFoundError as problem:
        fail(f"there is no file {problem.filename}; give a raw trace (--trace FILE.raw).")
    except BadTrace as problem:
        fail(
            f"{arguments.file or 'standard input'} is no raw trace: {problem}; "
            "--trace FILE.raw makes one."
        )
    output.flush()
    for term in sorted(decoder.selection.unused):
        sys.stderr.write(
            f"lab4: --trace-only {decoder.selection.terms[term]} names no thread, object or method "
            "of this run; a trace without it shows their names.\n"
        )


try:
    main()
except KeyboardInterrupt:
    fail("interrupted; the trace is not complete.")
except OSError as problem:  # of a write; the caller knows what is written
    os._exit(WRITE_FAILED + min(problem.errno or 0, 155))
except Exception:  # pylint: disable=broad-except
    fail(f"the decoder failed; this is a fault of lab4:\n{traceback.format_exc()}")
