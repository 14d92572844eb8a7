"""`output` and `fetch`: the file of a task, whole or not at all."""

import json
import os
import pathlib
import resource
import signal
import subprocess
import tempfile
import unittest
import unittest.mock

from running import (BAD_REPLY, CONNECTION, CREDENTIAL, DONE, FAILED, LONGEST, NO_TASK, OUTPUT, SERVICE, USAGE, Case,
                     OnTerminal, TerminalCase, command, environment, main, start, wait_until)

SIZED = 1_000_000_000  # the task of this number plus n has an output of n bytes


def content(size):
    """The bytes that the local service makes: 0 to 255, then lines that name the byte they begin at."""
    lines = bytes(range(256)) + b"".join(b"%015d\n" % at for at in range(256, 1 << 20, 16))
    return (lines * (size // (1 << 20) + 1))[:size]


class Downloads(Case):
    def setUp(self):
        super().setUp()
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        self.folder = pathlib.Path(made.name)

    def begin(self, *arguments, **more):
        return start(*command(*arguments), env=environment(), cwd=self.folder, stdin=subprocess.DEVNULL,
                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)

    def end(self, process):
        out, complaint = process.communicate(timeout=LONGEST)
        return process.returncode, out, complaint

    def run_here(self, *arguments, **more):
        return self.end(self.begin(*arguments, **more))

    def files(self):
        return sorted(path.name for path in self.folder.iterdir())

    def answer_with_file(self, body, content_type="application/octet-stream"):
        main.control("next", status=200, headers=[["Content-Type", content_type]], body=body, match="GetOutput")

    def calls(self):
        return [entry["target"].split("?")[0].split("/")[-1] for entry in self.requests()]


class Output(Downloads):
    def test_the_file_under_the_suggested_name(self):
        for size in (0, 1, 70_000, 3_000_000):
            with self.subTest(size=size):
                name = f"Output_{size}.bin"
                self.assertEqual(self.run_here("output", SIZED + size), (DONE, name + "\n", ""))
                self.assertEqual((self.folder / name).read_bytes(), content(size))
        self.assertEqual(len(self.files()), 4)

    def test_who_may_read_a_new_file(self):
        self.run_here("output", SIZED + 3, "-o", "plain")
        before = os.umask(0)
        os.umask(before)
        self.assertEqual((self.folder / "plain").stat().st_mode & 0o777, 0o666 & ~before)

    def test_a_named_file_needs_no_question(self):
        self.assertEqual(self.run_here("output", SIZED + 5, "-o", "x/../a b"), (OUTPUT, "", unittest.mock.ANY))
        self.assertEqual(self.run_here("output", SIZED + 5, "-o", "a b"), (DONE, "a b\n", ""))
        self.assertEqual(self.calls(), ["GetOutputFromBatch"])

    def test_json(self):
        code, out, complaint = self.run_here("output", SIZED + 5, "--json")
        self.assertEqual((code, json.loads(out), complaint), (DONE, {"file": "Output_5.bin", "bytes": 5}, ""))

    def test_standard_output(self):
        code, out, complaint = self.run_tool("output", SIZED + 300_000, "-o", "-", binary=True)
        self.assertEqual((code, complaint), (DONE, b""))
        self.assertEqual(out, content(300_000))

    def test_a_suggested_name_is_only_a_name(self):
        for suggested, name in (("../../etc/passwd", "passwd"), ("/etc/cron.d/x", "x"), ("C:\\Windows\\a.xlsx", "a.xlsx"),
                                (".bashrc", "bashrc"), ("..", "task-1000000004"), ("", "task-1000000004"),
                                ("dir/", "task-1000000004"), ("a\x1b[2Jb\nc\x7f\u0085\u202e.txt", "a[2Jbc.txt"),
                                ("-rf", "rf"), ("Norge æøå 10:30.xlsx", "Norge æøå 10_30.xlsx"), ("a. .", "a"),
                                ("æ" * 150 + ".xlsx", "æ" * 97 + ".xlsx"), ("\u0000.\u0001.x", "x")):
            with self.subTest(suggested=suggested):
                self.answer_next(json.dumps({"FileName": suggested}))
                self.assertEqual(self.run_here("output", SIZED + 4), (DONE, name + "\n", ""))
                self.assertEqual(self.files(), [name])
                (self.folder / name).unlink()

    def test_a_file_is_not_replaced_without_force(self):
        kept = self.folder / "kept"
        kept.write_text("mine")
        (self.folder / "dangling").symlink_to("nowhere")
        for name in ("kept", "dangling"):
            code, out, complaint = self.run_here("output", SIZED + 9, "-o", name)
            self.assertEqual((code, out), (OUTPUT, ""))
            self.assertIn(f"{name}: is not replaced without --force", complaint)
        self.assertEqual((self.calls(), kept.read_text(encoding="utf-8")), ([], "mine"))
        self.assertEqual(self.run_here("output", SIZED + 9, "-o", "kept", "--force"), (DONE, "kept\n", ""))
        self.assertEqual(kept.read_bytes(), content(9))

    def test_a_file_that_comes_meanwhile_is_not_replaced(self):
        main.control("output", id=497, bytes=100_000, stop_after=50_000, ending="stall")
        process = self.begin("output", 497, "-o", "late", "--timeout", "2")
        self.wait_for_part()
        self.assertEqual(self.end(process)[0], CONNECTION)  # nothing came for two seconds
        self.assertEqual(self.files(), [])
        main.process.send_signal(signal.SIGSTOP)  # no byte comes before the file is there
        try:
            process = self.begin("output", SIZED + 9, "-o", "late")
            self.wait_for_part()
            (self.folder / "late").write_text("mine")
        finally:
            main.process.send_signal(signal.SIGCONT)
        code, _, complaint = self.end(process)
        self.assertEqual((code, self.files(), (self.folder / "late").read_text(encoding="utf-8")), (OUTPUT, ["late"], "mine"))
        self.assertIn("late", complaint)

    def wait_for_part(self):
        wait_until(lambda: any(name.endswith(".part") for name in self.files()))

    def test_a_reply_that_breaks_off_leaves_nothing(self):
        for ending in ("close", "reset", "cut"):
            for after in (0, 1, 5000, 99_999):
                with self.subTest(ending=ending, after=after):
                    main.control("output", id=497, bytes=100_000, stop_after=after, ending=ending)
                    code, out, complaint = self.run_here("output", 497, "-o", "x")
                    self.assertIn(code, (CONNECTION, BAD_REPLY))
                    self.assertEqual((out, complaint.count("\n"), self.files()), ("", 1, []))

    def test_a_signal_leaves_nothing(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)):
            main.control("output", id=497, bytes=100_000, stop_after=50_000, ending="stall")
            process = self.begin("output", 497, "-o", "x")
            self.wait_for_part()
            process.send_signal(number)
            self.assertEqual(self.end(process)[0], code)
            self.assertEqual(self.files(), [])

    def test_a_kill_leaves_no_file_of_that_name_and_it_can_be_run_again(self):
        main.control("output", id=497, bytes=100_000, stop_after=50_000, ending="stall")
        process = self.begin("output", 497, "-o", "x")
        self.wait_for_part()
        process.kill()
        self.end(process)
        self.assertNotIn("x", self.files())
        main.control("output", id=497, bytes=100_000)
        self.assertEqual(self.run_here("output", 497, "-o", "x"), (DONE, "x\n", ""))
        self.assertEqual((self.folder / "x").read_bytes(), content(100_000))

    def test_a_full_disk_leaves_nothing(self):
        def small():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
        code, out, complaint = self.run_here("output", SIZED + 200_000, "-o", "x", preexec_fn=small)
        self.assertEqual((code, out, self.files()), (OUTPUT, "", []))
        self.assertIn("x: File too large", complaint)

    @unittest.skipUnless(pathlib.Path("/dev/full").exists(), "there is no /dev/full")
    def test_a_device_is_written_and_stays(self):
        code, out, complaint = self.run_here("output", SIZED + 9, "-o", "/dev/full")
        self.assertEqual((code, out), (OUTPUT, ""))
        self.assertIn("No space left on device", complaint)
        self.assertTrue(pathlib.Path("/dev/full").is_char_device())
        with open("/dev/full", "wb") as full:
            ran = subprocess.run(command("output", SIZED + 9, "-o", "-"), env=environment(), stdout=full,
                                 stderr=subprocess.PIPE, timeout=LONGEST, check=False)
        self.assertEqual(ran.returncode, OUTPUT)
        self.assertIn(b"No space left on device", ran.stderr)

    def test_a_reader_that_goes_away(self):
        process = self.begin("output", SIZED + 5_000_000, "-o", "-")
        process.stdout.close()
        self.assertEqual(process.wait(timeout=LONGEST), OUTPUT)
        self.assertEqual(process.stderr.read(), "")
        process.stderr.close()

    def test_places_that_cannot_be_written(self):
        (self.folder / "folder").mkdir()
        for name, said in (("folder", "folder: Is a directory"), ("none/x", "none/x: No such file or directory"),
                           ("y" * 300, "File name too long")):
            code, out, complaint = self.run_here("output", SIZED + 9, "-o", name)
            self.assertEqual((code, out, self.files()), (OUTPUT, "", ["folder"]))
            self.assertIn(said, complaint)

    def test_what_comes_in_place_of_a_file(self):
        for code, pattern, body, kind in (
                (BAD_REPLY, "file_as_base64", '"JVBERg=="', "application/json"),
                (BAD_REPLY, "unsupported_content_type", "<html>", "text/html"),
                (SERVICE, "No\\.", '{"Error":true,"Message":"No."}', "application/json"),
                (SERVICE, "the task has no output", "null", "application/json")):
            with self.subTest(body=body):
                self.answer_with_file(body, kind)
                got, out, complaint = self.run_here("output", SIZED + 9, "-o", "x")
                self.assertEqual((got, out, self.files()), (code, "", []))
                self.assertRegex(complaint, pattern)

    def test_errors(self):
        self.refuses(SERVICE, "the task has no output: it is not finished, or made no file", "output", 1000)
        self.refuses(NO_TASK, "no such task", "output", 99)
        self.refuses(CREDENTIAL, r"the credential is missing, wrong or expired \(401\)", "output", 497, SUPEROFFICE_TOKEN="never-good")

    def test_mistakes(self):
        for arguments in (["output"], ["output", "x"], ["output", "1", "2"], ["output", "1", "--select", "Id"],
                          ["output", "1", "--cleanup"], ["output", "1", "--interval", "1"], ["fetch"],
                          ["fetch", "1", "-o", "-", "--cleanup"]):
            with self.subTest(arguments=arguments):
                self.refuses(USAGE, ".*; see superoffice-batch --help", *arguments)
        self.assertEqual(self.log(), [])


class Fetch(Downloads):
    def test_follows_the_task_and_downloads(self):
        process = self.begin("fetch", 1000, "--interval", "0.02")
        wait_until(lambda: "GetBatchTaskInfo" in self.calls())
        main.control("clock", advance=20)
        self.assertEqual(self.end(process), (DONE, "ContactExport_1000.xlsx\n", ""))
        self.assertEqual(self.calls()[-1], "GetOutputFromBatch")
        self.assertEqual(self.files(), ["ContactExport_1000.xlsx"])

    def test_cleans_up_only_after_the_file_is_safe(self):
        self.assertEqual(self.run_here("fetch", 497, "--cleanup", "-o", "x"), (DONE, "x\n", ""))
        self.assertEqual(self.calls(), ["GetBatchTaskInfo", "GetOutputFromBatch", "CleanupBatchTask"])
        main.control("reset")
        before = len(self.calls())
        main.control("output", id=497, bytes=100_000, stop_after=99_999, ending="close")
        self.assertNotEqual(self.run_here("fetch", 497, "--cleanup", "-o", "y")[0], DONE)
        code, _, complaint = self.run_here("fetch", 497, "--cleanup", "-o", "/dev/null")
        self.assertEqual(code, USAGE)
        self.assertIn("--cleanup needs a file", complaint)
        self.assertNotIn("CleanupBatchTask", self.calls()[before:])
        self.assertEqual(self.files(), ["x"])

    def test_the_file_stays_where_cleaning_up_fails(self):
        main.control("next", status=403, headers=[], body="", match="CleanupBatchTask")
        code, out, complaint = self.run_here("fetch", 497, "--cleanup", "-o", "x")
        self.assertEqual((code, out, self.files()), (CREDENTIAL, "x\n", ["x"]))
        self.assertIn("forbidden", complaint)

    def test_a_task_that_fails(self):
        main.control("task", id=2000)
        main.control("clock", advance=20)
        self.assertEqual(self.run_here("fetch", 2000, "--cleanup"), (FAILED, "", "superoffice-batch: the task failed\n"))
        self.assertEqual((self.files(), self.calls()), ([], ["GetBatchTaskInfo"]))

    def test_an_existing_file_is_seen_before_the_wait(self):
        (self.folder / "x").write_text("mine")
        self.assertEqual(self.run_here("fetch", 1000, "-o", "x")[0], OUTPUT)
        self.assertEqual(self.calls(), [])

    def test_standard_output_has_nothing_but_the_file(self):
        code, out, complaint = self.run_tool("fetch", SIZED + 1000, "-o", "-", binary=True)
        self.assertEqual((code, out, complaint), (DONE, content(1000), b""))
        code, out, _ = self.run_here("fetch", SIZED + 1000, "--json")
        self.assertEqual((code, json.loads(out)), (DONE, {"file": "Output_1000.bin", "bytes": 1000}))


class OnATerminal(TerminalCase):
    def test_the_download_has_a_bar(self):
        main.control("settings", framing="content-length")
        with tempfile.TemporaryDirectory() as folder:
            name = pathlib.Path(folder, "x")
            main.control("output", id=497, bytes=1_000_000, stop_after=500_000, ending="stall")
            terminal = OnTerminal("output", 497, "-o", name)
            shown = terminal.read_until(" of 1.0 MB")
            self.assertIn("Download", shown)
            self.assertRegex(shown, r"\d %  \[")
            terminal.process.terminate()
            code, shown = terminal.end()
            self.assertEqual((code, os.listdir(folder)), (143, []))
            self.assert_cursor_is_back(shown)
            main.control("output", id=497, bytes=1_000_000)
            code, shown = OnTerminal("output", 497, "-o", name).end()
            self.assertEqual(code, DONE)
            self.assertTrue(shown.endswith(f"{name}\r\n"), shown)
            self.assert_cursor_is_back(shown)
