"""`watch`: each way it can end, redirected and on a terminal; and what Ctrl-C and Ctrl-Z do."""

import json
import os
import pty
import re
import signal
import time
import unittest

from running import (CONNECTION, DONE, FAILED, NO_TASK, SOON, Case, OnTerminal, TerminalCase, Watching, in_a_shell, main,
                     service, wait_until)

QUESTION = "Stop the task as well? [y/N] "


class Watch(Case):
    def follow(self, number, *steps, arguments=()):
        """Watches a task and moves the clock by each step, reading a line after each."""
        watching = Watching(number, "--interval", "0.02", *arguments)
        lines = [watching.line()]
        for step in steps:
            main.control("clock", advance=step)
            lines.append(watching.line())
        code, rest, complaint = watching.end()
        return code, [line for line in lines if line] + rest, complaint

    def test_success(self):
        code, lines, complaint = self.follow(1000, 1.5, 3.5, 2, 10)
        self.assertEqual((code, complaint), (DONE, ""))
        self.assertEqual([re.sub("  [A-Z0-9].*", "", line) for line in lines],
                         ["New", "Aquired", "Started", "Started", "Succeeded"])
        self.assertRegex(lines[2], r"^Started  \d+ %  [\d,]+ rows written$")
        self.assertRegex(lines[4], r"^Succeeded  100 %  ")
        self.assertEqual({entry["select"] for entry in self.requests()}, {"State,ProgressPercent,ProgressDescription"})

    def test_success_that_leaves_the_cleaning_to_others(self):
        code, lines, _ = self.follow(3000, 20)
        self.assertEqual(code, DONE)
        self.assertRegex(lines[-1], "^SucceededManualCleanup  ")

    def test_failure(self):
        code, lines, complaint = self.follow(2000, 20)
        self.assertEqual((code, complaint), (FAILED, "superoffice-batch: the task failed\n"))
        self.assertRegex(lines[-1], "^Failed  ")

    def test_gone(self):
        watching = Watching(12000, "--interval", "0.02")
        watching.line()
        main.control("clock", advance=100)
        code, _, complaint = watching.end()
        self.assertEqual(code, NO_TASK)
        self.assertIn("the task is gone", complaint)

    def test_already_over(self):
        self.shows("Succeeded  100 %  Export completed - file ready for download\n", "watch", 497)
        self.shows("Succeeded  816 %  Export completed - file ready for download\n", "watch", 6600)
        self.assertEqual(self.run_tool("watch", 6105)[0], FAILED)

    def test_json_is_one_line_for_each_change(self):
        code, lines, complaint = self.follow(1000, 5, 20, arguments=["--json"])
        self.assertEqual((code, complaint, len(lines)), (DONE, "", 3))
        shown = [json.loads(line) for line in lines]
        self.assertEqual([one["State"] for one in shown], ["New", "Started", "Succeeded"])
        self.assertEqual(set(shown[2]), {"State", "ProgressPercent", "ProgressDescription"})

    def test_select(self):
        self.shows("Succeeded\nFileName                ContactExport_2024-11-27.xlsx\n",
                   "watch", 497, "--select", "FileName")
        self.assertEqual(self.requests()[-1]["select"], "FileName,State")
        _, out, _ = self.run_tool("watch", 497, "--select", "FileName", "--json")
        self.assertEqual(json.loads(out), {"State": "Succeeded", "FileName": "ContactExport_2024-11-27.xlsx"})

    def test_nothing_new_is_not_told_again(self):
        watching = Watching(1000, "--interval", "0.01")
        watching.line()
        began = len(self.requests())
        wait_until(lambda: len(self.requests()) >= began + 3)
        main.control("clock", advance=20)
        code, lines, _ = watching.end()
        self.assertEqual((code, len(lines)), (DONE, 1))

    def test_failures_that_pass(self):
        code, lines, complaint = self.follow(11000, 5, 20)
        self.assertEqual(code, DONE)
        self.assertEqual(len(lines), 3)
        self.assertRegex(complaint, r"(?m)^superoffice-batch: the service is not available now .*503.*; asking again$")

    def test_failures_that_do_not_pass(self):
        code, out, complaint = self.run_tool("watch", 8000, "--interval", "0.001")
        self.assertEqual((code, out), (CONNECTION, ""))
        self.assertRegex(complaint, r"^superoffice-batch: the peer reset the connection .*; asking again\n"
                                    r"superoffice-batch: the peer reset the connection [^;]*\n$")
        self.assertEqual(len(self.requests()), 6)

    def test_deadline(self):
        for deadline in (0.3, 1, 3, 10):  # a slow machine needs longer for the first reply
            began = time.monotonic()
            code, out, complaint = self.run_tool("watch", 5000, "--interval", "0.05", "--deadline", deadline)
            self.assertEqual(code, CONNECTION)
            # In a pause and in a question: it is the time of the watch that is over.
            self.assertEqual(complaint, "superoffice-batch: the deadline passed (stage none, deadline_exceeded); allow more time "
                                        "with --deadline\n")
            self.assertLess(time.monotonic() - began, deadline + SOON)
            if out:
                break
        self.assertEqual(out, "New  0 %\n")
        code, _, complaint = self.run_tool("watch", 8008, "--deadline", "0.1")  # the service says nothing
        self.assertEqual((code, complaint), (CONNECTION, "superoffice-batch: the deadline passed (stage none, "
                                             "deadline_exceeded); allow more time with --deadline\n"))
        code, _, complaint = self.run_tool("watch", 8008, "--timeout", "0.1", "--retry", 0, "--deadline", 1000)
        self.assertEqual(code, CONNECTION)
        self.assertRegex(complaint, "; allow more time with --timeout\n$")

    def test_interruptions(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)):
            for arguments in ([1000, "--interval", "1000"], [8008]):  # in a pause, and in a call
                with self.subTest(number=number, arguments=arguments):
                    seen = len(self.requests())
                    watching = Watching(*arguments)
                    if arguments[0] == 1000:
                        watching.line()
                    else:
                        wait_until(lambda: len(self.requests()) > seen)
                    watching.process.send_signal(number)
                    began = time.monotonic()
                    self.assertEqual(watching.end(), (code, [], ""))
                    self.assertLess(time.monotonic() - began, SOON)


