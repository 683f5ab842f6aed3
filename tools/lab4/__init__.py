# SPDX-License-Identifier: BSD-2-Clause
"""The commands of ./lab4.

`__main__` is started by the script ./lab4 at the top of the tree; `app` finds the command, whose file is in `commands`.
Everything else here serves the commands: `arguments` (what they take), `terminal` (what they say), `packages` (what they
need), `trees` and `children` (what they build and start), `programs` (what they run).

`./lab4 run hello` costs little more than hello itself, and works with Debian's python3-minimal. So the modules that
it takes import only what that package has, and what is slow to import only where it is used.
"""
