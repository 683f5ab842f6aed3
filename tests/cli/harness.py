# SPDX-License-Identifier: BSD-2-Clause
"""Runs the test functions of a module: every function whose name starts with `test_`, in the order written."""
import collections
import subprocess
import sys
import traceback

Result = collections.namedtuple("Result", "status out err")


def run(*command, timeout=60, text=None, **keywords):
    """Runs a command with nothing on stdin, or this text through a pipe."""
    stdin = {"stdin": subprocess.DEVNULL} if text is None else {"input": text}
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace",
                          timeout=timeout, **{**stdin, **keywords})
    return Result(done.returncode, done.stdout, done.stderr)


def assert_refused(result, *words):
    """One sentence on stderr that names the cause, nothing on stdout, a non-zero exit and no signal."""
    assert result.status > 0, f"exit status {result.status}"
    assert result.out == "", f"stdout: {result.out!r}"
    assert result.err.count("\n") == 1, f"not one line on stderr: {result.err!r}"
    for word in words:
        assert word.lower() in result.err.lower(), f"stderr does not mention {word!r}: {result.err!r}"


def main(tests):
    passed = failed = 0
    for name, test in list(tests.items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
            passed += 1
            print(f"ok      {name[5:]}")
        except Exception as problem:  # a test may fail in any way
            failed += 1
            where = traceback.extract_tb(problem.__traceback__)[1]
            print(f"FAILED  {name[5:]} (line {where.lineno}): {problem or where.line}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)
