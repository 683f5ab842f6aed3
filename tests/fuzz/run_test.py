#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What tests/fuzz/run does with a target that fails and with one that does not, in directories of its own.

  run_test.py BIN      where the fuzz-* binaries are
"""
import contextlib
import importlib.machinery
import importlib.util
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

RUN = pathlib.Path(__file__).resolve().parent / "run"
sys.path.insert(0, str(RUN.parent))
import planted  # noqa: E402

BIN = pathlib.Path(sys.argv.pop(1)).resolve()


class RunTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="lab4-run-test-")
        self.work = pathlib.Path(self.directory.name)
        self.seeds = self.work / "seeds"
        for name in ("seeds/selftest", "corpus/selftest"):
            (self.work / name).mkdir(parents=True)

    def tearDown(self):
        self.directory.cleanup()

    def given_file(self, name, data):
        path = self.work / name
        path.write_bytes(data)
        return path

    def given_targets(self, **programs):
        """A folder of targets: under each name, the program of another."""
        folder = self.work / "bin"
        folder.mkdir()
        for name, program in programs.items():
            (folder / f"fuzz-{name}").symlink_to(BIN / f"fuzz-{program}")
            (self.seeds / name).mkdir(exist_ok=True)
        return folder

    def run_it(self, *words):
        command = [sys.executable, RUN, "--bin", BIN, "--work", self.work, "--seeds", self.seeds, *words]
        result = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        return result.returncode, result.stdout

    def test_replay_of_a_failing_input_says_so(self):
        status, output = self.run_it("--replay", self.given_file("corpus/selftest/x", b"xBxUxGx"))
        self.assertEqual(status, 1)
        self.assertIn("the input of 7 bytes holds a bug", output)
        self.assertIn("the input fails", output)

    def test_replay_of_a_good_input_says_so(self):
        status, output = self.run_it("--replay", self.given_file("corpus/selftest/x", b"BU"))
        self.assertEqual(status, 0)
        self.assertIn("handled well", output)

    def test_minimise_finds_the_shortest_input_that_fails_the_same_way(self):
        file = self.given_file("corpus/selftest/x", b"BaU" * 5 + b"G" * 3)
        status, output = self.run_it("--minimise", file)
        self.assertEqual(status, 0, output)
        self.assertEqual((self.work / "corpus/selftest/x.min").read_bytes(), b"BUG")

    def test_minimise_refuses_an_input_that_does_not_fail(self):
        status, output = self.run_it("--minimise", self.given_file("corpus/selftest/x", b"BU"))
        self.assertEqual(status, 1)
        self.assertIn("does not fail", output)
        self.assertFalse((self.work / "corpus/selftest/x.min").exists())

    def test_the_minimiser_cuts_between_steps(self):
        loader = importlib.machinery.SourceFileLoader("run", str(RUN))
        run = importlib.util.module_from_spec(importlib.util.spec_from_loader("run", loader))
        loader.exec_module(run)
        file = max((RUN.parent / "corpus/sequence").iterdir(), key=lambda path: (path.stat().st_size, path.name))
        units = run.units_of(BIN / "fuzz-sequence", file.read_bytes())
        joined = b"".join(units)
        self.assertGreater(len(units), 10)
        self.assertGreater(max(map(len, units)), 5)
        self.assertEqual(run.units_of(BIN / "fuzz-sequence", joined), units)

    def test_fuzzing_keeps_a_failing_input_and_fails(self):
        self.given_file("seeds/selftest/seed", b"BU")
        for jobs in ("1", "2"):
            with self.subTest(jobs=jobs):
                status, output = self.run_it("selftest", "--time", "60", "--jobs", jobs)
                self.assertEqual(status, 1, output)
                self.assertIn("./lab4 fuzz --replay", output)
                self.assertTrue(list((self.work / "found/selftest").iterdir()))

    def test_fresh_fuzzing_replays_what_fails_and_keeps_nothing_else(self):
        self.given_file("seeds/selftest/seed", b"BU")
        status, output = self.run_it("--fresh", "selftest", "--time", "60")
        self.assertEqual(status, 1, output)
        self.assertIn("holds a bug", output)
        self.assertIn("---- selftest", output)
        self.assertEqual(list((self.work / "corpus/selftest").iterdir()), [])

    def test_a_corpus_with_a_failing_input_fails(self):
        self.given_file("seeds/selftest/seed", b"BUG")
        status, output = self.run_it("--corpus", "selftest")
        self.assertEqual(status, 1)
        self.assertIn("FAILED", output)

    def test_merge_drops_what_adds_nothing(self):
        self.given_file("seeds/selftest/a", b"B")
        self.given_file("corpus/selftest/b", b"B")
        status, output = self.run_it("--merge", "selftest")
        self.assertEqual(status, 0, output)
        self.assertEqual(len(list((self.seeds / "selftest").iterdir())), 1)

    def test_merge_adds_what_reaches_something_new(self):
        self.given_file("seeds/selftest/a", b"B")
        self.given_file("corpus/selftest/b", b"BU")
        status, output = self.run_it("--merge", "selftest")
        self.assertEqual(status, 0, output)
        self.assertIn(b"BU", [file.read_bytes() for file in (self.seeds / "selftest").iterdir()])

    def test_smoke_divides_the_time_over_the_targets_and_prints_figures(self):
        programs = self.given_targets(elf="elf", boot="boot")
        status, output = self.run_it("--smoke", "2", "--bin", programs)
        self.assertEqual(status, 0, output)
        for target in "elf", "boot":
            self.assertRegex(output, rf"{target}: 1 s of fresh fuzzing, \d+ new inputs, none fails")
            self.assertIn(f"PASS fuzz/{target}\n", output)
        self.assertEqual(output.splitlines()[-1], "2 passed, 0 failed")

    def test_smoke_fails_if_a_committed_input_fails(self):
        programs = self.given_targets(elf="selftest", boot="selftest")
        self.given_file("seeds/elf/x", b"BUG")
        self.given_file("seeds/boot/x", b"BU")
        status, output = self.run_it("--smoke", "0", "--bin", programs)
        self.assertEqual(status, 1, output)
        self.assertIn("FAIL fuzz/elf\n", output)
        self.assertIn("PASS fuzz/boot\n", output)
        self.assertEqual(output.splitlines()[-1], "1 passed, 1 failed")

    def test_every_bug_can_still_be_planted(self):
        root = RUN.parent.parent.parent
        places = {bug.name: planted.planted(bug, (root / bug.file).read_text()) for bug in planted.BUGS}
        self.assertEqual([name for name, text in places.items() if text is None], [])
        self.assertGreaterEqual({bug.target for bug in planted.BUGS}, {"decode", "retype", "vspace", "sched", "fastpath", "boot", "elf"})

    def plant(self, *, finds=False, fails_otherwise=False, cannot_build=False):
        """Plants the bugs of `retype`, with programs that are no more than asked about here; how many were missed, and the planted files."""
        files = []

        def run(command, **_):
            status = 0
            if command[0] == "cmake":
                status = 1 if cannot_build else 0
            else:
                files.append((self.work / "planted/tree/core/caps/untyped.c").read_text())
                folder = pathlib.Path(next(word for word in command if str(word).startswith("-artifact_prefix=")).split("=")[1])
                if finds:
                    (folder / "crash-1").write_bytes(b"")
                status = 1 if finds or fails_otherwise else 0
            return subprocess.CompletedProcess(command, status, stdout="==== fuzz: invariant 5\n")

        with contextlib.redirect_stdout(io.StringIO()) as output:
            missed = planted.plant(RUN.parent.parent.parent, self.work, self.work, 1, run, lambda target: [], "retype")
        return missed, files, output.getvalue()

    def test_a_planted_bug_is_found_or_missed(self):
        for finds in True, False:
            missed, files, output = self.plant(finds=finds)
            self.assertEqual(missed, 0 if finds else 1)
            self.assertIn("1 of 1 found" if finds else "0 of 1 found", output)
            self.assertEqual("invariant 5" in output, finds)
            self.assertIn("plan->object_bits == 12 ? first : end", files[0])

    def test_a_target_that_does_not_run_has_found_nothing(self):
        for how, what in (("fails_otherwise", "did not run"), ("cannot_build", "cannot be built")):
            with self.subTest(how=how), self.assertRaisesRegex(SystemExit, what):
                self.plant(**{how: True})

    def test_a_copy_takes_over_only_what_differs(self):
        for name, text in (("a/core/same", "1"), ("b/core/same", "1"), ("a/core/other", "2"), ("b/core/other", "3"), ("a/core/new", "4"),
                           ("b/core/gone", "5")):
            (self.work / name).parent.mkdir(parents=True, exist_ok=True)
            (self.work / name).write_text(text)
        same = self.work / "b/core/same"
        os.utime(same, (1, 1))
        planted.copy_changed(self.work / "a", self.work / "b")
        self.assertEqual([(self.work / "b/core" / name).read_text() for name in ("same", "other", "new")], ["1", "2", "4"])
        self.assertFalse((self.work / "b/core/gone").exists())
        self.assertEqual(same.stat().st_mtime, 1)

    def test_refusals(self):
        for words, what in ((["nosuch"], "no target 'nosuch'"), (["--replay", self.work / "nosuch"], "there is no file"),
                            (["selftest", "--time", "0"], "at least 1"), (["selftest", "--jobs", "0"], "at least 1"),
                            (["sequence", "--plant"], "no bug is planted for 'sequence'")):
            with self.subTest(words=words):
                status, output = self.run_it(*words)
                self.assertEqual(status, 2, output)
                self.assertIn(what, output)


if __name__ == "__main__":
    unittest.main()
