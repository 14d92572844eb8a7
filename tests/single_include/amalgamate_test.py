"""What amalgamate.py writes for small trees, and what it says about headers that break a rule."""

import contextlib
import io
import pathlib
import re
import sys
import tempfile
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "single_include"))

import amalgamate  # noqa: E402

VERSION = """\
#define SUPEROFFICE_VERSION_MAJOR 1
#define SUPEROFFICE_VERSION_MINOR 2
#define SUPEROFFICE_VERSION_PATCH 3
#define SUPEROFFICE_VERSION_TEXT "1.2.3"
"""
SWITCHES = """\
#define SUPEROFFICE_WITH_A 1
#define SUPEROFFICE_WITH_B 1
"""
# Headers of the toy trees that lie in folders, by the names that the tests give them.
PLACES = {"version": "base/version", "config": "base/config", "macros_begin": "base/detail/macros_begin",
          "macros_end": "base/detail/macros_end", "warnings_begin": "base/detail/warnings_begin",
          "warnings_end": "base/detail/warnings_end"}
BEGIN = "#include <superoffice/base/detail/macros_begin.hpp>"
END = "#include <superoffice/base/detail/macros_end.hpp>"
MACROS = {"macros_begin": "// superoffice/base/detail/macros_begin.hpp - b.\n#define SUPEROFFICE_QUICK(x) x\n",
          "macros_end": "// superoffice/base/detail/macros_end.hpp - e.\n#undef SUPEROFFICE_QUICK\n"}


def header(name, body, guard=None):
    guard = guard or "SUPEROFFICE_" + name.upper().replace("/", "_") + "_HPP"
    return (f"// superoffice/{name}.hpp - what it is.\n// SPDX-License-Identifier: BSL-1.0\n"
            f"#ifndef {guard}\n#define {guard}\n{body}\n#endif\n")


