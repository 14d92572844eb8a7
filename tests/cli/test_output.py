"""How the tool ends when its output cannot be written."""

import os
import pathlib
import subprocess
import unittest

from running import LONGEST, OUTPUT, Case, Watching, command, environment, main


class Output(Case):
    def outcome(self, stdout, *arguments, **more):
        ran = subprocess.run(command(*arguments), env=environment(), stdin=subprocess.DEVNULL, stdout=stdout,
                             stderr=subprocess.PIPE, timeout=LONGEST, check=False, **more)
        return ran.returncode, ran.stderr.decode()

    def test_a_reader_that_went_away(self):
        for arguments in (["get", 497], ["get", 497, "--json"], ["watch", 1000, "--interval", "0.01"], ["--help"]):
            with self.subTest(arguments=arguments):
                reading, writing = os.pipe()
                os.close(reading)
                with os.fdopen(writing, "wb") as gone:
                    self.assertEqual(self.outcome(gone, *arguments), (OUTPUT, ""))

    def test_a_reader_that_goes_away_during_a_watch(self):
        watching = Watching(1000, "--interval", "0.02")
        watching.line()
        watching.process.stdout.close()
        main.control("clock", advance=4)
        self.assertEqual(watching.process.wait(timeout=LONGEST), OUTPUT)
        self.assertEqual(watching.process.stderr.read(), "")
        watching.process.stderr.close()

    @unittest.skipUnless(pathlib.Path("/dev/full").exists(), "there is no /dev/full")
    def test_a_full_disk(self):
        with open("/dev/full", "wb") as full:
            code, complaint = self.outcome(full, "get", 497)
        self.assertEqual(code, OUTPUT)
        self.assertIn("No space left on device", complaint)

    def test_no_standard_output_at_all(self):
        code, complaint = self.outcome(None, "get", 497, preexec_fn=lambda: os.close(1))
        self.assertEqual(code, OUTPUT)
        self.assertIn("standard output", complaint)
        self.assertEqual([entry["event"] for entry in self.log() if "bad" in entry["event"]], [])
