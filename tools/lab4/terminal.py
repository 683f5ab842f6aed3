# SPDX-License-Identifier: BSD-2-Clause
"""What lab4 says on stderr, and how it ends.

Colours and moving progress are for people: only on a terminal, and only if NO_COLOR (no-color.org) does not object.
"""
import os
import sys

STATUS_FAILED, STATUS_USAGE = 1, 2


def is_terminal(*streams):
    """Are these file descriptors (0, 1, 2) all terminals?"""
    return all(os.isatty(stream) for stream in streams)


def wants_colour():
    return is_terminal(1, 2) and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def red(text):
    return f"\x1b[31m{text}\x1b[0m" if wants_colour() else text


def green(text):
    return f"\x1b[32m{text}\x1b[0m" if wants_colour() else text


def write(text):
    """To stderr, as it is. Nobody is left to tell when that fails."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        pass


def say(message):
    """One line on stderr about what goes on."""
    write(f"lab4: {message}\n")


def fail(message):
    """Something went wrong that is not the caller's mistake: one sentence, and the end with status 1."""
    write(red(f"lab4: {message}") + "\n")
    sys.exit(STATUS_FAILED)


def refuse(message):
    """Wrong usage: one sentence that names what is wrong, and the end with status 2."""
    write(red(f"lab4: {message}") + "\n")
    sys.exit(STATUS_USAGE)


def one_line(text):
    """A text from elsewhere, so that it cannot break a line of ours."""
    return "".join(character if character.isprintable() else "?" for character in text)