class Amalgamate(unittest.TestCase):
    def files_of(self, umbrella, **headers):
        """Of a tree with an umbrella, version.hpp, config.hpp and these headers; a body makes a header."""
        files = {"version": VERSION, "config": SWITCHES, **headers,
                 "batch": "#include <superoffice/base/version.hpp>\n#include <superoffice/base/config.hpp>\n" + umbrella}
        with tempfile.TemporaryDirectory() as folder:
            for name, body in files.items():
                name = PLACES.get(name, name)
                path = pathlib.Path(folder) / "superoffice" / f"{name}.hpp"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(body if body.startswith("// ") else header(name, body), encoding="utf-8")
            return amalgamate.amalgamate(pathlib.Path(folder), "The licence.\n")

    def text_of(self, umbrella, **headers):
        return self.files_of(umbrella, **headers)["superoffice/batch.hpp"]

    def opt_in_of(self, umbrella, **headers):
        return self.files_of(umbrella, **headers)["superoffice/std_types.hpp"]

    def refused(self, sentence, umbrella="#include <superoffice/x.hpp>", **headers):
        with self.assertRaises(amalgamate.Problem) as caught:
            self.text_of(umbrella, **headers)
        self.assertIn(sentence, str(caught.exception))

    # What it writes.

    def test_the_same_tree_gives_the_same_text(self):
        tree = {"umbrella": "#include <superoffice/x.hpp>", "x": "int x;  // kept"}
        text = self.text_of(**tree)
        self.assertEqual(text, self.text_of(**tree))
        self.assertNotIn("\r", text)
        self.assertTrue(text.endswith("#endif\n"))

    def test_version_and_licence_come_first(self):
        lines = self.text_of("").splitlines()
        self.assertIn("1.2.3", lines[0])
        self.assertLess(lines.index("// The licence."), lines.index("#define SUPEROFFICE_SINGLE_HEADER 1"))

    def test_each_header_comes_once_and_behind_what_it_includes(self):
        text = self.text_of("#include <superoffice/x.hpp>\n#include <superoffice/y.hpp>",
                            x="#include <superoffice/y.hpp>\nint x;", y="/// Comments stay.\nint y;")
        self.assertEqual(text.count("int y;"), 1)
        self.assertLess(text.index("int y;"), text.index("int x;"))
        self.assertIn("/// Comments stay.", text)
        self.assertNotIn("#include <superoffice/", text)
        self.assertIn("#ifndef SUPEROFFICE_X_HPP", text)

    def test_standard_includes_are_collected_at_the_top_unless_a_condition_governs_them(self):
        text = self.text_of(
            "#include <superoffice/x.hpp>",
            x="#include <span>\n#include <array>\n#include <boost/describe.hpp>\n#ifdef _WIN32\n#include <bit>\n#endif\n")
        self.assertIn("#include <array>\n#include <span>\n\n#define SUPEROFFICE_SINGLE_HEADER", text)
        self.assertEqual(text.count("#include <span>"), 1)
        self.assertIn("#ifdef _WIN32\n#include <bit>\n#endif", text)
        self.assertIn("#define SUPEROFFICE_X_HPP\n#include <boost/describe.hpp>", text)

    def test_what_stands_outside_the_guard_stays_there(self):
        text = self.text_of("", version="// superoffice/base/version.hpp - v.\n#ifdef OTHER\n#error two\n#endif\n"
                            + header("base/version", VERSION))
        self.assertLess(text.index("#error two"), text.index("#ifndef SUPEROFFICE_BASE_VERSION_HPP"))

    def test_a_header_that_is_only_reached_under_a_switch_gets_that_switch(self):
        text = self.text_of("#if SUPEROFFICE_WITH_A\n#include <superoffice/x.hpp>\n#endif", x="#include <span>\nint x;")
        part = text[text.index("#if SUPEROFFICE_WITH_A"):]
        self.assertIn("#include <span>", part)
        self.assertLess(part.index("int x;"), part.index("#endif  // SUPEROFFICE_WITH_A"))
        self.assertEqual(text.count("#if SUPEROFFICE_WITH_A\n"), 1)

    def test_a_header_reached_under_two_switches_gets_either(self):
        text = self.text_of("#if SUPEROFFICE_WITH_A\n#include <superoffice/x.hpp>\n#endif\n"
                            "#if SUPEROFFICE_WITH_B\n#include <superoffice/y.hpp>\n#endif",
                            x="#include <superoffice/z.hpp>", y="#include <superoffice/z.hpp>", z="int z;")
        self.assertIn("#if SUPEROFFICE_WITH_A || SUPEROFFICE_WITH_B", text)
        self.assertEqual(text.count("int z;"), 1)

    def test_a_header_reached_under_both_switches_gets_both(self):
        text = self.text_of("#if SUPEROFFICE_WITH_A && SUPEROFFICE_WITH_B\n#include <superoffice/x.hpp>\n#endif",
                            x="int x;")
        self.assertIn("#if SUPEROFFICE_WITH_A && SUPEROFFICE_WITH_B", text)

    def test_the_weaker_of_two_conditions_wins_wherever_it_comes(self):
        text = self.text_of("#if SUPEROFFICE_WITH_A\n#include <superoffice/x.hpp>\n#endif\n#include <superoffice/y.hpp>",
                            x="#include <superoffice/y.hpp>\nint x;", y="int y;")
        self.assertLess(text.index("int y;"), text.index("#if SUPEROFFICE_WITH_A"))

    def test_a_switch_inside_the_header_governs_what_it_includes(self):
        text = self.text_of("#include <superoffice/x.hpp>",
                            x="#if SUPEROFFICE_WITH_A\n#include <superoffice/y.hpp>\nint x;\n#endif", y="int y;")
        self.assertLess(text.index("#if SUPEROFFICE_WITH_A"), text.index("int y;"))
        self.assertEqual(text.count("#if SUPEROFFICE_WITH_A\n"), 2)

    def test_opt_in_headers_are_files_of_their_own_with_what_they_alone_reach(self):
        tree = {"umbrella": "#include <superoffice/y.hpp>",
                "std_types": "#include <superoffice/x.hpp>\n#include <superoffice/y.hpp>\n#include <string>\nint opt_in;",
                "x": "#include <superoffice/y.hpp>\n#include <span>\nint x;", "y": "#include <array>\nint y;"}
        files = self.files_of(**tree)
        self.assertEqual(list(files), ["superoffice/batch.hpp", "superoffice/std_types.hpp"])
        self.assertEqual(files, self.files_of(**tree))
        core, opt_in = files.values()
        for text, has, lacks in ((core, ("int y;",), ("int x;", "int opt_in;")),
                                 (opt_in, ("int x;", "int opt_in;"), ("int y;",))):
            self.assertEqual([text.count(part) for part in has], [1] * len(has))
            self.assertEqual([text.count(part) for part in lacks], [0] * len(lacks))
        self.assertLess(opt_in.index("int x;"), opt_in.index("int opt_in;"))
        self.assertEqual(re.findall("#include.*", opt_in),
                         ["#include <superoffice/batch.hpp>", "#include <span>", "#include <string>"])
        for guard in ("SUPEROFFICE_STD_TYPES_HPP", "SUPEROFFICE_X_HPP"):
            self.assertIn(f"#ifndef {guard}\n#define {guard}\n", opt_in)
        self.assertIn("The licence.", opt_in)

    def test_an_opt_in_header_stops_a_single_header_of_another_version(self):
        version = "// superoffice/base/version.hpp - v.\n#ifdef OTHER\n#error two\n#endif\n" + header("base/version", VERSION)
        text = self.opt_in_of("", version=version, std_types="int opt_in;")
        self.assertLess(text.index("#include <superoffice/batch.hpp>"), text.index("#error two"))
        self.assertLess(text.index("#error two"), text.index("int opt_in;"))

    def test_what_an_opt_in_header_reaches_under_a_switch_gets_that_switch(self):
        text = self.opt_in_of("", std_types="#if SUPEROFFICE_WITH_A\n#include <superoffice/x.hpp>\n#endif",
                              x="#include <span>\nint x;")
        part = text[text.index("#if SUPEROFFICE_WITH_A"):]
        self.assertIn("#include <span>", part)
        self.assertLess(part.index("int x;"), part.index("#endif  // SUPEROFFICE_WITH_A"))

    def test_internal_macros_are_defined_once_around_the_parts(self):
        part = f"{BEGIN}\nSUPEROFFICE_QUICK(int %s;)\n{END}"
        text = self.text_of("#include <superoffice/w.hpp>\n#include <superoffice/x.hpp>\n#include <superoffice/y.hpp>",
                            w="int w;", x=part % "x", y=part % "y", **MACROS)
        self.assertEqual([text.count("#define SUPEROFFICE_QUICK"), text.count("#undef SUPEROFFICE_QUICK")], [1, 1])
        order = ["int w;", "#define SUPEROFFICE_QUICK", "int x;", "int y;", "#undef SUPEROFFICE_QUICK"]
        self.assertEqual(order, sorted(order, key=text.index))
        self.assertNotIn("#include <superoffice/", text)

    def test_internal_macros_of_a_part_under_a_switch_are_defined_outside_of_it(self):
        text = self.text_of("#if SUPEROFFICE_WITH_A\n#include <superoffice/x.hpp>\n#endif\n#include <superoffice/y.hpp>",
                            x=f"{BEGIN}\nint x;\n{END}", y=f"{BEGIN}\nint y;\n{END}", **MACROS)
        self.assertLess(text.index("#define SUPEROFFICE_QUICK"), text.index("#if SUPEROFFICE_WITH_A"))

    def test_internal_macros_are_defined_anew_in_an_opt_in_header(self):
        files = self.files_of("#include <superoffice/x.hpp>", x=f"{BEGIN}\nint x;\n{END}",
                              std_types=f"{BEGIN}\nint opt_in;\n{END}", **MACROS)
        for text in files.values():
            self.assertEqual([text.count("#define SUPEROFFICE_QUICK"), text.count("#undef SUPEROFFICE_QUICK")], [1, 1])

    def test_warnings_are_switched_off_around_all_parts(self):
        around = {"warnings_begin": "// superoffice/base/detail/warnings_begin.hpp - b.\n#pragma begin\n",
                  "warnings_end": "// superoffice/base/detail/warnings_end.hpp - e.\n#pragma end\n"}
        first = "#include <superoffice/base/detail/warnings_begin.hpp>\n"
        last = "\n#include <superoffice/base/detail/warnings_end.hpp>"
        files = self.files_of(f"{first}#include <superoffice/x.hpp>{last}", x="int x;", std_types=f"{first}int opt_in;{last}",
                              **around)
        for text, part in zip(files.values(), ("int x;", "int opt_in;")):
            self.assertEqual([text.count("#pragma begin"), text.count("#pragma end")], [1, 1])
            self.assertLess(text.index("#pragma begin"), text.index(part))
            self.assertLess(text.index(part), text.index("#pragma end"))

    def test_without_a_use_no_internal_macro_is_defined(self):
        self.assertNotIn("SUPEROFFICE_QUICK", self.text_of("", **MACROS))

    def test_includes_in_comments_are_none(self):
        self.assertIn("#include <superoffice/nowhere.hpp>",
                      self.text_of("#include <superoffice/x.hpp>", x="/*\n#include <superoffice/nowhere.hpp>\n*/"))

    # What it refuses.

    def test_an_include_cycle(self):
        self.refused("include cycle: superoffice/x.hpp -> superoffice/y.hpp -> superoffice/x.hpp",
                     x="#include <superoffice/y.hpp>", y="#include <superoffice/x.hpp>")

    def test_an_include_of_what_is_not_there(self):
        self.refused("superoffice/batch.hpp includes superoffice/x.hpp, which does not exist")

    def test_a_header_that_nobody_includes(self):
        self.refused("superoffice/y.hpp is not reached from superoffice/batch.hpp: include it there", x="", y="")

    def test_a_macro_left_defined(self):
        self.refused("superoffice/x.hpp:5: the macro LEFT stays defined", x="#define LEFT 1")
        self.refused("the macro LEFT stays defined", x="#define LEFT(a, \\\n  b) 1")
        self.refused("the macro SUPEROFFICE_MORE stays defined", x="#define SUPEROFFICE_MORE 1")

    def test_internal_macros_that_do_not_come_as_a_pair(self):
        for what, body in (("no end", BEGIN), ("no begin", END), ("end first", f"{END}\n{BEGIN}"),
                           ("two ends", f"{BEGIN}\n{END}\n{END}"), ("begun after the end", f"{BEGIN}\n{END}\n{BEGIN}")):
            with self.subTest(what):
                self.refused("come as a pair", x=body, **MACROS)
        self.text_of("#include <superoffice/x.hpp>", x=f"#if 1\n{BEGIN}\n#else\n{BEGIN}\n#endif\n{END}", **MACROS)

    def test_an_own_include_after_the_internal_macros(self):
        self.refused("superoffice/x.hpp:6: includes superoffice/y.hpp after superoffice/base/detail/macros_begin.hpp",
                     x=f"{BEGIN}\n#include <superoffice/y.hpp>\n{END}", y="", **MACROS)

    def test_an_internal_macro_outside_of_the_pair(self):
        for body in ("SUPEROFFICE_QUICK(int x;)", f"SUPEROFFICE_QUICK(int x;)\n{BEGIN}\n{END}",
                     f"{BEGIN}\n{END}\nSUPEROFFICE_QUICK(int x;)"):
            with self.subTest(body):
                self.refused("SUPEROFFICE_QUICK is used outside of superoffice/base/detail/macros_begin.hpp", x=body, **MACROS)

    def test_an_internal_macro_that_is_never_removed(self):
        self.refused("macros_end.hpp has to #undef what superoffice/base/detail/macros_begin.hpp defines: SUPEROFFICE_QUICK", "",
                     **{**MACROS, "macros_end": "// superoffice/base/detail/macros_end.hpp - e.\n"})

    def test_a_guard_around_the_internal_macros(self):
        self.refused("has an include guard, although each header that uses it includes it anew", "",
                     **{**MACROS, "macros_begin": header("base/detail/macros_begin", "#define SUPEROFFICE_QUICK 1")})

    def test_a_foreign_macro_taken_away(self):
        self.refused("save None first, #pragma push_macro", x="#undef None")
        self.refused("the macro None is taken from others", x='#pragma push_macro("None")\n#undef None')

    def test_macros_that_are_cleared_up_are_fine(self):
        self.text_of("#include <superoffice/x.hpp>", x="#define LEFT 1\n#undef LEFT\n#define SUPEROFFICE_MORE 1\n#undef SUPEROFFICE_MORE")
        self.text_of("#include <superoffice/x.hpp>",
                     x='#pragma push_macro("None")\n#undef None\n#pragma pop_macro("None")')

    def test_an_include_under_a_condition_that_is_not_understood(self):
        for condition in ("#if defined(_WIN32)", "#ifdef _WIN32", "#if SUPEROFFICE_WITH_A || SUPEROFFICE_WITH_B",
                          "#if SUPEROFFICE_WITH_A && SUPEROFFICE_WITH_B\n#else"):
            with self.subTest(condition):
                self.refused("superoffice/y.hpp depends on", y="",
                             x=condition + "\n#include <superoffice/y.hpp>\n#endif")

    def test_an_include_whose_name_is_a_macro(self):
        self.refused("'#include SUPEROFFICE_OTHER' is not understood", x="#include SUPEROFFICE_OTHER")

    def test_an_include_in_quotes(self):
        self.refused("write '#include <superoffice/y.hpp>', with angle brackets", y="",
                     x='#include "superoffice/y.hpp"')

    def test_a_switch_that_nothing_defines(self):
        self.refused("nothing before it defines that switch", "#include <superoffice/x.hpp>", y="",
                     x="#if SUPEROFFICE_WITH_C\n#include <superoffice/y.hpp>\n#endif")

    def test_an_opt_in_header_that_needs_what_the_umbrella_brings_under_a_switch_only(self):
        switched = "#if SUPEROFFICE_WITH_A\n#include <superoffice/x.hpp>\n#endif"
        self.refused("superoffice/std_types.hpp reaches superoffice/x.hpp where superoffice/batch.hpp does not",
                     switched, std_types="#include <superoffice/x.hpp>", x="")
        self.files_of(switched, std_types=switched, x="")
        self.files_of(switched, std_types=switched.replace("\n", " && SUPEROFFICE_WITH_B\n", 1), x="")

    def test_a_missing_or_wrong_guard(self):
        self.refused("the include guard SUPEROFFICE_X_HPP is missing", x=header("x", "int x;", "SUPEROFFICE_Y_HPP"))

    def test_pragma_once(self):
        self.refused("#pragma once", x="#pragma once")

    def test_an_open_conditional(self):
        self.refused("an #if is never closed", x="#if 1")

    def test_a_first_line_without_a_title(self):
        self.refused("the first line has to be '// superoffice/x.hpp - one sentence.'",
                     x="// x\n" + header("x", "int x;"))

    def test_code_in_the_umbrella(self):
        self.refused("superoffice/batch.hpp only includes other headers", "int x;")

    def test_a_version_told_in_two_ways(self):
        self.refused('SUPEROFFICE_VERSION_TEXT has to be "1.2.4"', "", version=VERSION.replace("PATCH 3", "PATCH 4"))