class Terminal(TerminalCase):
    def test_get_dims_what_is_not_there(self):
        code, shown = OnTerminal("get", 6002, "--select", "FileName,TableRight,Id").end()
        self.assertEqual((code, shown), (DONE, "Id                      547\r\n"
                                               "FileName                \x1b[2mabsent\x1b[0m\r\n"
                                               "TableRight              \x1b[2mnull\x1b[0m\r\n"))
        for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": None}):
            code, shown = OnTerminal("get", 6002, **variables).end()
            self.assertEqual(code, DONE)
            self.assertNotIn("\x1b", shown)

    def test_a_watch_draws_a_bar_in_place(self):
        for columns in (200, 80, 60, 30, 12):
            with self.subTest(columns=columns):
                main.control("reset")
                terminal = OnTerminal("watch", 1000, "--interval", "0.02", columns=columns)
                for step, seen in ((0, "New"), (5, "St"), (20, "Suc")):
                    main.control("clock", advance=step)
                    terminal.read_until(seen)
                code, shown = terminal.end()
                self.assertEqual((code, shown.count("\n")), (DONE, 1))
                self.assert_cursor_is_back(shown)
                lines = re.sub("\x1b\\[[?0-9]*[a-zA-Z]", "", shown).rstrip("\r\n").split("\r")
                self.assertLess(max(map(len, lines)), columns)
                if columns >= 30:
                    self.assertRegex(lines[-1], r"^Succeeded  100 %  \[#+\]")
                    self.assertRegex(lines[1], r"^New          0 %  \[\.+\]")
                if columns >= 60:  # the text has room at 80
                    after = r"  \d" if columns >= 80 else "$"
                    self.assertRegex(lines[-2], r"\[#+\.+\](  \d:\d\d)?  less than 1 min left" + after)
                self.assertNotIn("left", lines[0] + lines[1] + lines[-1])

    def test_no_bar_where_percent_says_nothing(self):
        code, shown = OnTerminal("watch", 6600).end()
        self.assertEqual(code, DONE)
        self.assertEqual(shown, f"{self.HIDDEN}\rSucceeded  816 %  Export completed - file ready for download\x1b[K"
                                f"{self.SHOWN}\r\n")
        self.answer_next('{"State":"Succeeded"}')
        code, shown = OnTerminal("watch", 497).end()
        self.assertEqual(code, DONE)
        self.assertEqual(shown, f"{self.HIDDEN}\rSucceeded\x1b[K{self.SHOWN}\r\n")

    def test_wide_and_dangerous_text_stays_on_the_line(self):
        text = "\\u001b[2J" + "進捗" * 60
        self.answer_next(f'{{"State":"Succeeded","ProgressPercent":7,"ProgressDescription":"{text}"}}')
        code, shown = OnTerminal("watch", 497, columns=70).end()
        self.assertEqual(code, DONE)
        line = shown.split("\r")[1].split("\x1b[K")[0]
        self.assertIn("\\x1b[2J", line)
        self.assertTrue(line.endswith("..."))
        self.assertLess(sum(2 if ord(c) > 0x1100 else 1 for c in line), 70)

    def test_what_goes_wrong_does_not_end_up_in_the_bar(self):
        terminal = OnTerminal("watch", 11000, "--interval", "0.02")
        terminal.read_until("asking again")
        main.control("clock", advance=20)
        code, shown = terminal.end()
        self.assertEqual(code, DONE)
        self.assertIn("\r\x1b[K" + self.SHOWN + "superoffice-batch: the service is not available now", shown)

    def test_the_cursor_comes_back(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            terminal = OnTerminal("watch", 1000, "--interval", "1000")
            terminal.read_until("New")
            terminal.process.send_signal(number)
            ended, shown = terminal.end()
            self.assertEqual(ended, 143)
            self.assertNotIn(QUESTION, shown)
            self.assert_cursor_is_back(shown)
        terminal = OnTerminal("watch", 2000, "--interval", "0.02")
        terminal.read_until("New")
        main.control("clock", advance=20)
        ended, shown = terminal.end()
        self.assertEqual(ended, FAILED)
        self.assert_cursor_is_back(shown)
        self.assertTrue(shown.endswith("superoffice-batch: the task failed\r\n"))

    def test_ctrl_z_gives_the_terminal_back_and_fg_draws_again(self):
        terminal = in_a_shell("watch", 1000, "--interval", "0.02")
        terminal.read_until("New")
        for seen in range(1, 3):
            terminal.type("\x1a")
            terminal.read_until("<stopped>", seen)
            before, _, _ = terminal.shown.rpartition("<stopped>")
            self.assert_cursor_is_back(before)
            # The terminal shows ^Z when it likes.
            self.assertTrue(before.replace("^Z", "").endswith(self.SHOWN + "\r\n"), before)
            draws = terminal.shown.count("\rNew")
            terminal.type("fg\n")
            terminal.read_until("\rNew", draws + 1)
            self.assertGreater(terminal.shown.rfind(self.HIDDEN), terminal.shown.rfind(self.SHOWN))
        main.control("clock", advance=20)
        code, shown = terminal.end()
        self.assertEqual(code, DONE)
        self.assert_cursor_is_back(shown)
        self.assertIn("Succeeded", shown)

    def test_a_terminal_that_shrinks_is_drawn_anew(self):
        terminal = OnTerminal("watch", 1000, "--interval", "1000", columns=80)
        terminal.read_until("New")
        for columns, rows in ((30, 1), (12, 2), (80, 0)):
            with self.subTest(columns=columns):
                terminal.resize(columns)
                terminal.process.send_signal(signal.SIGWINCH)
                up = f"\r\x1b[{rows}A" if rows else "\rNew"
                terminal.read_until(up, terminal.shown.count(up) + 1)
                seen = terminal.shown.rindex(up)
                terminal.read_until("\x1b[K", terminal.shown[:seen].count("\x1b[K") + 1)
                drawn = terminal.shown[seen:]
                self.assertEqual("\x1b[J" in drawn, rows > 0, drawn)
                line = re.sub("\x1b\\[[?0-9]*[a-zA-Z]", "", drawn).strip("\r")
                self.assertLess(len(line), columns)
        terminal.process.send_signal(signal.SIGTERM)
        self.assertEqual(terminal.end()[0], 143)

    def test_a_change_of_size_draws_nothing_where_no_bar_is(self):
        for arguments in (["--json"], []):
            watching = Watching(1000, "--interval", "0.02", *arguments)
            watching.line()
            watching.process.send_signal(signal.SIGWINCH)
            main.control("clock", advance=20)
            code, lines, complaint = watching.end()
            self.assertEqual((code, complaint), (DONE, ""))
            self.assertNotIn("\x1b", "".join(lines))
            main.control("reset")

    def test_plain_lines_on_a_simple_terminal(self):
        code, shown = OnTerminal("watch", 497, TERM="dumb").end()
        self.assertEqual((code, shown), (DONE, "Succeeded  100 %  Export completed - file ready for download\r\n"))


class Interrupted(TerminalCase):
    def interrupted(self, number=1000, *arguments, seen="New", **variables):
        """A watch that was interrupted once and shows its question."""
        terminal = OnTerminal("watch", number, "--interval", "1000", *arguments, **variables)
        terminal.read_until(seen)
        terminal.process.send_signal(signal.SIGINT)
        terminal.read_until(QUESTION)
        return terminal

    def calls(self):
        """The calls other than GetBatchTaskInfo."""
        names = [entry["target"].split("/")[-1] for entry in self.requests()]
        return [name for name in names if not name.startswith("GetBatchTaskInfo")]

    def test_the_line_is_ended_before_the_question(self):
        terminal = self.interrupted()
        self.assertTrue(terminal.shown.endswith(f"{self.SHOWN}\r\n\r{QUESTION}"), terminal.shown)
        terminal.type("\n")
        terminal.end()

    def test_yes(self):
        for answer in ("y", "Y"):
            main.control("reset")
            seen = len(self.calls())
            terminal = self.interrupted()
            terminal.type(answer + "\n")
            code, shown = terminal.end()
            self.assertEqual(code, 130)
            self.assertTrue(shown.endswith(f"{QUESTION}{answer}\r\nsuperoffice-batch: the task is stopped\r\n"), shown)
            self.assertEqual(self.calls()[seen:], ["StopBatchJob"])
            self.assertEqual(self.run_tool("watch", 1000)[0], FAILED)

    def test_yes_where_only_plain_lines_are_shown(self):
        for arguments, variables, said in ((["--json"], {}, '{"message":"the task is stopped"}'),
                                           ([], {"TERM": "dumb"}, "superoffice-batch: the task is stopped")):
            main.control("reset")
            terminal = self.interrupted(1000, *arguments, **variables)
            terminal.type("y\n")
            code, shown = terminal.end()
            self.assertEqual(code, 130)
            self.assertTrue(shown.endswith(said + "\r\n"), shown)
            self.assertNotIn("\x1b", shown)

    def test_yes_in_the_middle_of_a_call(self):
        terminal = OnTerminal("watch", 8008)
        wait_until(self.requests)
        terminal.process.send_signal(signal.SIGINT)
        terminal.read_until(QUESTION)
        terminal.type("y\n")
        code, shown = terminal.end()
        self.assertEqual(code, 130)
        self.assertIn("superoffice-batch: the service did not stop the task", shown)

    def test_yes_and_it_cannot_be_stopped(self):
        terminal = self.interrupted(3000)
        terminal.type("y\n")
        code, shown = terminal.end()
        self.assertEqual(code, 130)
        self.assertIn("superoffice-batch: the service did not stop the task", shown)
        terminal = self.interrupted()
        main.control("expire", kind="bearer", value=service.BEARER_GOOD)
        terminal.type("y\n")
        code, shown = terminal.end()
        self.assertEqual(code, 130)
        self.assertIn("superoffice-batch: the credential is missing, wrong or expired", shown)

    def test_anything_else_is_no(self):
        for answer in ("n\n", "\n", "yn\n", "yes please\n", " \n", "y\x04\x04", "\x04"):
            with self.subTest(answer=answer):
                terminal = self.interrupted()
                terminal.type(answer)
                code, shown = terminal.end()
                self.assertEqual(code, 130)
                self.assertTrue(shown.endswith("\r\n"), shown)
                self.assertNotIn("superoffice-batch:", shown)
        self.assertEqual(self.calls(), [])

    def test_what_was_typed_before_is_no_answer(self):
        terminal = OnTerminal("watch", 1000, "--interval", "1000")
        terminal.read_until("New")
        terminal.type("y\n")
        terminal.read_until("y\r\n")  # the echo: now the line waits to be read
        terminal.process.send_signal(signal.SIGINT)
        terminal.read_until(QUESTION)
        terminal.type("n\n")
        self.assertEqual(terminal.end()[0], 130)
        self.assertEqual(self.calls(), [])

    def test_a_second_one_and_other_signals_end_it_at_once(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            terminal = self.interrupted()
            terminal.process.send_signal(number)
            code, shown = terminal.end()
            self.assertEqual(code, -number)  # by the signal: to a shell, 128 and its number
            self.assert_cursor_is_back(shown)
        self.assertEqual(self.calls(), [])

    def test_nobody_is_asked_unless_all_streams_are_a_terminal(self):
        for elsewhere in ("stdin", "stdout", "stderr"):
            with self.subTest(elsewhere=elsewhere), open(os.devnull, "r+b") as nowhere:
                seen = len(self.requests())
                terminal = OnTerminal("watch", 1000, "--interval", "1000", **{elsewhere: nowhere})
                wait_until(lambda: len(self.requests()) > seen)
                terminal.process.send_signal(signal.SIGINT)
                code, shown = terminal.end()
                self.assertEqual(code, 130)
                self.assertNotIn(QUESTION, shown)
