"""How checks are run: outcomes, needs, limits, and that nothing is left running."""

import contextlib
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import checking  # noqa: E402
from checking import Check, Counts, Failed, Run  # noqa: E402

HANGS = "import time\nwhile True: time.sleep(1)\n"
# A program whose child leaves its session, as servers do, and outlives it.
LEAVES_A_DAEMON = f"""
import subprocess, sys
subprocess.Popen([sys.executable, "-c", {HANGS!r}, sys.argv[1]], start_new_session=True,
                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
"""


def fails(log="why", *counts):
    def check():
        raise Failed(log, *counts)
    return check


class Checking(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.mark = f"{folder.name}/mark"  # an argument by which a process is known again

    def run_all(self, *checks, **options):
        """(total, what was printed, seconds)"""
        printed, began = io.StringIO(), time.monotonic()
        with contextlib.redirect_stdout(printed):
            total = Run(checks, **options).whole()
        return total, printed.getvalue(), time.monotonic() - began

    def assert_nothing_is_left(self):
        left = [line for line in map(checking.command_line, checking.processes()) if self.mark in line]
        self.assertEqual(left, [])

    def test_outcomes(self):
        def mistaken():
            raise KeyError("x")

        total, printed, _ = self.run_all(
            Check("one", lambda: None), Check("many", lambda: Counts(7)), Check("bad", fails("because\nof this")),
            Check("partly", fails("why", Counts(3, 2))), Check("mistaken", mistaken), Check("wordless", fails("")),
            Check("gone", lambda: os._exit(3)), at_once=1)
        self.assertEqual(total, Counts(1 + 7 + 3, 1 + 2 + 1 + 1 + 1))
        self.assertEqual(printed.splitlines(), [
            "ok one (0 s)", "ok many (7 cases, 0 s)", "FAILED bad (0 s)", "    because", "    of this", "FAILED partly (0 s)",
            "    why", "FAILED mistaken (0 s)", "    KeyError: 'x'", "FAILED wordless (0 s)", "    no more is known",
            "FAILED gone (0 s)", "    the check's process ended without a word"])

    def test_needs(self):
        total, printed, _ = self.run_all(Check("b", lambda: None, ("a",)), Check("d", lambda: None, ("c",)),
                                         Check("a", lambda: None), Check("c", fails()))
        self.assertEqual(total, Counts(2, 2))
        self.assertIn("FAILED d (0 s)\n    not run, because this failed: c\n", printed)
        self.assertLess(printed.index("ok a"), printed.index("ok b"))

    def test_a_long_log_keeps_its_ends(self):
        _, printed, _ = self.run_all(Check("long", fails("\n".join(f"line {n}" for n in range(1000)))))
        lines = printed.splitlines()
        self.assertEqual(len(lines), 1 + checking.LOG_LINES + 1)
        self.assertEqual([lines[1], lines[101], lines[-1]], ["    line 0", "    (800 lines left out)", "    line 999"])

    def test_a_check_that_hangs_is_ended_with_its_children_and_the_others_go_on(self):
        hanging = {
            "in a program": lambda: checking.output_of(sys.executable, "-c", HANGS, self.mark),
            "in a program of a program": lambda: checking.output_of("sh", "-c", '"$0" -c "$1" "$2"; true', sys.executable,
                                                                    HANGS, self.mark),
            "in itself": lambda: time.sleep(1000),
            "beside a daemon": lambda: (checking.output_of(sys.executable, "-c", LEAVES_A_DAEMON, self.mark),
                                        time.sleep(1000)),
        }
        for what, hangs in hanging.items():
            with self.subTest(what):
                total, printed, seconds = self.run_all(Check("hangs", hangs, seconds=1), Check("good", lambda: None),
                                                       Check("needs it", lambda: None, ("hangs",)))
                self.assertEqual(total, Counts(1, 2))
                self.assertIn("FAILED hangs (1 s)\n    ended at its limit of 1 seconds, and with it:\n", printed)
                self.assertEqual(self.mark in printed, what != "in itself")
                self.assertLess(seconds, 8)
                self.assert_nothing_is_left()

    def test_what_a_check_leaves_running_is_ended(self):
        for code in (lambda: None, fails()):
            def leaves(code=code):
                checking.output_of(sys.executable, "-c", LEAVES_A_DAEMON, self.mark)
                code()
            self.run_all(Check("leaves something", leaves))
            self.assert_nothing_is_left()

    def test_the_whole_run_has_a_limit(self):
        ends = time.monotonic() + 0.5
        total, printed, seconds = self.run_all(
            Check("hangs", lambda: checking.output_of(sys.executable, "-c", HANGS, self.mark)), Check("waits", lambda: None),
            ends=ends, at_once=1)
        self.assertEqual(total, Counts(0, 2))
        self.assertIn("    ended at the limit of the whole run, and with it:\n", printed)
        self.assertIn("FAILED waits (0 s)\n    not run: the whole run has reached its limit\n", printed)
        self.assertLess(seconds, 8)
        self.assert_nothing_is_left()

    def test_a_run_that_is_broken_off_leaves_nothing(self):
        program = ("import checking, sys; from checking import *\n"
                   f"checking.discovered = lambda: [Check('hangs', lambda: output_of(sys.executable, '-c', {HANGS!r}, "
                   f"{self.mark!r}))]\nprint('begins', flush=True); sys.exit(checking.main([]))\n")
        run = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True,
                               cwd=pathlib.Path(__file__).parent)
        with run:
            self.assertEqual(run.stdout.readline(), "begins\n")
            while not any(self.mark in line and "import checking" not in line
                          for line in map(checking.command_line, checking.processes())):
                self.assertIsNone(run.poll())
            run.terminate()
            self.assertEqual(run.stdout.read(), "broken off\n")
        self.assertEqual(run.returncode, 143)
        self.assert_nothing_is_left()

    def test_two_that_may_not_run_at_the_same_time_do_not(self):
        def alone():
            with checking.one_at_a_time("test"):
                os.mkdir(self.mark)
                time.sleep(0.05)
                os.rmdir(self.mark)

        total, printed, _ = self.run_all(*(Check(f"{n}", alone) for n in range(4)), at_once=4)
        self.assertEqual(total, Counts(4), printed)

    def test_the_limit_of_a_run_counts_from_its_beginning(self):
        with unittest.mock.patch.dict(os.environ, {"SUPEROFFICE_TESTS_BEGAN": str(time.time() - 60)}):
            os.environ.pop("SUPEROFFICE_TEST_MINUTES", None)  # a build machine sets it
            self.assertAlmostEqual(checking.seconds_left(), checking.RUN_MINUTES * 60 - 60, delta=5)
            with unittest.mock.patch.dict(os.environ, {"SUPEROFFICE_TEST_MINUTES": "90"}):
                self.assertAlmostEqual(checking.seconds_left(), 89 * 60, delta=5)


class EveryCheck(unittest.TestCase):
    def test_has_a_limit_below_that_of_the_run(self):
        with contextlib.redirect_stdout(io.StringIO()):
            checks = checking.discovered()
        for check in checks:
            self.assertLess(check.seconds, checking.RUN_MINUTES * 60, check.name)


if __name__ == "__main__":
    unittest.main()
