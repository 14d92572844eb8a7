"""`watch` of several tasks: lines that name their task, bars that are redrawn together, and how each way to end leaves the
others alone."""

import json
import pathlib
import re
import signal
import tempfile

from running import (CONNECTION, CREDENTIAL, DONE, FAILED, LONGEST, NO_TASK, OUTPUT, SERVICE, Case, OnTerminal,
                     TerminalCase, Watching, in_a_shell, main, service, wait_until)
from screen import Screen

QUICKLY = ("--interval", "0.02")
GONE = "the task is gone, and its end was not seen: neither success nor failure"
NO_SUCH_TASK = "no such task (stage service, no_such_task, HTTP 200)"


class Several(Case):
    def begin(self, *arguments, ids, **variables):
        """A watch whose tasks have all been seen, and its lines so far."""
        watching = Watching(*ids, *QUICKLY, *arguments, **variables)
        return watching, [watching.line() for _ in ids]


class Lines(Several):
    def test_each_line_names_its_task(self):
        watching, lines = self.begin(ids=[1000, 3000, 2000])
        self.assertEqual(lines, ["1000  New  0 %", "3000  New  0 %", "2000  New  0 %"])
        main.control("clock", advance=20)
        code, lines, complaint = watching.end()
        self.assertEqual((code, complaint), (FAILED, "superoffice-batch: task 2000: the task failed\n"))
        self.assertEqual(sorted(re.sub("  [0-9].*", "", line[6:]) for line in lines),
                         ["Failed", "Succeeded", "SucceededManualCleanup"])
        self.assertEqual({line[:6] for line in lines}, {"1000  ", "2000  ", "3000  "})

    def test_a_thousand(self):
        ids = range(1000, 2000)
        watching, lines = self.begin(ids=ids)
        self.assertEqual(lines, [f"{number}  New  0 %" for number in ids])
        main.control("clock", advance=20)
        code, lines, complaint = watching.end()
        self.assertEqual((code, complaint), (DONE, ""))
        self.assertEqual(sorted(line.partition("  100 %")[0] for line in lines), [f"{number}  Succeeded" for number in ids])
        self.assertEqual(len({entry["connection"] for entry in self.requests()}), 1)

    def test_all_well(self):
        watching, _ = self.begin(ids=[1000, 1001])
        main.control("clock", advance=20)
        code, lines, complaint = watching.end()
        self.assertEqual((code, len(lines), complaint), (DONE, 2, ""))

    def test_json_is_a_line_for_each_change_that_begins_with_the_id(self):
        watching, lines = self.begin("--json", ids=[2000, 1000])
        seen = len(self.requests())
        wait_until(lambda: len(self.requests()) > seen + 4)  # nothing new is not told again
        main.control("clock", advance=20)
        code, rest, complaint = watching.end()
        shown = [json.loads(line) for line in lines + rest]
        self.assertEqual({list(each)[0] for each in shown}, {"id"})
        self.assertEqual(sorted((each["id"], each["State"]) for each in shown),
                         [(1000, "New"), (1000, "Succeeded"), (2000, "Failed"), (2000, "New")])
        error = json.loads(complaint)["error"]
        self.assertEqual((code, error), (FAILED, {"message": "the task failed", "id": 2000, "exit_code": FAILED}))

    def test_select_is_shown_at_the_end_of_each(self):
        watching, lines = self.begin("--select", "Id", ids=[1000, 1001])
        self.assertEqual(lines, ["1000  New", "1001  New"])
        main.control("clock", advance=20)
        _, lines, _ = watching.end()
        self.assertEqual(sorted(lines), sorted(["1000  Succeeded", "Task 1000:", "Id                      1000",
                                                "1001  Succeeded", "Task 1001:", "Id                      1001"]))

    def test_one_that_is_named_twice_counts_once(self):
        watching, lines = self.begin(ids=[1000])
        main.control("clock", advance=20)
        watching.end()
        self.assertEqual(lines, ["New  0 %"])
        watching = Watching(497, "00497", 497, *QUICKLY)
        self.assertEqual(watching.end(), (DONE, ["Succeeded  100 %  Export completed - file ready for download"], ""))

    def test_one_that_does_not_exist_leaves_the_others_alone(self):
        for numbers in ((99, 1000), (1000, 99)):
            main.control("reset")
            watching = Watching(*numbers, *QUICKLY)
            self.assertEqual(watching.line(), "1000  New  0 %")
            self.assertEqual(watching.process.stderr.readline(), f"superoffice-batch: task 99: {NO_SUCH_TASK}\n")
            main.control("clock", advance=20)
            code, lines, complaint = watching.end()
            self.assertEqual((code, len(lines), complaint), (NO_TASK, 1, ""))
            self.assertRegex(lines[0], "^1000  Succeeded  100 %")

    def test_one_that_is_deleted_meanwhile_is_gone(self):
        for arguments in ([], ["--json"]):
            main.control("reset")
            watching, _ = self.begin(*arguments, ids=[1000, 2000, 1001])
            self.run_tool("delete", 2000)
            complaint = watching.process.stderr.readline()
            if arguments:
                self.assertEqual(json.loads(complaint)["error"], {"message": GONE, "id": 2000, "exit_code": NO_TASK})
            else:
                self.assertEqual(complaint, f"superoffice-batch: task 2000: {GONE}\n")
            main.control("clock", advance=20)
            code, lines, complaint = watching.end()
            self.assertEqual((code, len(lines), complaint), (NO_TASK, 2, ""))

    def test_failures_that_pass_name_their_task(self):
        watching = Watching(11000, 1000, *QUICKLY)
        lines = [watching.line()]
        self.assertRegex(watching.process.stderr.readline(),
                         "^superoffice-batch: task 11000: the service is not available now .*; asking again\n$")
        lines.append(watching.line())
        self.assertEqual(sorted(lines), ["1000  New  0 %", "11000  New  0 %"])
        main.control("clock", advance=20)
        code, lines, _ = watching.end()
        self.assertEqual((code, len(lines)), (DONE, 2))

    def test_failures_about_all_name_no_task(self):
        main.control("next", status=429, headers=[["Retry-After", "0"]], body="", match="GetBatchTaskInfo", times=2)
        watching = Watching(1000, 2000, *QUICKLY)
        self.assertRegex(watching.process.stderr.readline(), r"^superoffice-batch: too many calls \(429\) .*; asking again\n$")
        self.assertEqual({watching.line(), watching.line()}, {"1000  New  0 %", "2000  New  0 %"})
        main.control("clock", advance=20)
        code, lines, complaint = watching.end()  # the second failure is the same, and was not told again
        self.assertEqual((code, len(lines), complaint), (FAILED, 2, "superoffice-batch: task 2000: the task failed\n"))

    def test_one_that_is_refused_or_keeps_failing_leaves_the_others_alone(self):
        for number, code, words in ((17403, CREDENTIAL, "the credential does not allow this call (403)"),
                                    (27404, SERVICE, "there is nothing at this address (404)"),
                                    (27500, SERVICE, "the service is not available now")):
            for arguments in ([], ["--json"]):
                with self.subTest(number=number, arguments=arguments):
                    main.control("reset")
                    watching = Watching(number, 1000, *QUICKLY, "--retry", 2, *arguments)
                    self.assertIn("New", watching.line())
                    if code == SERVICE and number != 27404:
                        self.assertIn("ask", watching.process.stderr.readline())  # and it is told once
                    complaint = watching.process.stderr.readline()
                    main.control("clock", advance=20)
                    ended, lines, rest = watching.end()
                    self.assertEqual((ended, len(lines), rest), (code, 1, ""))
                    self.assertIn("Succeeded", lines[0])
                    if arguments:
                        error = json.loads(complaint)["error"]
                        self.assertEqual((error["id"], error["exit_code"]), (number, code))
                    else:
                        self.assertTrue(complaint.startswith(f"superoffice-batch: task {number}: {words}"), complaint)

    def test_what_is_not_about_one_task_is_told_once_and_ends_all(self):
        for arguments in ([], ["--json"]):
            main.control("reset")
            watching, _ = self.begin(*arguments, ids=[1000, 2000, 3000])
            main.control("expire", kind="bearer")
            code, lines, complaint = watching.end()
            self.assertEqual((code, lines, complaint.count("\n")), (CREDENTIAL, [], 1))
            self.assertIn("the credential is missing, wrong or expired", complaint)
            self.assertNotIn("task ", complaint)
            self.assertNotIn('"id"', complaint)

    def test_the_deadline_is_for_all(self):
        for deadline in (0.5, 2, 8):  # a slow machine needs longer for the first replies
            code, out, complaint = self.run_tool("watch", 5000, 5001, *QUICKLY, "--deadline", deadline)
            self.assertEqual((code, complaint.count("\n")), (CONNECTION, 1))
            self.assertIn("superoffice-batch: the deadline passed", complaint)
            if out.count("\n") == 2:
                break
        self.assertEqual(out, "5000  New  0 %\n5001  New  0 %\n")

    def test_a_token_that_is_renewed_in_between(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "token")
            path.write_text(service.BEARER_GOOD, encoding="utf-8")
            watching, _ = self.begin(ids=[1000, 2000, 1001], credential=None, SUPEROFFICE_TOKEN_FILE=str(path))
            path.write_text(main.control("renew", kind="bearer")["value"], encoding="utf-8")
            main.control("expire", kind="bearer", value=service.BEARER_GOOD)
            main.control("clock", advance=20)
            code, lines, complaint = watching.end()
        self.assertEqual((code, len(lines), complaint), (FAILED, 3, "superoffice-batch: task 2000: the task failed\n"))
        self.assertIn(None, [entry["credential"] for entry in self.requests()])  # the old one was refused once

    def test_signals(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)):
            main.control("reset")
            watching, _ = self.begin(ids=[1000, 2000])
            watching.process.send_signal(number)
            self.assertEqual(watching.end(), (code, [], ""))

    def test_a_reader_that_goes_away(self):
        watching, _ = self.begin(ids=[1000, 2000])
        watching.process.stdout.close()
        main.control("clock", advance=4)
        self.assertEqual(watching.process.wait(timeout=LONGEST), OUTPUT)
        self.assertEqual(watching.process.stderr.read(), "")


