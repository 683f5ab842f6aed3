# SPDX-License-Identifier: BSD-2-Clause
"""One command a file. parser(): its arguments and its help; main(arguments): does it, and returns the exit status or nothing."""
