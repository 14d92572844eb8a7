"""The example programs, run against the local SuperOffice."""

import os
import pathlib
import pty
import re
import select
import signal
import socket
import subprocess
import threading
import time
import tty
import unittest
import urllib.parse

from running import EXAMPLES, NO_SUCH_NAME, LONGEST, Case, environment, main, start

import loopback


def unless_built(name):
    return unittest.skipUnless((EXAMPLES / name).exists(), f"{name} was not built; its compiler or headers lack something")


def catches(pid, number):
    """Whether the process has a handler for the signal. True where the system does not tell."""
    status = pathlib.Path(f"/proc/{pid}/status")
    caught = re.search(r"^SigCgt:\s*([0-9a-f]+)$", status.read_text(), re.M) if status.exists() else None
    return caught is None or int(caught.group(1), 16) >> (number - 1) & 1 == 1


class Modem:
    """A modem at the other end of a pseudo-terminal: takes ATD host:port, answers, and passes bytes on to the loopback address."""

    def __init__(self, answer, hangs_up_after=None):
        self.answer, self.left = answer, hangs_up_after
        self.dialled, self.largest = "", 0

    def __enter__(self):
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        self.device = os.ttyname(slave)
        self.slave = slave  # kept open: the program may open it later than we read
        self.stop_reader, self.stop_writer = os.pipe()
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        return self

    def __exit__(self, *_):
        os.close(self.stop_writer)
        self.thread.join(LONGEST)
        for each in (self.slave, self.stop_reader):
            os.close(each)
        if self.left is None or self.left > 0:
            os.close(self.master)

    def _run(self):
        peer = None
        while True:
            ready, _, _ = select.select([self.master, self.stop_reader, *([peer] if peer else [])], [], [])
            if self.stop_reader in ready:
                break
            if self.master in ready:
                data = os.read(self.master, 16 if peer else 1)
                self.largest = max(self.largest, len(data))
                if peer:
                    peer.sendall(data)
                    if self._hung_up(len(data)):
                        break
                else:
                    self.dialled += data.decode()
                    if data == b"\r":
                        os.write(self.master, self.answer.encode())
                        if self.answer.startswith("CONNECT"):
                            port = int(self.dialled.rstrip("\r").rpartition(":")[2])
                            peer = socket.create_connection(("127.0.0.1", port), LONGEST)
            if peer and peer in ready:
                data = peer.recv(16)
                if not data:
                    break
                os.write(self.master, data)
        if peer:
            peer.close()

    def _hung_up(self, count):
        if self.left is None:
            return False
        self.left -= count
        if self.left > 0:
            return False
        os.close(self.master)
        return True