class Exec(Several):
    TOLD = 'echo "told $SUPEROFFICE_TASK_ID $SUPEROFFICE_TASK_STATE"'

    def test_once_for_each_task_that_has_ended(self):
        watching, _ = self.begin("--exec", self.TOLD, ids=[1000, 2000, 12000])
        main.control("clock", advance=20)
        code, lines, complaint = watching.end()
        self.assertEqual(code, NO_TASK)
        self.assertEqual(sorted(line for line in lines if line.startswith("told")),
                         ["told 1000 Succeeded", "told 2000 Failed"])
        self.assertEqual(sorted(complaint.splitlines()), [f"superoffice-batch: task 12000: {GONE}",
                                                          "superoffice-batch: task 2000: the task failed"])

    def test_one_that_fails_leaves_the_others_alone(self):
        watching, _ = self.begin("--exec", f'{self.TOLD}; [ "$SUPEROFFICE_TASK_ID" != 1000 ]', ids=[1000, 1001])
        main.control("clock", advance=20)
        code, lines, complaint = watching.end()
        self.assertEqual((code, complaint), (OUTPUT, "superoffice-batch: task 1000: the command of --exec ended with 1\n"))
        self.assertEqual(len([line for line in lines if line.startswith("told")]), 2)


class WithBars(TerminalCase):
    def watch(self, *arguments, ids, columns=80, rows=24, begin=OnTerminal, interval="0.02", **variables):
        """A watch on whose screen each task has a bar."""
        self.columns, self.rows = columns, rows
        terminal = begin("watch", *ids, "--interval", interval, *arguments, columns=columns, rows=rows, **variables)
        self.see(terminal, lambda lines: len(lines) == min(len(ids), rows - 1))
        return terminal

    def screen_of(self, shown):
        return Screen(self.columns, self.rows).take(shown)

    def see(self, terminal, condition):
        """The lines of the screen as soon as this holds for them. Reads may end inside a sequence."""
        def holds(shown):
            whole = re.sub("\x1b(\\[[?0-9]*)?$", "", shown)
            return condition(self.screen_of(whole).shown()) and whole == shown
        return self.screen_of(terminal.read_until_holds(holds, "such a screen")).shown()

    def end(self, terminal, code):
        ended, shown = terminal.end()
        screen = self.screen_of(shown)
        self.assertTrue(screen.cursor_is_shown)
        self.assertTrue(shown.endswith("\r\n"), shown)
        self.assertEqual(ended, code, shown)
        return screen.shown()


