"""The check of the layers, on trees that have one fault each."""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))

import layers  # noqa: E402

UMBRELLA = """// base/: what every layer uses
#include <superoffice/base/error.hpp>

// http/: one request and one reply
#include <superoffice/http/exchange.hpp>
"""
GOOD = {
    "batch.hpp": UMBRELLA,
    "xml.hpp": "#include <superoffice/http/exchange.hpp>\n",
    "base/error.hpp": "#include <superoffice/base/detail/ascii.hpp>\n",
    "base/detail/ascii.hpp": "",
    "http/exchange.hpp": "#include <superoffice/base/error.hpp>\n",
}


def faults_of(changes):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**GOOD, **changes}.items():
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return list(layers.faults(pathlib.Path(folder)))


class Layers(unittest.TestCase):
    def test_a_tree_without_faults_has_none(self):
        self.assertEqual(faults_of({}), [])

    def test_the_umbrella_is_the_list(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "batch.hpp").write_text(UMBRELLA, encoding="utf-8")
            found = layers.layers(pathlib.Path(folder))
        self.assertEqual([(layer.name, layer.title) for layer in found],
                         [("base", "what every layer uses"), ("http", "one request and one reply")])

    def test_one_fault_each(self):
        many = {f"http/part{number}.hpp": "" for number in range(15)}
        for what, changes, says in (
            ("an include of a later layer", {"base/error.hpp": "#include <superoffice/http/exchange.hpp>\n"},
             "base/error.hpp:1 includes a later layer: base/ comes before http/, so it must not include http/exchange.hpp"),
            ("an indented one", {"base/detail/ascii.hpp": "\n#  include <superoffice/http/exchange.hpp>\n"},
             "base/detail/ascii.hpp:2 includes a later layer: base/ comes before http/, so it must not include http/exchange.hpp"),
            ("a header of no layer", {"odd/one.hpp": ""}, "odd/one.hpp belongs to no layer"),
            ("a header beside the layers", {"one.hpp": ""}, "one.hpp belongs to no layer"),
            ("an include of a folder that is no layer", {"base/error.hpp": "#include <superoffice/odd/one.hpp>\n"},
             "base/error.hpp:1 includes a later layer: base/ comes before odd/"),
            ("an include of the umbrella", {"http/exchange.hpp": "#include <superoffice/batch.hpp>\n"},
             "http/exchange.hpp:1 includes batch.hpp, which is for users"),
            ("a line in another layer's section", {"batch.hpp": UMBRELLA + "#include <superoffice/base/error.hpp>\n"},
             "batch.hpp: base/error.hpp stands in the section of http/"),
            ("a folder of too many headers", many, "http/ has 16 headers, more than 15: divide it"),
        ):
            with self.subTest(what):
                found = faults_of(changes)
                self.assertEqual(len(found), 1, found)
                self.assertIn(says, found[0])


if __name__ == "__main__":
    unittest.main()
