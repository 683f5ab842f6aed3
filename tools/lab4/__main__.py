# SPDX-License-Identifier: BSD-2-Clause
"""Where Python starts: python3 -IS tools/lab4/__main__.py COMMAND …"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab4 import app  # noqa: E402 - the line above says where it is

app.main(sys.argv[1:])
