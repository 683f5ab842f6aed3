#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Recording of a unit test and of an ABI program, and their import, into directories of its own.

  record_test.py BIN      where the recorders and the ABI programs are
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

RUN = pathlib.Path(__file__).resolve().parent.parent / "run"
BIN = pathlib.Path(sys.argv.pop(1)).resolve()
PROGRAM = BIN / "abi-notifications"
NBWAIT_ON_NTFN_IDLE = bytes([0, 9, 0, 0, 0, 152])  # flags, number, label, length, words, capability (step.c, world.h)


def output_on(machine):
    command = [BIN / "lab4-hosted", "--machine", BIN / machine, "--time", "virtual", "--timeout", "60", PROGRAM]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return result.returncode, result.stdout, result.stderr


class RecordTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="lab4-record-test-")
        self.work = pathlib.Path(self.directory.name)
        self.recorders = self.work / "recorders"
        self.recorders.mkdir()

    def tearDown(self):
        self.directory.cleanup()

    def given_recorders(self, *names):
        for name in names:
            (self.recorders / name).symlink_to(BIN / name)

    def imported(self, work):
        """Imports into a folder of its own; exit status, output, and the inputs of each target."""
        command = [sys.executable, RUN, "--import", "--recorders", self.recorders, "--work", self.work / work]
        result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        corpora = {folder.name: {file.read_bytes() for file in folder.iterdir()} for folder in (self.work / work / "corpus").glob("*")}
        return result.returncode, result.stdout, corpora

    def test_a_program_does_the_same_while_it_is_recorded(self):
        status, output, steps = output_on("record-machine")
        self.assertEqual((status, output), output_on("lab4-machine")[:2])
        self.assertIn("0 failed", output)
        self.assertGreater(steps.count("step: "), 100)
        self.assertGreater(steps.count("\ninput\n"), 2)

    def test_a_unit_test_does_the_same_while_it_is_recorded(self):
        for environment in {}, {"LAB4_RECORD_STEPS": str(self.work / "steps")}:
            result = subprocess.run([BIN / "record-unit_notification"], env=environment, capture_output=True, text=True)
            self.assertEqual(result.returncode, 0, result.stderr)
        self.assertGreater((self.work / "steps").read_text().count("input\n"), 10)

    def test_import_makes_inputs_of_both_the_same_ones_each_time(self):
        self.given_recorders("lab4-hosted", "record-machine", "abi-notifications", "record-unit_notification")
        status, output, corpora = self.imported("once")
        self.assertEqual(status, 0, output)
        self.assertIn("1 unit tests:", output)
        self.assertIn("1 ABI programs:", output)
        self.assertEqual({"sequence", "fastpath", "decode"}, set(corpora))
        self.assertEqual(corpora["sequence"], corpora["fastpath"])
        self.assertIn(NBWAIT_ON_NTFN_IDLE, corpora["decode"])
        self.assertTrue(any(data.count(NBWAIT_ON_NTFN_IDLE) > 1 for data in corpora["sequence"]))
        self.assertEqual(self.imported("again")[2], corpora)

    def test_import_of_nothing_is_refused(self):
        status, output, corpora = self.imported("once")
        self.assertEqual(status, 1)
        self.assertIn("recorded nothing", output)
        self.assertEqual(corpora, {})

    def test_a_file_that_cannot_be_written_is_told(self):
        result = subprocess.run([BIN / "record-unit_notification"], env={"LAB4_RECORD_STEPS": "/no/such/folder/x"}, capture_output=True, text=True)
        self.assertEqual(result.returncode, 1)
        self.assertIn("/no/such/folder/x", result.stderr)


if __name__ == "__main__":
    unittest.main()