class Bars(WithBars):
    def test_they_are_redrawn_together(self):
        for columns in (200, 80, 40, 12):
            with self.subTest(columns=columns):
                main.control("reset")
                terminal = self.watch(ids=[1000, 497, 3000], columns=columns)
                self.assertFalse(self.screen_of(terminal.shown).cursor_is_shown)
                lines = self.see(terminal, lambda lines: len(lines) == 3)
                self.assertEqual([line[:8] for line in lines], ["1000  Ne", "497   Su", "3000  Ne"])
                main.control("clock", advance=5)
                lines = self.see(terminal, lambda lines: lines[0][6:8] + lines[2][6:8] == "StSt")
                self.assertEqual([line[:8] for line in lines], ["1000  St", "497   Su", "3000  St"])
                if columns >= 80:
                    for line in (lines[0], lines[2]):
                        self.assertRegex(line, r"^\d000  Started     \d\d %  \[#+\.+\]  (\d:\d\d  )?less than 1 min left")
                main.control("clock", advance=20)
                lines = self.end(terminal, DONE)
                self.assertEqual([line[:8] for line in lines], ["1000  Su", "497   Su", "3000  Su"])
                self.assertLess(max(map(len, lines)), columns)

    def test_the_time_gone_by_counts_until_the_end(self):
        terminal = self.watch(ids=[1000, 497])
        for time in ("0:01", "0:02"):
            lines = self.see(terminal, lambda lines, time=time: time in lines[0])
            self.assertRegex(lines[0], rf"^1000  New          0 %  \[\.+\]  {time}$")
        main.control("clock", advance=20)
        lines = self.end(terminal, DONE)
        self.assertRegex(lines[0], r"^1000  Succeeded  100 %  \[#+\]  0:\d\d  [\d,]+ rows written$")
        self.assertNotRegex(lines[1], r"\d:\d\d")  # it was over when the watch began

    def test_what_there_is_to_say_of_one_stands_above_the_others(self):
        terminal = self.watch(ids=[1000, 2000, 12000, 5000], columns=120, rows=6)
        main.control("clock", advance=20)
        lines = self.see(terminal, lambda lines: [line.split()[1] for line in lines[-4:]]
                         == ["Succeeded", "Failed", "(gone)", "Started"])
        self.assertEqual(sorted(lines[:-4]), [f"superoffice-batch: task 12000: {GONE}",
                                              "superoffice-batch: task 2000: the task failed"])
        self.run_tool("stop", 5000)
        after = self.end(terminal, NO_TASK)
        self.assertEqual(after[:5], lines[:5])
        self.assertEqual(after[5][:13], "5000   Failed")
        # Below, because nothing is redrawn any more.
        self.assertEqual(after[6:], ["superoffice-batch: task 5000: the task failed"])

    def test_one_that_does_not_exist_has_no_bar(self):
        terminal = OnTerminal("watch", 99, 1000, 98, *QUICKLY)
        self.columns, self.rows = 80, 24
        lines = self.see(terminal, lambda lines: len(lines) == 3)
        self.assertEqual(lines[:2], [f"superoffice-batch: task {number}: {NO_SUCH_TASK}" for number in (99, 98)])
        main.control("clock", advance=20)
        self.assertEqual(self.end(terminal, NO_TASK)[:2], lines[:2])

    def test_what_ends_all_stands_below_them(self):
        terminal = self.watch(ids=[1000, 2000], columns=200)
        main.control("expire", kind="bearer")
        lines = self.end(terminal, CREDENTIAL)
        self.assertEqual([line.split()[0] for line in lines], ["1000", "2000", "superoffice-batch:"])

    def test_the_selected_properties_stand_above_those_that_go_on(self):
        terminal = self.watch("--select", "Id,ProgressPercent", ids=[1000, 5000])
        main.control("clock", advance=20)
        lines = self.see(terminal, lambda lines: len(lines) == 5 and lines[4].startswith("5000  Started"))
        self.assertEqual(lines[:3], ["Task 1000:", "Id                      1000", "ProgressPercent         100"])
        self.assertEqual(lines[3][:15], "1000  Succeeded")
        self.run_tool("stop", 5000)
        lines = self.end(terminal, FAILED)
        self.assertEqual(lines[5:], ["Task 5000:", "Id                      5000", "ProgressPercent         99",
                                     "superoffice-batch: task 5000: the task failed"])

    def test_the_output_of_commands_stands_above_those_that_go_on(self):
        terminal = self.watch("--exec", "echo told $SUPEROFFICE_TASK_ID", ids=[1000, 5000])
        main.control("clock", advance=20)
        self.see(terminal, lambda lines: len(lines) == 3 and lines[0] == "told 1000"
                 and [line[:11] for line in lines[1:]] == ["1000  Succe", "5000  Start"])
        self.run_tool("stop", 5000)
        lines = self.end(terminal, FAILED)
        self.assertEqual([lines[0], *lines[3:]],
                         ["told 1000", "superoffice-batch: task 5000: the task failed", "told 5000"])

    def test_ctrl_z_stops_a_command_too(self):
        with tempfile.TemporaryDirectory() as folder:
            until = pathlib.Path(folder, "go")
            terminal = in_a_shell("watch", 1000, 5000, *QUICKLY, "--exec",
                                  f"echo begun; until [ -e {until} ]; do sleep 0.02; done; echo ended")
            terminal.read_until("5000  New")
            main.control("clock", advance=20)
            terminal.read_until("begun")
            terminal.type("\x1a")
            terminal.read_until("<stopped>")
            terminal.type("fg\n")
            until.touch()
            terminal.read_until("ended")
            terminal.read_until("5000  Started", terminal.shown.count("5000  Started") + 1)
            terminal.type("\x1a")  # the watch handles it again
            terminal.read_until("<stopped>", 2)
            terminal.type("fg\n")
            self.run_tool("stop", 5000)
            terminal.read_until("ended", 2)
            self.assertEqual(terminal.end()[0], FAILED)

    def test_ctrl_z_gives_the_terminal_back_and_fg_draws_again(self):
        terminal = self.watch(ids=[1000, 2000], begin=in_a_shell)
        terminal.type("\x1a")
        shown = terminal.read_until("<stopped>")
        screen = self.screen_of(shown[:shown.index("<stopped>")].replace("^Z", ""))
        self.assertTrue(screen.cursor_is_shown)
        self.assertEqual([line[:9] for line in screen.shown()], ["1000  New", "2000  New"])
        terminal.type("fg\n")
        terminal.read_until("\r1000  New", shown.count("\r1000  New") + 1)
        self.assertGreater(terminal.shown.rfind("\x1b[?25l"), terminal.shown.rfind("\x1b[?25h"))
        main.control("clock", advance=20)
        code, shown = terminal.end()
        self.assertEqual(code, FAILED)
        self.assert_cursor_is_back(shown)

    def test_the_cursor_comes_back(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            terminal = self.watch(ids=[1000, 2000])
            terminal.process.send_signal(number)
            self.assertEqual([line[:9] for line in self.end(terminal, 143)], ["1000  New", "2000  New"])

    def test_more_tasks_than_the_terminal_has_rows(self):
        ids = [*range(1000, 1006), 497, *range(1006, 1010)]
        terminal = self.watch(ids=ids, rows=6, interval="0.01")
        lines = self.see(terminal, lambda lines: lines[-1] == "6 more, 1 over")
        self.assertEqual([line[:9] for line in lines[:-1]], ["1000  New", "1001  New", "1002  New", "1003  New"])
        for number in (1000, 1002):
            self.run_tool("stop", number)
        lines = self.see(terminal, lambda lines: lines[-1] == "4 more, 3 over")
        self.assertEqual([line[:9] for line in lines[-5:-1]], ["1001  New", "1003  New", "1004  New", "1005  New"])
        self.assertEqual(sorted(lines[:-5]),
                         [f"superoffice-batch: task {number}: the task failed" for number in (1000, 1002)])
        main.control("clock", advance=20)
        lines = self.end(terminal, FAILED)
        self.assertEqual([line.split()[:2] for line in lines[2:]],  # there is room for all of them now
                         [[str(number), "Failed" if number in (1000, 1002) else "Succeeded"] for number in ids])

    def test_fewer_lines_leave_nothing_behind(self):
        terminal = self.watch(ids=[1000, 1001, 1002, 1003, 5000], rows=4)
        self.see(terminal, lambda lines: lines[-1] == "3 more, 0 over")
        main.control("clock", advance=20)
        self.see(terminal, lambda lines: [line[:14].strip() for line in lines] == ["5000  Started", "0 more, 4 over"])
        self.run_tool("stop", 5000)
        self.assertEqual([line[:15].rstrip() for line in self.end(terminal, FAILED)[:5]],
                         [*(f"{number}  Succeeded" for number in range(1000, 1004)), "5000  Failed"])

    def test_a_terminal_that_gets_another_size_is_drawn_anew(self):
        terminal = self.watch(ids=[1000, 2000, 3000], columns=80)
        for columns, rows, wanted in ((30, 24, 3), (12, 24, 3), (80, 3, 2), (80, 24, 3), (200, 2, 2)):
            with self.subTest(columns=columns, rows=rows):
                terminal.resize(columns, rows)
                terminal.process.send_signal(signal.SIGWINCH)
                # The first task alone, and how many others there are; or all three. A draw of before may come first.
                last = ("2 more, 0 over" if wanted == 2 else "3000  New")[:columns - 4]
                seen = len(terminal.shown)

                def fits(shown):
                    if "1000" not in shown[seen:] or not shown.endswith("\x1b[K"):  # noqa: B023
                        return False
                    drawn = shown[shown.rindex("1000"):]
                    lines = [line.strip("\r") for line in re.sub("\x1b\\[[?0-9]*[a-zA-Z]", "", drawn).split("\n")]
                    return (len(lines) == wanted and lines[-1].startswith(last)  # noqa: B023
                            and max(map(len, lines)) < columns)  # noqa: B023
                terminal.read_until_holds(fits, "such a draw")
        terminal.process.send_signal(signal.SIGTERM)
        self.assertEqual(terminal.end()[0], 143)


class Interrupted(WithBars):
    def interrupted(self, question, *arguments, ids=(1000, 2000, 497), **variables):
        """A watch that was interrupted once and shows its question."""
        terminal = self.watch(*arguments, ids=ids, columns=120, interval="1000", **variables)
        terminal.process.send_signal(signal.SIGINT)
        terminal.read_until(question + " [y/N] ")
        return terminal

    def stopped(self):
        return [json.loads(entry["body"])["Id"] for entry in self.requests() if "StopBatchJob" in entry["target"]]

    def test_yes_stops_those_that_are_not_over(self):
        terminal = self.interrupted("Stop the 2 tasks that are not over as well?")
        terminal.type("y\n")
        lines = self.end(terminal, 130)
        self.assertEqual([line[:9] for line in lines[:3]], ["1000  New", "2000  New", "497   Suc"])
        self.assertEqual(lines[3:], ["Stop the 2 tasks that are not over as well? [y/N] y",
                                     "superoffice-batch: task 1000: the task is stopped",
                                     "superoffice-batch: task 2000: the task is stopped"])
        self.assertEqual(self.stopped(), [1000, 2000])

    def test_one_that_cannot_be_stopped_is_named(self):
        terminal = self.interrupted("Stop the 2 tasks that are not over as well?", ids=(3000, 1000))
        terminal.type("y\n")
        lines = self.end(terminal, 130)
        self.assertRegex(lines[-2], "^superoffice-batch: task 3000: the service did not stop the task")
        self.assertEqual(lines[-1], "superoffice-batch: task 1000: the task is stopped")

    def test_the_last_one_is_named(self):
        terminal = self.interrupted("Stop task 1000 as well?", ids=(497, 1000))
        terminal.type("y\n")
        self.assertEqual(self.end(terminal, 130)[-1], "superoffice-batch: task 1000: the task is stopped")
        self.assertEqual(self.stopped(), [1000])

    def test_what_is_not_about_one_task_is_told_once(self):
        terminal = self.interrupted("Stop the 2 tasks that are not over as well?")
        main.control("expire", kind="bearer")
        terminal.type("y\n")
        lines = self.end(terminal, 130)
        self.assertEqual(len([line for line in lines if "missing, wrong or expired" in line]), 1)
        self.assertEqual(len(self.stopped()), 1)

    def test_no(self):
        terminal = self.interrupted("Stop the 2 tasks that are not over as well?")
        terminal.type("\n")
        self.end(terminal, 130)
        self.assertEqual(self.stopped(), [])

    def test_json_names_each_that_is_stopped(self):
        terminal = OnTerminal("watch", 1000, 2000, "--json", "--interval", "1000")
        terminal.read_until('{"id":2000')
        terminal.process.send_signal(signal.SIGINT)
        terminal.read_until("[y/N] ")
        terminal.type("y\n")
        code, shown = terminal.end()
        self.assertEqual(code, 130)
        self.assertTrue(shown.endswith('{"message":"the task is stopped","id":1000}\r\n'
                                       '{"message":"the task is stopped","id":2000}\r\n'), shown)