class Examples(Case):
    def run_example(self, name, *arguments, **variables):
        ran = subprocess.run([EXAMPLES / name, *map(str, arguments)],
                             env=environment(SUPEROFFICE_CA_FILE=main.ca, **variables),
                             capture_output=True, text=True, timeout=LONGEST, check=False)
        return ran.returncode, ran.stdout, ran.stderr

    def test_one_call(self):
        self.assertEqual(self.run_example("01_one_call"), (0, "100 %\n", ""))
        nowhere = "http://127.0.0.1:1"  # a proxy comes from the program, not from the environment
        self.assertEqual(self.run_example("01_one_call", HTTPS_PROXY=nowhere, https_proxy=nowhere, ALL_PROXY=nowhere),
                         (0, "100 %\n", ""))
        self.assertEqual(self.run_example("01_one_call", credential=None), (1, "", "no credential was given\n"))
        self.assertEqual(self.run_example("01_one_call", SUPEROFFICE_BASE_URL=main.bases["expired"]),
                         (1, "", "the server's certificate has expired\n"))

    def adapter(self, name, *arguments, **variables):
        return self.run_example(name, *arguments, **{"SUPEROFFICE_ADDRESS": "127.0.0.1"} | variables)

    def has_come(self, listener):
        return any((entry["event"], entry.get("listener")) == ("connection", listener) for entry in self.log())

    def is_cancelled(self, name, *arguments):
        """Ctrl-C while the service never answers the handshake; the program then ends by itself, without a leak."""
        process = start(
            EXAMPLES / name, *map(str, arguments), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment(SUPEROFFICE_CA_FILE=main.ca, SUPEROFFICE_ADDRESS="127.0.0.1",
                            SUPEROFFICE_BASE_URL=main.bases["mute"]))
        with process:
            limit = time.monotonic() + LONGEST
            while not (self.has_come("mute") and catches(process.pid, signal.SIGINT)):
                self.assertLess(time.monotonic(), limit)
                self.assertIsNone(process.poll())
            process.send_signal(signal.SIGINT)
            out, complaint = process.communicate(timeout=LONGEST)
        self.assertEqual(process.returncode, 1, complaint)
        self.assertNotIn("Sanitizer", complaint)
        return out, complaint

    def test_frame_loop(self):
        code, out, complaint = self.adapter("02_frame_loop")
        self.assertEqual((code, complaint), (0, ""))
        self.assertRegex(out, r"^100 %\ndone after [1-9]\d* frames\n$")
        self.assertEqual(self.adapter("02_frame_loop", 99), (1, "", "no such task\n"))
        self.assertEqual(self.is_cancelled("02_frame_loop"), ("", "the call was cancelled\n"))

    def test_uart_modem(self):
        for number, *wanted in (497, 0, "100 %\n", ""), (99, 1, "", "no such task\n"):
            with Modem("CONNECT\r\n") as modem:
                self.assertEqual(self.run_example("08_uart_modem", modem.device, number), tuple(wanted))
            host, port = urllib.parse.urlsplit(main.bases["main"]).netloc.split(":")
            self.assertEqual(modem.dialled, f"ATD{host}:{port}\r")
            self.assertLessEqual(modem.largest, 16)  # never more at once than the FIFO takes
        with Modem("NO CARRIER\r\n") as modem:
            self.assertEqual(self.run_example("08_uart_modem", modem.device, 497),
                             (1, "", "the peer cannot be reached\n"))
        with Modem("CONNECT\r\n", hangs_up_after=500) as modem:
            code, out, complaint = self.run_example("08_uart_modem", modem.device, 497)
            self.assertEqual((code, out), (1, ""))
            self.assertNotIn("Sanitizer", complaint)

    @unless_built("09_coroutine")
    def test_coroutine(self):
        code, out, complaint = self.adapter("09_coroutine", 497, 99)
        self.assertEqual((code, complaint), (0, ""))
        self.assertEqual(sorted(out.splitlines()), ["497: 100 %", "99: no such task"])
        self.is_cancelled("09_coroutine", 497, 99)

    @unless_built("10_asio")
    @unittest.skipUnless(loopback.system_knows_localhost(), "Asio looks localhost up, which this machine does not know")
    def test_asio(self):
        self.assertEqual(self.run_example("10_asio"), (0, "100 %\n", ""))
        self.assertEqual(self.run_example("10_asio", 99), (1, "", "no such task\n"))
        self.assertEqual(self.run_example("10_asio", SUPEROFFICE_BASE_URL=NO_SUCH_NAME),
                         (1, "", "the host name is unknown\n"))
        self.assertEqual(self.is_cancelled("10_asio"), ("", "the call was cancelled\n"))

    @unless_built("11_epoll")
    def test_epoll(self):
        code, out, complaint = self.adapter("11_epoll", 20)
        self.assertEqual((code, complaint), (0, ""))
        self.assertRegex(out, r"^20 finished, 0 failed, 0 given up\nbytes per client: \d+ = ")
        self.assertEqual(len(self.requests()), 20)
        out, _ = self.is_cancelled("11_epoll", 20)
        self.assertRegex(out, "^0 finished, 0 failed, 20 given up\n")

    def test_own_struct(self):
        self.assertEqual(self.run_example("03_own_struct"),
                         (0, "Succeeded, 100 %: Export completed - file ready for download\n", ""))
        self.assertEqual(self.requests()[-1]["select"], "State,ProgressPercent,ProgressDescription")

    def test_watch(self):
        for number, *wanted in (497, 0, "done\n", ""), (6105, 1, "failed\n", ""), (99, 1, "", "no such task\n"):
            self.assertEqual(self.run_example("04_watch", number), tuple(wanted))
        self.assertEqual({entry["select"] for entry in self.requests()}, {"State,ProgressPercent"})

    def test_own_link(self):
        code, out, complaint = self.run_example("05_own_link")
        self.assertEqual((code, complaint), (0, ""))
        self.assertRegex(out, r"^dial sod.superoffice.com, port 443\nsent \d+ bytes\n62 %\n$")

    def test_every_error(self):
        code, out, complaint = self.run_example("06_every_error")
        self.assertEqual((code, complaint), (0, ""))
        header = pathlib.Path(__file__).resolve().parents[2] / "include" / "superoffice" / "base" / "errc.hpp"
        names = re.findall(r"^\s*ROW\((\w+),", header.read_text(encoding="utf-8"), re.M)
        self.assertEqual(names[0], "ok")
        self.assertEqual([line.split()[0] for line in out.splitlines()[1:len(names) + 1]], names)

    def test_http_stack(self):
        code, out, complaint = self.run_example("07_http_stack")
        self.assertEqual((code, complaint), (0, ""))
        self.assertRegex(out, r"^engine: POST https://online\.superoffice\.com/\S+\nframe \d+: 62 %\n$")

    def test_decode(self):
        code, out, complaint = self.run_example("12_decode")
        self.assertEqual((code, complaint), (0, ""))
        source = (pathlib.Path(__file__).resolve().parents[2] / "examples" / "12_decode.cpp").read_text(encoding="utf-8")
        document = re.search(r'one_task =\s+R"\((.*)\)";', source).group(1)
        self.assertEqual(out.splitlines(), ["Name: ContactExport", 'Description: To "Nord"', "Result: null",
                                            "FileName: absent", document, "1: over", "2: over"])

    def test_they_are_short_and_on_their_own(self):
        sources = sorted((pathlib.Path(__file__).resolve().parents[2] / "examples").glob("[0-9]*.cpp"))
        self.assertGreaterEqual(len(sources), 10)
        guide = (pathlib.Path(__file__).resolve().parents[2] / "examples" / "README.md").read_text(encoding="utf-8")
        for source in sources:
            lines = source.read_text(encoding="utf-8").splitlines()
            # An adapter brings the loop or the modem that it adapts to.
            is_adapter = source.name.startswith(("08", "09", "10", "11"))
            self.assertLess(len(lines), 170 if is_adapter else 80, source)
            self.assertTrue(lines[0].startswith(f"// {source.name} - "), source)
            self.assertEqual([line for line in lines if line.startswith('#include "')], [], source)
            self.assertIn(f"| [{source.name}]({source.name}) |", guide)
