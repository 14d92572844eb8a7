"""The commands of README.md do what they say."""

import argparse
import json
import pathlib
import re
import shlex
import unittest
import urllib.parse

from local_superoffice_running import Running, finished

README = pathlib.Path(__file__).resolve().parent / "README.md"


def commands():
    """The curl commands, as lists of words."""
    text = README.read_text().replace("\\\n", " ")
    return [shlex.split(line) for line in re.findall(r"^    curl (.*)$", text, re.MULTILINE)]


class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = Running("--listen", "second=good")

    @classmethod
    def tearDownClass(cls):
        finished(cls.service)

    def test_commands(self):
        parser = argparse.ArgumentParser()
        parser.add_argument("url")
        parser.add_argument("--cacert")
        parser.add_argument("--json")
        parser.add_argument("-H", action="append", default=[])
        parser.add_argument("-d", action="append", default=[])
        found = commands()
        self.assertGreater(len(found), 5)
        for words in found:
            with self.subTest(words[-1]):
                asked = parser.parse_args(words)
                headers = dict(header.split(": ", 1) for header in asked.H)
                headers["Content-Type"] = "application/json" if asked.json else "application/x-www-form-urlencoded"
                target = urllib.parse.urlsplit(asked.url).path
                response, body = self.service.ask("POST", target, asked.json or "&".join(asked.d), headers)
                self.assertEqual(response.status, 200)
                self.assertIsInstance(json.loads(body), dict)


if __name__ == "__main__":
    unittest.main()
