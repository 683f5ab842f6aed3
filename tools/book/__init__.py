# SPDX-License-Identifier: BSD-2-Clause
"""The specification in docs/spec as data.

chapters.py reads it, citations.py finds who cites it, pages.py makes a book to browse of both.
"""