class Check(unittest.TestCase):
    def said_of(self, texts, committed):
        """What --check prints and answers for these texts, with those committed."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in committed.items():
                amalgamate.write(root / "single_include" / name, text)
            printed = io.StringIO()
            with mock.patch.multiple(amalgamate, REPOSITORY=root, COMMITTED=root / "single_include"), \
                    contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
                return amalgamate.check(texts), printed.getvalue()

    def test_every_file_has_to_be_the_same_and_no_other_may_be_there(self):
        texts = {"superoffice/batch.hpp": "a\n", "superoffice/xml.hpp": "b\n", "superoffice/transport/c.hpp": "c\n"}
        self.assertEqual(self.said_of(texts, texts), (0, ""))
        for name in texts:
            for committed in ({**texts, name: "old\n"}, {n: text for n, text in texts.items() if n != name}):
                code, printed = self.said_of(texts, committed)
                self.assertEqual(code, 1)
                self.assertIn(f"single_include/{name} is not what the headers give", printed)
                self.assertEqual(printed.count("single_include/superoffice"), 1)
        code, printed = self.said_of(texts, {**texts, "superoffice/gone.hpp": "d\n"})
        self.assertEqual(code, 1)
        self.assertIn("single_include/superoffice/gone.hpp comes from no header: remove it", printed)


class Fold(unittest.TestCase):
    def folded(self, text, **headers):
        with tempfile.TemporaryDirectory() as folder:
            for name, body in headers.items():
                path = pathlib.Path(folder) / "boost" / f"{name}.hpp"
                path.parent.mkdir(exist_ok=True)
                path.write_text(f"#ifndef BOOST_{name}\n#define BOOST_{name}\n{body}\n#endif\n", encoding="utf-8")
            return amalgamate.folded(text, pathlib.Path(folder))

    def test_each_boost_header_comes_once(self):
        text = self.folded("#include <boost/a.hpp>\n#include <boost/b.hpp>", a="#include <boost/b.hpp>\nint a;", b="int b;")
        self.assertEqual(text.count("int b;"), 1)
        self.assertNotIn("#include", text)

    def test_under_a_condition_it_comes_again(self):
        text = self.folded("#include <boost/a.hpp>\n#include <boost/b.hpp>",
                           a="#if 0\n#include <boost/b.hpp>\n#endif", b="int b;")
        self.assertEqual(text.count("int b;"), 2)

    def test_what_is_missing_is_named(self):
        with self.assertRaisesRegex(amalgamate.Problem, "boost/a.hpp is needed and does not exist"):
            self.folded("#include <boost/a.hpp>")


if __name__ == "__main__":
    unittest.main()
