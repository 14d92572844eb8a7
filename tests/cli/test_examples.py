"""The examples, as they were built."""

import pathlib
import re
import subprocess

from running import EXAMPLES, LONGEST, Case, environment, main


class Examples(Case):
    def run_example(self, name, *arguments, **variables):
        ran = subprocess.run([EXAMPLES / name, *map(str, arguments)],
                             env=environment(SUPEROFFICE_CA_FILE=main.ca, **variables),
                             capture_output=True, text=True, timeout=LONGEST, check=False)
        return ran.returncode, ran.stdout, ran.stderr

    def test_one_call(self):
        self.assertEqual(self.run_example("01_one_call"), (0, "100 %\n", ""))
        self.assertEqual(self.run_example("01_one_call", credential=None), (1, "", "no credential was given\n"))
        self.assertEqual(self.run_example("01_one_call", SUPEROFFICE_BASE_URL=main.bases["expired"]),
                         (1, "", "the server's certificate has expired\n"))

    def test_frame_loop(self):
        code, out, complaint = self.run_example("02_frame_loop")
        self.assertEqual((code, complaint), (0, ""))
        self.assertRegex(out, r"^100 % after [1-9]\d* frames\n$")

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
        header = pathlib.Path(__file__).resolve().parents[2] / "include" / "superoffice" / "error.hpp"
        codes = re.search(r"enum class errc[^{]*{(.*?)count_", header.read_text(encoding="utf-8"), re.S).group(1)
        names = re.findall(r"^\s*(\w+),", codes, re.M)
        self.assertEqual([line.split()[0] for line in out.splitlines()[1:len(names) + 1]], names)

    def test_http_stack(self):
        code, out, complaint = self.run_example("07_http_stack")
        self.assertEqual((code, complaint), (0, ""))
        self.assertRegex(out, r"^engine: POST https://online\.superoffice\.com/\S+\nframe \d+: 62 %\n$")

    def test_they_are_short_and_on_their_own(self):
        sources = sorted((pathlib.Path(__file__).resolve().parents[2] / "examples").glob("0*.cpp"))
        self.assertGreaterEqual(len(sources), 6)
        for source in sources:
            lines = source.read_text(encoding="utf-8").splitlines()
            self.assertLess(len(lines), 80, source)
            self.assertTrue(lines[0].startswith(f"// {source.name} - "), source)
            self.assertEqual([line for line in lines if line.startswith('#include "')], [], source)
