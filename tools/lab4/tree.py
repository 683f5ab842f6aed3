# SPDX-License-Identifier: BSD-2-Clause
"""Where things are."""
import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, "build")


def source(*names):
    """A path in the source tree."""
    return os.path.join(ROOT, *names)


def build(*names):
    """A path below build/."""
    return os.path.join(BUILD, *names)


def shown(*names):
    """build(*names) as messages name it: from the tree's folder, or whole where --build-dir is elsewhere."""
    path = build(*names)
    return os.path.relpath(path, ROOT) if path.startswith(ROOT + os.sep) else path


def build_in(directory):
    """--build-dir: everything is built below this directory instead of build/."""
    global BUILD
    BUILD = os.path.abspath(directory)


def version():
    with open(source("VERSION")) as file:
        return file.read().strip()
